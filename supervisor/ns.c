#include <sys/syscall.h>
#include <sys/types.h>

#include <linux/sched.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sizes.h"
#include "ns.h"

#define NS_ALL	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | \
		 CLONE_NEWIPC | CLONE_NEWUTS)

/*
 * The supervisor has one thread and stays small, so the plain form, which
 * copies its page tables, is cheap and needs no care for shared memory.
 */
pid_t
ns_clone(uint64_t flags, int cgroup, int *pidfd)
{
	struct clone_args	args;

	memset(&args, 0, sizeof(args));
	args.flags = flags;
	args.exit_signal = SIGCHLD;
	if (pidfd != NULL) {
		args.flags |= CLONE_PIDFD;
		args.pidfd = (uint64_t)(uintptr_t)pidfd;
	}
	if (cgroup != -1) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static int
write_map(pid_t pid, const char *file, uid_t base)
{
	char	path[64], map[64];
	int	fd, n, saved_errno;
	ssize_t	written;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	n = snprintf(map, sizeof(map), "0 %u %u\n", (unsigned int)base,
	    SESSION_UIDS);
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) == -1)
		return -1;
	written = write(fd, map, (size_t)n);
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return written == n ? 0 : -1;
}

int
ns_map_ids(pid_t pid, uid_t base)
{
	if (write_map(pid, "uid_map", base) == -1)
		return -1;
	return write_map(pid, "gid_map", base);
}

pid_t
ns_start(const struct ns_plan *plan, int cgroup, int *pidfd, int *go,
    int *status)
{
	int	gopipe[2], stpipe[2], saved_errno;
	pid_t	pid;

	if (pipe2(gopipe, O_CLOEXEC) == -1)
		return -1;
	if (pipe2(stpipe, O_CLOEXEC | O_NONBLOCK) == -1) {
		saved_errno = errno;
		close(gopipe[0]);
		close(gopipe[1]);
		errno = saved_errno;
		return -1;
	}
	pid = ns_clone(NS_ALL, cgroup, pidfd);
	if (pid == 0) {
		close(gopipe[1]);
		close(stpipe[0]);
		ns_child(plan, gopipe[0], stpipe[1]);
	}
	saved_errno = errno;
	close(gopipe[0]);
	close(stpipe[1]);
	if (pid == -1) {
		close(gopipe[1]);
		close(stpipe[0]);
		errno = saved_errno;
		return -1;
	}
	*go = gopipe[1];
	*status = stpipe[0];
	return pid;
}

int
ns_go(int go)
{
	ssize_t	n = write(go, "", 1);
	int	saved_errno = errno;

	close(go);
	errno = saved_errno;
	return n == 1 ? 0 : -1;
}
