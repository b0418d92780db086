/*
 * The head of an answer is kept whole, up to HEAD_MAX; a body is handed on
 * as it comes.  Every wait has a limit, so that a stopped daemon cannot
 * hang a script for ever.
 */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http.h"
#include "link.h"
#include "xmalloc.h"

#define HEAD_MAX	16384
#define LINE_MAX_HTTP	1024	/* a chunk's size line, a trailer */
#define TIMEOUT_S	90	/* deskd itself gives up after a minute */
#define TICK_MS		100

static const char	*token;

enum body { BODY_NONE, BODY_LENGTH, BODY_CHUNKED, BODY_CLOSE };

struct http {
	struct link	 link;
	int		 fd;		/* the link's */
	int		 timeout_ms;
	http_tick	*tick;
	void		*tick_arg;

	enum body	 body;
	uint64_t	 left;		/* of the body or of this chunk */
	int		 chunk_first;
	int		 done;		/* nothing of the answer is left */
	int		 keep;

	char		 head[HEAD_MAX];
	size_t		 head_len;
	char		 buf[16384];
	size_t		 off, len;
	char		 error[160];
};

static int
failed(struct http *h, const char *why)
{
	if (why == NULL)
		why = strerror(errno);
	strlcpy(h->error, why, sizeof(h->error));
	h->keep = 0;
	h->done = 0;
	return -1;
}

const char *
http_error(const struct http *h)
{
	return h->error;
}

pid_t
http_listener(const struct http *h)
{
	struct ucred	cred;
	socklen_t	len = sizeof(cred);

	if (getsockopt(h->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1 ||
	    cred.pid == 0)
		return -1;
	return cred.pid;
}

void
http_set_token(const char *text)
{
	token = text;
}

struct http *
http_open(const char *where)
{
	struct http	*h = xcalloc(1, sizeof(*h));

	if (link_open(&h->link, where) == -1) {
		free(h);
		return NULL;
	}
	h->fd = h->link.fd;
	h->keep = h->done = 1;
	return h;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	link_close(&h->link);
	free(h);
}

void
http_set_tick(struct http *h, http_tick *tick, void *arg)
{
	h->tick = tick;
	h->tick_arg = arg;
}

int
http_reusable(struct http *h)
{
	/* Anything to read between answers is the end of the connection. */
	return h->keep && h->done && h->off == h->len && link_idle(&h->link);
}

/* Waits until the socket can do what is asked, at most the time limit. */
static int
wait_for(struct http *h, short events)
{
	struct pollfd	pfd = { .fd = h->fd, .events = events };
	int		waited = 0, step, n;

	while (waited < h->timeout_ms) {
		step = h->timeout_ms - waited;
		if (h->tick != NULL && step > TICK_MS)
			step = TICK_MS;
		n = poll(&pfd, 1, step);
		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return failed(h, NULL);
		waited += step;
		if (h->tick != NULL)
			h->tick(h->tick_arg);
	}
	return failed(h, "deskd does not answer");
}

/* Returns 1 when the buffer has bytes, 0 at the end, -1 on error. */
static int
fill(struct http *h)
{
	ssize_t	n;

	if (h->off < h->len)
		return 1;
	for (;;) {
		if (!link_pending(&h->link) && wait_for(h, POLLIN) == -1)
			return -1;
		n = link_read(&h->link, h->buf, sizeof(h->buf));
		if (n >= 0)
			break;
		if (errno != EINTR && errno != EAGAIN)
			return failed(h, NULL);
	}
	h->off = 0;
	h->len = (size_t)n;
	return n > 0;
}

static int
send_all(struct http *h, const void *data, size_t len)
{
	const char	*p = data;
	ssize_t		 n;

	while (len > 0) {
		if (wait_for(h, POLLOUT) == -1)
			return -1;
		n = link_write(&h->link, p, len);
		if (n == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		/* It may have answered before it stopped reading. */
		if (n == -1 && (errno == EPIPE || errno == ECONNRESET)) {
			h->keep = 0;
			return 0;
		}
		if (n == -1)
			return failed(h, NULL);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The value of a header, not yet ended, and its length; or NULL. */
static const char *
find_header(const struct http *h, const char *name, size_t *lenp)
{
	const char	*p = h->head, *end, *value;
	size_t		 n = strlen(name);

	while ((p = strstr(p, "\r\n")) != NULL) {
		p += 2;
		if (strncasecmp(p, name, n) != 0 || p[n] != ':')
			continue;
		value = p + n + 1;
		value += strspn(value, " \t");
		if ((end = strstr(value, "\r\n")) == NULL)
			return NULL;
		while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*lenp = (size_t)(end - value);
		return value;
	}
	return NULL;
}

int
http_header(const struct http *h, const char *name, char *buf, size_t size)
{
	const char	*value;
	size_t		 len;

	if ((value = find_header(h, name, &len)) == NULL) {
		buf[0] = '\0';
		return -1;
	}
	if (len >= size)
		len = size - 1;
	memcpy(buf, value, len);
	buf[len] = '\0';
	return 0;
}

static int
read_head(struct http *h)
{
	int	n;
	char	c;

	h->head_len = 0;
	for (;;) {
		if ((n = fill(h)) == -1)
			return -1;
		if (n == 0)
			return failed(h, "deskd closed the connection");
		c = h->buf[h->off++];
		if (c == '\0' || h->head_len + 1 == sizeof(h->head))
			return failed(h, "answer with a bad head");
		h->head[h->head_len++] = c;
		h->head[h->head_len] = '\0';
		if (h->head_len >= 4 &&
		    memcmp(h->head + h->head_len - 4, "\r\n\r\n", 4) == 0)
			return 0;
	}
}

/* How the body of the answer ends. */
static int
frame(struct http *h, int status)
{
	char	value[64], *end;

	h->left = 0;
	h->chunk_first = 1;
	h->done = 0;
	if (status == 101)
		h->keep = 0;
	if (http_header(h, "Connection", value, sizeof(value)) == 0 &&
	    strcasecmp(value, "close") == 0)
		h->keep = 0;
	if (status == 101 || status == 204 || status == 304) {
		h->body = BODY_NONE;
		h->done = 1;
	} else if (http_header(h, "Transfer-Encoding", value,
	    sizeof(value)) == 0) {
		if (strcasecmp(value, "chunked") != 0)
			return failed(h, "answer in an unknown encoding");
		h->body = BODY_CHUNKED;
	} else if (http_header(h, "Content-Length", value,
	    sizeof(value)) == 0) {
		errno = 0;
		h->left = strtoull(value, &end, 10);
		if (value[0] < '0' || value[0] > '9' || *end != '\0' ||
		    errno != 0)
			return failed(h, "answer with a bad length");
		h->body = BODY_LENGTH;
		h->done = h->left == 0;
	} else {
		h->body = BODY_CLOSE;
		h->keep = 0;
	}
	return 0;
}

/* The line that says how the body of a request ends. */
static char *
request_frame(const struct http_request *r)
{
	char	*line;

	if (r->source == NULL)
		xasprintf(&line, "Content-Length: %zu\r\n", r->len);
	else if (r->source_len == -1)
		line = xstrdup("Transfer-Encoding: chunked\r\n"
		    "Expect: 100-continue\r\n");
	else
		xasprintf(&line, "Content-Length: %lld\r\n"
		    "Expect: 100-continue\r\n", (long long)r->source_len);
	return line;
}

/* A chunk's size before it and an empty line after it. */
static int
send_chunk(struct http *h, const char *data, size_t len)
{
	char	size[32];
	int	n;

	n = snprintf(size, sizeof(size), "%zx\r\n", len);
	if (send_all(h, size, (size_t)n) == -1 ||
	    send_all(h, data, len) == -1)
		return -1;
	return send_all(h, "\r\n", 2);
}

/*
 * A source that fails leaves the request half sent, and that is the end of
 * the connection: deskd then takes nothing of it.
 */
static int
send_source(struct http *h, const struct http_request *r)
{
	static char	buf[65536];
	int64_t		sent = 0;
	long		n;

	while ((n = r->source(r->source_arg, buf, sizeof(buf))) > 0) {
		if (r->source_len != -1 && n > r->source_len - sent)
			return failed(h, "it became longer while it was sent");
		if ((r->source_len == -1 ? send_chunk(h, buf, (size_t)n) :
		    send_all(h, buf, (size_t)n)) == -1)
			return -1;
		sent += n;
		/* Answered already: the rest would be sent for nothing. */
		if (!h->keep)
			return 0;
	}
	if (n == -1)
		return failed(h, "what was to be sent could not be read");
	if (r->source_len == -1)
		return send_chunk(h, "", 0);
	return sent == r->source_len ? 0 :
	    failed(h, "it became shorter while it was sent");
}

/* The head of one answer; its status or -1. */
static int
read_status(struct http *h)
{
	int	status;

	if (read_head(h) == -1)
		return -1;
	if (strncmp(h->head, "HTTP/1.1 ", 9) != 0)
		return failed(h, "this is not deskd: no HTTP is spoken there");
	status = atoi(h->head + 9);
	if (status < 100 || status > 599)
		return failed(h, "answer with a bad status");
	return status;
}

void
http_shutdown(const struct http *h)
{
	shutdown(h->fd, SHUT_RDWR);
}

int
http_ask(struct http *h, const struct http_request *r)
{
	char	*head, *frame_line = request_frame(r);
	int	 len, ok, status;

	h->timeout_ms = (r->timeout > 0 ? r->timeout : TIMEOUT_S) * 1000;
	h->keep = 1;
	h->done = 0;
	len = xasprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\n"
	    "User-Agent: deskctl/%s\r\n%s%s%sAccept: %s\r\n%s%s%s%s%s\r\n",
	    r->method, r->target, h->link.host, PACKAGE_VERSION,
	    token != NULL ? "Authorization: Bearer " : "",
	    token != NULL ? token : "", token != NULL ? "\r\n" : "",
	    r->accept != NULL ? r->accept : "application/json",
	    r->type != NULL ? "Content-Type: " : "",
	    r->type != NULL ? r->type : "", r->type != NULL ? "\r\n" : "",
	    r->extra != NULL ? r->extra : "", frame_line);
	ok = send_all(h, head, (size_t)len) == 0 &&
	    (r->source != NULL || send_all(h, r->body, r->len) == 0);
	free(head);
	free(frame_line);
	if (!ok)
		return -1;
	do {
		if ((status = read_status(h)) == -1)
			return -1;
		if (status == 100 && r->source != NULL &&
		    send_source(h, r) == -1)
			return -1;
	} while (status < 200 && status != 101);
	/* What it did not want cannot be followed by another request. */
	if (frame(h, status) == -1)
		return -1;
	return status;
}

static int
read_line(struct http *h, char *line, size_t size)
{
	size_t	n = 0;
	int	got;
	char	c;

	for (;;) {
		if ((got = fill(h)) == -1)
			return -1;
		if (got == 0)
			return failed(h, "answer ended early");
		c = h->buf[h->off++];
		if (c == '\n')
			break;
		if (n + 1 == size)
			return failed(h, "answer with a long line");
		line[n++] = c;
	}
	if (n > 0 && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return 0;
}

/* The next chunk's size into h->left; the last one ends the body. */
static int
next_chunk(struct http *h)
{
	char	line[LINE_MAX_HTTP], *end;

	if (!h->chunk_first) {
		if (read_line(h, line, sizeof(line)) == -1)
			return -1;
		if (line[0] != '\0')
			return failed(h, "answer with a bad chunk");
	}
	h->chunk_first = 0;
	if (read_line(h, line, sizeof(line)) == -1)
		return -1;
	errno = 0;
	h->left = strtoull(line, &end, 16);
	if (strchr("0123456789abcdefABCDEF", line[0]) == NULL ||
	    line[0] == '\0' || (*end != '\0' && *end != ';' && *end != ' ') ||
	    errno != 0)
		return failed(h, "answer with a bad chunk");
	if (h->left > 0)
		return 0;
	do {
		if (read_line(h, line, sizeof(line)) == -1)
			return -1;
	} while (line[0] != '\0');
	h->done = 1;
	return 0;
}

long
http_read(struct http *h, void *buf, size_t size)
{
	int	n;

	if (h->done)
		return 0;
	if (h->body == BODY_CHUNKED && h->left == 0) {
		if (next_chunk(h) == -1)
			return -1;
		if (h->done)
			return 0;
	}
	if ((n = fill(h)) == -1)
		return -1;
	if (n == 0 && h->body == BODY_CLOSE) {
		h->done = 1;
		return 0;
	}
	if (n == 0)
		return failed(h, "answer ended early");
	if (size > h->len - h->off)
		size = h->len - h->off;
	if (h->body != BODY_CLOSE && size > h->left)
		size = (size_t)h->left;
	memcpy(buf, h->buf + h->off, size);
	h->off += size;
	if (h->body != BODY_CLOSE)
		h->left -= size;
	if (h->body == BODY_LENGTH && h->left == 0)
		h->done = 1;
	return (long)size;
}

char *
http_slurp(struct http *h, size_t max, size_t *lenp)
{
	char	*data = NULL;
	size_t	 len = 0, room = 0;
	long	 n;

	for (;;) {
		if (room - len < 4096) {
			room = room == 0 ? 8192 : room * 2;
			data = xreallocarray(data, room, 1);
		}
		n = http_read(h, data + len, room - len - 1);
		if (n <= 0)
			break;
		len += (size_t)n;
		if (len > max) {
			failed(h, "answer is too large");
			n = -1;
			break;
		}
	}
	if (n == -1) {
		free(data);
		return NULL;
	}
	data[len] = '\0';
	if (lenp != NULL)
		*lenp = len;
	return data;
}

int
http_fd(const struct http *h)
{
	return h->fd;
}

long
http_raw_read(struct http *h, void *buf, size_t size)
{
	ssize_t	n;

	if (h->off < h->len) {
		n = (ssize_t)(h->len - h->off);
		if (size < (size_t)n)
			n = (ssize_t)size;
		memcpy(buf, h->buf + h->off, (size_t)n);
		h->off += (size_t)n;
		return n;
	}
	n = link_read(&h->link, buf, size);
	if (n > 0)
		return n;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return failed(h, n == 0 ? "deskd closed the connection" : NULL);
}

int
http_raw_send(struct http *h, const void *data, size_t len)
{
	h->keep = 1;
	if (send_all(h, data, len) == -1 || !h->keep)
		return -1;
	h->keep = 0;
	return 0;
}

char *
http_encode(const char *text)
{
	static const char	 hex[] = "0123456789ABCDEF";
	const unsigned char	*p;
	char			*out, *q;

	q = out = xmalloc(strlen(text) * 3 + 1);
	for (p = (const unsigned char *)text; *p != '\0'; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._~", *p) != NULL) {
			*q++ = (char)*p;
			continue;
		}
		*q++ = '%';
		*q++ = hex[*p >> 4];
		*q++ = hex[*p & 15];
	}
	*q = '\0';
	return out;
}
