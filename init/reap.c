/* pid 1's first duty: no zombie stays. */
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>

#include "init.h"
#include "log.h"

static void	reap_cb(int, short, void *);

static struct event	ev;

void
reap_start(struct event_base *base)
{
	evsignal_assign(&ev, base, SIGCHLD, reap_cb, NULL);
	if (evsignal_add(&ev, NULL) == -1)
		fatalx("no event for SIGCHLD");
}

/* A child of nobody here was orphaned inside the session: just gone. */
static void
reap_cb(int sig, short events, void *arg)
{
	pid_t	pid;
	int	status;

	(void)sig;
	(void)events;
	(void)arg;
	for (;;) {
		if ((pid = waitpid(-1, &status, WNOHANG)) == -1 &&
		    errno == EINTR)
			continue;
		if (pid <= 0)
			return;
		if (!exec_reaped(pid, status) && !kept_reaped(pid, status) &&
		    !wm_reaped(pid, status) && !bus_reaped(pid, status))
			(void)display_reaped(pid, status);
	}
}
