/* What the supervisor is told, and what it answers. */
#include <json-c/json.h>
#include <string.h>

#include "ask.h"
#include "broker.h"
#include "life.h"
#include "log.h"
#include "move.h"
#include "peer.h"
#include "wait.h"
#include "wire.h"

/* A session may be gone when its answer comes: ids, not pointers. */
static struct session *
session_of(const struct wire_msg *m)
{
	return session_find_any(&m->hdr.session);
}

static const char *
error_detail(const struct wire_msg *m)
{
	struct msg_tail	 t;
	const char	*detail;

	msg_tail_init(&t, m->data, m->len, sizeof(struct msg_error));
	(void)msg_tail_next(&t);	/* the pointer */
	detail = msg_tail_next(&t);
	return detail == NULL ? "" : detail;
}

static enum problem
error_problem(const struct wire_msg *m)
{
	const struct msg_error	*e = (const struct msg_error *)m->data;

	return problem_valid(e->problem);
}

/* STARTED is handled by whoever reads it: it may come by itself, too. */
static void
start_answer(struct wire_msg *m, void *arg)
{
	struct session	*s;

	(void)arg;
	if (m == NULL || m->hdr.type != MSG_ERROR)
		return;
	if ((s = session_of(m)) != NULL)
		life_gone(s, GONE_SETUP, error_detail(m));
}

static void
stop_answer(struct wire_msg *m, void *arg)
{
	struct session	*s;

	(void)arg;
	if (m == NULL || m->hdr.type != MSG_ERROR ||
	    (s = session_of(m)) == NULL)
		return;
	if (error_problem(m) != PROBLEM_NOT_FOUND)
		log_warnx("the supervisor cannot stop a session: %s",
		    error_detail(m));
	life_gone(s, GONE_STOPPED, error_detail(m));
}

static enum problem
deleted_prepare(struct session *s, struct session_row *r, struct move *m)
{
	(void)s;
	(void)m;
	r->state = STATE_DELETED;
	return PROBLEM_NONE;
}

static void
delete_answer(struct wire_msg *m, void *arg)
{
	struct session	*s;
	struct move	*mv;

	(void)arg;
	if (m == NULL || (s = session_of(m)) == NULL)
		return;
	if (m->hdr.type == MSG_ERROR &&
	    error_problem(m) != PROBLEM_NOT_FOUND) {
		log_warnx("the supervisor cannot delete a session: %s",
		    error_detail(m));
		s->delete_failed = 1;
		wait_refuse(s, error_problem(m), error_detail(m));
		return;
	}
	mv = move_new("session.deleted", -1);
	mv->fact = 1;
	mv->prepare = deleted_prepare;
	move_start(s, mv);
}

static void
tell(struct session *s, enum msg_type type, ask_cb *cb, const void *data,
    size_t len, const void *tail, size_t tail_len)
{
	ask_once(broker_supervisor(), &s->row.id, cb, NULL, type, data, len,
	    tail, tail_len);
}

static size_t
tail_text(char *tail, size_t at, const char *text)
{
	size_t	n = strlen(text) + 1;

	/* Checked when the session was made: it all fits. */
	if (n > MSG_MAX - at)
		fatalx("a session's environment is too large");
	memcpy(tail + at, text, n);
	return at + n;
}

static void
send_start(struct session *s)
{
	static char			 tail[MSG_MAX];
	const struct session_row	*r = &s->row;
	struct msg_session_start	 st;
	size_t				 n;

	memset(&st, 0, sizeof(st));
	st.resources = r->resources;
	st.desktop = r->desktop;
	st.owner = r->owner;
	if (r->has_desktop)
		st.flags |= SESSION_HAS_DESKTOP;
	if (!r->has_disk)
		st.flags |= SESSION_NEW;
	n = tail_text(tail, 0, r->image);
	n = tail_text(tail, n, r->name);
	json_object_object_foreach(r->env, key, value) {
		n = tail_text(tail, n, key) - 1;
		tail[n++] = '=';
		n = tail_text(tail, n, json_object_get_string(value));
		st.env_count++;
	}
	s->start_sent = 1;
	s->reserved = 0;
	tell(s, MSG_SESSION_START, start_answer, &st, sizeof(st), tail, n);
}

static void
send_stop(struct session *s)
{
	s->stop_sent = 1;
	tell(s, MSG_SESSION_STOP, stop_answer, NULL, 0, NULL, 0);
}

static void
send_delete(struct session *s)
{
	s->delete_sent = 1;
	tell(s, MSG_SESSION_DELETE, delete_answer, NULL, 0, NULL, 0);
}

void
life_push(struct session *s)
{
	if (s->moving || !TAILQ_EMPTY(&s->moves) || !broker_told())
		return;
	switch (s->row.state) {
	case STATE_CREATING:
	case STATE_STARTING:
		if (!s->start_sent)
			send_start(s);
		else if (s->fail_reason[0] != '\0' && !s->stop_sent)
			send_stop(s);
		break;
	case STATE_RUNNING:
		if (s->fail_reason[0] != '\0' && !s->stop_sent)
			send_stop(s);
		break;
	case STATE_STOPPING:
		if (!s->stop_sent)
			send_stop(s);
		break;
	case STATE_STOPPED:
	case STATE_FAILED:
		if (s->live && !s->stop_sent)
			send_stop(s);
		else if (!s->live && s->row.desired == STATE_DELETED &&
		    !s->delete_sent)
			send_delete(s);
		break;
	case STATE_DELETED:
	case STATE__COUNT:
		break;
	}
}
