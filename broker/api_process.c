/* Processes of a session: those started here are kept by its init. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
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
#include "pump.h"
#include "session.h"
#include "signal_name.h"

#define PID_MAX		4194304		/* that any kernel gives */
#define START_BYTES	32

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
		process_show_all(s, r);
}

/* The path names a process by its number: that, or 0. */
static int64_t
pid_param(const struct request *r)
{
	const char	*text = request_param(r, "process"), *errstr;
	int64_t		 pid;

	if (*text < '1' || *text > '9')
		return 0;
	pid = strtonum(text, 1, PID_MAX, &errstr);
	return errstr == NULL ? pid : 0;
}

static void
show_one(struct session *s, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	process_show_id(s, r, kind, id);
}

void
api_process_show(struct request *r)
{
	struct session	*s = request_session(r);
	int64_t		 pid = pid_param(r);

	if (pid == 0)
		kept_one(r, KEPT_PROCESS, show_one);
	else if (need_running(r, s) == 0)
		process_show_pid(s, r, pid);
}

void
api_process_delete(struct request *r)
{
	kept_one(r, KEPT_PROCESS, kept_delete);
}

static void
signalled(struct pump *p, struct json_object *last,
    const struct pump_fault *fault, void *arg)
{
	struct request	*r = arg;

	(void)p;
	(void)last;
	if (fault != NULL)
		pump_refuse(r, fault);
	else
		reply_empty(r, 204);
}

/* One of any that run; with start, only if the number is still his. */
static void
signal_pid(struct session *s, struct request *r, int64_t pid, int sig,
    const char *start)
{
	static const struct pump_calls	calls = { NULL, NULL, signalled };
	char				pid_text[24], sig_text[12];
	struct pump_plan		plan = { .argv = { "signal",
					    pid_text, sig_text, start } };

	snprintf(pid_text, sizeof(pid_text), "%lld", (long long)pid);
	snprintf(sig_text, sizeof(sig_text), "%d", sig);
	if (pump_start(s, r, &plan, &calls, r) != NULL)
		request_defer(r, NULL, NULL);
}

void
api_process_signal(struct request *r)
{
	struct session		*s = request_session(r);
	struct msg_kept_signal	 m = { .principal = request_uid(r) };
	int64_t			 pid = pid_param(r);
	const char		*start = "";
	uint32_t		 kind = KEPT_PROCESS;
	struct fields		 f;

	if (pid == 0 && kept_param(r, &kind, &m.id) == -1)
		return;
	fields_begin(&f, request_json(r));
	m.signal = (uint32_t)field_signal(&f, "signal");
	if (pid != 0)
		start = field_string(&f, "start", 1, START_BYTES, "");
	if (fields_end(&f) == -1)
		fields_reply(&f, r);
	else if (need_running(r, s) == -1)
		return;
	else if (pid != 0)
		signal_pid(s, r, pid, (int)m.signal, start);
	else
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
