#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "ask.h"
#include "json_read.h"
#include "peer.h"
#include "session.h"
#include "sizes.h"
#include "utf8.h"
#include "wire.h"
#include "xmalloc.h"

#define DETAIL_MAX	512

struct act {
	struct ask		*ask;
	struct json_object	*result;	/* once it has come */
	enum problem		 problem;
	act_cb			*cb;
	void			*arg;
};

static void
act_free(struct act *a)
{
	json_object_put(a->result);
	free(a);
}

static void
end(struct act *a, enum problem problem, const char *detail)
{
	a->cb(problem, detail, problem == PROBLEM_NONE ? a->result : NULL,
	    a->arg);
	act_free(a);
}

static void
recv_done(struct act *a, const struct wire_msg *m)
{
	const struct msg_action_done	*d;
	struct json_error		 error;
	size_t				 len = m->len - sizeof(*d);

	d = (const struct msg_action_done *)m->data;
	if (len > 0 && m->data[m->len - 1] == '\0')
		len--;
	if (a->result == NULL && d->index == 0)
		a->result = json_read((const char *)m->data + sizeof(*d), len,
		    &error);
	if (json_object_is_type(a->result, json_type_object))
		a->problem = problem_valid(d->problem);
	else
		peer_close(ask_peer(a->ask), "no result of an action");
}

static void
recv_end(struct act *a)
{
	struct json_object	*detail = NULL;

	if (a->result == NULL) {
		peer_close(ask_peer(a->ask), "an action without a result");
		return;
	}
	ask_free(a->ask);
	json_object_object_get_ex(a->result, "detail", &detail);
	end(a, a->problem, json_object_is_type(detail, json_type_string) ?
	    json_object_get_string(detail) : NULL);
}

static void
recv_error(struct act *a, const struct wire_msg *m)
{
	const struct msg_error	*e = (const struct msg_error *)m->data;
	struct msg_tail		 t;
	const char		*text;
	char			 detail[DETAIL_MAX];
	enum problem		 problem = problem_valid(e->problem);

	msg_tail_init(&t, m->data, m->len, sizeof(*e));
	(void)msg_tail_next(&t);
	text = msg_tail_next(&t);
	utf8_line(detail, sizeof(detail), text == NULL ? "" : text);
	ask_free(a->ask);
	end(a, problem == PROBLEM_NONE ? PROBLEM_INTERNAL : problem,
	    detail[0] == '\0' ? NULL : detail);
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct act	*a = arg;

	if (m == NULL) {
		end(a, PROBLEM_UNAVAILABLE,
		    "the process that was asked is being restarted");
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_ERROR:
		recv_error(a, m);
		break;
	case MSG_ACTION_DONE:
		recv_done(a, m);
		break;
	case MSG_ACTIONS_DONE:
		recv_end(a);
		break;
	default:
		peer_close(ask_peer(a->ask), "no answer to an action");
	}
}

struct act *
act_start(struct session *s, uid_t uid, struct json_object *action,
    act_cb *cb, void *arg)
{
	struct msg_actions	 head = { .principal = uid };
	struct act		*a = xcalloc(1, sizeof(*a));
	const char		*text;

	a->cb = cb;
	a->arg = arg;
	if (s->worker == NULL ||
	    (a->ask = ask_new(s->worker, &s->row.id, answer, a)) == NULL) {
		json_object_put(action);
		free(a);
		return NULL;
	}
	text = json_object_to_json_string_ext(action, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE);
	/* When this fails the worker has gone, and that will be told. */
	(void)ask_send(a->ask, MSG_ACTIONS, &head, sizeof(head), text,
	    strlen(text));
	json_object_put(action);
	return a;
}

void
act_cancel(struct act *a)
{
	if (a == NULL)
		return;
	(void)ask_send(a->ask, MSG_ACTIONS_CANCEL, NULL, 0, NULL, 0);
	ask_free(a->ask);
	act_free(a);
}
