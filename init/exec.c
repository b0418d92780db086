/*
 * Programs the worker asked for: from its request to the word that they
 * ended.  A program whose asker has gone runs on, its limit of time holds,
 * and nobody hears of its end.
 *
 * The same for deskd-pump, our own program for a session's files: it works
 * for its asker alone and ends with it.  The end of its input tells it so,
 * and it takes back what it has half done; only then is it killed.
 */
#include <sys/queue.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"
#include "monotime.h"
#include "msg.h"
#include "peer.h"
#include "problem.h"
#include "request.h"
#include "wire.h"
#include "xmalloc.h"

#define EXECS_MAX	256
#define PUMP_GRACE	30	/* seconds to undo what was begun */

struct exec {
	TAILQ_ENTRY(exec)	 entry;
	struct peer		*peer;		/* NULL: has gone */
	struct msg_hdr		 hdr;		/* of the request */
	struct event		 ev_status;
	struct event		 ev_deadline;
	struct monotime		 since;
	int			 status;	/* pipe; -1: it has started */
	int			 near[3];	/* until they are sent */
	pid_t			 pid;
	int			 tty;
	int			 pump;
	int			 timed_out;
};
static TAILQ_HEAD(execs, exec)	 execs = TAILQ_HEAD_INITIALIZER(execs);
static unsigned int		 nexecs;
static struct event_base	*loop;

static struct exec	*exec_find(const struct peer *, uint64_t);
static int		 exec_run(struct exec *, const struct request *,
			    struct refusal *);
static void		 exec_watch(struct exec *, uint32_t);
static void		 exec_free(struct exec *);
static void		 exec_settle(struct exec *);
static void		 exec_started(struct exec *);
static void		 exec_failed(struct exec *,
			    const struct launch_fault *);
static void		 exec_kill(const struct exec *, int);
static void		 status_cb(int, short, void *);
static void		 deadline_cb(int, short, void *);

void
exec_start(struct event_base *base)
{
	loop = base;
}

void
exec_ask(struct peer *p, struct wire_msg *msg)
{
	struct request	 r;
	struct refusal	 no;
	struct exec	*e;
	const char	*why;

	memset(&r, 0, sizeof(r));
	if ((why = request_read(&r, msg->data, msg->len,
	    sizeof(r.m))) == NULL && (msg->hdr.request == 0 ||
	    exec_find(p, msg->hdr.request) != NULL))
		why = "exec with a number that is in use";
	if (why != NULL) {
		request_free(&r);
		peer_close(p, why);
		return;
	}
	e = xcalloc(1, sizeof(*e));
	e->peer = p;
	e->hdr = msg->hdr;
	if (request_refuse(&r, &no) || exec_run(e, &r, &no) == -1) {
		peer_error(p, &msg->hdr, no.problem, no.pointer, no.detail);
		free(e);
	}
	request_free(&r);
}

static struct exec *
exec_find(const struct peer *p, uint64_t request)
{
	struct exec	*e;

	TAILQ_FOREACH(e, &execs, entry)
		if (e->peer == p && e->hdr.request == request)
			return e;
	return NULL;
}

static int
exec_run(struct exec *e, const struct request *r, struct refusal *no)
{
	struct stdio	s;

	if (nexecs >= EXECS_MAX) {
		refuse(no, PROBLEM_BUSY, "",
		    "too many programs were started and still run");
		return -1;
	}
	e->tty = (r->m.flags & EXEC_TTY) != 0;
	e->pump = (r->m.flags & EXEC_PUMP) != 0;
	if ((e->pid = request_launch(r, &s, &e->status, no)) == -1)
		return -1;
	memcpy(e->near, s.near, sizeof(e->near));
	exec_watch(e, r->m.timeout_ms);
	return 0;
}

static void
exec_watch(struct exec *e, uint32_t timeout_ms)
{
	struct timeval	tv;

	TAILQ_INSERT_TAIL(&execs, e, entry);
	nexecs++;
	e->since = monotime_now();
	event_assign(&e->ev_status, loop, e->status, EV_READ, status_cb, e);
	event_add(&e->ev_status, NULL);
	evtimer_assign(&e->ev_deadline, loop, deadline_cb, e);
	if (timeout_ms == 0)
		return;
	tv.tv_sec = timeout_ms / 1000;
	tv.tv_usec = (timeout_ms % 1000) * 1000;
	evtimer_add(&e->ev_deadline, &tv);
}

static void
exec_free(struct exec *e)
{
	event_del(&e->ev_status);
	event_del(&e->ev_deadline);
	if (e->status != -1)
		close(e->status);
	stdio_close(e->near);
	TAILQ_REMOVE(&execs, e, entry);
	nexecs--;
	free(e);
}

static void
status_cb(int fd, short events, void *arg)
{
	struct exec	*e = arg;

	(void)fd;
	(void)events;
	exec_settle(e);
}

/*
 * Whether the program has begun: says so, or why not.  After a failure
 * there is only the child to reap, and nobody to tell.
 */
static void
exec_settle(struct exec *e)
{
	struct launch_fault	fault;

	if (e->status == -1)
		return;
	switch (launch_state(e->status, &fault)) {
	case LAUNCH_PENDING:
		event_add(&e->ev_status, NULL);
		return;
	case LAUNCH_FAILED:
		exec_failed(e, &fault);
		break;
	case LAUNCH_STARTED:
		exec_started(e);
		break;
	}
	close(e->status);
	e->status = -1;
	stdio_close(e->near);
}

static void
exec_started(struct exec *e)
{
	struct msg_exec_started	 m = { .pid = (uint32_t)e->pid };
	struct msg_out		 out = { .request = e->hdr.request,
				    .session = &e->hdr.session,
				    .data = &m, .len = sizeof(m),
				    .fds = e->near };

	if (e->peer == NULL)
		return;
	out.type = e->tty ? MSG_EXEC_TTY : MSG_EXEC_STARTED;
	out.nfds = e->tty ? 1 : 3;
	(void)peer_send(e->peer, &out);
}

static void
exec_failed(struct exec *e, const struct launch_fault *fault)
{
	struct refusal	no;

	request_fault(fault, &no);
	if (e->peer != NULL)
		peer_error(e->peer, &e->hdr, no.problem, no.pointer,
		    no.detail);
	e->peer = NULL;
}

int
exec_reaped(pid_t pid, int status)
{
	struct msg_exec_exited	 m;
	struct msg_out		 out = { .type = MSG_EXEC_EXITED,
				    .data = &m, .len = sizeof(m) };
	struct exec		*e;

	TAILQ_FOREACH(e, &execs, entry)
		if (e->pid == pid)
			break;
	if (e == NULL)
		return 0;
	exec_settle(e);
	if (e->peer != NULL) {
		memset(&m, 0, sizeof(m));
		m.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		m.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		m.flags = e->timed_out ? EXEC_TIMED_OUT : 0;
		m.duration_ms = (uint32_t)monotime_since_ms(e->since);
		out.request = e->hdr.request;
		out.session = &e->hdr.session;
		(void)peer_send(e->peer, &out);
	}
	exec_free(e);
	return 1;
}

static void
deadline_cb(int fd, short events, void *arg)
{
	struct exec	*e = arg;

	(void)fd;
	(void)events;
	e->timed_out = 1;
	exec_kill(e, SIGKILL);
}

/* A child that has not come to setsid has no group yet. */
static void
exec_kill(const struct exec *e, int sig)
{
	if (kill(-e->pid, sig) == -1 && errno == ESRCH)
		(void)kill(e->pid, sig);
}

/* A program that has just ended is no fault of the asker. */
void
exec_signal(struct peer *p, struct wire_msg *msg)
{
	struct msg_exec_signal	 m;
	struct exec		*e;

	memcpy(&m, msg->data, sizeof(m));
	if (m.signal == 0 || m.signal >= NSIG) {
		peer_close(p, "exec_signal with no signal's number");
		return;
	}
	if ((e = exec_find(p, msg->hdr.request)) == NULL) {
		log_debug("no program to signal");
		return;
	}
	exec_kill(e, (int)m.signal);
}

void
exec_forget(const struct peer *p)
{
	static const struct timeval	 tv = { PUMP_GRACE, 0 };
	struct exec			*e;

	TAILQ_FOREACH(e, &execs, entry) {
		if (e->peer != p)
			continue;
		e->peer = NULL;
		if (e->pump)
			evtimer_add(&e->ev_deadline, &tv);
	}
}
