#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"

static struct sockaddr_un	place = { .sun_family = AF_UNIX };

static void
done(void)
{
	unlink(place.sun_path);
}

int
client_listen(void)
{
	int	fd;

	snprintf(place.sun_path, sizeof(place.sun_path),
	    "/tmp/deskd-fuzz.%d", (int)getpid());
	unlink(place.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&place,
	    sizeof(place)) == -1 || listen(fd, 16) == -1)
		abort();
	atexit(done);
	return fd;
}

int
client_open(void)
{
	int	fd;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&place,
	    sizeof(place)) == -1)
		abort();
	return fd;
}

int
client_drain(int fd)
{
	char	buf[65536];
	ssize_t	n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		continue;
	return n == -1 && errno == EAGAIN ? 0 : -1;
}
