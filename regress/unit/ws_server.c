/* WebSockets of the server under test: an echo that takes orders. */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "http_private.h"
#include "log.h"
#include "ws.h"
#include "ws_server.h"
#include "xmalloc.h"

struct ws_counts	ws_counts;
static struct ws	*held;

struct echo {
	struct ws	*ws;
	size_t		 flood;		/* bytes still to be sent */
};

struct waiting {
	struct request	*request;
	struct event	*timer;
};

static void
gone(struct ws *s, void *arg)
{
	ws_counts.gone++;
	if (s == held)
		held = NULL;
	free(arg);
}

/* With room for more, or a wait for it: never cut. */
static void
flood(struct echo *e)
{
	static char	text[4096];

	memset(text, 'f', sizeof(text));
	while (e->flood > 0) {
		if (ws_room(e->ws) < sizeof(text)) {
			ws_counts.waits++;
			ws_wait(e->ws, 64 * 1024);
			return;
		}
		if (ws_bytes(e->ws, text, sizeof(text)) == -1)
			return;
		e->flood -= sizeof(text);
	}
	ws_text(e->ws, "flooded");
}

static void
room(struct ws *s, void *arg)
{
	(void)s;
	flood(arg);
}

/* Whoever does not look how much room there is. */
static void
burst(struct echo *e)
{
	static char	text[4096];

	while (ws_bytes(e->ws, text, sizeof(text)) == 0)
		continue;
	ws_counts.bursts++;
}

static void
text(struct ws *s, const char *t, size_t len, void *arg)
{
	struct echo	*e = arg;

	ws_counts.messages++;
	if (strlen(t) == len && strncmp(t, "!flood ", 7) == 0) {
		e->flood = strtoul(t + 7, NULL, 10);
		flood(e);
	} else if (strcmp(t, "!burst") == 0)
		burst(e);
	else if (strcmp(t, "!hold") == 0) {
		held = s;
		ws_hold(s, 1);
	} else if (strcmp(t, "!end") == 0) {
		ws_text(s, "last");
		ws_end(s, WSMSG_NORMAL, "as asked");
		free(e);
	} else
		ws_text(s, t);
}

static void
bytes(struct ws *s, const void *data, size_t len, void *arg)
{
	(void)arg;
	ws_counts.messages++;
	ws_bytes(s, data, len);
}

static const struct ws_ops	ops = {
	.protocol = "test.v1",
	.text = text,
	.bytes = bytes,
	.room = room,
	.gone = gone
};

static void
reply_echo(struct request *r)
{
	struct echo	*e = xcalloc(1, sizeof(*e));

	e->ws = reply_websocket(r, &ops, e);
	if (e->ws == NULL)
		free(e);
	else
		ws_text(e->ws, "hello");
}

void
ws_echo(struct request *r)
{
	struct ulid	ulid;

	if (ws_check(r) == -1)
		return;
	if (request_param(r, "ulid") != NULL &&
	    ulid_parse(&ulid, request_param(r, "ulid")) == 0)
		r->principal = ulid;
	reply_echo(r);
}

void
ws_revoke_them(struct request *r)
{
	struct ulid	ulid;

	if (ulid_parse(&ulid, request_param(r, "ulid")) == 0)
		http_revoke(request_http(r), &ulid);
	reply_empty(r, 204);
}

void
ws_set_ping(struct request *r)
{
	http_limits.ping = atoi(request_param(r, "s"));
	reply_empty(r, 204);
}

void
ws_release(struct request *r)
{
	if (held != NULL)
		ws_hold(held, 0);
	held = NULL;
	reply_empty(r, 204);
}

static void
waiting_free(struct waiting *w)
{
	event_free(w->timer);
	free(w);
}

static void
later_cb(int fd, short events, void *arg)
{
	struct waiting	*w = arg;

	(void)fd;
	(void)events;
	reply_echo(w->request);
	waiting_free(w);
}

static void
later_gone(struct request *r, void *arg)
{
	(void)r;
	waiting_free(arg);
}

/* Checked now, opened later: what is behind it had to be asked first. */
void
ws_later(struct request *r)
{
	struct waiting	*w;
	struct timeval	 tv = { 0, atoi(request_param(r, "ms")) * 1000 };

	if (ws_check(r) == -1)
		return;
	w = xcalloc(1, sizeof(*w));
	w->request = r;
	w->timer = evtimer_new(request_http(r)->base, later_cb, w);
	event_add(w->timer, &tv);
	request_defer(r, later_gone, w);
}

/* Ended before the client has even heard that it is open. */
void
ws_at_once(struct request *r)
{
	struct ws	*s;
	struct echo	*e = xcalloc(1, sizeof(*e));

	if (ws_check(r) == -1) {
		free(e);
		return;
	}
	s = reply_websocket(r, &ops, e);
	ws_text(s, "hello");
	ws_end(s, WSMSG_NORMAL, "at once");
	free(e);
}
