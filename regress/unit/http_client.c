/* A client that knows no library: bytes out, bytes in, deadlines. */
#include <sys/socket.h>
#include <sys/un.h>

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "http_test.h"

char	socket_path[108];

int
client_open(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	strlcpy(sun.sun_path, socket_path, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

int
client_send(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	for (; len > 0; len -= (size_t)n, p += n)
		if ((n = send(fd, p, len, MSG_NOSIGNAL)) <= 0)
			return -1;
	return 0;
}

int
client_text(int fd, const char *text)
{
	return client_send(fd, text, strlen(text));
}

int
client_raw(int fd, char *buf, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, 5000) != 1)
		return -1;
	return (int)read(fd, buf, size);
}

static int
read_byte(int fd)
{
	char c;

	return client_raw(fd, &c, 1) == 1 ? (unsigned char)c : -1;
}

static int
read_line(int fd, char *line, size_t size)
{
	size_t n = 0;
	int c;

	while ((c = read_byte(fd)) != -1) {
		if (n + 1 < size)
			line[n++] = (char)c;
		if (c == '\n')
			break;
	}
	line[n] = '\0';
	return c == -1 ? -1 : 0;
}

static int
read_body(int fd, struct answer *a, size_t len)
{
	int n;

	a->body = realloc(a->body, a->len + len + 1);
	while (len > 0) {
		n = client_raw(fd, a->body + a->len, len);
		if (n <= 0)
			return -1;
		a->len += (size_t)n;
		len -= (size_t)n;
	}
	a->body[a->len] = '\0';
	return 0;
}

static int
read_chunks(int fd, struct answer *a)
{
	char line[64];
	size_t len;

	for (;;) {
		if (read_line(fd, line, sizeof(line)) == -1)
			return -1;
		len = strtoul(line, NULL, 16);
		if (read_body(fd, a, len) == -1 ||
		    read_line(fd, line, sizeof(line)) == -1)
			return -1;
		if (len == 0)
			return 0;
	}
}

const char *
answer_header(const struct answer *a, const char *name)
{
	static char value[1024];
	size_t len = strlen(name), n;
	const char *p;

	for (p = strchr(a->head, '\n'); p != NULL; p = strchr(p, '\n')) {
		p++;
		if (strncasecmp(p, name, len) != 0 || p[len] != ':')
			continue;
		p += len + 1;
		p += strspn(p, " ");
		n = strcspn(p, "\r\n");
		if (n >= sizeof(value))
			n = sizeof(value) - 1;
		memcpy(value, p, n);
		value[n] = '\0';
		return value;
	}
	return "";
}

int
client_read(int fd, struct answer *a)
{
	size_t at = 0;

	memset(a, 0, sizeof(*a));
	for (;;) {
		if (read_line(fd, a->head + at, sizeof(a->head) - at) == -1)
			return -1;
		if (a->head[at] == '\r')
			break;
		at += strlen(a->head + at);
	}
	if (sscanf(a->head, "HTTP/1.%*d %d", &a->status) != 1)
		return -1;
	a->body = calloc(1, 1);
	if (strcmp(answer_header(a, "Transfer-Encoding"), "chunked") == 0)
		return read_chunks(fd, a);
	return read_body(fd, a, strtoul(answer_header(a, "Content-Length"),
	    NULL, 10));
}

void
answer_clear(struct answer *a)
{
	free(a->body);
	memset(a, 0, sizeof(*a));
}

int
ask(struct answer *a, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int error, fd;

	memset(a, 0, sizeof(*a));
	va_start(ap, fmt);
	error = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (error == -1 || (fd = client_open()) == -1)
		return -1;
	client_text(fd, text);
	error = client_read(fd, a);
	free(text);
	close(fd);
	return error;
}

long
counted(const char *name)
{
	struct answer a;
	char quoted[64];
	const char *p;
	long n = -1;

	snprintf(quoted, sizeof(quoted), "\"%s\":", name);
	if (ask(&a, "GET /t/counts HTTP/1.1\r\nHost: x\r\n\r\n") == 0 &&
	    (p = strstr(a.body, quoted)) != NULL)
		n = strtol(p + strlen(quoted), NULL, 10);
	answer_clear(&a);
	return n;
}

int
counted_within(const char *name, long want, int seconds)
{
	struct timespec pause = { 0, 5000000 };
	time_t end = time(NULL) + seconds;

	while (counted(name) != want) {
		if (time(NULL) > end)
			return 0;
		nanosleep(&pause, NULL);
	}
	return 1;
}
