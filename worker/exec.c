/*
 * Programs run in the session: the broker asks, init does, the worker
 * passes both sides on under request numbers of its own.  The streams are
 * handed over; no byte of them is seen here.
 */
#include <sys/queue.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "exec_args.h"
#include "gate.h"
#include "log.h"
#include "peer.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

/* At one time, in one session. */
#define EXECS_MAX	256

struct exec {
	TAILQ_ENTRY(exec)	 entry;
	uint64_t		 request;	/* ours, to init */
	uint64_t		 asked;		/* the broker's */
	int			 is_orphan;	/* its broker is gone */
	int			 is_pump;
	int			 is_started;
};

static struct exec *
find(struct worker *w, uint64_t request)
{
	struct exec	*e;

	TAILQ_FOREACH(e, &w->execs, entry)
		if (e->request == request)
			return e;
	return NULL;
}

static struct exec *
find_asked(struct worker *w, uint64_t asked)
{
	struct exec	*e;

	TAILQ_FOREACH(e, &w->execs, entry)
		if (!e->is_orphan && e->asked == asked)
			return e;
	return NULL;
}

static void
exec_free(struct worker *w, struct exec *e)
{
	TAILQ_REMOVE(&w->execs, e, entry);
	w->nexecs--;
	free(e);
}

/* The gate's "do" of an exec: on to init. */
struct exec_deed {
	struct deed		 deed;
	const struct exec_args	*want;
	const struct msg_hdr	*hdr;
};

static int
is_pump(const struct exec_args *want)
{
	return (want->head.flags & EXEC_PUMP) != 0;
}

static void
begin(struct worker *w, struct deed *d)
{
	static struct exec_tail	 t;	/* 64 KiB; used here only */
	struct exec_deed	*ed = (struct exec_deed *)d;
	struct msg_exec		 head;
	struct exec		*e;
	struct msg_out		 out = { .type = MSG_EXEC,
				    .session = &w->session, .data = &head,
				    .len = sizeof(head), .tail = t.buf };

	if (w->nexecs >= EXECS_MAX) {
		gate_done(w, d, PROBLEM_BUSY);
		return;
	}
	if (exec_args_merge(ed->want, w->env, is_pump(ed->want) ? 0 :
	    w->setup.env_count, &head, &t) == -1) {
		gate_done(w, d, PROBLEM_TOO_LARGE);
		return;
	}
	out.tail_len = t.len;
	e = xcalloc(1, sizeof(*e));
	e->asked = ed->hdr->request;
	e->is_pump = is_pump(ed->want);
	out.request = e->request = ++w->next_request;
	TAILQ_INSERT_TAIL(&w->execs, e, entry);
	w->nexecs++;
	if (peer_send(w->init, &out) == -1) {
		exec_free(w, e);
		gate_done(w, d, PROBLEM_UNAVAILABLE);
		return;
	}
	gate_done(w, d, PROBLEM_NONE);
}

static void
begun(struct worker *w, struct deed *d, enum problem problem)
{
	struct exec_deed	*ed = (struct exec_deed *)d;

	switch (problem) {
	case PROBLEM_NONE:
		break;
	case PROBLEM_BUSY:
		peer_error(w->broker, ed->hdr, problem, "",
		    "too many programs run through exec in this session");
		break;
	case PROBLEM_TOO_LARGE:
		peer_error(w->broker, ed->hdr, problem, "/env",
		    "arguments and environment are too large together");
		break;
	default:
		peer_error(w->broker, ed->hdr, problem, "",
		    "the session's init cannot be reached");
		break;
	}
}

/*
 * What is looked at or done in the session's files, to its processes, with
 * its applications: deeds of their own, though all are done by deskd-pump.
 */
enum deed_name { DEED_EXEC, DEED_FILES, DEED_PROCESSES, DEED_APPS };

#define KIND(n)	{ .name = n, .needs = GATE_NEEDS_INIT, .begin = begin, \
		    .done = begun }

static const struct deed_kind kinds[] = {
	[DEED_EXEC]	 = KIND("exec"),
	[DEED_FILES]	 = KIND("files"),
	[DEED_PROCESSES] = KIND("processes"),
	[DEED_APPS]	 = KIND("apps")
};

static const struct deed_kind *
kind_of(const struct exec_args *want)
{
	const char	*op = want->args;

	if (!is_pump(want))
		return &kinds[DEED_EXEC];
	if (strcmp(op, "ps") == 0 || strcmp(op, "signal") == 0)
		return &kinds[DEED_PROCESSES];
	if (strcmp(op, "apps") == 0 || strcmp(op, "app") == 0)
		return &kinds[DEED_APPS];
	return &kinds[DEED_FILES];
}

void
exec_start(struct worker *w, struct wire_msg *m)
{
	struct exec_args	want = { .env = NULL };
	struct exec_deed	d = { .want = &want, .hdr = &m->hdr };
	const char		*wrong;

	if ((wrong = exec_args_read(&want, m)) == NULL &&
	    find_asked(w, m->hdr.request) != NULL)
		wrong = "an exec's number is in use";
	if (wrong != NULL) {
		exec_args_clear(&want);
		peer_close(w->broker, wrong);
		return;
	}
	d.deed.kind = kind_of(&want);
	d.deed.principal = want.head.principal;
	gate_pass(w, &d.deed);
	exec_args_clear(&want);
}

static void
signal_init(struct worker *w, const struct exec *e, uint32_t sig)
{
	struct msg_exec_signal	m = { .signal = sig };
	struct msg_out		out = { .type = MSG_EXEC_SIGNAL,
				    .request = e->request,
				    .session = &w->session, .data = &m,
				    .len = sizeof(m) };

	if (w->init != NULL)
		peer_send(w->init, &out);
}

/*
 * Nobody reads its output any more.  A pump has perhaps something to take
 * back.
 */
static void
orphan_end(struct worker *w, const struct exec *e)
{
	signal_init(w, e, e->is_pump ? SIGTERM : SIGKILL);
}

/* Also MSG_EXEC_TTY: both hand over what the program is connected to. */
void
exec_started(struct worker *w, struct wire_msg *m)
{
	struct exec	*e = find(w, m->hdr.request);
	struct msg_out	 out = { .type = m->hdr.type, .session = &w->session,
			    .data = m->data, .len = m->len, .fds = m->fds,
			    .nfds = m->nfds };

	if (e == NULL || e->is_started) {
		peer_close(w->init, "a program nobody asked for");
		return;
	}
	e->is_started = 1;
	if (e->is_orphan) {
		orphan_end(w, e);
		return;
	}
	out.request = e->asked;
	peer_send(w->broker, &out);
}

void
exec_exited(struct worker *w, struct wire_msg *m)
{
	struct exec	*e = find(w, m->hdr.request);
	struct msg_out	 out = { .type = MSG_EXEC_EXITED,
			    .session = &w->session, .data = m->data,
			    .len = m->len };

	if (e == NULL || !e->is_started) {
		peer_close(w->init, "an exit of no program");
		return;
	}
	out.request = e->asked;
	if (!e->is_orphan)
		peer_send(w->broker, &out);
	exec_free(w, e);
}

/* -1 when it answers no exec. */
int
exec_refused(struct worker *w, struct wire_msg *m)
{
	struct exec		*e = find(w, m->hdr.request);
	struct msg_hdr		 to = { .session = w->session };
	struct msg_error	 error;
	struct msg_tail		 tail;
	const char		*pointer, *detail;

	if (e == NULL || e->is_started)
		return -1;
	memcpy(&error, m->data, sizeof(error));
	msg_tail_init(&tail, m->data, m->len, sizeof(error));
	pointer = msg_tail_next(&tail);
	detail = msg_tail_next(&tail);
	to.request = e->asked;
	if (!e->is_orphan)
		peer_error(w->broker, &to, problem_valid(error.problem),
		    pointer, detail);
	exec_free(w, e);
	return 0;
}

/* A signal may cross its program's exit: an unknown number is no fault. */
void
exec_signal(struct worker *w, struct wire_msg *m)
{
	struct exec		*e = find_asked(w, m->hdr.request);
	struct msg_exec_signal	 sig;

	memcpy(&sig, m->data, sizeof(sig));
	if (sig.signal == 0 || sig.signal >= NSIG) {
		peer_close(w->broker, "no such signal");
		return;
	}
	if (e != NULL)
		signal_init(w, e, sig.signal);
}

void
exec_broker_gone(struct worker *w)
{
	struct exec	*e;

	TAILQ_FOREACH(e, &w->execs, entry) {
		if (e->is_orphan)
			continue;
		e->is_orphan = 1;
		orphan_end(w, e);
	}
}

/*
 * Pid 1 is gone and with it every program of the session; what had not
 * started never will.
 */
void
exec_init_gone(struct worker *w)
{
	struct msg_exec_exited	 m = { .code = -1, .signal = SIGKILL };
	struct msg_out		 out = { .type = MSG_EXEC_EXITED,
				    .session = &w->session, .data = &m,
				    .len = sizeof(m) };
	struct msg_hdr		 to = { .session = w->session };
	struct exec		*e;

	while ((e = TAILQ_FIRST(&w->execs)) != NULL) {
		out.request = to.request = e->asked;
		if (!e->is_orphan && e->is_started)
			peer_send(w->broker, &out);
		else if (!e->is_orphan)
			peer_error(w->broker, &to, PROBLEM_UNAVAILABLE, "",
			    "the session's init is gone");
		exec_free(w, e);
	}
}
