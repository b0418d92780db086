/*
 * A WebSocket's connection after the handshake.  libmicrohttpd hands over
 * the socket, or for TLS one end of a pair whose other end it serves, and
 * wants it back to close; until then the connection counts as any other.
 */
#include <stdlib.h>

#include <event2/buffer.h>

#include "asker.h"
#include "idem.h"
#include "log.h"
#include "metrics.h"
#include "ws_state.h"
#include "xmalloc.h"

#define CLOSE_WAIT	5		/* seconds for the other end's close */
#define MISSED_MAX	2		/* pings */

void
ws_run_soon(struct ws *s)
{
	if (s->state != WS_OPENING)
		event_active(&s->run, EV_TIMEOUT, 0);
}

void
ws_lost(struct ws *s)
{
	if (s->ended)
		return;
	s->ended = 1;
	s->ops->gone(s, s->arg);
}

void
ws_close_with(struct ws *s, int code, const char *reason)
{
	struct timeval tv = { CLOSE_WAIT, 0 };

	if (s->state == WS_OPEN) {
		s->state = WS_CLOSING;
		event_add(&s->timer, &tv);
		event_add(&s->readable, NULL);
	}
	wsmsg_send_close(s->msgs, code, reason);
	ws_flush(s);
	ws_run_soon(s);
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

	ws_lost(s);
	s->conn->ws = NULL;
	ws_free(s);
	MHD_upgrade_action(urh, MHD_UPGRADE_ACTION_CLOSE);
	http_kick(h);
}

/* Reads, writes, and ends what is over.  The socket may be gone after it. */
static void
work(struct ws *s)
{
	ws_hear(s);
	ws_flush(s);
	if (s->broken || s->eof ||
	    (s->closed && evbuffer_get_length(s->out) == 0)) {
		finish(s);
		return;
	}
	if (ws_listens(s) || s->deaf)
		event_add(&s->readable, NULL);
	else
		event_del(&s->readable);
	if (s->wanted != 0 && s->state == WS_OPEN && ws_room(s) >= s->wanted) {
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
	if (s->state == WS_CLOSING) {
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
	ws_flush(s);
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
	s->state = WS_OPEN;
	evbuffer_add(s->early, extra, extra_len);
	(void)evutil_make_socket_nonblocking(fd);
	event_assign(&s->readable, s->http->base, fd, EV_READ | EV_PERSIST,
	    work_cb, s);
	event_assign(&s->writable, s->http->base, fd, EV_WRITE, work_cb, s);
	ping_later(s);
	if (s->ended) {		/* meanwhile: the close is queued */
		s->state = WS_CLOSING;
		event_add(&s->timer, &(struct timeval){ CLOSE_WAIT, 0 });
	}
	ws_run_soon(s);
}

static struct ws *
ws_new(struct request *r, const struct ws_ops *ops, void *arg)
{
	struct ws *s = xcalloc(1, sizeof(*s));

	s->http = r->http;
	s->conn = r->conn;
	s->request = r;
	s->fd = -1;
	s->ops = ops;
	s->arg = arg;
	s->principal = r->principal;
	s->msgs = ws_messages(s);
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

void
ws_wait(struct ws *s, size_t room)
{
	s->wanted = room;
	if (room != 0)
		ws_run_soon(s);
}

void
ws_hold(struct ws *s, int hold)
{
	if (s->held == hold)
		return;
	s->held = hold;
	ws_run_soon(s);
}

void
ws_end(struct ws *s, enum wsmsg_code code, const char *reason)
{
	if (s->ended)
		return;
	s->ended = 1;
	if (!s->broken && s->state != WS_CLOSING)
		ws_close_with(s, code, reason);
}

/* The hook for rights that are taken away. */
void
ws_revoke(struct ws *s, const struct ulid *principal)
{
	if (ulid_cmp(&s->principal, principal) != 0)
		return;
	if (s->state == WS_OPEN)
		ws_close_with(s, WSMSG_REFUSED, "access was revoked");
	else if (s->state == WS_OPENING)
		wsmsg_send_close(s->msgs, WSMSG_REFUSED,
		    "access was revoked");
	ws_lost(s);
}

/* deskd leaves: a close as far as the socket takes it, and no waiting. */
void
ws_leave(struct ws *s)
{
	if (s->state == WS_OPEN)
		ws_close_with(s, WSMSG_LEAVING, "deskd is leaving");
	finish(s);
}

/* MHD is through with a request that did not become one. */
void
ws_done(struct ws *s)
{
	if (s->request != NULL)
		s->request->ws = NULL;
	ws_lost(s);
	ws_free(s);
}
