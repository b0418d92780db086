/*
 * A client as a program has it: one connection that stays, answers read in
 * large pieces.  Whatever is not as expected is the end: there is nothing
 * to measure then.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ask.h"

static const char	*socket_path;
static int		 conn = -1;
static char		*buf;
static size_t		 size, have;

int
ask_open(void)
{
	struct sockaddr_un	sun = { .sun_family = AF_UNIX };
	int			fd;

	if (strlcpy(sun.sun_path, socket_path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path))
		errx(1, "%s: too long", socket_path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", socket_path);
	return fd;
}

void
ask_connect(const char *path)
{
	socket_path = path;
	conn = ask_open();
}

static void
fill(void)
{
	ssize_t	n;

	if (size - have < 65536) {
		size = size * 2 + 131072;
		if ((buf = realloc(buf, size)) == NULL)
			err(1, NULL);
	}
	if ((n = read(conn, buf + have, size - have - 1)) <= 0)
		errx(1, "the server closed");
	have += (size_t)n;
	buf[have] = '\0';
}

/* A header's value in place, or NULL. */
static const char *
header_find(const char *head, const char *name)
{
	size_t	len = strlen(name);

	while ((head = strchr(head, '\n')) != NULL) {
		head++;
		if (strncasecmp(head, name, len) == 0 && head[len] == ':')
			return head + len + 1 + strspn(head + len + 1, " ");
	}
	return NULL;
}

static void
read_answer(struct answer *a)
{
	const char	*v;
	char		*end;
	size_t		 head;

	have = 0;
	do
		fill();
	while ((end = strstr(buf, "\r\n\r\n")) == NULL);
	*end = '\0';
	head = (size_t)(end - buf) + 4;
	if (sscanf(buf, "HTTP/1.%*d %d", &a->status) != 1)
		errx(1, "no HTTP: %s", buf);
	v = header_find(buf, "Content-Length");
	a->len = v == NULL ? 0 : strtoul(v, NULL, 10);
	a->etag[0] = '\0';
	if ((v = header_find(buf, "ETag")) != NULL)
		snprintf(a->etag, sizeof(a->etag), "%.*s",
		    (int)strcspn(v, "\r\n"), v);
	if (a->status == 304 || a->status == 204)
		a->len = 0;
	while (have < head + a->len)
		fill();
	a->body = buf + head;
}

void
ask(struct answer *a, const char *method, const char *path,
    const char *header, const char *body)
{
	char	*text;
	int	 len;

	len = asprintf(&text, "%s %s HTTP/1.1\r\nHost: deskd\r\n%s"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    method, path, header == NULL ? "" : header,
	    body == NULL ? 0 : strlen(body), body == NULL ? "" : body);
	if (len == -1)
		err(1, NULL);
	if (send(conn, text, (size_t)len, MSG_NOSIGNAL) != len)
		err(1, "send");
	free(text);
	read_answer(a);
}

void
ask_expect(struct answer *a, int status, const char *method, const char *path,
    const char *body)
{
	ask(a, method, path, NULL, body);
	if (a->status != status)
		errx(1, "%s %s: %d: %s", method, path, a->status, a->body);
}
