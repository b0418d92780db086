/*
 * Bytes from a session's terminal to this one and back.  The broker may be
 * started anew meanwhile: then we come again and name the offset of the
 * first byte we have not seen.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "attach.h"
#include "ctl.h"
#include "field.h"
#include "status.h"
#include "tty.h"
#include "ws.h"
#include "xmalloc.h"

#define TRIES		40	/* to come again */
#define PAUSE_MS	500	/* between them */
#define CELLS_MAX	1000	/* what deskd takes */
#define WRITE_MAX	4096	/* so that no write blocks for long */

enum now {
	GOING_ON,
	LOST,			/* come again */
	FINISHED		/* status is known */
};

struct view {
	struct ctl	*c;
	struct attach	*a;
	struct ws	*ws;
	uint64_t	 offset;	/* of the next byte */
	struct tty_keys	 keys;
	int		 input_ended;
	int		 status;
};

/* On a line of its own, whatever stands on the screen. */
static void
remark(struct view *v, const char *what)
{
	if (!v->c->json)
		fprintf(stderr, "\r\n[deskctl: %s]\r\n", what);
}

static void
send_size(struct view *v)
{
	unsigned int	 cols, rows;
	char		 text[80];

	if (v->a->read_only)
		return;
	tty_size(&cols, &rows);
	snprintf(text, sizeof(text),
	    "{\"type\":\"resize\",\"cols\":%u,\"rows\":%u}",
	    cols > CELLS_MAX ? CELLS_MAX : cols,
	    rows > CELLS_MAX ? CELLS_MAX : rows);
	(void)ws_send(v->ws, WSMSG_TEXT, text, strlen(text));
}

static enum now
show(struct view *v, const char *bytes, size_t len)
{
	struct pollfd	pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t		n;

	v->offset += len;
	for (; len > 0; len -= (size_t)n, bytes += n) {
		n = 0;
		if (tty_poll(&pfd, 1, -1) == 1)
			n = write(STDOUT_FILENO, bytes,
			    len > WRITE_MAX ? WRITE_MAX : len);
		if (n == -1 && (errno == EINTR || errno == EAGAIN))
			n = 0;
		if (n == -1 || tty_killed() != 0) {
			v->status = -1;
			return FINISHED;
		}
	}
	return GOING_ON;
}

static enum now
hear(struct view *v, const char *text)
{
	struct json_object	*o = json_tokener_parse(text);
	const char		*type = field_or(o, "type", "");
	enum now		 now = GOING_ON;

	if (strcmp(type, "attached") == 0)
		v->offset = (uint64_t)field_int(o, "offset", 0);
	else if (strcmp(type, "lost") == 0) {
		v->offset = (uint64_t)field_int(o, "offset", 0);
		remark(v, "some of the output is lost");
	} else if (strcmp(type, "exited") == 0) {
		v->status = status_of(o);
		now = FINISHED;
	}
	json_object_put(o);
	return now;
}

/* What is no use trying again says so. */
static enum now
closed(struct view *v, const struct wsmsg_in *in)
{
	if (in->code != WSMSG_REFUSED && in->code != WSMSG_BAD_DATA &&
	    in->code != WSMSG_TOO_LARGE)
		return LOST;
	tty_restore();
	v->status = ctl_fail(v->c, "closed", "%s", in->len > 0 ? in->data :
	    "deskd closed the connection");
	return FINISHED;
}

static enum now
receive(struct view *v)
{
	struct wsmsg_in	in;
	enum now	now = GOING_ON;
	int		rc;

	while (now == GOING_ON && (rc = ws_next(v->ws, &in)) != 0) {
		if (rc == -1)
			return LOST;
		switch (in.kind) {
		case WSMSG_BYTES:
			now = show(v, in.data, in.len);
			break;
		case WSMSG_TEXT:
			now = hear(v, in.data);
			break;
		case WSMSG_PING:
			if (ws_send(v->ws, WSMSG_PONG, in.data, in.len) == -1)
				now = LOST;
			break;
		case WSMSG_CLOSE:
			now = closed(v, &in);
			break;
		case WSMSG_PONG:
			break;
		}
	}
	return now;
}

/* Without a connection nobody takes what is typed. */
static enum now
typed(struct view *v)
{
	char	buf[4096], out[2 * sizeof(buf)];
	size_t	len;
	ssize_t	n;
	int	detach;

	n = read(STDIN_FILENO, buf, sizeof(buf));
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return GOING_ON;
	if (n <= 0) {
		v->input_ended = 1;
		return GOING_ON;
	}
	detach = tty_type(&v->keys, buf, (size_t)n, out, &len);
	if (len > 0 && v->ws != NULL && !v->a->read_only &&
	    ws_send(v->ws, WSMSG_BYTES, out, len) == -1)
		return LOST;
	/* Ctrl-C while we wait for deskd is for us. */
	if (v->ws == NULL && memchr(buf, 0x03, (size_t)n) != NULL)
		detach = 1;
	if (!detach)
		return GOING_ON;
	v->a->detached = 1;
	v->status = 0;
	return FINISHED;
}

static enum now
signalled(struct view *v)
{
	if (tty_killed() != 0) {
		v->status = -1;
		return FINISHED;
	}
	if (tty_stopped())
		tty_stop();
	if (tty_resized() && v->ws != NULL)
		send_size(v);
	return GOING_ON;
}

/* Waits for either side, or a signal, or so long; then does what is due. */
static enum now
turn(struct view *v, int ms)
{
	struct pollfd	pfd[2];
	enum now	now;
	int		n;

	pfd[0].fd = v->input_ended ? -1 : STDIN_FILENO;
	pfd[0].events = POLLIN;
	pfd[1].fd = v->ws == NULL ? -1 : ws_fd(v->ws);
	pfd[1].events = POLLIN;
	n = tty_poll(pfd, 2, ms);
	if ((now = signalled(v)) != GOING_ON || n <= 0)
		return now;
	if (pfd[1].revents != 0 && (now = receive(v)) != GOING_ON)
		return now;
	return pfd[0].revents != 0 ? typed(v) : GOING_ON;
}

/* 101, or another status of deskd's, or -1. */
static int
come(struct view *v)
{
	char	*target;
	int	 status;

	xasprintf(&target, "/v1/sessions/%s/terminals/%s/socket?after=%llu"
	    "&read_only=%s", v->a->session, v->a->terminal,
	    (unsigned long long)v->offset,
	    v->a->read_only ? "true" : "false");
	status = ws_open(v->c, target, &v->ws);
	free(target);
	return status;
}

static enum now
refused(struct view *v, int status)
{
	tty_restore();
	v->status = status == -1 ? -1 : api_problem(v->c, status);
	return FINISHED;
}

/* Is it worth to come again? */
static int
passing(int status)
{
	return status == -1 || status == 429 || status == 503;
}

static enum now
come_again(struct view *v)
{
	enum now	now;
	int		i, ms, status = -1;

	ws_close(v->ws);
	v->ws = NULL;
	remark(v, "the connection is lost; trying again");
	for (i = 0; i < TRIES; i++) {
		v->c->quiet = 1;
		status = come(v);
		v->c->quiet = 0;
		if (status == 101) {
			send_size(v);
			remark(v, "connected again");
			return GOING_ON;
		}
		if (!passing(status))
			return refused(v, status);
		for (ms = 0; ms < PAUSE_MS; ms += 50)
			if ((now = turn(v, 50)) != GOING_ON)
				return now;
	}
	tty_restore();
	v->status = ctl_fail(v->c, "no_answer", "deskd did not come back");
	return FINISHED;
}

int
attach_run(struct ctl *c, struct attach *a)
{
	struct view	v = { .c = c, .a = a, .status = -1 };
	enum now	now = GOING_ON;
	int		status;

	if (!a->read_only && !isatty(STDIN_FILENO))
		return ctl_fail(c, "no_terminal",
		    "standard input is not a terminal");
	if ((status = come(&v)) != 101)
		return status == -1 ? -1 : api_problem(c, status);
	tty_signals();		/* from now on a change is not missed */
	send_size(&v);
	(void)tty_raw();
	while (now != FINISHED) {
		/* What came with the head of the answer is read already. */
		now = receive(&v);
		while (now == GOING_ON)
			now = turn(&v, -1);
		if (now == LOST)
			now = come_again(&v);
	}
	ws_close(v.ws);
	tty_restore();
	if (tty_killed() != 0)
		tty_die();
	return v.status;
}
