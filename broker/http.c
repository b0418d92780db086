/*
 * libmicrohttpd on our loop.  It keeps its sockets in an epoll descriptor
 * of its own; when that is readable, or the time it asked for is up, it is
 * run once.  It must never be run from inside one of its callbacks: those
 * ask for a run with http_kick.
 */
#include <signal.h>
#include <stdlib.h>

#include "http_private.h"
#include "log.h"
#include "ws_private.h"
#include "xmalloc.h"

struct http_limits http_limits = {
	.conns = 256,
	.uid_conns = 64,
	.idle = 30,
	.request = 60,
	.heartbeat = 15,
	.refused = 2,
	.ping = 20
};

void
http_kick(struct http *h)
{
	if (h != NULL)
		event_active(&h->run, EV_TIMEOUT, 0);
}

static void
run_cb(int fd, short events, void *arg)
{
	struct http *h = arg;
	MHD_UNSIGNED_LONG_LONG ms;
	struct timeval tv;

	(void)fd;
	(void)events;
	MHD_run(h->mhd);
	if (MHD_get_timeout(h->mhd, &ms) != MHD_YES) {
		event_del(&h->run);
		return;
	}
	if (ms > 60000)
		ms = 60000;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(&h->run, &tv);
}

static void
sweep_cb(int fd, short events, void *arg)
{
	struct http *h = arg;

	(void)fd;
	(void)events;
	conns_sweep(h);
}

static struct MHD_Daemon *
daemon_start(struct http *h)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_ALLOW_UPGRADE | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, request_go, h,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned int)http_limits.conns,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONN_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)http_limits.idle,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,	/* or no sendfile */
	    MHD_OPTION_URI_LOG_CALLBACK, request_new, h,
	    MHD_OPTION_NOTIFY_COMPLETED, request_done, h,
	    MHD_OPTION_NOTIFY_CONNECTION, conn_notify, h,
	    MHD_OPTION_END);
}

struct http *
http_start(struct event_base *base, int listener)
{
	struct http *h = xcalloc(1, sizeof(*h));
	const union MHD_DaemonInfo *info;
	struct timeval tv = { 1, 0 };

	h->base = base;
	TAILQ_INIT(&h->conns);
	TAILQ_INIT(&h->requests);
	TAILQ_INIT(&h->refused);
	/* A client that leaves during sendfile must not end us. */
	signal(SIGPIPE, SIG_IGN);
	if ((h->mhd = daemon_start(h)) == NULL)
		fatalx("libmicrohttpd does not start");
	info = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL || info->epoll_fd == -1)
		fatalx("libmicrohttpd has no epoll descriptor");
	event_assign(&h->epoll, base, info->epoll_fd, EV_READ | EV_PERSIST,
	    run_cb, h);
	event_assign(&h->run, base, -1, 0, run_cb, h);
	event_assign(&h->sweep, base, -1, EV_PERSIST, sweep_cb, h);
	if (event_add(&h->epoll, NULL) == -1 ||
	    event_add(&h->sweep, &tv) == -1 || accept_start(h, listener) == -1)
		fatalx("events of the HTTP server");
	return h;
}

/* Those that wait are told, and must be awake before MHD may stop. */
static void
leave_all(struct http *h)
{
	struct conn *c, *next;

	TAILQ_FOREACH_SAFE(c, &h->conns, entry, next) {
		if (c->ws != NULL)
			ws_leave(c->ws);
		else if (c->request != NULL && c->request->stream != NULL)
			stream_left(c->request->stream);
		else if (c->request != NULL && c->request->piped != NULL)
			piped_left(c->request->piped);
		else if (c->request != NULL &&
		    (c->request->phase == PHASE_WAITING ||
		    c->request->phase == PHASE_RAW))
			request_left(c->request);
		conn_unwatch(c);
		conn_resume(c);
	}
}

void
http_stop(struct http *h)
{
	struct request *r;
	struct conn *c;

	if (h == NULL)
		return;
	accept_stop(h);
	MHD_run(h->mhd);	/* answers given in this turn of the loop */
	leave_all(h);
	MHD_run(h->mhd);
	leave_all(h);		/* WebSockets that have just opened */
	MHD_run(h->mhd);
	MHD_stop_daemon(h->mhd);
	while ((r = TAILQ_FIRST(&h->requests)) != NULL) {
		/* Without a client: its reply frees it. */
		TAILQ_REMOVE(&h->requests, r, entry);
		r->http = NULL;
	}
	while ((c = TAILQ_FIRST(&h->conns)) != NULL) {
		TAILQ_REMOVE(&h->conns, c, entry);
		free(c);
	}
	event_del(&h->epoll);
	event_del(&h->run);
	event_del(&h->sweep);
	free(h);
}

size_t
http_open(const struct http *h)
{
	return h->nconns;
}

size_t
http_streams(const struct http *h)
{
	return h->nstreams;
}

size_t
http_sockets(const struct http *h)
{
	return h->nsockets;
}

void
http_revoke(struct http *h, const struct ulid *principal)
{
	struct conn *c;
	struct request *r;

	TAILQ_FOREACH(c, &h->conns, entry) {
		r = c->request;
		if (c->ws != NULL)
			ws_revoke(c->ws, principal);
		else if (r != NULL && r->ws != NULL)
			ws_revoke(r->ws, principal);
		else if (r != NULL && r->stream != NULL &&
		    ulid_cmp(&r->principal, principal) == 0)
			stream_left(r->stream);
	}
}
