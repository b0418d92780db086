#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "exec_pipe.h"
#include "http.h"
#include "utf8.h"
#include "xmalloc.h"

#define CHUNK		8192
/* A chunk as JSON: each byte is six at worst. */
#define ROOM_MIN	(CHUNK * 6 + 1024)
#define TURNS		8		/* chunks before others have a turn */

static void
close_fd(struct exec_pipe *p)
{
	event_del(&p->readable);
	stream_unwait(&p->room);
	close(p->fd);
	p->fd = -1;
	p->paused = 0;
}

static void
send_text(struct exec_pipe *p, const void *bytes, size_t len)
{
	struct json_object	*o = json_object_new_object();
	char			*text;
	size_t			 n;

	text = utf8_clean(bytes, len, &n);
	json_object_object_add(o, "data",
	    json_object_new_string_len(text, (int)n));
	(void)stream_event(p->stream, 0, p->name,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	free(text);
}

/* A character cut by the end of a chunk waits for its rest. */
static void
send_whole(struct exec_pipe *p, const char *bytes, size_t len)
{
	char	buf[CHUNK + sizeof(p->part)];
	size_t	n, whole;

	memcpy(buf, p->part, p->npart);
	memcpy(buf + p->npart, bytes, len);
	n = p->npart + len;
	whole = utf8_whole(buf, n);
	p->npart = n - whole;
	memcpy(p->part, buf + whole, p->npart);
	if (whole > 0)
		send_text(p, buf, whole);
}

static void
keep(struct exec_pipe *p, const char *bytes, size_t len)
{
	if (len > PIPE_KEEP - p->len) {
		len = PIPE_KEEP - p->len;
		p->truncated = 1;
	}
	if (p->len + len > p->size) {
		p->size = p->size == 0 ? CHUNK : p->size;
		while (p->size < p->len + len)
			p->size *= 2;
		p->kept = xreallocarray(p->kept, p->size, 1);
	}
	memcpy(p->kept + p->len, bytes, len);
	p->len += len;
}

static void
take(struct exec_pipe *p, const char *bytes, size_t len)
{
	if (p->stream != NULL)
		send_whole(p, bytes, len);
	else
		keep(p, bytes, len);
}

static int
has_room(const struct exec_pipe *p)
{
	return p->stream == NULL || stream_room(p->stream) >= ROOM_MIN;
}

/* 1: more may come at once; 0: not now; -1: the end. */
static int
read_chunk(struct exec_pipe *p)
{
	char	buf[CHUNK];
	ssize_t	n;

	n = read(p->fd, buf, sizeof(buf));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	take(p, buf, (size_t)n);
	return 1;
}

/* The program waits while its client does not read. */
static void
pause_reading(struct exec_pipe *p)
{
	p->paused = 1;
	event_del(&p->readable);
	stream_wait(p->stream, &p->room);
}

static void
readable_cb(int fd, short events, void *arg)
{
	struct exec_pipe	*p = arg;
	int			 i, rc = 1;

	(void)fd;
	(void)events;
	for (i = 0; i < TURNS && rc == 1; i++) {
		if (!has_room(p)) {
			pause_reading(p);
			return;
		}
		rc = read_chunk(p);
	}
	if (rc == -1) {
		close_fd(p);
		p->ended(p->arg);
	}
}

static void
room_cb(void *arg)
{
	struct exec_pipe	*p = arg;

	p->paused = 0;
	event_add(&p->readable, NULL);
}

void
pipe_start(struct exec_pipe *p, int fd, struct stream *stream)
{
	int	flags;

	if ((flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	p->fd = fd;
	p->stream = stream;
	event_assign(&p->readable, broker_base(), fd, EV_READ | EV_PERSIST,
	    readable_cb, p);
	p->room.room = ROOM_MIN;
	p->room.cb = room_cb;
	p->room.arg = p;
	event_add(&p->readable, NULL);
}

void
pipe_stop(struct exec_pipe *p)
{
	if (p->fd != -1)
		close_fd(p);
}

void
pipe_flush(struct exec_pipe *p)
{
	int	i;

	for (i = 0; p->fd != -1 && i < PIPE_KEEP / CHUNK && has_room(p); i++)
		if (read_chunk(p) != 1)
			break;
	pipe_stop(p);
	if (p->npart > 0 && p->stream != NULL)
		send_text(p, p->part, p->npart);
	p->npart = 0;
}

/* What was cut in the middle of a character ends before it. */
struct json_object *
pipe_text(const struct exec_pipe *p)
{
	struct json_object	*o;
	size_t			 n = p->len;
	char			*text;

	if (p->truncated)
		n = utf8_whole(p->kept, n);
	text = utf8_clean(p->kept, n, &n);
	o = json_object_new_string_len(text, (int)n);
	free(text);
	return o;
}

void
pipe_clear(struct exec_pipe *p)
{
	pipe_stop(p);
	free(p->kept);
	p->kept = NULL;
}
