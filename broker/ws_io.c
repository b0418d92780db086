/* A WebSocket's bytes: messages in, messages out, in bounded turns. */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include <event2/buffer.h>

#include "log.h"
#include "metrics.h"
#include "utf8.h"
#include "ws_state.h"

#define OUT_MAX		(256 * 1024)	/* bytes waiting for the client */
/* Answers to pings come on top; a client who reads none is not heard. */
#define OUT_DEAF	(OUT_MAX + 16 * 1024)
#define TURN		(64 * 1024)	/* bytes read before others' turn */

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

struct wsmsg *
ws_messages(struct ws *s)
{
	static const struct wsmsg_ops io = { read_cb, write_cb };

	return wsmsg_new(WSMSG_SERVER, WS_MESSAGE_MAX, &io, s);
}

/* As much as the socket takes. */
void
ws_flush(struct ws *s)
{
	ssize_t n;

	while (s->state != WS_OPENING && !s->broken &&
	    evbuffer_get_length(s->out) > 0) {
		n = evbuffer_write(s->out, s->fd);
		if (n > 0) {
			/* A ping fits any socket; that is no sign of life. */
			s->alive |= s->backlog;
			continue;
		}
		if (n == -1 && errno != EAGAIN && errno != EINTR) {
			s->broken = 1;
			ws_run_soon(s);
			return;
		}
		s->backlog = 1;
		event_add(&s->writable, NULL);
		return;
	}
	s->backlog = 0;
}

static void
fail(struct ws *s, int code, const char *reason)
{
	s->deaf = 1;
	if (s->state == WS_OPEN)
		ws_close_with(s, code, reason);
	ws_lost(s);
}

static void
take_close(struct ws *s, const struct wsmsg_in *in)
{
	s->closed = 1;
	if (!utf8_valid(in->data, in->len)) {
		fail(s, WSMSG_BAD_DATA, "");
		return;
	}
	if (s->state == WS_OPEN)
		ws_close_with(s, in->code, "");
	ws_lost(s);
}

static void
take(struct ws *s, const struct wsmsg_in *in)
{
	if (in->kind == WSMSG_CLOSE) {
		take_close(s, in);
		return;
	}
	if (s->state != WS_OPEN)
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

int
ws_listens(const struct ws *s)
{
	return !s->broken && !s->deaf && !s->closed &&
	    (!s->held || s->state == WS_CLOSING) &&
	    evbuffer_get_length(s->out) <= OUT_DEAF;
}

void
ws_hear(struct ws *s)
{
	struct wsmsg_in in;
	int rc;

	s->turn = TURN;
	while (ws_listens(s) && (rc = wsmsg_next(s->msgs, &in)) != 0)
		if (rc == 1)
			take(s, &in);
		else
			fail(s, in.code, in.code == WSMSG_TOO_LARGE ?
			    "a message is too large" : "");
	if (s->deaf)
		discard(s);
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
	if (s->ended || s->broken || s->state == WS_CLOSING)
		return -1;
	if (len > ws_room(s)) {
		metrics_dropped();
		s->broken = 1;
		ws_run_soon(s);
		return -1;
	}
	wsmsg_send(s->msgs, kind, data, len);
	ws_flush(s);
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
