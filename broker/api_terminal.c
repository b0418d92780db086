/* Terminals of a session, as JSON; as a stream they are elsewhere. */
#include <json-c/json.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "field.h"
#include "http.h"
#include "kept_input.h"
#include "kept_log.h"
#include "kept_session.h"
#include "kept_show.h"
#include "kept_start.h"
#include "session.h"

void
api_terminal_create(struct request *r)
{
	kept_create(r, KEPT_TERMINAL);
}

void
api_terminal_list(struct request *r)
{
	struct session	*s = request_session(r);

	if (need_running(r, s) == 0)
		kept_show_all(s, r, KEPT_TERMINAL);
}

void
api_terminal_show(struct request *r)
{
	kept_one(r, KEPT_TERMINAL, kept_show);
}

void
api_terminal_delete(struct request *r)
{
	kept_one(r, KEPT_TERMINAL, kept_delete);
}

void
api_terminal_patch(struct request *r)
{
	struct session		*s = request_session(r);
	struct msg_kept_resize	 m = { .principal = request_uid(r) };
	uint32_t		 kind = KEPT_TERMINAL;
	struct fields		 f;

	if (kept_param(r, &kind, &m.id) == -1)
		return;
	fields_begin(&f, request_json(r));
	field_require(&f, "cols");
	field_require(&f, "rows");
	m.cols = (uint16_t)field_int(&f, "cols", 1, TERMINAL_MAX, 1);
	m.rows = (uint16_t)field_int(&f, "rows", 1, TERMINAL_MAX, 1);
	if (fields_end(&f) == -1)
		fields_reply(&f, r);
	else if (need_running(r, s) == 0)
		kept_do(s, r, MSG_KEPT_RESIZE, &m, sizeof(m));
}

void
api_terminal_log(struct request *r)
{
	kept_one(r, KEPT_TERMINAL, kept_log);
}

void
api_terminal_input(struct request *r)
{
	kept_one(r, KEPT_TERMINAL, kept_input_post);
}
