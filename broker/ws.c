/*
 * A WebSocket's connection after the handshake.  libmicrohttpd hands over
 * the socket, or for TLS one end of a pair whose other end it serves, and
 * wants it back to close; until then the connection counts as any other.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "asker.h"
#include "http_private.h"
#include "idem.h"
#include "log.h"
#include "metrics.h"
#include "utf8.h"
#include "ws.h"
#include "ws_private.h"
#include "xmalloc.h"

#define OUT_MAX		(256 * 1024)	/* bytes waiting for the client */
/* Answers to pings come on top; a client who reads none is not heard. */
#define OUT_DEAF	(OUT_MAX + 16 * 1024)
#define TURN		(64 * 1024)	/* bytes read before others' turn */
#define CLOSE_WAIT	5		/* seconds for the other end's close */
#define MISSED_MAX	2		/* pings */

enum state {
	OPENING,		/* MHD has not handed over the socket */
	OPEN,
	CLOSING			/* our close is queued or sent */
};

struct ws {
	struct http		*http;
	struct conn		*conn;
	struct request		*request;	/* while opening */
	struct MHD_UpgradeResponseHandle *urh;
	enum state		 state;
	int			 fd;
	struct wsmsg		*msgs;
	struct evbuffer		*early;	/* read with the request's head */
	struct evbuffer		*out;
	struct event		 readable;
	struct event		 writable;
	struct event		 run;
	struct event		 timer;
	size_t			 turn;
	size_t			 wanted;	/* room; 0: not waiting */
	int			 held;
	int			 eof;
	int			 broken;	/* nothing more can be done */
	int			 deaf;		/* not worth listening to */
	int			 closed;	/* by the other end */
	int			 backlog;	/* the socket was full */
	int			 alive;		/* since the last ping */
	int			 missed;
	int			 ended;		/* by us, or told: no gone */
	struct ulid		 principal;
	const struct ws_ops	*ops;
	void			*arg;
};

static void
run_soon(struct ws *s)
{
	if (s->state != OPENING)
		event_active(&s->run, EV_TIMEOUT, 0);
}

static void
lost(struct ws *s)
{
	if (s->ended)
		return;
	s->ended = 1;
	s->ops->gone(s, s->arg);
}

static void
ws_free(struct ws *s)
{
	event_del(&s->readable);
	event_del(&s->writable);
	event_del(&s->run);
	event_del(&s->timer);
	s->http->nsockets--;
	wsmsg_free(s->msgs);
	evbuffer_free(s->early);
	evbuffer_free(s->out);
	free(s);
}

/* The connection goes back to MHD, which closes it. */
static void
finish(struct ws *s)
{
	struct http *h = s->http;
	struct MHD_UpgradeResponseHandle *urh = s->urh;

	lost(s);
	s->conn->ws = NULL;
	ws_free(s);
	MHD_upgrade_action(urh, MHD_UPGRADE_ACTION_CLOSE);
	http_kick(h);
}

static size_t
read_cb(void *buf, size_t size, void *arg)
{
	struct ws *s = arg;
	ssize_t n;

	if (evbuffer_get_length(s->early) > 0) {
		n = evbuffer_remove(s->early, buf, size);
		return n < 0 ? 0 : (size_t)n;
	}
	if (s->turn == 0 || s->eof)
		return 0;
	if (size > s->turn)
		size = s->turn;
	n = recv(s->fd, buf, size, MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		s->eof = 1;
		return 0;
	}
	s->alive = 1;
	s->turn -= (size_t)n;
	return (size_t)n;
}

static void
write_cb(const void *data, size_t len, void *arg)
{
	struct ws *s = arg;

	if (evbuffer_add(s->out, data, len) == -1)
		fatalx("no memory for a WebSocket");
}

/* As much as the socket takes. */
static void
flush(struct ws *s)
{
	ssize_t n;

	while (s->state != OPENING && !s->broken &&
	    evbuffer_get_length(s->out) > 0) {
		n = evbuffer_write(s->out, s->fd);
		if (n > 0) {
			/* A ping fits any socket; that is no sign of life. */
			s->alive |= s->backlog;
			continue;
		}
		if (n == -1 && errno != EAGAIN && errno != EINTR) {
			s->broken = 1;
			run_soon(s);
			return;
		}
		s->backlog = 1;
		event_add(&s->writable, NULL);
		return;
	}
	s->backlog = 0;
}

static void
close_with(struct ws *s, int code, const char *reason)
{
	struct timeval tv = { CLOSE_WAIT, 0 };

	if (s->state == OPEN) {
		s->state = CLOSING;
		event_add(&s->timer, &tv);
		event_add(&s->readable, NULL);
	}
	wsmsg_send_close(s->msgs, code, reason);
	flush(s);
	run_soon(s);
}

static void
fail(struct ws *s, int code, const char *reason)
{
	s->deaf = 1;
	if (s->state == OPEN)
		close_with(s, code, reason);
	lost(s);
}

static void
take_close(struct ws *s, const struct wsmsg_in *in)
{
	s->closed = 1;
	if (!utf8_valid(in->data, in->len)) {
		fail(s, WSMSG_BAD_DATA, "");
		return;
	}
	if (s->state == OPEN)
		close_with(s, in->code, "");
	lost(s);
}

static void
take(struct ws *s, const struct wsmsg_in *in)
{
	if (in->kind == WSMSG_CLOSE) {
		take_close(s, in);
		return;
	}
	if (s->state != OPEN)
		return;
	switch (in->kind) {
	case WSMSG_TEXT:
		if (utf8_valid(in->data, in->len))
			s->ops->text(s, in->data, in->len, s->arg);
		else
			fail(s, WSMSG_BAD_DATA, "text must be UTF-8");
		break;
	case WSMSG_BYTES:
		s->ops->bytes(s, in->data, in->len, s->arg);
		break;
	case WSMSG_PING:
		wsmsg_send(s->msgs, WSMSG_PONG, in->data, in->len);
		break;
	case WSMSG_PONG:
	case WSMSG_CLOSE:
		break;
	}
}

static void
discard(struct ws *s)
{
	char buf[4096];

	while (read_cb(buf, sizeof(buf), s) > 0)
		continue;
}

static int
listens(const struct ws *s)
{
	return !s->broken && !s->deaf && !s->closed &&
	    (!s->held || s->state == CLOSING) &&
	    evbuffer_get_length(s->out) <= OUT_DEAF;
}

static void
hear(struct ws *s)
{
	struct wsmsg_in in;
	int rc;

	s->turn = TURN;
	while (listens(s) && (rc = wsmsg_next(s->msgs, &in)) != 0)
		if (rc == 1)
			take(s, &in);
		else
			fail(s, in.code, in.code == WSMSG_TOO_LARGE ?
			    "a message is too large" : "");
	if (s->deaf)
		discard(s);
}

/* Reads, writes, and ends what is over.  The socket may be gone after it. */
static void
work(struct ws *s)
{
	hear(s);
	flush(s);
	if (s->broken || s->eof ||
	    (s->closed && evbuffer_get_length(s->out) == 0)) {
		finish(s);
		return;
	}
	if (listens(s) || s->deaf)
		event_add(&s->readable, NULL);
	else
		event_del(&s->readable);
	if (s->wanted != 0 && s->state == OPEN && ws_room(s) >= s->wanted) {
		s->wanted = 0;
		s->ops->room(s, s->arg);
	}
}

static void
work_cb(int fd, short events, void *arg)
{
	struct ws *s = arg;
	struct ulid principal = s->principal;

	(void)fd;
	(void)events;
	/* What is done now was asked with it. */
	asker_set(&principal);
	work(s);
	asker_set(NULL);
}

static void
ping_later(struct ws *s)
{
	struct timeval tv = { http_limits.ping, 0 };

	event_add(&s->timer, &tv);
}

/*
 * A client who sends nothing, answers no ping and takes nothing of what
 * waits for him is gone.  While we do not listen he cannot be judged.
 */
static void
timer_cb(int fd, short events, void *arg)
{
	struct ws *s = arg;

	(void)fd;
	(void)events;
	if (s->state == CLOSING) {
		finish(s);
		return;
	}
	s->missed = s->alive || s->held ? 0 : s->missed + 1;
	s->alive = 0;
	if (s->missed > MISSED_MAX) {
		metrics_dropped();
		finish(s);
		return;
	}
	if (evbuffer_get_length(s->out) == 0)
		wsmsg_send(s->msgs, WSMSG_PING, NULL, 0);
	ping_later(s);
	flush(s);
}

/* MHD's word: the answer has been sent, the socket is ours. */
static void
upgraded_cb(void *arg, struct MHD_Connection *mhd, void *context,
    const char *extra, size_t extra_len, MHD_socket fd,
    struct MHD_UpgradeResponseHandle *urh)
{
	struct ws *s = arg;

	(void)mhd;
	(void)context;
	s->request->ws = NULL;
	s->request = NULL;
	conn_unwatch(s->conn);
	s->conn->ws = s;
	s->conn->upgraded = 1;
	s->urh = urh;
	s->fd = fd;
	s->state = OPEN;
	evbuffer_add(s->early, extra, extra_len);
	(void)evutil_make_socket_nonblocking(fd);
	event_assign(&s->readable, s->http->base, fd, EV_READ | EV_PERSIST,
	    work_cb, s);
	event_assign(&s->writable, s->http->base, fd, EV_WRITE, work_cb, s);
	ping_later(s);
	if (s->ended) {		/* meanwhile: the close is queued */
		s->state = CLOSING;
		event_add(&s->timer, &(struct timeval){ CLOSE_WAIT, 0 });
	}
	run_soon(s);
}

static struct ws *
ws_new(struct request *r, const struct ws_ops *ops, void *arg)
{
	static const struct wsmsg_ops io = { read_cb, write_cb };
	struct ws *s = xcalloc(1, sizeof(*s));

	s->http = r->http;
	s->conn = r->conn;
	s->request = r;
	s->fd = -1;
	s->ops = ops;
	s->arg = arg;
	s->principal = r->principal;
	s->msgs = wsmsg_new(WSMSG_SERVER, WS_MESSAGE_MAX, &io, s);
	s->early = evbuffer_new();
	s->out = evbuffer_new();
	if (s->early == NULL || s->out == NULL)
		fatalx("no memory for a WebSocket");
	event_assign(&s->readable, s->http->base, -1, 0, work_cb, s);
	event_assign(&s->writable, s->http->base, -1, 0, work_cb, s);
	event_assign(&s->run, s->http->base, -1, 0, work_cb, s);
	event_assign(&s->timer, s->http->base, -1, 0, timer_cb, s);
	s->http->nsockets++;
	return s;
}

struct ws *
reply_websocket(struct request *r, const struct ws_ops *ops, void *arg)
{
	struct ws *s;

	if (r->key != NULL)
		idem_abandon(r, r->key);
	if (reply_given(r))
		return NULL;
	if (r->conn == NULL) {
		reply_response(r, MHD_HTTP_SWITCHING_PROTOCOLS, NULL);
		return NULL;
	}
	ws_accept_headers(r, ops->protocol);
	r->ws = s = ws_new(r, ops, arg);
	reply_response(r, MHD_HTTP_SWITCHING_PROTOCOLS,
	    MHD_create_response_for_upgrade(upgraded_cb, s));
	return s;
}

size_t
ws_room(const struct ws *s)
{
	size_t used = evbuffer_get_length(s->out) + WSMSG_FRAMING;

	return used >= OUT_MAX ? 0 : OUT_MAX - used;
}

static int
send_message(struct ws *s, enum wsmsg_kind kind, const void *data, size_t len)
{
	if (s->ended || s->broken || s->state == CLOSING)
		return -1;
	if (len > ws_room(s)) {
		metrics_dropped();
		s->broken = 1;
		run_soon(s);
		return -1;
	}
	wsmsg_send(s->msgs, kind, data, len);
	flush(s);
	return 0;
}

int
ws_text(struct ws *s, const char *text)
{
	return send_message(s, WSMSG_TEXT, text, strlen(text));
}

int
ws_bytes(struct ws *s, const void *data, size_t len)
{
	return send_message(s, WSMSG_BYTES, data, len);
}

void
ws_wait(struct ws *s, size_t room)
{
	s->wanted = room;
	if (room != 0)
		run_soon(s);
}

void
ws_hold(struct ws *s, int hold)
{
	if (s->held == hold)
		return;
	s->held = hold;
	run_soon(s);
}

void
ws_end(struct ws *s, enum wsmsg_code code, const char *reason)
{
	if (s->ended)
		return;
	s->ended = 1;
	if (!s->broken && s->state != CLOSING)
		close_with(s, code, reason);
}

/* The hook for rights that are taken away. */
void
ws_revoke(struct ws *s, const struct ulid *principal)
{
	if (ulid_cmp(&s->principal, principal) != 0)
		return;
	if (s->state == OPEN)
		close_with(s, WSMSG_REFUSED, "access was revoked");
	else if (s->state == OPENING)
		wsmsg_send_close(s->msgs, WSMSG_REFUSED,
		    "access was revoked");
	lost(s);
}

/* deskd leaves: a close as far as the socket takes it, and no waiting. */
void
ws_leave(struct ws *s)
{
	if (s->state == OPEN)
		close_with(s, WSMSG_LEAVING, "deskd is leaving");
	finish(s);
}

/* MHD is through with a request that did not become one. */
void
ws_done(struct ws *s)
{
	if (s->request != NULL)
		s->request->ws = NULL;
	lost(s);
	ws_free(s);
}
