/*
 * libmicrohttpd on our loop.  It keeps its sockets in an epoll descriptor
 * of its own; when that is readable, or the time it asked for is up, it is
 * run once.  It must never be run from inside one of its callbacks: those
 * ask for a run with http_kick.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "http_private.h"
#include "log.h"
#include "ws_private.h"
#include "xmalloc.h"

struct http_limits http_limits = {
	.conns = 256,
	.uid_conns = 64,
	.addr_unknown = 32,
	.all_unknown = 96,
	.unknown = 10,
	.idle = 30,
	.request = 60,
	.heartbeat = 15,
	.refused = 2,
	.ping = 20
};

void
engine_kick(struct engine *e)
{
	event_active(&e->run, EV_TIMEOUT, 0);
}

void
http_kick(struct http *h)
{
	struct engine *e;

	if (h != NULL)
		TAILQ_FOREACH(e, &h->engines, entry)
			engine_kick(e);
}

static void
run_cb(int fd, short events, void *arg)
{
	struct engine *e = arg;
	MHD_UNSIGNED_LONG_LONG ms;
	struct timeval tv;

	(void)fd;
	(void)events;
	MHD_run(e->mhd);
	if (MHD_get_timeout(e->mhd, &ms) != MHD_YES) {
		event_del(&e->run);
		return;
	}
	if (ms > 60000)
		ms = 60000;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(&e->run, &tv);
}

static void
engine_free(struct engine *e)
{
	TAILQ_REMOVE(&e->http->engines, e, entry);
	event_del(&e->epoll);
	event_del(&e->run);
	free(e);
}

static void
sweep_cb(int fd, short events, void *arg)
{
	struct http *h = arg;
	struct engine *e, *next;

	(void)fd;
	(void)events;
	conns_sweep(h);
	TAILQ_FOREACH_SAFE(e, &h->engines, entry, next)
		if (e->retired && e->nconns == 0) {
			MHD_stop_daemon(e->mhd);
			engine_free(e);
		}
}

/*
 * What is older than TLS 1.2 is not spoken, nor what GnuTLS itself does not
 * count as normal; the rest is in its order.
 */
#define TLS_PRIORITIES	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:" \
	"%SERVER_PRECEDENCE"

static struct MHD_Daemon *
daemon_start(struct http *h, const char *cert, const char *key)
{
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL }
	};

	if (cert == NULL)
		tls[0].option = MHD_OPTION_END;
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_ALLOW_UPGRADE | MHD_USE_NO_LISTEN_SOCKET |
	    (cert != NULL ? MHD_USE_TLS : 0), 0, NULL, NULL, request_go, h,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned int)http_limits.conns,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONN_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)http_limits.idle,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,	/* or no sendfile */
	    MHD_OPTION_URI_LOG_CALLBACK, request_new, h,
	    MHD_OPTION_NOTIFY_COMPLETED, request_done, h,
	    MHD_OPTION_NOTIFY_CONNECTION, conn_notify, h,
	    MHD_OPTION_ARRAY, tls,
	    MHD_OPTION_END);
}

/* Certificate and key are NULL for plain HTTP. */
static struct engine *
engine_new(struct http *h, const char *cert, const char *key)
{
	struct engine *e = xcalloc(1, sizeof(*e));
	const union MHD_DaemonInfo *info;

	e->http = h;
	if ((e->mhd = daemon_start(h, cert, key)) == NULL) {
		free(e);
		return NULL;
	}
	info = MHD_get_daemon_info(e->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL || info->epoll_fd == -1)
		fatalx("libmicrohttpd has no epoll descriptor");
	event_assign(&e->epoll, h->base, info->epoll_fd,
	    EV_READ | EV_PERSIST, run_cb, e);
	event_assign(&e->run, h->base, -1, 0, run_cb, e);
	if (event_add(&e->epoll, NULL) == -1)
		fatalx("events of the HTTP server");
	TAILQ_INSERT_TAIL(&h->engines, e, entry);
	return e;
}

struct http *
http_start(struct event_base *base)
{
	struct http *h = xcalloc(1, sizeof(*h));
	struct timeval tv = { 1, 0 };

	h->base = base;
	TAILQ_INIT(&h->engines);
	TAILQ_INIT(&h->doors);
	TAILQ_INIT(&h->conns);
	TAILQ_INIT(&h->requests);
	TAILQ_INIT(&h->refused);
	/* A client that leaves during sendfile must not end us. */
	signal(SIGPIPE, SIG_IGN);
	if ((h->plain = engine_new(h, NULL, NULL)) == NULL)
		fatalx("libmicrohttpd does not start");
	event_assign(&h->sweep, base, -1, EV_PERSIST, sweep_cb, h);
	if (event_add(&h->sweep, &tv) == -1)
		fatalx("events of the HTTP server");
	return h;
}

static struct door *
door_find(struct http *h, uint32_t id)
{
	struct door *d;

	TAILQ_FOREACH(d, &h->doors, entry)
		if (d->id == id)
			return d;
	return NULL;
}

/* Connections that are open stay with the old certificate. */
static void
door_engine(struct door *d, struct engine *e)
{
	if (d->engine != NULL && d->engine != d->http->plain)
		d->engine->retired = 1;
	d->engine = e;
}

const char *
http_listen(struct http *h, const struct http_listen *l, int fd)
{
	struct engine *e = h->plain;
	const char *why;
	struct door *d;

	if (l->kind == LISTEN_TLS) {
		if ((why = tls_check(l->cert, l->key)) == NULL &&
		    (e = engine_new(h, l->cert, l->key)) == NULL)
			why = "certificate and key are not taken";
		if (why != NULL) {
			close(fd);
			return why;
		}
	}
	if ((d = door_find(h, l->id)) != NULL) {
		close(fd);
		door_engine(d, e);
		return NULL;
	}
	d = xcalloc(1, sizeof(*d));
	d->http = h;
	d->id = l->id;
	d->kind = l->kind;
	d->token = l->token;
	d->fd = fd;
	door_engine(d, e);
	if (door_open(d) == -1)
		fatalx("events of the HTTP server");
	return NULL;
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

static void
run_all(struct http *h)
{
	struct engine *e;

	TAILQ_FOREACH(e, &h->engines, entry)
		MHD_run(e->mhd);
}

void
http_stop(struct http *h)
{
	struct engine *e;
	struct request *r;
	struct conn *c;

	if (h == NULL)
		return;
	doors_close(h);
	run_all(h);	/* answers given in this turn of the loop */
	leave_all(h);
	run_all(h);
	leave_all(h);		/* WebSockets that have just opened */
	run_all(h);
	TAILQ_FOREACH(e, &h->engines, entry)
		MHD_stop_daemon(e->mhd);
	while ((r = TAILQ_FIRST(&h->requests)) != NULL) {
		/* Without a client: its reply frees it. */
		TAILQ_REMOVE(&h->requests, r, entry);
		r->http = NULL;
	}
	while ((c = TAILQ_FIRST(&h->conns)) != NULL) {
		TAILQ_REMOVE(&h->conns, c, entry);
		free(c);
	}
	while ((e = TAILQ_FIRST(&h->engines)) != NULL)
		engine_free(e);
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
