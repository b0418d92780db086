#include <string.h>

#include "api_error.h"
#include "http.h"
#include "msg.h"
#include "quota.h"
#include "session.h"
#include "utf8.h"
#include "wire.h"

#define TEXT_MAX	512

void
reply_error(struct request *r, const struct wire_msg *m)
{
	const struct msg_error	*e;
	struct msg_tail		 t;
	const char		*text;
	char			 pointer[TEXT_MAX], detail[TEXT_MAX];
	enum problem		 problem;

	if (m == NULL) {
		reply_header(r, "Retry-After", "1");
		reply_problem(r, PROBLEM_UNAVAILABLE, NULL,
		    "the process that was asked is being restarted");
		return;
	}
	e = (const struct msg_error *)m->data;
	msg_tail_init(&t, m->data, m->len, sizeof(*e));
	text = msg_tail_next(&t);
	utf8_line(pointer, sizeof(pointer), text == NULL ? "" : text);
	text = msg_tail_next(&t);
	utf8_line(detail, sizeof(detail), text == NULL ? "" : text);
	problem = problem_valid(e->problem);
	if (problem == PROBLEM_NONE)
		problem = PROBLEM_INTERNAL;
	reply_problem(r, problem, *pointer == '\0' ? NULL : pointer, "%s",
	    *detail == '\0' ? problem_title(problem) : detail);
}

void
reply_refused(struct request *r, const struct session *s,
    enum problem problem)
{
	char	why[SESSION_DETAIL] = "";

	switch (problem) {
	case PROBLEM_WRONG_STATE:
		reply_problem(r, problem, NULL, "the session is %s%s",
		    state_name(s->row.state),
		    s->row.desired == STATE_DELETED ?
		    " and is to be deleted" : "");
		break;
	case PROBLEM_LIMIT:
		(void)quota_memory(s->row.owner, s->row.resources.memory,
		    why, sizeof(why));
		reply_problem(r, problem, NULL, "%s", why);
		break;
	case PROBLEM_CONFLICT:
		reply_problem(r, problem, "/name",
		    "another session has this name");
		break;
	case PROBLEM_DISK:
		reply_problem(r, problem, NULL, "the change could not be "
		    "stored; nothing was done");
		break;
	default:
		reply_problem(r, problem, NULL, "%s", problem_title(problem));
	}
}

int
need_running(struct request *r, const struct session *s)
{
	const char	*hint;

	if (s->row.state == STATE_RUNNING && s->worker != NULL)
		return 0;
	if (s->row.state == STATE_RUNNING) {
		reply_error(r, NULL);
		return -1;
	}
	switch (s->row.state) {
	case STATE_CREATING:
	case STATE_STARTING:
		hint = "; wait with GET ?wait_for=running";
		break;
	case STATE_STOPPED:
	case STATE_FAILED:
		hint = "; start it first";
		break;
	default:
		hint = "";
	}
	reply_problem(r, PROBLEM_WRONG_STATE, NULL, "the session is %s%s",
	    state_name(s->row.state), hint);
	return -1;
}
