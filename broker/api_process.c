/* Processes of a session: those started here are kept by its init. */
#include <json-c/json.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "field.h"
#include "http.h"
#include "kept_input.h"
#include "kept_log.h"
#include "kept_session.h"
#include "kept_start.h"
#include "session.h"
#include "signal_name.h"

void
api_process_create(struct request *r)
{
	kept_create(r, KEPT_PROCESS);
}

void
api_process_list(struct request *r)
{
	struct session	*s = request_session(r);

	if (need_running(r, s) == 0)
		kept_show_all(s, r, KEPT_PROCESS);
}

void
api_process_show(struct request *r)
{
	kept_one(r, KEPT_PROCESS, kept_show);
}

void
api_process_delete(struct request *r)
{
	kept_one(r, KEPT_PROCESS, kept_delete);
}

void
api_process_signal(struct request *r)
{
	struct session		*s = request_session(r);
	struct msg_kept_signal	 m = { .principal = request_uid(r) };
	struct fields		 f;

	if (kept_param(r, KEPT_PROCESS, &m.id) == -1)
		return;
	fields_begin(&f, request_json(r));
	m.signal = (uint32_t)field_signal(&f, "signal");
	if (fields_end(&f) == -1)
		fields_reply(&f, r);
	else if (need_running(r, s) == 0)
		kept_do(s, r, MSG_KEPT_SIGNAL, &m, sizeof(m));
}

void
api_process_log(struct request *r)
{
	kept_one(r, KEPT_PROCESS, kept_log);
}

void
api_process_input(struct request *r)
{
	kept_one(r, KEPT_PROCESS, kept_input_post);
}
