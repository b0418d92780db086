/*
 * deskd-worker: one session's hands and eyes.  It holds one connection to
 * the session's X server, one to the session's init and one to the broker;
 * every action on the session passes its gate.  Its root directory holds
 * nothing but the display's socket, its network nothing at all.  It must
 * never see keys of providers, the network, files, or another session; what
 * X server and init say is hostile.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "encode.h"
#include "log.h"
#include "peer.h"
#include "sandbox.h"
#include "worker.h"

#define INIT_SECONDS	2	/* without an init, then it leaves */

static struct worker	worker;

static void	peer_event(struct peer *, struct wire_msg *, void *);
static void	signal_cb(int, short, void *);
static void	no_init_cb(int, short, void *);
static void	ready(struct worker *);
static void	shutdown_all(struct worker *);

/*
 * What the sandbox leaves, and why:
 * stdio: memory, clocks, messages on inherited descriptors
 * event: the loop's epoll and timers
 * memfd: pictures are made, sealed and handed on as memfds; a batch comes
 *	as one; the X server writes pixels into one
 * unix: socket and connect to the display, whose server may be restarted
 */
#define GROUPS	(SANDBOX_STDIO | SANDBOX_EVENT | SANDBOX_MEMFD | SANDBOX_UNIX)

int
main(int argc, char **argv)
{
	struct worker	*w = &worker;
	struct child	 child;
	struct sandbox	 sandbox = { .groups = GROUPS };
	struct event	 ev_int, ev_term;

	child_options(&child, "deskd-worker", argc, argv);
	child.root_readonly = 1;

	signal(SIGPIPE, SIG_IGN);
	if ((w->base = event_base_new()) == NULL)
		fatalx("event_base_new");
	encode_warm_up();
	child_drop(&child);
	sandbox.kill = child.seccomp_kill;
	sandbox_enter(&sandbox);

	TAILQ_INIT(&w->execs);
	TAILQ_INIT(&w->kept_asks);
	TAILQ_INIT(&w->batches);
	TAILQ_INIT(&w->beside);
	TAILQ_INIT(&w->clips);
	TAILQ_INIT(&w->shots);
	TAILQ_INIT(&w->sizes);
	TAILQ_INIT(&w->looks);
	desktop_init(w);
	evtimer_assign(&w->no_init, w->base, no_init_cb, w);
	w->supervisor = peer_new(w->base, CHILD_FD, ROLE_WORKER,
	    ROLE_SUPERVISOR, peer_event, w);

	/* Ctrl-C reaches the whole process group: the parent decides. */
	event_assign(&ev_int, w->base, SIGINT, EV_SIGNAL | EV_PERSIST,
	    signal_cb, w);
	event_assign(&ev_term, w->base, SIGTERM, EV_SIGNAL | EV_PERSIST,
	    signal_cb, w);
	event_add(&ev_int, NULL);
	event_add(&ev_term, NULL);

	ready(w);
	event_base_dispatch(w->base);
	shutdown_all(w);
	return 0;
}

static void
ready(struct worker *w)
{
	struct msg_ready	m = { .protocol = MSG_PROTOCOL };
	struct msg_out		out = { .type = MSG_READY, .data = &m,
				    .len = sizeof(m) };

	if (peer_send(w->supervisor, &out) == -1)
		fatal("cannot tell the supervisor");
	log_ready();
}

static void
broker_gone(struct worker *w)
{
	log_debug("the broker is gone");
	exec_broker_gone(w);
	kept_broker_gone(w);
	batch_cancel_all(w);
	clipboard_cancel_all(w);
	shot_cancel_all(w);
	size_cancel_all(w);
	windows_cancel_all(w);
	peer_free(w->broker);
	w->broker = NULL;
}

/*
 * The session has died, which the supervisor sees for itself and better; or
 * its init closed this connection, and a new worker is given another.
 */
static void
init_gone(struct worker *w)
{
	struct timeval	patience = { INIT_SECONDS, 0 };

	log_debug("init is gone");
	exec_init_gone(w);
	kept_init_gone(w);
	peer_free(w->init);
	w->init = NULL;
	evtimer_add(&w->no_init, &patience);
}

static void
no_init_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	log_warnx("without its session's init");
	worker_leave(arg);
}

/* Without its supervisor nobody could ever reach a worker. */
static void
supervisor_gone(struct worker *w)
{
	log_debug("the supervisor is gone");
	worker_leave(w);
}

static const struct {
	enum role	role;
	void		(*handle)(struct worker *, struct wire_msg *);
	void		(*gone)(struct worker *);
} peers[] = {
	{ ROLE_SUPERVISOR,	from_supervisor,	supervisor_gone },
	{ ROLE_BROKER,		from_broker,		broker_gone },
	{ ROLE_INIT,		from_init,		init_gone }
};

static void
peer_event(struct peer *p, struct wire_msg *m, void *arg)
{
	struct worker	*w = arg;
	size_t		 i;

	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		if (peers[i].role != peer_role(p))
			continue;
		if (m == NULL)
			peers[i].gone(w);
		else
			peers[i].handle(w, m);
		return;
	}
}

/* A new connection replaces the old one; the descriptor is taken over. */
void
worker_add_init(struct worker *w, int fd)
{
	if (w->init != NULL) {
		exec_init_gone(w);
		kept_init_gone(w);
		peer_free(w->init);
	}
	w->init = peer_new(w->base, fd, ROLE_WORKER, ROLE_INIT, peer_event, w);
	evtimer_del(&w->no_init);
	desktop_begin(w);
}

void
worker_add_broker(struct worker *w, int fd)
{
	if (w->broker != NULL)
		broker_gone(w);
	w->broker = peer_new(w->base, fd, ROLE_WORKER, ROLE_BROKER, peer_event,
	    w);
	desktop_tell(w);
}

void
worker_leave(struct worker *w)
{
	event_base_loopbreak(w->base);
}

static void
signal_cb(int sig, short events, void *arg)
{
	struct worker	*w = arg;

	(void)events;
	if (sig == SIGTERM)
		worker_leave(w);
}

/* Keys and buttons that are down would stay down without us. */
static void
shutdown_all(struct worker *w)
{
	batch_cancel_all(w);
	clipboard_cancel_all(w);
	shot_cancel_all(w);
	size_cancel_all(w);
	windows_cancel_all(w);
	desktop_end(w);
	peer_free(w->broker);
	peer_free(w->init);
	peer_free(w->supervisor);
}
