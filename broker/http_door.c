/*
 * Where clients come in: who may open a connection, and how many.  On a
 * UNIX socket the kernel says who it is.  Over TCP nobody is known until he
 * shows a token; until then he shares a small number of places, and fewer
 * with those of his address.
 */
#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "http_private.h"
#include "log.h"
#include "metrics.h"

#define ACCEPT_BURST	16	/* connections in one turn of the loop */

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

/*
 * An address of IPv4; of IPv6 a network of 64 bits, all of which its owner
 * can use.  Of a UNIX socket's peer that asks for others, its uid.
 */
static void
origin_of(struct origin *o, const struct sockaddr_storage *ss, uid_t uid)
{
	memset(o, 0, sizeof(*o));
	if (ss->ss_family == AF_INET6) {
		memcpy(o->b,
		    &((const struct sockaddr_in6 *)ss)->sin6_addr, 8);
		o->b[15] = 6;
	} else if (ss->ss_family == AF_INET) {
		memcpy(o->b, &((const struct sockaddr_in *)ss)->sin_addr, 4);
		o->b[15] = 4;
	} else
		memcpy(o->b, &uid, sizeof(uid));
}

/* A peer that vanished without a word is found out. */
static void
tune(int fd)
{
	static const struct {
		int level, name, value;
	} opts[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 15 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 4 }
	};
	size_t i;

	for (i = 0; i < sizeof(opts) / sizeof(opts[0]); i++)
		if (setsockopt(fd, opts[i].level, opts[i].name,
		    &opts[i].value, sizeof(opts[i].value)) == -1)
			log_debug("socket option %d", opts[i].name);
}

/* A client of TLS cannot be told in words: he has not said hello yet. */
static void
turn_away(struct door *d, int fd, const char *why)
{
	if (d->kind != LISTEN_TLS) {
		conn_refuse(d->http, fd, why);
		return;
	}
	metrics_refused();
	close(fd);
}

/* Why there is no place for one more stranger, or NULL. */
static const char *
no_place(struct http *h, const struct origin *from)
{
	if (conns_unknown(h, from) >= http_limits.addr_unknown)
		return "too many connections of this address without a token";
	if (conns_unknown(h, NULL) >= http_limits.all_unknown)
		return "too many connections without a token";
	return NULL;
}

static void
start(struct conn *c, const struct sockaddr_storage *ss, socklen_t len)
{
	struct engine *e = c->engine;
	int fd = c->fd;

	/* On failure MHD has closed the socket. */
	if (MHD_add_connection(e->mhd, fd, (const struct sockaddr *)ss,
	    len) != MHD_YES && (c = conn_find(e->http, fd)) != NULL)
		conn_free(c);
	engine_kick(e);
}

static void
take(struct door *d, int fd, const struct sockaddr_storage *ss, socklen_t len)
{
	struct http *h = d->http;
	struct origin from;
	const char *why;
	struct conn *c;
	uid_t uid = (uid_t)-1;
	int token = d->token;

	if (d->kind != LISTEN_UNIX)
		tune(fd);
	else if (peer_uid(fd, &uid) == -1) {
		close(fd);
		return;
	} else if (broker_proxy(uid))
		token = 1;
	origin_of(&from, ss, uid);
	why = token ? no_place(h, &from) :
	    conns_of(h, uid) >= http_limits.uid_conns ?
	    "too many connections of this user" : NULL;
	if (why != NULL) {
		turn_away(d, fd, why);
		return;
	}
	c = conn_new(d->engine, fd, token ? (uid_t)-1 : uid);
	c->tcp = d->kind != LISTEN_UNIX;
	c->token = token;
	c->origin = from;
	start(c, ss, len);
}

static void
pause_accept(struct http *h)
{
	struct door *d;

	h->paused = 1;
	TAILQ_FOREACH(d, &h->doors, entry)
		event_del(&d->accept);
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
	struct door *d = arg;
	struct http *h = d->http;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, i;

	(void)events;
	for (i = 0; i < ACCEPT_BURST; i++) {
		if (h->nconns >= http_limits.conns) {
			pause_accept(h);
			return;
		}
		memset(&ss, 0, sizeof(ss));
		len = sizeof(ss);
		fd = accept4(listener, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd != -1) {
			/* A UNIX client's name is his own invention. */
			if (d->kind == LISTEN_UNIX) {
				memset(&ss, 0, sizeof(ss));
				ss.ss_family = AF_UNIX;
				len = sizeof(sa_family_t);
			}
			take(d, fd, &ss, len);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		else if (errno != EINTR && errno != ECONNABORTED) {
			pause_a_while(h);
			return;
		}
	}
}

static void
let_in(struct http *h)
{
	struct door *d;

	h->paused = 0;
	TAILQ_FOREACH(d, &h->doors, entry)
		if (event_add(&d->accept, NULL) == -1)
			log_warnx("cannot watch a listening socket");
}

static void
accept_again_cb(int fd, short events, void *arg)
{
	struct http *h = arg;

	(void)fd;
	(void)events;
	if (h->nconns < http_limits.conns)
		let_in(h);	/* else the next to close goes on */
}

void
doors_resume(struct http *h)
{
	if (h->paused && h->open && h->nconns < http_limits.conns &&
	    !event_pending(&h->accept_again, EV_TIMEOUT, NULL))
		let_in(h);
}

/* Nobody is let in before http_open_doors. */
int
door_open(struct door *d)
{
	/* A client who left the queue must not make accept wait. */
	if (evutil_make_socket_nonblocking(d->fd) == -1)
		return -1;
	event_assign(&d->accept, d->http->base, d->fd, EV_READ | EV_PERSIST,
	    accept_cb, d);
	TAILQ_INSERT_TAIL(&d->http->doors, d, entry);
	if (d->http->open && !d->http->paused)
		return event_add(&d->accept, NULL);
	return 0;
}

void
http_open_doors(struct http *h)
{
	event_assign(&h->accept_again, h->base, -1, 0, accept_again_cb, h);
	h->open = 1;
	let_in(h);
}

void
doors_close(struct http *h)
{
	struct door *d;

	if (h->open)
		event_del(&h->accept_again);
	h->open = 0;
	h->paused = 0;
	while ((d = TAILQ_FIRST(&h->doors)) != NULL) {
		TAILQ_REMOVE(&h->doors, d, entry);
		event_del(&d->accept);
		close(d->fd);
		free(d);
	}
	refused_stop(h);
}
