/*
 * deskd-init: pid 1 of a session's namespaces.
 *
 * It reaps, starts the X server and the window manager, the message bus when
 * somebody wants it, and executes what the worker asks for, as the session's
 * user; itself and all of them under
 * the session's filter.
 * It is root inside the session only, and may touch nothing outside of it:
 * no descriptor is inherited, it listens on a socket of its own and takes
 * only peers from outside its pid namespace.  Losing a peer is not fatal:
 * the session outlives its worker and its supervisor, and ends when its
 * cgroup is killed.
 */
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "sizes.h"
#include "log.h"

static void	descriptors(void);
static void	signals(void);
static void	places(void);
static void	ready(void);
static struct event_base *loop(void);

int
main(int argc, char **argv)
{
	struct event_base	*base;
	int			 ch, verbose = 0;

	descriptors();
	while ((ch = getopt(argc, argv, "v")) != -1) {
		if (ch != 'v')
			return 1;
		verbose = 1;
	}
	log_init("deskd-init", 1, verbose);

	/* Session root may not read or trace this process. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		fatal("prctl PR_SET_DUMPABLE");
	if (rights_own() == -1)
		fatal("drop capabilities");
	umask(022);
	signals();
	places();

	base = loop();
	reap_start(base);
	exec_start(base);
	kept_start(base);
	display_start(base);
	wm_start(base);
	bus_start(base);
	listen_start(base);
	ready();
	event_base_dispatch(base);
	fatalx("the event loop ended");
}

/* Only stdio and the ready pipe may come from outside. */
static void
descriptors(void)
{
	int	fd;

	if (close_range(READY_FD + 1, ~0U, 0) == -1)
		_exit(1);
	if (fcntl(READY_FD, F_GETFD) != -1)
		(void)fcntl(READY_FD, F_SETFD, FD_CLOEXEC);
	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		if (open("/dev/null", O_RDWR) != fd)
			_exit(1);
	}
}

/*
 * A signal from inside reaches pid 1 only if it has a handler; these would
 * come from outside, where the cgroup is what ends a session.
 */
static void
signals(void)
{
	static const int	ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE,
				    SIGQUIT, SIGUSR1, SIGUSR2 };
	size_t			i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (signal(ignored[i], SIG_IGN) == SIG_ERR)
			fatal("signal %d", ignored[i]);
}

/* What programs expect under /run; it is empty when a session starts. */
static void
places(void)
{
	if (mkdir("/run/user", 0755) == -1 && errno != EEXIST)
		log_warn("mkdir /run/user");
	if (mkdir(SESSION_RUNTIME, 0700) == -1) {
		if (errno != EEXIST)
			log_warn("mkdir %s", SESSION_RUNTIME);
		return;
	}
	if (lchown(SESSION_RUNTIME, SESSION_UID, SESSION_UID) == -1)
		log_warn("chown %s", SESSION_RUNTIME);
}

static void
ready(void)
{
	if (write(READY_FD, "", 1) == -1)
		log_warn("say ready");
	(void)close(READY_FD);
}

/* A limit of time never comes early: neither a coarse nor a cached clock. */
static struct event_base *
loop(void)
{
	struct event_config	*conf;
	struct event_base	*base;

	if ((conf = event_config_new()) == NULL ||
	    event_config_set_flag(conf, EVENT_BASE_FLAG_PRECISE_TIMER |
	    EVENT_BASE_FLAG_NO_CACHE_TIME) == -1 ||
	    (base = event_base_new_with_config(conf)) == NULL)
		fatalx("no event base");
	event_config_free(conf);
	return base;
}
