#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api_error.h"
#include "ask.h"
#include "check.h"
#include "field.h"
#include "http.h"
#include "kept.h"
#include "kept_session.h"
#include "kept_start.h"
#include "monotime.h"
#include "peer.h"
#include "program.h"
#include "session.h"
#include "wire.h"
#include "xmalloc.h"

#define TIMEOUT_MIN	0.1
#define TIMEOUT_MAX	(7 * 24 * 3600.0)

static const char	too_much[] = "too much is asked of this session at once";

struct start {
	struct session		*session;
	struct msg_kept_start	 m;
	kept_started_cb		*cb;
	void			*arg;
};

/* As init will list it. */
static void
begun(struct start *st, const struct wire_msg *answer)
{
	const struct msg_kept_start	*m = &st->m;
	const struct msg_kept_started	*d;
	struct msg_kept_item		 i;
	struct msg_tail			 tail;
	const char			*program;

	d = (const struct msg_kept_started *)answer->data;

	memset(&i, 0, sizeof(i));
	i.id = m->id;
	i.kind = m->kind;
	i.flags = KEPT_RUNS | KEPT_INPUT_OPEN |
	    (m->exec.flags & EXEC_ROOT ? KEPT_ROOT : 0);
	i.pid = d->pid;
	i.principal = m->exec.principal;
	i.cols = m->exec.cols;
	i.rows = m->exec.rows;
	i.keep = m->keep;
	i.argc = d->argc;
	i.started_ms = d->started_ms;
	memcpy(i.name, m->name, sizeof(i.name));
	msg_tail_init(&tail, answer->data, answer->len, sizeof(*d));
	program = msg_tail_next(&tail);
	kept_begun(st->session, &i, program == NULL ? "" : program);
	msg_tail_init(&tail, answer->data, answer->len, sizeof(*d));
	st->cb(kept_json(st->session, &i, &tail), d->pid, NULL, st->arg);
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct start	*st = arg;
	uid_t		 uid = (uid_t)st->m.exec.principal;

	if (m != NULL && m->hdr.type == MSG_KEPT_STARTED) {
		begun(st, m);
		free(st);
		return;
	}
	kept_give_back(uid);
	if (m != NULL && m->hdr.type != MSG_ERROR) {
		peer_close(st->session->worker, "no answer to kept_start");
		m = NULL;
	}
	st->cb(NULL, 0, m, st->arg);
	free(st);
}

int
kept_start(struct session *s, struct request *r,
    const struct msg_kept_start *m, const struct program *p,
    kept_started_cb *cb, void *arg)
{
	struct start	*st;

	if (kept_take(r) == -1)
		return -1;
	st = xcalloc(1, sizeof(*st));
	st->session = s;
	st->cb = cb;
	st->arg = arg;
	st->m = *m;
	ulid_make(&st->m.id);
	st->m.exec.principal = request_uid(r);
	if (ask_once(s->worker, &s->row.id, answer, st, MSG_KEPT_START,
	    &st->m, sizeof(st->m), p->texts, p->len) == NULL) {
		kept_give_back(request_uid(r));
		reply_problem(r, PROBLEM_BUSY, NULL, "%s", too_much);
		free(st);
		return -1;
	}
	return 0;
}

static void
reply_started(struct json_object *o, uint32_t pid, const struct wire_msg *m,
    void *arg)
{
	(void)pid;
	if (o != NULL)
		reply_json(arg, 201, o);
	else
		reply_error(arg, m);
}

/* -1: answered. */
static int
read_body(struct request *r, struct program *p, struct msg_kept_start *m)
{
	struct fields	 f;
	const char	*name;

	fields_begin(&f, request_json(r));
	program_read(&f, p, m->kind == KEPT_PROCESS);
	if ((name = check_name(&f)) != NULL)
		strlcpy(m->name, name, sizeof(m->name));
	m->keep = (uint32_t)field_int(&f, "keep_bytes", KEPT_BYTES_MIN,
	    KEPT_BYTES_MAX, KEPT_BYTES);
	if (m->kind == KEPT_TERMINAL) {
		p->head.cols = (uint16_t)field_int(&f, "cols", 1,
		    TERMINAL_MAX, 80);
		p->head.rows = (uint16_t)field_int(&f, "rows", 1,
		    TERMINAL_MAX, 24);
	} else
		p->head.timeout_ms = (uint32_t)(1000 * field_number(&f,
		    "timeout_seconds", TIMEOUT_MIN, TIMEOUT_MAX, 0));
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	m->exec = p->head;
	return 0;
}

void
kept_create(struct request *r, uint32_t kind)
{
	static struct program	 p;	/* 48 KiB; handlers do not nest */
	struct session		*s = request_session(r);
	struct msg_kept_start	 m;

	memset(&m, 0, sizeof(m));
	m.kind = kind;
	if (read_body(r, &p, &m) == 0 && need_running(r, s) == 0 &&
	    kept_start(s, r, &m, &p, reply_started, r) == 0)
		request_defer(r, NULL, NULL);
}

void
kept_one(struct request *r, uint32_t kind, void (*what)(struct session *,
    struct request *, uint32_t, const struct ulid *))
{
	struct session	*s = request_session(r);
	struct ulid	 id;

	if (kept_param(r, &kind, &id) == 0 && need_running(r, s) == 0)
		what(s, r, kind, &id);
}

void
kept_delete(struct session *s, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	struct msg_kept_remove	m = { .id = *id,
				    .principal = request_uid(r) };

	(void)kind;
	kept_do(s, r, MSG_KEPT_REMOVE, &m, sizeof(m));
}

static void
done(struct wire_msg *m, void *arg)
{
	struct request	*r = arg;

	if (m != NULL && m->hdr.type == MSG_OK)
		reply_empty(r, 204);
	else
		reply_error(r, m != NULL && m->hdr.type == MSG_ERROR ? m :
		    NULL);
}

void
kept_do(struct session *s, struct request *r, enum msg_type type,
    const void *data, size_t len)
{
	if (ask_once(s->worker, &s->row.id, done, r, type, data, len, NULL,
	    0) == NULL)
		reply_problem(r, PROBLEM_BUSY, NULL, "%s", too_much);
	else
		request_defer(r, NULL, NULL);
}
