#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "tls.h"
#include "xmalloc.h"

#define CONNECT_MS	10000
#define PLAIN_PORT	"8640"
#define TLS_PORT	"8643"

static char		 error[256];
static const char	*ca_file;

struct url {
	int	 secure;
	char	 host[256];	/* without brackets */
	char	 port[8];
};

const char *
link_error(void)
{
	return error;
}

void
link_set_ca(const char *path)
{
	ca_file = path;
}

int
link_is_url(const char *where)
{
	return strncmp(where, "http://", 7) == 0 ||
	    strncmp(where, "https://", 8) == 0;
}

static int
wrong(const char *why)
{
	strlcpy(error, why, sizeof(error));
	return -1;
}

static int
url_parse(struct url *u, const char *text)
{
	const char	*end, *port;
	size_t		 len;

	u->secure = strncmp(text, "https", 5) == 0;
	text = strchr(text, ':') + 3;
	end = text + strcspn(text, "/?#");
	if (strcmp(end, "") != 0 && strcmp(end, "/") != 0)
		return wrong("an address has no path");
	if (memchr(text, '@', (size_t)(end - text)) != NULL)
		return wrong("an address holds no name or secret");
	if (*text == '[') {
		text++;
		len = strcspn(text, "]");
		port = text + len + (text[len] == ']');
	} else {
		len = strcspn(text, ":/");
		port = text + len;
	}
	if (len == 0 || len >= sizeof(u->host) || port > end)
		return wrong("an address names a host");
	memcpy(u->host, text, len);
	u->host[len] = '\0';
	strlcpy(u->port, u->secure ? TLS_PORT : PLAIN_PORT, sizeof(u->port));
	if (port == end)
		return 0;
	len = (size_t)(end - port) - 1;
	if (*port != ':' || len == 0 || len > 5 ||
	    strspn(port + 1, "0123456789") != len)
		return wrong("a port is a number");
	memcpy(u->port, port + 1, len);
	u->port[len] = '\0';
	return 0;
}

/* What is sent in clear stays on this machine. */
static int
is_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in6	*in6;
	const struct sockaddr_in	*in;

	if (sa->sa_family == AF_INET) {
		in = (const struct sockaddr_in *)sa;
		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	in6 = (const struct sockaddr_in6 *)sa;
	return sa->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static int
connect_within(int fd, const struct sockaddr *sa, socklen_t len)
{
	struct pollfd	pfd = { .fd = fd, .events = POLLOUT };
	socklen_t	size = sizeof(errno);
	int		result;

	if (connect(fd, sa, len) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -1;
	if (poll(&pfd, 1, CONNECT_MS) != 1) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size) == -1)
		return -1;
	errno = result;
	return result == 0 ? 0 : -1;
}

static int
try(const struct addrinfo *ai)
{
	int	fd, on = 1, saved_errno;

	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect_within(fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return fd;
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return -1;
}

static int
open_tcp(const struct url *u)
{
	struct addrinfo	 hints, *all, *ai;
	int		 fd = -1, rc;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	if ((rc = getaddrinfo(u->host, u->port, &hints, &all)) != 0)
		return wrong(gai_strerror(rc));
	errno = ECONNREFUSED;
	for (ai = all; ai != NULL && fd == -1; ai = ai->ai_next) {
		if (!u->secure && !is_loopback(ai->ai_addr)) {
			freeaddrinfo(all);
			return wrong("that is another machine, and over http "
			    "a token would cross the network in clear: use "
			    "https");
		}
		fd = try(ai);
	}
	freeaddrinfo(all);
	return fd;
}

static int
open_url(struct link *l, const char *where)
{
	struct url	u;
	const char	*why;
	int		saved_errno;

	if (url_parse(&u, where) == -1 || (l->fd = open_tcp(&u)) == -1)
		return -1;
	snprintf(l->host, sizeof(l->host), strchr(u.host, ':') != NULL ?
	    "[%s]:%s" : "%s:%s", u.host, u.port);
	if (!u.secure)
		return 0;
	if ((l->tls = tls_open(l->fd, u.host, ca_file, &why)) != NULL)
		return 0;
	saved_errno = errno;
	close(l->fd);
	l->fd = -1;
	errno = saved_errno;
	return wrong(why);
}

static int
open_path(struct link *l, const char *path)
{
	struct sockaddr_un	sun;
	int			saved_errno;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strlcpy(l->host, "deskd", sizeof(l->host));
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd == -1)
		return -1;
	if (connect(l->fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return 0;
	saved_errno = errno;
	close(l->fd);
	l->fd = -1;
	errno = saved_errno;
	return -1;
}

int
link_open(struct link *l, const char *where)
{
	memset(l, 0, sizeof(*l));
	l->fd = -1;
	error[0] = '\0';
	return link_is_url(where) ? open_url(l, where) : open_path(l, where);
}

void
link_close(struct link *l)
{
	tls_close(l->tls);
	if (l->fd != -1)
		close(l->fd);
	l->tls = NULL;
	l->fd = -1;
}

ssize_t
link_read(struct link *l, void *buf, size_t size)
{
	return l->tls != NULL ? tls_read(l->tls, buf, size) :
	    recv(l->fd, buf, size, MSG_DONTWAIT);
}

ssize_t
link_write(struct link *l, const void *data, size_t len)
{
	return l->tls != NULL ? tls_write(l->tls, data, len) :
	    send(l->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int
link_pending(const struct link *l)
{
	return l->tls != NULL && tls_pending(l->tls);
}

int
link_idle(struct link *l)
{
	char	c;

	return link_read(l, &c, 1) == -1 && errno == EAGAIN;
}
