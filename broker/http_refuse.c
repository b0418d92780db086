/*
 * Connections over a limit.  The client is told so before he has asked, and
 * his socket is kept a moment: closed at once, it would fail his sending,
 * and most clients then never look at the answer.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_private.h"
#include "metrics.h"
#include "xmalloc.h"

#define REFUSED_MAX	64		/* kept; then the oldest goes */
#define DRAIN_TURNS	8		/* reads in one turn of the loop */
#define REFUSED_DRAIN	(1024 * 1024)	/* bytes of one client, in all */

struct refused {
	TAILQ_ENTRY(refused)	 entry;
	struct http		*http;
	int			 fd;
	size_t			 drained;
	struct monotime		 since;
	struct event		 readable;
};

static void
refused_free(struct refused *f)
{
	event_del(&f->readable);
	TAILQ_REMOVE(&f->http->refused, f, entry);
	f->http->nrefused--;
	close(f->fd);
	free(f);
}

static int
refused_wait(struct refused *f)
{
	int64_t left = (int64_t)http_limits.refused * 1000 -
	    monotime_since_ms(f->since);
	struct timeval tv;

	if (left <= 0)
		return -1;
	tv.tv_sec = (time_t)(left / 1000);
	tv.tv_usec = (suseconds_t)(left % 1000 * 1000);
	return event_add(&f->readable, &tv);
}

/* What he asks is read away, until he has read the answer and closes. */
static void
drain_cb(int fd, short events, void *arg)
{
	struct refused *f = arg;
	char buf[4096];
	ssize_t n = -1;
	int i;

	if ((events & EV_READ) == 0) {
		refused_free(f);
		return;
	}
	errno = 0;
	for (i = 0; i < DRAIN_TURNS; i++) {
		if ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) <= 0)
			break;
		f->drained += (size_t)n;
	}
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR) ||
	    f->drained > REFUSED_DRAIN || refused_wait(f) == -1)
		refused_free(f);
}

static void
keep(struct http *h, int fd)
{
	struct refused *f;

	if (h->nrefused >= REFUSED_MAX)
		refused_free(TAILQ_FIRST(&h->refused));
	f = xcalloc(1, sizeof(*f));
	f->http = h;
	f->fd = fd;
	f->since = monotime_now();
	event_assign(&f->readable, h->base, fd, EV_READ, drain_cb, f);
	TAILQ_INSERT_TAIL(&h->refused, f, entry);
	h->nrefused++;
	if (refused_wait(f) == -1)
		refused_free(f);
}

/* There is room for this in any new socket; if not, he sees only the end. */
void
conn_refuse(struct http *h, int fd, const char *why)
{
	char body[256], id[ULID_TEXT], text[512];
	struct ulid ulid;
	int len;

	metrics_refused();
	ulid_make(&ulid);
	ulid_text(&ulid, id);
	len = snprintf(body, sizeof(body), "{\"type\":\"about:blank\","
	    "\"title\":\"%s\",\"status\":%d,\"code\":\"%s\","
	    "\"detail\":\"%s\",\"request_id\":\"req_%s\"}\n",
	    problem_title(PROBLEM_LIMIT), problem_status(PROBLEM_LIMIT),
	    problem_code(PROBLEM_LIMIT), why, id);
	len = snprintf(text, sizeof(text), "HTTP/1.1 %d Too Many Requests\r\n"
	    "Content-Type: application/problem+json\r\nX-Request-Id: req_%s"
	    "\r\nRetry-After: 1\r\nConnection: close\r\n"
	    "Content-Length: %d\r\n\r\n%s", problem_status(PROBLEM_LIMIT),
	    id, len, body);
	send(fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	keep(h, fd);
}

void
refused_stop(struct http *h)
{
	struct refused *f;

	while ((f = TAILQ_FIRST(&h->refused)) != NULL)
		refused_free(f);
}
