/*
 * Fork, and the child's way to its exec.  The child is still a copy of pid 1
 * here: it gives up descriptors and rights first and meets the session's
 * files (its directory, its program) only as who it will be.
 *
 * What goes wrong is told through a pipe that exec closes, so that the
 * asker learns it before the program counts as started.  Nobody waits for
 * that pipe: a program on a hanging file system holds up only itself.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "sizes.h"

#define FILES_SOFT	1024	/* select(2) still lives */
#define FILES_HARD	524288

static void	child(const struct launch *, int)
		    __attribute__((__noreturn__));
static int	child_stdio(const struct launch *, int);
static void	child_signals(void);
static int	child_limits(void);
static int	child_cwd(const struct launch *);
static void	child_pid(char *);
static void	child_fail(int, enum launch_step)
		    __attribute__((__noreturn__));

/* Returns the pid, and in *status the pipe for launch_state. */
pid_t
launch(const struct launch *l, int *status)
{
	int	p[2], saved_errno;
	pid_t	pid;

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	if ((pid = fork()) == 0)
		child(l, p[1]);
	saved_errno = errno;
	close(p[1]);
	if (pid == -1) {
		close(p[0]);
		errno = saved_errno;
		return -1;
	}
	*status = p[0];
	return pid;
}

enum launch_state
launch_state(int status, struct launch_fault *fault)
{
	ssize_t	n;

	n = read(status, fault, sizeof(*fault));
	if (n == (ssize_t)sizeof(*fault))
		return LAUNCH_FAILED;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return LAUNCH_PENDING;
	return LAUNCH_STARTED;
}

const char *
launch_step_text(const struct launch_fault *fault)
{
	switch (fault->step) {
	case LAUNCH_STDIO:
		return "cannot set up its descriptors";
	case LAUNCH_RIGHTS:
		return "cannot drop rights";
	case LAUNCH_CWD:
		return "cannot enter the directory";
	case LAUNCH_EXEC:
		return "cannot execute the program";
	default:
		return "cannot start";
	}
}

static void
child(const struct launch *l, int status)
{
	status = child_stdio(l, status);
	child_signals();
	setsid();
	if (l->tty && ioctl(STDIN_FILENO, TIOCSCTTY, 0) == -1)
		child_fail(status, LAUNCH_STDIO);
	umask(022);
	if (child_limits() == -1 || rights_drop(l->rights) == -1)
		child_fail(status, LAUNCH_RIGHTS);
	if (child_cwd(l) == -1)
		child_fail(status, LAUNCH_CWD);
	if (l->pid_text != NULL)
		child_pid(l->pid_text);
	/* execvp searches the PATH of the new environment. */
	environ = (char **)(uintptr_t)l->env;
	if (l->path != NULL)
		execv(l->path, l->argv);
	else
		execvp(l->argv[0], l->argv);
	child_fail(status, LAUNCH_EXEC);
}

/*
 * 0, 1, 2, perhaps 3, then the status pipe, and nothing else.  The sources
 * may stand where a target is, so all of them move up first.
 */
static int
child_stdio(const struct launch *l, int status)
{
	int	from[4], i, n;

	n = l->extra == -1 ? 3 : 4;
	if ((status = fcntl(status, F_DUPFD_CLOEXEC, 16)) == -1)
		_exit(127);
	for (i = 0; i < n; i++) {
		from[i] = fcntl(i < 3 ? l->stdio[i] : l->extra,
		    F_DUPFD_CLOEXEC, 16);
		if (from[i] == -1)
			child_fail(status, LAUNCH_STDIO);
	}
	for (i = 0; i < n; i++)
		if (dup2(from[i], i) == -1)
			child_fail(status, LAUNCH_STDIO);
	if (dup3(status, n, O_CLOEXEC) == -1 ||
	    close_range((unsigned int)n + 1, ~0U, 0) == -1)
		_exit(127);
	return n;
}

static void
child_signals(void)
{
	sigset_t	none;
	int		sig;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
child_limits(void)
{
	struct rlimit	rl = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &rl) == -1 ||
	    getrlimit(RLIMIT_NOFILE, &rl) == -1)
		return -1;
	if (rl.rlim_max > FILES_HARD)
		rl.rlim_max = FILES_HARD;
	rl.rlim_cur = rl.rlim_max < FILES_SOFT ? rl.rlim_max : FILES_SOFT;
	return setrlimit(RLIMIT_NOFILE, &rl);
}

/* A directory that was asked for must be there; a home need not. */
static int
child_cwd(const struct launch *l)
{
	if (l->cwd != NULL)
		return chdir(l->cwd);
	if (chdir(l->rights == RIGHTS_ROOT ? "/root" : SESSION_HOME) == 0)
		return 0;
	return chdir("/");
}

/* Over digits that are enough for any. */
static void
child_pid(char *text)
{
	snprintf(text, strlen(text) + 1, "%d", (int)getpid());
}

static void
child_fail(int status, enum launch_step step)
{
	struct launch_fault	fault;

	fault.error = errno;
	fault.step = step;
	(void)!write(status, &fault, sizeof(fault));
	_exit(127);
}
