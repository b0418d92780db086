/*
 * Server-sent events.  What is written waits in a bounded buffer until MHD
 * asks for it; with nothing to give the connection sleeps.  A client who
 * does not read fills his own buffer and nobody else's, and is cut.
 */
#include <sys/socket.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "http_private.h"
#include "idem.h"
#include "metrics.h"
#include "xmalloc.h"

#define CHUNK	16384		/* most that MHD asks for at once */

struct stream {
	struct request	*request;
	struct evbuffer	*queue;
	struct event	 heartbeat;
	struct event	 roomy;
	TAILQ_HEAD(, stream_wait) waits;	/* for room */
	int		 ended;		/* by us: no gone */
	int		 cut;		/* full, or left */
	void		(*gone)(struct stream *, void *);
	void		*arg;
};

static void
beat_later(struct stream *s)
{
	struct timeval tv = { http_limits.heartbeat, 0 };

	event_add(&s->heartbeat, &tv);
}

static void
wake(struct stream *s)
{
	if (s->request->conn != NULL)
		conn_resume(s->request->conn);
}

/*
 * MHD notices the end of the socket by itself and then says that the
 * request is done; only there is gone called, never from stream_event.
 */
static void
cut(struct stream *s)
{
	if (s->cut)
		return;
	s->cut = 1;
	event_del(&s->heartbeat);
	shutdown(s->request->conn->fd, SHUT_RDWR);
	wake(s);
}

static void
heartbeat_cb(int fd, short events, void *arg)
{
	struct stream *s = arg;

	(void)fd;
	(void)events;
	if (stream_room(s) < 3) {
		metrics_dropped();
		cut(s);
		return;
	}
	evbuffer_add(s->queue, ":\n\n", 3);
	wake(s);
	beat_later(s);
}

static void
roomy_cb(int fd, short events, void *arg)
{
	struct stream *s = arg;
	struct stream_wait *w;

	(void)fd;
	(void)events;
	while ((w = TAILQ_FIRST(&s->waits)) != NULL &&
	    stream_room(s) >= w->room) {
		stream_unwait(w);
		w->cb(w->arg);
	}
}

void
stream_wait(struct stream *s, struct stream_wait *w)
{
	stream_unwait(w);
	w->stream = s;
	TAILQ_INSERT_TAIL(&s->waits, w, entry);
}

void
stream_unwait(struct stream_wait *w)
{
	if (w->stream == NULL)
		return;
	TAILQ_REMOVE(&w->stream->waits, w, entry);
	w->stream = NULL;
}

static ssize_t
read_cb(void *arg, uint64_t at, char *buf, size_t max)
{
	struct stream *s = arg;
	int n;

	(void)at;
	if (s->cut)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if ((n = evbuffer_remove(s->queue, buf, max)) > 0) {
		if (!TAILQ_EMPTY(&s->waits))
			event_active(&s->roomy, EV_TIMEOUT, 0);
		return n;
	}
	if (s->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	conn_suspend(s->request->conn);
	return 0;
}

struct stream *
reply_stream(struct request *r, void (*gone)(struct stream *, void *),
    void *arg)
{
	struct MHD_Response *response;
	struct stream *s;

	if (r->key != NULL)
		idem_abandon(r, r->key);
	if (reply_given(r))
		return NULL;
	if (r->conn == NULL) {
		reply_response(r, 200, NULL);
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->request = r;
	s->gone = gone;
	s->arg = arg;
	if ((s->queue = evbuffer_new()) == NULL)
		fatalx("no memory for a stream");
	TAILQ_INIT(&s->waits);
	event_assign(&s->roomy, r->http->base, -1, 0, roomy_cb, s);
	event_assign(&s->heartbeat, r->http->base, -1, 0, heartbeat_cb, s);
	beat_later(s);
	r->stream = s;
	r->http->nstreams++;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CHUNK,
	    read_cb, s, NULL);
	if (response != NULL) {
		MHD_add_response_header(response, "Content-Type",
		    "text/event-stream");
		MHD_add_response_header(response, "X-Accel-Buffering", "no");
	}
	reply_response(r, 200, response);
	return s;
}

size_t
stream_room(const struct stream *s)
{
	size_t used = evbuffer_get_length(s->queue);

	return used >= STREAM_BUFFER ? 0 : STREAM_BUFFER - used;
}

static size_t
lines(const char *data)
{
	size_t n = 1;

	for (; *data != '\0'; data++)
		if (*data == '\n')
			n++;
	return n;
}

/* Each line of the data is a data: line; a client joins them again. */
static void
add_data(struct evbuffer *queue, const char *data)
{
	size_t len;

	for (;;) {
		len = strcspn(data, "\r\n");
		evbuffer_add(queue, "data: ", 6);
		evbuffer_add(queue, data, len);
		evbuffer_add(queue, "\n", 1);
		data += len;
		if (*data == '\0')
			return;
		if (data[0] == '\r' && data[1] == '\n')
			data++;
		data++;
	}
}

int
stream_event(struct stream *s, int64_t id, const char *kind, const char *data)
{
	size_t need;

	if (s->cut || s->ended)
		return -1;
	/* A carriage return ends a line too: counted as if all were. */
	need = strlen(kind) + strlen(data) + lines(data) * 7 + 64;
	if (strchr(data, '\r') != NULL)
		need += strlen(data) * 7;
	if (need > stream_room(s)) {
		metrics_dropped();
		cut(s);
		return -1;
	}
	if (id != 0)
		evbuffer_add_printf(s->queue, "id: %" PRId64 "\n", id);
	evbuffer_add_printf(s->queue, "event: %s\n", kind);
	add_data(s->queue, data);
	evbuffer_add(s->queue, "\n", 1);
	beat_later(s);
	wake(s);
	return 0;
}

void
stream_end(struct stream *s)
{
	if (s->ended)
		return;
	s->ended = 1;
	s->gone = NULL;
	event_del(&s->heartbeat);
	wake(s);
}

/* Its socket is dead while it sleeps: MHD is woken to find out. */
void
stream_left(struct stream *s)
{
	cut(s);
}

void
stream_done(struct stream *s)
{
	struct request *r = s->request;
	struct stream_wait *w;

	event_del(&s->heartbeat);
	event_del(&s->roomy);
	while ((w = TAILQ_FIRST(&s->waits)) != NULL)
		stream_unwait(w);
	s->cut = 1;
	if (s->gone != NULL)
		s->gone(s, s->arg);
	r->stream = NULL;
	r->http->nstreams--;
	evbuffer_free(s->queue);
	free(s);
}
