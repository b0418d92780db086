#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "ctl.h"
#include "http.h"
#include "ws.h"
#include "xmalloc.h"

#define MESSAGE_MAX	(16 * 1024 * 1024)

struct ws {
	struct http	*http;
	struct wsmsg	*msgs;
	int		 broken;
};

static size_t
read_cb(void *buf, size_t size, void *arg)
{
	struct ws	*s = arg;
	long		 n;

	if ((n = http_raw_read(s->http, buf, size)) == -1)
		s->broken = 1;
	return n > 0 ? (size_t)n : 0;
}

static void
write_cb(const void *data, size_t len, void *arg)
{
	struct ws	*s = arg;

	if (!s->broken && http_raw_send(s->http, data, len) == -1)
		s->broken = 1;
}

static struct ws *
ws_new(struct http *h)
{
	static const struct wsmsg_ops	 io = { read_cb, write_cb };
	struct ws			*s = xcalloc(1, sizeof(*s));

	s->http = h;
	s->msgs = wsmsg_new(WSMSG_CLIENT, MESSAGE_MAX, &io, s);
	return s;
}

int
ws_open(struct ctl *c, const char *target, struct ws **sp)
{
	struct http_request	 r = { .method = "GET", .target = target };
	unsigned char		 bytes[16];
	char			 proof[WSMSG_PROOF], told[64];
	char			*key, *extra;
	int			 status;

	*sp = NULL;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		fatal("getrandom");
	key = wsmsg_key(bytes);
	xasprintf(&extra, "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", key);
	r.extra = extra;
	wsmsg_proof(key, proof);
	status = api_ask(c, &r);
	if (status == 101 && (http_header(c->http, "Sec-WebSocket-Accept",
	    told, sizeof(told)) == -1 || strcmp(told, proof) != 0))
		status = ctl_fail(c, "bad_answer",
		    "deskd answered with something that is no WebSocket");
	else if (status == 101) {
		*sp = ws_new(c->http);
		c->http = NULL;
	}
	free(extra);
	free(key);
	return status;
}

void
ws_close(struct ws *s)
{
	if (s == NULL)
		return;
	if (!s->broken)
		wsmsg_send_close(s->msgs, WSMSG_NORMAL, "");
	wsmsg_free(s->msgs);
	http_close(s->http);
	free(s);
}

int
ws_fd(const struct ws *s)
{
	return http_fd(s->http);
}

int
ws_next(struct ws *s, struct wsmsg_in *in)
{
	int	rc = wsmsg_next(s->msgs, in);

	return rc == 0 && s->broken ? -1 : rc;
}

int
ws_send(struct ws *s, enum wsmsg_kind kind, const void *data, size_t len)
{
	if (!s->broken)
		wsmsg_send(s->msgs, kind, data, len);
	return s->broken ? -1 : 0;
}
