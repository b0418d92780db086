/*
 * init's socket.  It stands in a directory that session users cannot write,
 * and a peer must come from outside: the kernel translates its pid into our
 * namespace, where a process that is not in it has none.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"

#define LISTEN_PAUSE	1	/* seconds, when descriptors run out */

static void	accept_cb(int, short, void *);
static void	resume_cb(int, short, void *);
static int	from_outside(int);

static struct event_base	*loop;
static struct event		 ev, ev_resume;

void
listen_start(struct event_base *base)
{
	struct sockaddr_un	 sun;
	mode_t			 mask;
	int			 fd;

	loop = base;
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, INIT_SOCKET, sizeof(sun.sun_path));
	if (unlink(INIT_SOCKET) == -1 && errno != ENOENT)
		fatal("unlink %s", INIT_SOCKET);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		fatal("socket");
	mask = umask(0177);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		fatal("bind %s", INIT_SOCKET);
	umask(mask);
	if (listen(fd, 8) == -1)
		fatal("listen %s", INIT_SOCKET);
	event_assign(&ev, base, fd, EV_READ | EV_PERSIST, accept_cb, NULL);
	evtimer_assign(&ev_resume, base, resume_cb, NULL);
	if (event_add(&ev, NULL) == -1)
		fatalx("no event for %s", INIT_SOCKET);
}

static void
accept_cb(int fd, short events, void *arg)
{
	struct timeval	pause = { LISTEN_PAUSE, 0 };
	int		s;

	(void)events;
	(void)arg;
	s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (s == -1) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS) {
			log_warn("accept");
			event_del(&ev);
			evtimer_add(&ev_resume, &pause);
		}
		return;
	}
	if (!from_outside(s)) {
		log_debug("a process of this session tried to connect");
		close(s);
		return;
	}
	link_new(loop, s);
}

static void
resume_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	event_add(&ev, NULL);
}

static int
from_outside(int s)
{
	struct ucred	cred;
	socklen_t	len = sizeof(cred);

	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		log_warn("getsockopt SO_PEERCRED");
		return 0;
	}
	return cred.pid == 0;
}
