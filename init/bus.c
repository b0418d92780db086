/*
 * D-Bus for the session's programs, started when the first of them wants
 * it.  init holds the socket; dbus-daemon is given it, as the session's
 * user, once somebody connects.  A session that never does has no daemon.
 *
 * The socket is made before any program runs, so nobody inside can have put
 * something else in its place.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"
#include "monotime.h"
#include "sizes.h"

#define DAEMON		"/usr/bin/dbus-daemon"
#define DAEMON_CONF	"/usr/share/dbus-1/session.conf"
#define BACKLOG		64
#define AGAIN_MS	100	/* after a death; doubled for each one more */
#define AGAIN_MAX_MS	30000
#define HELD_MS		60000	/* one that lived so long was good */

static struct {
	int		fd;		/* that listens; -1: not offered */
	pid_t		pid;		/* 0: no daemon */
	unsigned int	deaths;		/* in a row */
	struct monotime	started;
	struct event	ev_asked;	/* while there is no daemon */
	struct event	ev_again;
} bus = { .fd = -1 };

static void	asked_cb(int, short, void *);
static void	again_cb(int, short, void *);
static int	bus_listen(void);

void
bus_start(struct event_base *base)
{
	if (access(DAEMON, X_OK) == -1 || access(DAEMON_CONF, R_OK) == -1)
		return;
	if ((bus.fd = bus_listen()) == -1) {
		log_warn("no bus at %s", SESSION_BUS);
		return;
	}
	event_assign(&bus.ev_asked, base, bus.fd, EV_READ, asked_cb, NULL);
	evtimer_assign(&bus.ev_again, base, again_cb, NULL);
	event_add(&bus.ev_asked, NULL);
}

int
bus_offered(void)
{
	return bus.fd != -1;
}

static int
bus_listen(void)
{
	struct sockaddr_un	sun;
	int			fd, saved_errno;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	strlcpy(sun.sun_path, SESSION_BUS, sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    lchown(SESSION_BUS, SESSION_UID, SESSION_UID) == -1 ||
	    listen(fd, BACKLOG) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

/*
 * The daemon takes its socket as systemd would give it: descriptor 3, and
 * in the environment how many and for which process.  The number of that is
 * known in the child only, which writes it there.
 */
static pid_t
daemon_launch(int null)
{
	struct launch	 l;
	struct env	 env;
	char		*argv[] = { (char[]){ DAEMON }, (char[]){ "--session" },
			    (char[]){ "--nofork" }, (char[]){ "--nopidfile" },
			    (char[]){ "--nosyslog" },
			    (char[]){ "--address=systemd:" }, NULL };
	pid_t		 pid;
	int		 status = -1;

	env_init(&env, ENV_USER);
	env_set(&env, "LISTEN_FDS=1");
	env_set(&env, "LISTEN_PID=0123456789");
	memset(&l, 0, sizeof(l));
	l.argv = argv;
	l.env = env.v;
	l.rights = RIGHTS_USER;
	l.stdio[0] = l.stdio[1] = l.stdio[2] = null;
	l.extra = bus.fd;
	l.pid_text = env.v[env.n - 1] + strlen("LISTEN_PID=");
	if ((pid = launch(&l, &status)) == -1)
		log_warn("launch %s", DAEMON);
	/* Its death is noticed by reaping, whatever the reason. */
	if (status != -1)
		close(status);
	env_free(&env);
	return pid;
}

static void
again(void)
{
	unsigned int	i, ms = AGAIN_MS;
	struct timeval	tv;

	for (i = 0; i < bus.deaths && ms < AGAIN_MAX_MS; i++)
		ms *= 2;
	if (ms > AGAIN_MAX_MS)
		ms = AGAIN_MAX_MS;
	bus.deaths++;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	evtimer_add(&bus.ev_again, &tv);
}

static void
asked_cb(int fd, short events, void *arg)
{
	int	null;

	(void)fd;
	(void)events;
	(void)arg;
	if (!filter_ready() ||
	    (null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1) {
		again();
		return;
	}
	bus.started = monotime_now();
	if ((bus.pid = daemon_launch(null)) == -1) {
		bus.pid = 0;
		again();
	}
	close(null);
}

static void
again_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	event_add(&bus.ev_asked, NULL);
}

/* Who connects next starts another one, but not at any pace. */
int
bus_reaped(pid_t pid, int status)
{
	if (bus.pid == 0 || pid != bus.pid)
		return 0;
	bus.pid = 0;
	log_debug("dbus-daemon: status %d", status);
	if (monotime_since_ms(bus.started) >= HELD_MS)
		bus.deaths = 0;
	again();
	return 1;
}
