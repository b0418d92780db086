/*
 * Connections: who may open one, how many, and noticing that a client has
 * left while libmicrohttpd is not looking at its socket.
 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_private.h"
#include "log.h"
#include "xmalloc.h"

#define ACCEPT_BURST	16	/* connections in one turn of the loop */

static void	left_cb(int, short, void *);

static struct conn *
conn_find(struct http *h, int fd)
{
	struct conn *c;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->fd == fd)
			return c;
	return NULL;
}

static void
conn_free(struct conn *c)
{
	struct http *h = c->http;

	conn_unwatch(c);
	TAILQ_REMOVE(&h->conns, c, entry);
	h->nconns--;
	free(c);
	if (h->paused && h->nconns < http_limits.conns &&
	    !event_pending(&h->accept_again, EV_TIMEOUT, NULL)) {
		h->paused = 0;
		event_add(&h->accept, NULL);
	}
}

static void
conn_new(struct http *h, int fd, uid_t uid)
{
	struct conn *c;

	/* One that MHD closed without ever having started it. */
	if ((c = conn_find(h, fd)) != NULL)
		conn_free(c);
	c = xcalloc(1, sizeof(*c));
	c->http = h;
	c->fd = fd;
	c->uid = uid;
	c->since = monotime_now();
	event_assign(&c->left, h->base, fd, EV_CLOSED | EV_ET | EV_PERSIST,
	    left_cb, c);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	h->nconns++;
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

static size_t
conns_of(const struct http *h, uid_t uid)
{
	const struct conn *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->uid == uid)
			n++;
	return n;
}

static int
peer_uid(int fd, uid_t *uid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		log_warn("SO_PEERCRED of a client");
		return -1;
	}
	*uid = cred.uid;
	return 0;
}

static void
take(struct http *h, int fd)
{
	struct sockaddr_storage sa;
	uid_t uid;

	if (peer_uid(fd, &uid) == -1) {
		close(fd);
		return;
	}
	if (conns_of(h, uid) >= http_limits.uid_conns) {
		conn_refuse(h, fd, "too many connections of this user");
		return;
	}
	conn_new(h, fd, uid);
	memset(&sa, 0, sizeof(sa));
	sa.ss_family = AF_UNIX;
	/* On failure MHD has closed the socket. */
	if (MHD_add_connection(h->mhd, fd, (struct sockaddr *)&sa,
	    sizeof(sa_family_t)) != MHD_YES) {
		struct conn *c = conn_find(h, fd);

		if (c != NULL)
			conn_free(c);
	}
	http_kick(h);
}

static void
pause_accept(struct http *h)
{
	h->paused = 1;
	event_del(&h->accept);
}

/* Out of descriptors or memory: let some close before trying again. */
static void
pause_a_while(struct http *h)
{
	struct timeval tv = { 0, 200000 };

	if (h->starved_at.ns == 0 || monotime_since_ms(h->starved_at) > 60000) {
		log_warn("accept of a client");
		h->starved_at = monotime_now();
	}
	pause_accept(h);
	event_add(&h->accept_again, &tv);
}

static void
accept_cb(int listener, short events, void *arg)
{
	struct http *h = arg;
	int fd, i;

	(void)events;
	for (i = 0; i < ACCEPT_BURST; i++) {
		if (h->nconns >= http_limits.conns) {
			pause_accept(h);
			return;
		}
		fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1)
			take(h, fd);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		else if (errno != EINTR && errno != ECONNABORTED) {
			pause_a_while(h);
			return;
		}
	}
}

static void
accept_again_cb(int fd, short events, void *arg)
{
	struct http *h = arg;

	(void)fd;
	(void)events;
	if (h->nconns >= http_limits.conns)
		return;		/* the next to close goes on */
	h->paused = 0;
	event_add(&h->accept, NULL);
}

int
accept_start(struct http *h, int listener)
{
	/* A client who left the queue must not make accept wait. */
	if (evutil_make_socket_nonblocking(listener) == -1)
		return -1;
	h->listener = listener;
	event_assign(&h->accept, h->base, listener, EV_READ | EV_PERSIST,
	    accept_cb, h);
	event_assign(&h->accept_again, h->base, -1, 0, accept_again_cb, h);
	return event_add(&h->accept, NULL);
}

void
accept_stop(struct http *h)
{
	event_del(&h->accept);
	event_del(&h->accept_again);
	h->paused = 0;
	close(h->listener);
	h->listener = -1;
	refused_stop(h);
}

/*
 * Edge-triggered, so that a client who has only ended his own sending, and
 * still waits for the answer, does not make us spin.
 */
static void
left_cb(int fd, short events, void *arg)
{
	struct conn *c = arg;
	struct pollfd pfd = { .fd = fd };

	(void)events;
	if (poll(&pfd, 1, 0) != 1 || (pfd.revents & (POLLHUP | POLLERR)) == 0)
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
	http_kick(c->http);
}

/*
 * Ends those that take too long to say what they want.  What was a
 * WebSocket over TLS ends in a later run of MHD, which asks for none.
 */
void
conns_sweep(struct http *h)
{
	struct conn *c;

	TAILQ_FOREACH(c, &h->conns, entry)
		if (c->upgraded && c->ws == NULL)
			http_kick(h);
		else if (c->mhd != NULL && !c->busy && !c->upgraded &&
		    monotime_since_ms(c->since) >
		    (int64_t)http_limits.request * 1000)
			shutdown(c->fd, SHUT_RDWR);
}
