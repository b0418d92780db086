/*
 * Programs that are kept, from their start until they are forgotten.  They
 * run on whoever comes and goes; each end is told to the worker of the time.
 */
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "kept_program.h"
#include "log.h"
#include "peer.h"
#include "request.h"
#include "wire.h"
#include "xmalloc.h"

#define HANGUP_WAIT	{ 2, 0 }	/* from SIGHUP to SIGKILL */
/* What a program left behind may hold its streams for ever. */
#define DRAIN_WAIT	{ 0, 250 * 1000 }

static TAILQ_HEAD(, kept)	 all = TAILQ_HEAD_INITIALIZER(all);
static unsigned int		 nrun, nended;
static uint64_t			 last_end;
static struct event_base	*loop;

static int	start(struct kept *, const struct request *, struct refusal *);
static void	settle(struct kept *);
static void	kept_free(struct kept *);
static void	status_cb(int, short, void *);
static void	deadline_cb(int, short, void *);
static void	later_cb(int, short, void *);

void
kept_start(struct event_base *base)
{
	loop = base;
}

struct event_base *
kept_loop(void)
{
	return loop;
}

struct kept *
kept_find(const struct ulid *id)
{
	struct kept	*k;

	TAILQ_FOREACH(k, &all, entry)
		if (ulid_cmp(&k->ask.id, id) == 0)
			return k;
	return NULL;
}

struct kept *
kept_next(const struct kept *k)
{
	return k == NULL ? TAILQ_FIRST(&all) : TAILQ_NEXT(k, entry);
}

static struct kept *
oldest_ended(void)
{
	struct kept	*k, *oldest = NULL;

	TAILQ_FOREACH(k, &all, entry)
		if (k->ended != 0 &&
		    (oldest == NULL || k->ended < oldest->ended))
			oldest = k;
	return oldest;
}

/* Bytes that are, or may be, kept of all; one that has ended has no more. */
static size_t
promised(void)
{
	struct kept	*k;
	size_t		 sum = 0;

	TAILQ_FOREACH(k, &all, entry)
		sum += k->ring.max;
	return sum;
}

/* Those that have ended give way, the oldest first. */
static int
make_room(uint32_t keep, struct refusal *no)
{
	struct kept	*k;

	if (nrun >= KEPT_RUN_MAX)
		return refuse(no, PROBLEM_LIMIT, "",
		    "as many programs as a session may keep run already");
	while (promised() + keep > KEPT_BYTES_ALL) {
		if ((k = oldest_ended()) == NULL)
			return refuse(no, PROBLEM_LIMIT, "/keep_bytes",
			    "the programs of this session keep too much "
			    "output together");
		kept_free(k);
	}
	return 0;
}

/* Whole arguments as long as they fit; the last one may be cut. */
static void
keep_argv(struct kept *k, char *const *argv)
{
	size_t	n;

	for (; *argv != NULL && k->argv_len < sizeof(k->argv); argv++) {
		n = strlcpy(k->argv + k->argv_len, *argv,
		    sizeof(k->argv) - k->argv_len) + 1;
		k->argv_len += n;
		if (k->argv_len > sizeof(k->argv))
			k->argv_len = sizeof(k->argv);
	}
}

/* A terminal without a program gets the shell of its environment. */
static void
login_shell(struct request *r)
{
	static char	 login[] = "-l", sh[] = "/bin/sh";
	size_t		 i;

	free(r->argv);
	r->argv = xcalloc(3, sizeof(*r->argv));
	r->argv[0] = sh;
	r->argv[1] = login;
	r->m.argc = 2;
	for (i = 0; i < r->env.n; i++)
		if (strncmp(r->env.v[i], "SHELL=/", 7) == 0)
			r->argv[0] = r->env.v[i] + 6;
}

static const char *
check(const struct msg_kept_start *m, uint64_t number)
{
	if (number == 0 || ulid_is_zero(&m->id) || kept_find(&m->id) != NULL)
		return "kept_start with an id that is in use";
	if (m->kind != KEPT_PROCESS && m->kind != KEPT_TERMINAL)
		return "kept_start of no kind";
	if ((m->exec.flags & ~(uint32_t)EXEC_ROOT) != 0)
		return "kept_start with unknown flags";
	if (m->keep < KEPT_BYTES_MIN || m->keep > KEPT_BYTES_MAX)
		return "kept_start with a wrong size";
	if (memchr(m->name, '\0', sizeof(m->name)) == NULL)
		return "kept_start with a name without end";
	return NULL;
}

void
kept_start_ask(struct peer *p, struct wire_msg *msg)
{
	struct msg_kept_start	*m = (struct msg_kept_start *)msg->data;
	struct request		 r;
	struct refusal		 no;
	struct kept		*k;
	const char		*why;

	memset(&r, 0, sizeof(r));
	if ((why = check(m, msg->hdr.request)) == NULL) {
		if (m->kind == KEPT_TERMINAL)
			m->exec.flags |= EXEC_TTY;
		why = request_read(&r, msg->data, msg->len, sizeof(*m));
	}
	if (why != NULL) {
		request_free(&r);
		peer_close(p, why);
		return;
	}
	if (r.m.argc == 0 && m->kind == KEPT_TERMINAL)
		login_shell(&r);
	k = xcalloc(1, sizeof(*k));
	k->ask = *m;
	k->peer = p;
	k->hdr = msg->hdr;
	if (request_refuse(&r, &no) || make_room(m->keep, &no) ||
	    start(k, &r, &no) == -1) {
		peer_error(p, &msg->hdr, no.problem, no.pointer, no.detail);
		free(k);
	}
	request_free(&r);
}

static int
start(struct kept *k, const struct request *r, struct refusal *no)
{
	struct stdio	s;
	struct timeval	tv;

	if ((k->pid = request_launch(r, &s, &k->status, no)) == -1)
		return -1;
	keep_argv(k, r->argv);
	k->ask.exec.argc = r->m.argc;
	k->since = monotime_now();
	k->started_ms = (uint64_t)walltime_ms();
	TAILQ_INIT(&k->attached);
	TAILQ_INSERT_TAIL(&all, k, entry);
	nrun++;
	ring_start(&k->ring, k->ask.keep);
	event_assign(&k->ev_status, loop, k->status, EV_READ, status_cb, k);
	event_add(&k->ev_status, NULL);
	evtimer_assign(&k->ev_later, loop, later_cb, k);
	evtimer_assign(&k->ev_deadline, loop, deadline_cb, k);
	kept_io_start(k, s.near);
	if (r->m.timeout_ms != 0) {
		tv.tv_sec = r->m.timeout_ms / 1000;
		tv.tv_usec = (r->m.timeout_ms % 1000) * 1000;
		evtimer_add(&k->ev_deadline, &tv);
	}
	return 0;
}

static void
kept_free(struct kept *k)
{
	if (k->ended != 0)
		nended--;
	else
		nrun--;
	if (k->remover != NULL)
		(void)peer_ok(k->remover, &k->remove_hdr);
	attach_free_all(k);
	kept_io_stop(k);
	event_del(&k->ev_status);
	event_del(&k->ev_deadline);
	event_del(&k->ev_later);
	if (k->status != -1)
		close(k->status);
	ring_free(&k->ring);
	TAILQ_REMOVE(&all, k, entry);
	free(k);
}

static void
status_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	settle(arg);
}

static void
failed(struct kept *k, const struct launch_fault *fault)
{
	struct refusal	no;

	request_fault(fault, &no);
	if (k->peer != NULL)
		peer_error(k->peer, &k->hdr, no.problem, no.pointer,
		    no.detail);
	kept_free(k);
}

static void
started(struct kept *k)
{
	struct msg_kept_started	 m = { .pid = (uint32_t)k->pid,
				    .argc = k->ask.exec.argc,
				    .started_ms = k->started_ms };
	struct msg_out		 out = { .type = MSG_KEPT_STARTED,
				    .request = k->hdr.request,
				    .session = &k->hdr.session,
				    .data = &m, .len = sizeof(m),
				    .tail = k->argv,
				    .tail_len = k->argv_len };

	close(k->status);
	k->status = -1;
	k->started = 1;
	if (k->peer != NULL)
		(void)peer_send(k->peer, &out);
	k->peer = NULL;
}

/* Whether it has begun; one that has not is no more after this. */
static void
settle(struct kept *k)
{
	struct launch_fault	fault;

	switch (launch_state(k->status, &fault)) {
	case LAUNCH_PENDING:
		event_add(&k->ev_status, NULL);
		break;
	case LAUNCH_FAILED:
		failed(k, &fault);
		break;
	case LAUNCH_STARTED:
		started(k);
		break;
	}
}

void
kept_over(struct kept *k)
{
	if (k->ended == 0)
		return;
	event_del(&k->ev_later);
	if (k->out[0] == -1 && k->out[1] == -1)
		ring_trim(&k->ring);
	k->settled = 1;
	attach_tell(k);
}

static void
tell_end(const struct kept *k)
{
	struct msg_kept_exited	 m = { .id = k->ask.id, .code = k->code,
				    .signal = k->signal, .flags = k->flags,
				    .duration_ms = k->duration_ms };
	struct msg_out		 out = { .type = MSG_KEPT_EXITED,
				    .session = &k->hdr.session,
				    .data = &m, .len = sizeof(m) };
	struct peer		*p = link_worker();

	if (p != NULL)
		(void)peer_send(p, &out);
}

static void
ended(struct kept *k, int status)
{
	static const struct timeval	 tv = DRAIN_WAIT;

	k->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	k->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	k->duration_ms = (uint32_t)monotime_since_ms(k->since);
	k->ended_ms = (uint64_t)walltime_ms();
	k->ended = ++last_end;
	nrun--;
	nended++;
	event_del(&k->ev_deadline);
	kept_io_close_input(k);
	tell_end(k);
	if (k->removed) {
		/* Its group keeps its number while anyone is left in it. */
		(void)kill(-k->pid, SIGKILL);
		kept_free(k);
		return;
	}
	kept_io_drain(k);
	if (k->out[0] == -1 && k->out[1] == -1)
		kept_over(k);
	else
		evtimer_add(&k->ev_later, &tv);
	if (nended > KEPT_ENDED_MAX)
		kept_free(oldest_ended());
}

int
kept_reaped(pid_t pid, int status)
{
	struct kept	*k;

	TAILQ_FOREACH(k, &all, entry)
		if (k->pid == pid && k->ended == 0)
			break;
	if (k == NULL)
		return 0;
	if (!k->started) {
		settle(k);
		/* One that could not be started is forgotten already. */
		TAILQ_FOREACH(k, &all, entry)
			if (k->pid == pid && k->ended == 0)
				break;
	}
	if (k != NULL)
		ended(k, status);
	return 1;
}

/* A child that has not come to setsid has no group yet. */
void
kept_kill(const struct kept *k, int sig)
{
	if (kill(-k->pid, sig) == -1 && errno == ESRCH)
		(void)kill(k->pid, sig);
}

static void
deadline_cb(int fd, short events, void *arg)
{
	struct kept	*k = arg;

	(void)fd;
	(void)events;
	k->flags |= KEPT_TIMED_OUT;
	kept_kill(k, SIGKILL);
}

/* It had its time to hang up; or its last output has had its time. */
static void
later_cb(int fd, short events, void *arg)
{
	struct kept	*k = arg;

	(void)fd;
	(void)events;
	if (k->ended == 0) {
		kept_kill(k, SIGKILL);
		return;
	}
	kept_io_drain(k);
	kept_over(k);
}

void
kept_remove(struct kept *k, struct peer *p, const struct msg_hdr *hdr)
{
	static const struct timeval	 tv = HANGUP_WAIT;

	k->remover = p;
	k->remove_hdr = *hdr;
	k->removed = 1;
	if (k->ended != 0) {
		kept_free(k);
		return;
	}
	kept_kill(k, SIGHUP);
	/* One that was stopped would not notice. */
	kept_kill(k, SIGCONT);
	evtimer_add(&k->ev_later, &tv);
}

void
kept_forget(const struct peer *p)
{
	struct kept	*k;

	TAILQ_FOREACH(k, &all, entry) {
		if (k->peer == p)
			k->peer = NULL;
		if (k->remover == p)
			k->remover = NULL;
	}
}
