/*
 * Programs that init keeps: the broker asks, init answers, the worker passes
 * both sides on under request numbers of its own.  Who is attached has a
 * socket to init; no byte of it is seen here.
 */
#include <sys/queue.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "exec_args.h"
#include "gate.h"
#include "kept.h"
#include "peer.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

/* Questions at one time, in one session; as many as a broker asks. */
#define ASKS_MAX	256

struct kept_ask {
	TAILQ_ENTRY(kept_ask)	 entry;
	uint64_t		 request;	/* ours, to init */
	uint64_t		 asked;		/* the broker's */
	int			 is_orphan;	/* its broker is gone */
	enum msg_type		 answer;	/* beside MSG_ERROR */
};

static struct kept_ask *
find(struct worker *w, uint64_t request)
{
	struct kept_ask	*a;

	TAILQ_FOREACH(a, &w->kept_asks, entry)
		if (a->request == request)
			return a;
	return NULL;
}

static void
ask_free(struct worker *w, struct kept_ask *a)
{
	TAILQ_REMOVE(&w->kept_asks, a, entry);
	w->nkept_asks--;
	free(a);
}

/* One question; its texts are for a start only. */
struct kept_deed {
	struct deed		 deed;
	const struct msg_hdr	*hdr;
	const void		*data;
	size_t			 len;
	const void		*tail;
	size_t			 tail_len;
	enum msg_type		 answer;
};

static void
begin(struct worker *w, struct deed *d)
{
	struct kept_deed	*kd = (struct kept_deed *)d;
	struct msg_out		 out = { .type = kd->hdr->type,
				    .session = &w->session,
				    .data = kd->data, .len = kd->len,
				    .tail = kd->tail,
				    .tail_len = kd->tail_len };
	struct kept_ask		*a;

	if (w->nkept_asks >= ASKS_MAX) {
		gate_done(w, d, PROBLEM_BUSY);
		return;
	}
	if (sizeof(struct msg_hdr) + kd->len + kd->tail_len > MSG_MAX) {
		gate_done(w, d, PROBLEM_TOO_LARGE);
		return;
	}
	a = xcalloc(1, sizeof(*a));
	a->asked = kd->hdr->request;
	a->answer = kd->answer;
	out.request = a->request = ++w->next_request;
	TAILQ_INSERT_TAIL(&w->kept_asks, a, entry);
	w->nkept_asks++;
	if (peer_send(w->init, &out) == -1) {
		ask_free(w, a);
		gate_done(w, d, PROBLEM_UNAVAILABLE);
		return;
	}
	gate_done(w, d, PROBLEM_NONE);
}

static void
begun(struct worker *w, struct deed *d, enum problem problem)
{
	struct kept_deed	*kd = (struct kept_deed *)d;

	switch (problem) {
	case PROBLEM_NONE:
		break;
	case PROBLEM_BUSY:
		peer_error(w->broker, kd->hdr, problem, "",
		    "too much is asked of this session's programs");
		break;
	case PROBLEM_TOO_LARGE:
		peer_error(w->broker, kd->hdr, problem, "/env",
		    "arguments and environment are too large together");
		break;
	default:
		peer_error(w->broker, kd->hdr, problem, "",
		    "the session's init cannot be reached");
		break;
	}
}

#define KIND(n)	{ .name = n, .needs = GATE_NEEDS_INIT, .begin = begin, \
		    .done = begun }

/* Looking on and acting are deeds of two kinds, for whoever decides. */
enum kept_deeds { DEED_LIST, DEED_PROCESS, DEED_TERMINAL, DEED_SIGNAL,
    DEED_RESIZE, DEED_REMOVE, DEED_VIEW, DEED_CONTROL };

static const struct deed_kind kinds[] = {
	[DEED_LIST]	= KIND("processes"),
	[DEED_PROCESS]	= KIND("process"),
	[DEED_TERMINAL]	= KIND("terminal"),
	[DEED_SIGNAL]	= KIND("process_signal"),
	[DEED_RESIZE]	= KIND("terminal_resize"),
	[DEED_REMOVE]	= KIND("process_remove"),
	[DEED_VIEW]	= KIND("process_view"),
	[DEED_CONTROL]	= KIND("process_control")
};

static void
pass(struct worker *w, struct wire_msg *m, enum kept_deeds kind,
    uint32_t principal, enum msg_type answer)
{
	struct kept_deed	d = { .deed = { .kind = &kinds[kind],
				    .principal = principal },
				    .hdr = &m->hdr, .data = m->data,
				    .len = m->len, .answer = answer };

	gate_pass(w, &d.deed);
}

/* The session's variables go before the request's, as for any program. */
static void
pass_start(struct worker *w, struct wire_msg *m, struct exec_args *want)
{
	static struct exec_tail	 t;	/* 64 KiB; used here only */
	struct msg_kept_start	 start;
	struct kept_deed	 d = { .hdr = &m->hdr, .data = &start,
				    .len = sizeof(start), .tail = t.buf,
				    .answer = MSG_KEPT_STARTED };

	memcpy(&start, m->data, sizeof(start));
	d.deed.kind = &kinds[start.kind == KEPT_TERMINAL ? DEED_TERMINAL :
	    DEED_PROCESS];
	d.deed.principal = start.exec.principal;
	if (exec_args_merge(want, w->env, w->setup.env_count, &start.exec,
	    &t) == -1)
		begun(w, &d.deed, PROBLEM_TOO_LARGE);
	else {
		d.tail_len = t.len;
		gate_pass(w, &d.deed);
	}
}

static const char *
start_check(const struct msg_kept_start *m)
{
	if (m->kind != KEPT_PROCESS && m->kind != KEPT_TERMINAL)
		return "kept_start of no kind";
	if (m->kind == KEPT_PROCESS && m->exec.argc == 0)
		return "kept_start of nothing";
	if ((m->exec.flags & ~(uint32_t)EXEC_ROOT) != 0)
		return "kept_start with unknown flags";
	if (m->keep < KEPT_BYTES_MIN || m->keep > KEPT_BYTES_MAX ||
	    memchr(m->name, '\0', sizeof(m->name)) == NULL)
		return "kept_start with a wrong size or name";
	return NULL;
}

static void
start(struct worker *w, struct wire_msg *m)
{
	struct msg_kept_start	 head;
	struct exec_args	 want = { .env = NULL };
	struct msg_tail		 tail;
	const char		*wrong;

	memcpy(&head, m->data, sizeof(head));
	want.head = head.exec;
	msg_tail_init(&tail, m->data, m->len, sizeof(head));
	if ((wrong = start_check(&head)) == NULL)
		wrong = exec_args_texts(&want, &tail);
	if (wrong != NULL)
		peer_close(w->broker, wrong);
	else
		pass_start(w, m, &want);
	exec_args_clear(&want);
}

static void
attach(struct worker *w, struct wire_msg *m)
{
	struct msg_kept_attach	a;

	memcpy(&a, m->data, sizeof(a));
	pass(w, m, a.flags & KEPT_READ_ONLY ? DEED_VIEW : DEED_CONTROL,
	    a.principal, MSG_KEPT_STREAM);
}

static void
resize(struct worker *w, struct wire_msg *m)
{
	struct msg_kept_resize	r;

	memcpy(&r, m->data, sizeof(r));
	if (r.cols == 0 || r.rows == 0)
		peer_close(w->broker, "a terminal of no size");
	else
		pass(w, m, DEED_RESIZE, r.principal, MSG_OK);
}

static void
sig(struct worker *w, struct wire_msg *m)
{
	struct msg_kept_signal	s;

	memcpy(&s, m->data, sizeof(s));
	if (s.signal == 0 || s.signal >= NSIG)
		peer_close(w->broker, "no such signal");
	else
		pass(w, m, DEED_SIGNAL, s.principal, MSG_OK);
}

void
kept_asked(struct worker *w, struct wire_msg *m)
{
	struct msg_kept_remove	r;

	switch ((enum msg_type)m->hdr.type) {
	case MSG_KEPT_START:
		start(w, m);
		break;
	case MSG_KEPT_LIST:
		pass(w, m, DEED_LIST, 0, MSG_OK);
		break;
	case MSG_KEPT_ATTACH:
		attach(w, m);
		break;
	case MSG_KEPT_RESIZE:
		resize(w, m);
		break;
	case MSG_KEPT_SIGNAL:
		sig(w, m);
		break;
	case MSG_KEPT_REMOVE:
		memcpy(&r, m->data, sizeof(r));
		pass(w, m, DEED_REMOVE, r.principal, MSG_OK);
		break;
	default:
		peer_close(w->broker, "not about a kept program");
	}
}

/* -1 when it answers nothing that was asked here. */
int
kept_answered(struct worker *w, struct wire_msg *m)
{
	struct kept_ask	*a = find(w, m->hdr.request);
	struct msg_out	 out = { .type = m->hdr.type, .session = &w->session,
			    .data = m->data, .len = m->len, .fds = m->fds,
			    .nfds = m->nfds };
	int		 is_item = m->hdr.type == MSG_KEPT_ITEM;

	if (a == NULL || (is_item ? a->answer != MSG_OK :
	    m->hdr.type != MSG_ERROR && m->hdr.type != a->answer))
		return -1;
	out.request = a->asked;
	if (!a->is_orphan)
		peer_send(w->broker, &out);
	if (!is_item)
		ask_free(w, a);
	return 0;
}

/* An answer that init may give to this only. */
void
kept_answer(struct worker *w, struct wire_msg *m)
{
	if (kept_answered(w, m) == -1)
		peer_close(w->init, "an answer nobody asked for");
}

/* By itself; without a broker, the next one learns it from the list. */
void
kept_exited(struct worker *w, struct wire_msg *m)
{
	struct msg_out	out = { .type = MSG_KEPT_EXITED,
			    .session = &w->session, .data = m->data,
			    .len = m->len };

	if (w->broker != NULL)
		peer_send(w->broker, &out);
}

void
kept_broker_gone(struct worker *w)
{
	struct kept_ask	*a;

	TAILQ_FOREACH(a, &w->kept_asks, entry)
		a->is_orphan = 1;
}

void
kept_init_gone(struct worker *w)
{
	struct msg_hdr	 to = { .session = w->session };
	struct kept_ask	*a;

	while ((a = TAILQ_FIRST(&w->kept_asks)) != NULL) {
		to.request = a->asked;
		if (!a->is_orphan)
			peer_error(w->broker, &to, PROBLEM_UNAVAILABLE, "",
			    "the session's init is gone");
		ask_free(w, a);
	}
}
