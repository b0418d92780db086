/*
 * signal PID SIGNAL START: head; done.  START is what ps said: a process
 * that has the pid of another is not signalled in its place.
 */
#include <sys/syscall.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "proc.h"
#include "pump.h"

/* 15, TERM or SIGTERM; 0: none. */
static int
signal_number(const char *text)
{
	const char	*name;
	int		 i, n = 0;

	if (text[0] >= '0' && text[0] <= '9') {
		for (; *text >= '0' && *text <= '9' && n < NSIG; text++)
			n = n * 10 + *text - '0';
		return *text == '\0' && n < NSIG ? n : 0;
	}
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (i = 1; i < NSIG; i++)
		if ((name = sigabbrev_np(i)) != NULL &&
		    strcasecmp(name, text) == 0)
			return i;
	return 0;
}

static int
deliver(int fd, uint64_t pid, int sig, const char *start)
{
	struct proc	p;
	char		text[24];

	/* The descriptor is of one process: what it was, it is. */
	if (start[0] != '\0') {
		if (proc_read(&p, pid) == -1)
			return say_problem(PROBLEM_NOT_FOUND, "/pid",
			    "the process has ended");
		snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)p.start);
		if (strcmp(text, start) != 0)
			return say_problem(PROBLEM_NOT_FOUND, "/pid",
			    "the process has ended, another has its number");
	}
	if (syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) == -1)
		return say_errno("/pid", "cannot signal");
	say_head();
	say_done();
	return 0;
}

int
op_signal(int argc, char **argv)
{
	unsigned long long	pid;
	int			fd, rv, sig;

	(void)argc;
	if (say_number("/pid", argv[0], &pid) == -1)
		return -1;
	if (pid == 0 || pid > INT_MAX)
		return say_problem(PROBLEM_INVALID_PARAMETER, "/pid",
		    "is no number of a process");
	if ((sig = signal_number(argv[1])) == 0)
		return say_problem(PROBLEM_INVALID_PARAMETER, "/signal",
		    "is no signal");
	if ((fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0)) == -1) {
		/* A thread that leads no process. */
		if (errno == EINVAL || errno == ENOENT)
			errno = ESRCH;
		return say_errno("/pid", "cannot signal");
	}
	rv = deliver(fd, pid, sig, argv[2]);
	close(fd);
	return rv;
}
