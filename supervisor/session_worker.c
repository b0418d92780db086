/*
 * The worker of a session: started, told what it needs, watched, and
 * started again when it dies; the session goes on meanwhile.
 */
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"
#include "peer.h"
#include "session.h"
#include "supervisor.h"

#define WATCHDOG_SECONDS	10
/* A machine that is busy starting many takes its time with each. */
#define START_TICKS		6

static void
exited(struct kid *k, int status, void *arg)
{
	struct session	*s = arg;

	kid_free(k);
	s->worker = NULL;
	s->worker_ready = s->worker_set_up = 0;
	event_del(&s->ev_watchdog);
	if (s->phase > PHASE_UP) {
		session_end(s, s->reason, "%s", s->detail);
		return;
	}
	log_warnx("%s: worker died (status %#x)", s->text,
	    (unsigned int)status);
	if (!kid_may_restart(&s->restarts))
		session_end(s, GONE_WORKER, "its worker dies again and again");
	else if (session_worker_start(s) == -1)
		session_end(s, GONE_WORKER, "worker: %s", strerror(errno));
}

/* A worker that does not answer between two ticks is stuck. */
static void
watchdog_cb(int fd, short events, void *arg)
{
	struct session	*s = arg;
	struct msg_out	 out = { .type = MSG_PING };

	(void)fd;
	(void)events;
	if (s->worker == NULL)
		return;
	if (s->patience == 0) {
		log_warnx("%s: worker does not answer", s->text);
		kid_kill(s->worker);
		return;
	}
	s->patience--;
	if (s->worker_set_up)
		peer_send(s->worker->peer, &out);
}

int
session_worker_start(struct session *s)
{
	struct timeval	tick = { WATCHDOG_SECONDS, 0 };
	char		root[PATH_MAX];
	struct kid_plan	plan = { .program = "deskd-worker", .root = root,
			    .uid = s->uids.worker, .role = ROLE_WORKER,
			    .from = from_worker, .exited = exited, .arg = s };

	place_session(sv.conf, s->text, "x11", root, sizeof(root));
	if ((s->worker = kid_start(&plan)) == NULL)
		return -1;
	if (sv.cgroup->enter(s->text, CGROUP_WORKER, s->worker->pid) == -1)
		log_warn("%s: worker's group", s->text);
	/* Until it is ready the watchdog is a limit to its start. */
	s->patience = START_TICKS;
	event_assign(&s->ev_watchdog, sv.base, -1, EV_PERSIST, watchdog_cb, s);
	event_add(&s->ev_watchdog, &tick);
	return 0;
}

void
session_worker_pong(struct session *s)
{
	s->patience = 1;
}

static int
send_setup(struct session *s)
{
	struct msg_worker_setup	setup;
	struct msg_out		out = { .type = MSG_WORKER_SETUP,
				    .session = &s->id, .data = &setup,
				    .len = sizeof(setup), .tail = s->env,
				    .tail_len = s->env_len };

	memset(&setup, 0, sizeof(setup));
	setup.desktop = s->start.desktop;
	setup.flags = s->start.flags & SESSION_HAS_DESKTOP;
	setup.env_count = s->start.env_count;
	return peer_send(s->worker->peer, &out);
}

static int
send_init(struct session *s)
{
	struct msg_peer	mp = { .role = ROLE_INIT };
	struct msg_out	out = { .type = MSG_PEER, .session = &s->id,
			    .data = &mp, .len = sizeof(mp), .nfds = 1 };
	int		fd, r;

	if ((fd = session_connect(s, ROLE_WORKER)) == -1)
		return -1;
	out.fds = &fd;
	r = peer_send(s->worker->peer, &out);
	close(fd);
	return r;
}

/* Called when the worker is ready and init answers, whichever is later. */
void
session_worker_ready(struct session *s)
{
	s->patience = 1;
	if (send_setup(s) == -1 || send_init(s) == -1) {
		log_warn("%s: worker's set-up", s->text);
		kid_kill(s->worker);
		return;
	}
	s->worker_set_up = 1;
	session_introduce(s);
}
