#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "lines.h"
#include "xmalloc.h"

#define TURNS	4		/* buffers before others have a turn */

void
lines_stop(struct lines *l)
{
	if (l->fd == -1)
		return;
	event_del(&l->readable);
	close(l->fd);
	l->fd = -1;
	free(l->buf);
	l->buf = NULL;
	l->len = 0;
}

static void
end(struct lines *l, int whole)
{
	lines_stop(l);
	l->ended(whole, l->arg);
}

/* Hands on the whole lines there are; -1: stopped meanwhile. */
static int
hand_on(struct lines *l)
{
	size_t	 at = 0, n;
	char	*nl;

	while (!l->held && (nl = memchr(l->buf + at, '\n',
	    l->len - at)) != NULL) {
		n = (size_t)(nl - (l->buf + at));
		if (l->line(l->buf + at, n, l->arg) == -1)
			return -1;
		at += n + 1;
	}
	l->len -= at;
	memmove(l->buf, l->buf + at, l->len);
	return 0;
}

/* 1: there may be more; 0: not now; -1: stopped or ended. */
static int
read_some(struct lines *l)
{
	ssize_t	n;

	n = read(l->fd, l->buf + l->len, l->max + 1 - l->len);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		end(l, l->len == 0);
		return -1;
	}
	l->len += (size_t)n;
	if (hand_on(l) == -1)
		return -1;
	if (!l->held && l->len > l->max) {
		end(l, 0);
		return -1;
	}
	return l->held ? 0 : 1;
}

static void
readable_cb(int fd, short events, void *arg)
{
	struct lines	*l = arg;
	int		 i;

	(void)fd;
	(void)events;
	/* What was kept back while it was held comes first. */
	if (hand_on(l) == -1 || l->held)
		return;
	if (l->len > l->max) {
		end(l, 0);
		return;
	}
	for (i = 0; i < TURNS; i++)
		if (read_some(l) != 1)
			return;
}

void
lines_start(struct lines *l, int fd)
{
	int	flags;

	if ((flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	l->fd = fd;
	l->held = 0;
	l->len = 0;
	l->buf = xmalloc(l->max + 1);
	event_assign(&l->readable, broker_base(), fd, EV_READ | EV_PERSIST,
	    readable_cb, l);
	event_add(&l->readable, NULL);
}

void
lines_hold(struct lines *l)
{
	l->held = 1;
	if (l->fd != -1)
		event_del(&l->readable);
}

void
lines_go_on(struct lines *l)
{
	l->held = 0;
	if (l->fd == -1)
		return;
	event_add(&l->readable, NULL);
	event_active(&l->readable, EV_READ, 0);
}
