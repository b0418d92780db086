#include <sys/socket.h>
#include <sys/un.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ws_client.h"

#define WAIT	20000		/* ms */

int
wsc_read(int fd, void *buf, size_t len, int ms)
{
	struct pollfd	 pfd = { .fd = fd, .events = POLLIN };
	char		*p = buf;
	ssize_t		 n;

	for (; len > 0; len -= (size_t)n, p += n) {
		if (poll(&pfd, 1, ms) != 1)
			return -1;
		if ((n = read(fd, p, len)) <= 0)
			return -1;
	}
	return 0;
}

int
wsc_write(int fd, const void *data, size_t len)
{
	const char	*p = data;
	ssize_t		 n;

	for (; len > 0; len -= (size_t)n, p += n)
		if ((n = send(fd, p, len, MSG_NOSIGNAL)) <= 0)
			return -1;
	return 0;
}

int
wsc_hello(char *buf, size_t size, const char *path, const char *more)
{
	return snprintf(buf, size, "GET %s HTTP/1.1\r\nHost: deskd\r\n"
	    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", path,
	    more);
}

static int
connected(const char *path)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	int			 fd;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Byte by byte, so that nothing after the head is taken. */
int
wsc_open(const char *sock, const char *path, const char *more, int *status)
{
	char	buf[4096] = "";
	int	fd, len;
	size_t	n = 0;

	*status = 0;
	if ((fd = connected(sock)) == -1)
		return -1;
	len = wsc_hello(buf, sizeof(buf), path, more);
	if (wsc_write(fd, buf, (size_t)len) == -1) {
		close(fd);
		return -1;
	}
	memset(buf, 0, sizeof(buf));
	while (n + 1 < sizeof(buf) && strstr(buf, "\r\n\r\n") == NULL &&
	    wsc_read(fd, buf + n, 1, WAIT) == 0)
		n++;
	if (sscanf(buf, "HTTP/1.1 %d", status) != 1 || (*status == 101 &&
	    strstr(buf, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
	    == NULL)) {
		close(fd);
		return -1;
	}
	return fd;
}

int
wsc_frame(int fd, int head, int masked, const void *data, size_t len)
{
	static const unsigned char	 mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	const unsigned char		*p = data;
	unsigned char			*buf = malloc(len + 14);
	size_t				 i, n = 0;
	int				 rc;

	buf[n++] = (unsigned char)head;
	buf[n++] = (unsigned char)((masked ? 0x80 : 0) |
	    (len < 126 ? len : len < 65536 ? 126 : 127));
	for (i = len < 126 ? 0 : len < 65536 ? 2 : 8; i > 0; i--)
		buf[n++] = (unsigned char)(len >> (8 * (i - 1)));
	if (masked)
		memcpy(buf + n, mask, 4);
	n += masked ? 4 : 0;
	for (i = 0; i < len; i++)
		buf[n++] = masked ? p[i] ^ mask[i % 4] : p[i];
	rc = wsc_write(fd, buf, n);
	free(buf);
	return rc;
}

int
wsc_send(int fd, int opcode, const void *data, size_t len)
{
	return wsc_frame(fd, WSC_FIN | opcode, 1, data, len);
}

int
wsc_text(int fd, const char *text)
{
	return wsc_send(fd, WSC_TEXT, text, strlen(text));
}

int
wsc_next(int fd, struct wsc_frame *f, int ms)
{
	unsigned char	head[8];
	size_t		len, more, i;

	memset(f, 0, sizeof(*f));
	if (wsc_read(fd, head, 2, ms) == -1 || (head[1] & 0x80) != 0)
		return -1;
	f->head = head[0];
	len = head[1];
	more = len == 126 ? 2 : len == 127 ? 8 : 0;
	if (more != 0) {
		if (wsc_read(fd, head, more, ms) == -1)
			return -1;
		for (len = 0, i = 0; i < more; i++)
			len = len << 8 | head[i];
	}
	if (len > 64 * 1024 * 1024)
		return -1;
	f->data = calloc(1, len + 1);
	f->len = len;
	if (wsc_read(fd, f->data, len, ms) == -1) {
		wsc_clear(f);
		return -1;
	}
	return 0;
}

void
wsc_clear(struct wsc_frame *f)
{
	free(f->data);
	memset(f, 0, sizeof(*f));
}

int
wsc_code(const struct wsc_frame *f)
{
	const unsigned char	*p = (const unsigned char *)f->data;

	return f->head == (WSC_FIN | WSC_CLOSE) && f->len >= 2 ?
	    p[0] << 8 | p[1] : 0;
}
