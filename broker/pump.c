/*
 * From the question to the worker to the end of the process.  An operation
 * has ended when its last word was heard and its output is read; the
 * process may live a little longer, and its place is taken until then.
 */
#include <event2/event.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_error.h"
#include "ask.h"
#include "broker.h"
#include "http.h"
#include "json_read.h"
#include "lines.h"
#include "log.h"
#include "peer.h"
#include "places.h"
#include "pump.h"
#include "session.h"
#include "utf8.h"
#include "wire.h"
#include "xmalloc.h"

#define PUMPS_MAX	128
#define USER_PUMPS	32
#define WATCHES_MAX	64
#define USER_WATCHES	16
#define WORD_MAX	(256 * 1024)	/* bytes of one line */
/* To bring what was done to the disk; then, to take back what was begun. */
#define GRACE		{ 120, 0 }
#define GRACE_AGAIN	{ 20, 0 }

enum verdict { VERDICT_NONE, VERDICT_DONE, VERDICT_FAULT };

struct pump {
	const struct pump_calls	*calls;		/* NULL: nobody listens */
	void			*arg;
	struct ask		*ask;		/* NULL: it has exited */
	struct places		*places;
	uid_t			 uid;
	int			 started;
	int			 told;		/* its head */
	int			 fd[2];		/* input, output; -1: taken */
	struct lines		 word;
	struct lines		 out;
	enum verdict		 verdict;
	struct json_object	*last;		/* of VERDICT_DONE */
	struct pump_fault	 fault;
	char			 pointer[128];
	char			 detail[512];
	struct event		 grace;
	int			 asked;		/* to end */
	struct event		 free;		/* its callers may stand on it */
};

static struct places	places = {
	.max = PUMPS_MAX,
	.uid_max = USER_PUMPS,
	.what = "operations on files at once"
};
static struct places	watches = {
	.max = WATCHES_MAX,
	.uid_max = USER_WATCHES,
	.what = "watches at once"
};

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
streams_close(struct pump *p)
{
	lines_stop(&p->word);
	lines_stop(&p->out);
	close_fd(&p->fd[0]);
	close_fd(&p->fd[1]);
}

static void
free_cb(int fd, short events, void *arg)
{
	struct pump	*p = arg;

	(void)fd;
	(void)events;
	event_del(&p->grace);
	json_object_put(p->last);
	places_leave(p->places, p->uid);
	free(p);
}

/* Goes when nobody listens and the process has gone. */
static void
pump_release(struct pump *p)
{
	if (p->calls != NULL || p->ask != NULL)
		return;
	streams_close(p);
	event_active(&p->free, EV_TIMEOUT, 0);
}

static void
pump_kill(struct pump *p, int sig)
{
	struct msg_exec_signal	m = { .signal = (uint32_t)sig };

	if (p->ask != NULL)
		ask_send(p->ask, MSG_EXEC_SIGNAL, &m, sizeof(m), NULL, 0);
}

static void
grace_cb(int fd, short events, void *arg)
{
	static const struct timeval	 again = GRACE_AGAIN;
	struct pump			*p = arg;

	(void)fd;
	(void)events;
	pump_kill(p, p->asked ? SIGKILL : SIGTERM);
	if (!p->asked)
		event_add(&p->grace, &again);
	p->asked = 1;
}

static void
grace_begin(struct pump *p)
{
	static const struct timeval	tv = GRACE;

	if (p->ask != NULL && !event_pending(&p->grace, EV_TIMEOUT, NULL))
		event_add(&p->grace, &tv);
}

/* One that says it is done, and then writes nonsense, is not. */
static void
fault(struct pump *p, enum problem problem, const char *pointer,
    const char *detail)
{
	if (p->verdict == VERDICT_FAULT)
		return;
	p->verdict = VERDICT_FAULT;
	p->fault.problem = problem;
	p->fault.pointer = NULL;
	if (pointer != NULL) {
		utf8_line(p->pointer, sizeof(p->pointer), pointer);
		p->fault.pointer = p->pointer;
	}
	utf8_line(p->detail, sizeof(p->detail), detail);
	p->fault.detail = p->detail;
}

/* Tells the end when there is nothing more to hear. */
static void
settle(struct pump *p)
{
	const struct pump_calls	*calls = p->calls;

	if (calls == NULL || p->verdict == VERDICT_NONE)
		return;
	if (p->verdict == VERDICT_DONE && p->out.fd != -1)
		return;
	p->calls = NULL;
	streams_close(p);
	calls->end(p, p->last, p->verdict == VERDICT_FAULT ? &p->fault : NULL,
	    p->arg);
	grace_begin(p);
	pump_release(p);
}

/* It breaks the rules, or somebody made it do so. */
static void
broken(struct pump *p, const char *why)
{
	fault(p, PROBLEM_INTERNAL, NULL, why);
	pump_kill(p, SIGKILL);
	settle(p);
}

static enum problem
problem_named(const char *code)
{
	unsigned int	i;

	for (i = PROBLEM_NONE + 1; i < PROBLEM__COUNT; i++)
		if (strcmp(problem_code((enum problem)i), code) == 0)
			return (enum problem)i;
	return PROBLEM_INTERNAL;
}

static const char *
member(struct json_object *o, const char *name)
{
	struct json_object	*v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

static struct json_object *
parse(const char *text, size_t len)
{
	struct json_error	 error;
	struct json_object	*o = json_read(text, len, &error);

	if (o != NULL && !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		o = NULL;
	}
	return o;
}

static int
is_done(struct json_object *o)
{
	struct json_object	*v;

	return json_object_object_get_ex(o, "done", &v) &&
	    json_object_get_boolean(v);
}

/* Its output comes after its head, in whatever order pipes are read. */
static void
lines_begin(struct pump *p)
{
	if (p->calls == NULL || p->calls->line == NULL || p->fd[1] == -1)
		return;
	lines_start(&p->out, p->fd[1]);
	p->fd[1] = -1;
}

/* -1: it may be stopped, or gone. */
static int
heard(struct pump *p, struct json_object *o)
{
	const char	*problem = member(o, "problem"), *detail;

	if (problem != NULL) {
		detail = member(o, "detail");
		fault(p, problem_named(problem), member(o, "pointer"),
		    detail == NULL ? "" : detail);
		settle(p);
		return -1;
	}
	if (is_done(o)) {
		p->verdict = VERDICT_DONE;
		p->last = json_object_get(o);
		lines_begin(p);
		lines_stop(&p->word);
		settle(p);
		return -1;
	}
	if (p->told) {
		broken(p, "deskd-pump said more than it should");
		return -1;
	}
	p->told = 1;
	if (p->calls->head != NULL)
		p->calls->head(p, o, p->arg);
	lines_begin(p);
	return p->calls == NULL ? -1 : 0;
}

static int
word_cb(const char *text, size_t len, void *arg)
{
	struct pump		*p = arg;
	struct json_object	*o;
	int			 rv;

	if ((o = parse(text, len)) == NULL) {
		broken(p, "deskd-pump said what is no JSON object");
		return -1;
	}
	rv = heard(p, o);
	json_object_put(o);
	return rv;
}

/* It says why it fails, unless it is killed, as when its session stops. */
static void
word_ended(int whole, void *arg)
{
	struct pump	*p = arg;

	if (whole)
		fault(p, PROBLEM_CANCELLED, NULL, "it was killed before its "
		    "end; the session may have stopped");
	broken(p, "deskd-pump said a line without an end");
}

static int
line_cb(const char *text, size_t len, void *arg)
{
	struct pump		*p = arg;
	struct json_object	*o;

	if ((o = parse(text, len)) == NULL) {
		broken(p, "deskd-pump wrote what is no JSON object");
		return -1;
	}
	p->calls->line(p, o, p->arg);
	json_object_put(o);
	return p->calls == NULL ? -1 : 0;
}

static void
out_ended(int whole, void *arg)
{
	struct pump	*p = arg;

	if (!whole)
		broken(p, "deskd-pump wrote a line without an end");
	else
		settle(p);
}

static void
recv_started(struct pump *p, struct wire_msg *m)
{
	if (p->started) {
		peer_close(ask_peer(p->ask), "a pump started twice");
		return;
	}
	p->started = 1;
	if (p->calls == NULL) {
		/* It was stopped before; its pipes go with the message. */
		pump_kill(p, SIGKILL);
		return;
	}
	p->fd[0] = wire_take_fd(m, 0);
	p->fd[1] = wire_take_fd(m, 1);
	lines_start(&p->word, wire_take_fd(m, 2));
}

static void
recv_exited(struct pump *p)
{
	if (!p->started) {
		peer_close(ask_peer(p->ask), "a pump ended before it began");
		return;
	}
	ask_free(p->ask);
	p->ask = NULL;
	event_del(&p->grace);
	/* What it has said is still in its pipes. */
	pump_release(p);
}

static void
recv_error(struct pump *p, const struct wire_msg *m)
{
	const struct msg_error	*e = (const struct msg_error *)m->data;
	struct msg_tail		 t;
	const char		*pointer, *detail;
	enum problem		 problem = problem_valid(e->problem);

	if (p->started) {
		peer_close(ask_peer(p->ask), "an error after a start");
		return;
	}
	ask_free(p->ask);
	p->ask = NULL;
	msg_tail_init(&t, m->data, m->len, sizeof(*e));
	pointer = msg_tail_next(&t);
	detail = msg_tail_next(&t);
	/* Its own program cannot be what a client asked for wrongly. */
	if (problem == PROBLEM_NONE || problem == PROBLEM_NO_SUCH_PROGRAM)
		problem = PROBLEM_INTERNAL;
	fault(p, problem, problem == PROBLEM_NOT_OFFERED ? pointer : NULL,
	    detail == NULL ? "" : detail);
	if (p->calls == NULL)
		pump_release(p);
	else
		settle(p);
}

/* NULL: the worker has gone; the pump works on, or ends by itself. */
static void
answer(struct wire_msg *m, void *arg)
{
	struct pump	*p = arg;

	if (m == NULL) {
		p->ask = NULL;		/* freed by who calls */
		event_del(&p->grace);
		if (!p->started)
			fault(p, PROBLEM_UNAVAILABLE, NULL, "the process that "
			    "was asked is being restarted");
		if (p->calls == NULL)
			pump_release(p);
		else
			settle(p);
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_EXEC_STARTED:
		recv_started(p, m);
		break;
	case MSG_EXEC_EXITED:
		recv_exited(p);
		break;
	case MSG_ERROR:
		recv_error(p, m);
		break;
	default:
		peer_close(ask_peer(p->ask), "no answer to a pump");
	}
}

static struct pump *
pump_new(const struct pump_calls *calls, void *arg)
{
	struct pump	*p = xcalloc(1, sizeof(*p));

	p->calls = calls;
	p->arg = arg;
	p->fd[0] = p->fd[1] = p->word.fd = p->out.fd = -1;
	p->word.max = p->out.max = WORD_MAX;
	p->word.line = word_cb;
	p->word.ended = word_ended;
	p->out.line = line_cb;
	p->out.ended = out_ended;
	p->word.arg = p->out.arg = p;
	evtimer_assign(&p->grace, broker_base(), grace_cb, p);
	event_assign(&p->free, broker_base(), -1, 0, free_cb, p);
	return p;
}

/* cwd, arguments, no environment; NULL when they are too long. */
static const char *
texts(const struct pump_plan *plan, struct msg_exec *head, size_t *len)
{
	static char	buf[EXEC_ARGS_BYTES];
	size_t		n;
	int		i;

	buf[0] = '\0';
	*len = 1;
	for (i = 0; i < PUMP_ARGS && plan->argv[i] != NULL; i++) {
		n = strlen(plan->argv[i]) + 1;
		if (n > sizeof(buf) - *len)
			return NULL;
		memcpy(buf + *len, plan->argv[i], n);
		*len += n;
		head->argc++;
	}
	return buf;
}

struct pump *
pump_start(struct session *s, struct request *r, const struct pump_plan *plan,
    const struct pump_calls *calls, void *arg)
{
	struct places	*from = plan->endless ? &watches : &places;
	struct msg_exec	 head = { .flags = EXEC_PUMP };
	struct pump	*p;
	const char	*tail;
	size_t		 len;

	if (need_running(r, s) == -1)
		return NULL;
	if ((tail = texts(plan, &head, &len)) == NULL) {
		reply_problem(r, PROBLEM_TOO_LARGE, NULL,
		    "what is asked for is too long");
		return NULL;
	}
	if (places_take(from, r) == -1)
		return NULL;
	p = pump_new(calls, arg);
	p->places = from;
	p->uid = request_uid(r);
	if ((p->ask = ask_new(s->worker, &s->row.id, answer, p)) == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		p->calls = NULL;
		pump_release(p);
		return NULL;
	}
	if (plan->root)
		head.flags |= EXEC_ROOT;
	head.principal = p->uid;
	(void)ask_send(p->ask, MSG_EXEC, &head, sizeof(head), tail, len);
	return p;
}

int
pump_input(struct pump *p)
{
	int	fd = p->fd[0];

	p->fd[0] = -1;
	return fd;
}

int
pump_output(struct pump *p)
{
	int	fd = p->fd[1];

	p->fd[1] = -1;
	return fd;
}

void
pump_hold(struct pump *p)
{
	lines_hold(&p->out);
}

void
pump_go_on(struct pump *p)
{
	lines_go_on(&p->out);
}

void
pump_lied(struct pump *p)
{
	broken(p, "deskd-pump wrote what it should not");
}

void
pump_stop(struct pump *p)
{
	p->calls = NULL;
	streams_close(p);
	pump_kill(p, SIGKILL);
	pump_release(p);
}

void
pump_leave(struct pump *p)
{
	close_fd(&p->fd[0]);
	close_fd(&p->fd[1]);
	grace_begin(p);
}

void
pump_refuse(struct request *r, const struct pump_fault *f)
{
	reply_problem(r, f->problem, f->pointer, "%s",
	    *f->detail == '\0' ? problem_title(f->problem) : f->detail);
}
