/*
 * Connections: counting them, and noticing that a client has left while
 * libmicrohttpd is not looking at its socket.
 */
#include <sys/socket.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "http_private.h"
#include "log.h"
#include "xmalloc.h"

static void	left_cb(int, short, void *);

struct conn *
conn_find(struct http *h, int fd)
{
	struct conn *c;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->fd == fd)
			return c;
	return NULL;
}

void
conn_free(struct conn *c)
{
	struct http *h = c->http;

	conn_unwatch(c);
	TAILQ_REMOVE(&h->conns, c, entry);
	h->nconns--;
	c->engine->nconns--;
	free(c);
	doors_resume(h);
}

struct conn *
conn_new(struct engine *e, int fd, uid_t uid)
{
	struct http *h = e->http;
	struct conn *c;

	/* One that MHD closed without ever having started it. */
	if ((c = conn_find(h, fd)) != NULL)
		conn_free(c);
	c = xcalloc(1, sizeof(*c));
	c->http = h;
	c->engine = e;
	c->fd = fd;
	c->uid = uid;
	c->since = monotime_now();
	/* libevent tells of a reset, which is no mere end, as readable. */
	event_assign(&c->left, h->base, fd, EV_READ | EV_CLOSED | EV_ET |
	    EV_PERSIST, left_cb, c);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	h->nconns++;
	e->nconns++;
	return c;
}

/* MHD's word that a connection begins or ends. */
void
conn_notify(void *arg, struct MHD_Connection *mhd, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct http *h = arg;
	struct conn *c = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c != NULL)
			conn_free(c);
		*context = NULL;
		return;
	}
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	c = info == NULL ? NULL : conn_find(h, info->connect_fd);
	if (c != NULL)
		c->mhd = mhd;
	*context = c;
}

size_t
conns_of(const struct http *h, uid_t uid)
{
	const struct conn *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->uid == uid)
			n++;
	return n;
}

/* That have shown no token yet; of one origin, or NULL for all. */
size_t
conns_unknown(const struct http *h, const struct origin *from)
{
	const struct conn *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->token && !c->known && (from == NULL ||
		    memcmp(&c->origin, from, sizeof(*from)) == 0))
			n++;
	return n;
}

/*
 * Edge-triggered, so that a client who has only ended his own sending, and
 * still waits for the answer, does not make us spin.  Over TCP he cannot be
 * told from one who has closed, and has left.
 */
static void
left_cb(int fd, short events, void *arg)
{
	struct conn *c = arg;
	struct pollfd pfd = { .fd = fd };

	(void)events;
	if (c->tcp)
		pfd.events = POLLRDHUP;
	if (poll(&pfd, 1, 0) != 1 ||
	    (pfd.revents & (POLLHUP | POLLERR | POLLRDHUP)) == 0)
		return;
	conn_unwatch(c);
	if (c->request != NULL && c->request->stream != NULL)
		stream_left(c->request->stream);
	else if (c->request != NULL && c->request->piped != NULL)
		piped_left(c->request->piped);
	else if (c->request != NULL)
		request_left(c->request);
	conn_resume(c);
}

void
conn_watch(struct conn *c)
{
	if (c->watched)
		return;
	if (event_add(&c->left, NULL) == -1)
		log_warnx("cannot watch a client");
	c->watched = 1;
}

void
conn_unwatch(struct conn *c)
{
	if (c->watched)
		event_del(&c->left);
	c->watched = 0;
}

void
conn_suspend(struct conn *c)
{
	if (c->suspended)
		return;
	c->suspended = 1;
	MHD_suspend_connection(c->mhd);
	conn_watch(c);
}

void
conn_resume(struct conn *c)
{
	if (!c->suspended)
		return;
	c->suspended = 0;
	MHD_resume_connection(c->mhd);
	engine_kick(c->engine);
}

/* How long one may take to say what it wants; a stranger, not as long. */
static int64_t
patience_ms(const struct conn *c)
{
	return (c->token && !c->known ? http_limits.unknown :
	    http_limits.request) * 1000LL;
}

/*
 * Ends those that take too long, a TLS handshake included.  What was a
 * WebSocket over TLS ends in a later run of MHD, which asks for none.
 */
void
conns_sweep(struct http *h)
{
	struct conn *c;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->upgraded && c->ws == NULL)
			engine_kick(c->engine);
		else if (c->mhd != NULL && !c->busy && !c->upgraded &&
		    monotime_since_ms(c->since) > patience_ms(c))
			shutdown(c->fd, SHUT_RDWR);
}
