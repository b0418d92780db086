/*
 * Namespaces: what the kernel's settings say, and a try.  The try is made
 * by a child that ends at once, so that nothing is left of it.
 */
#include <sys/mount.h>
#include <sys/wait.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define ALL_NAMESPACES	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | \
			    CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
			    CLONE_NEWCGROUP)

/* How far the child came; errno comes with it through the pipe. */
enum step { STEP_DONE, STEP_UNSHARE, STEP_FORK, STEP_PRIVATE, STEP_PROC };

struct result {
	int	step;
	int	error;
};

static void
limits(struct doctor *d)
{
	static const char *const names[] = { "user", "mnt", "pid", "net",
	    "ipc", "uts", "cgroup" };
	char	path[64], buf[32], todo[96];
	size_t	i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
		    names[i]);
		if (doctor_read(path, buf, sizeof(buf)) == -1) {
			doctor_say(d, DOCTOR_FAIL, "namespaces",
			    "use a kernel built with all namespaces",
			    "this kernel has no %s namespaces", names[i]);
			return;
		}
		if (atoll(buf) > 0)
			continue;
		snprintf(todo, sizeof(todo), "sudo sysctl "
		    "user.max_%s_namespaces=60000", names[i]);
		doctor_say(d, DOCTOR_FAIL, "namespaces", todo,
		    "%s namespaces are switched off", names[i]);
		return;
	}
	doctor_say(d, DOCTOR_OK, "namespaces", NULL, "all seven kinds");
}

/* deskd is root and may; a browser's own sandbox in a session is not. */
static void
for_browsers(struct doctor *d)
{
	char	buf[32];

	if (doctor_read("/proc/sys/kernel/apparmor_restrict_unprivileged_"
	    "userns", buf, sizeof(buf)) == 0 && atoi(buf) != 0)
		doctor_say(d, DOCTOR_WARN, "browsers", "sudo sysctl "
		    "kernel.apparmor_restrict_unprivileged_userns=0",
		    "AppArmor keeps user namespaces from users: Chromium's "
		    "own sandbox does not start in sessions");
	else if (doctor_read("/proc/sys/kernel/unprivileged_userns_clone",
	    buf, sizeof(buf)) == 0 && atoi(buf) == 0)
		doctor_say(d, DOCTOR_WARN, "browsers",
		    "sudo sysctl kernel.unprivileged_userns_clone=1",
		    "users may not make user namespaces: Chromium's own "
		    "sandbox does not start in sessions");
	else
		doctor_say(d, DOCTOR_OK, "browsers", NULL,
		    "their own sandboxes may make user namespaces");
}

__attribute__((__noreturn__))
static void
tell(int fd, enum step step)
{
	struct result	r = { .step = (int)step, .error = errno };

	if (write(fd, &r, sizeof(r)) != (ssize_t)sizeof(r))
		_exit(1);
	_exit(0);
}

/* In a child: the namespaces of a session, and a /proc in them. */
__attribute__((__noreturn__))
static void
attempt(int fd)
{
	pid_t	pid;

	if (unshare(ALL_NAMESPACES) == -1)
		tell(fd, STEP_UNSHARE);
	if ((pid = fork()) == -1)
		tell(fd, STEP_FORK);
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		tell(fd, STEP_PRIVATE);
	if (mount("proc", "/proc", "proc",
	    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		tell(fd, STEP_PROC);
	errno = 0;
	tell(fd, STEP_DONE);
}

static int
try(struct result *r)
{
	ssize_t	n;
	pid_t	pid;
	int	fd[2];

	fflush(stdout);
	if (pipe(fd) == -1)
		return -1;
	if ((pid = fork()) == -1) {
		close(fd[0]);
		close(fd[1]);
		return -1;
	}
	if (pid == 0) {
		close(fd[0]);
		attempt(fd[1]);
	}
	close(fd[1]);
	n = read(fd[0], r, sizeof(*r));
	close(fd[0]);
	waitpid(pid, NULL, 0);
	return n == (ssize_t)sizeof(*r) ? 0 : -1;
}

/* The first thing mounted over a part of /proc, or an empty text. */
static void
masked(char *what, size_t size)
{
	char	 line[4096], *p;
	FILE	*fp;

	what[0] = '\0';
	if ((fp = fopen("/proc/self/mountinfo", "re")) == NULL)
		return;
	while (what[0] == '\0' && fgets(line, sizeof(line), fp) != NULL) {
		if ((p = strstr(line, " /proc/")) == NULL ||
		    strncmp(p, " /proc/sys/fs/binfmt_misc ", 26) == 0)
			continue;
		p++;
		p[strcspn(p, " ")] = '\0';
		strlcpy(what, p, size);
	}
	fclose(fp);
}

static void
unshare_failed(struct doctor *d, int error)
{
	if (geteuid() != 0)
		doctor_say(d, DOCTOR_UNSEEN, "isolation", NULL,
		    "a user may not try namespaces here: %s",
		    strerror(error));
	else
		doctor_say(d, DOCTOR_FAIL, "isolation", error == EPERM ||
		    error == ENOSYS ? "run deskd outside of containers, or "
		    "in one that may make namespaces; in a systemd unit, "
		    "remove RestrictNamespaces=" : "free some namespaces, or "
		    "raise /proc/sys/user/max_*_namespaces",
		    "root cannot make namespaces here: %s", strerror(error));
}

static void
isolation(struct doctor *d)
{
	struct result	r;
	char		what[256];

	if (try(&r) == -1) {
		doctor_say(d, DOCTOR_FAIL, "isolation", "see the kernel's log: "
		    "dmesg", "the try of namespaces was killed");
		return;
	}
	masked(what, sizeof(what));
	if (r.step == STEP_DONE)
		doctor_say(d, DOCTOR_OK, "isolation", NULL,
		    "namespaces with a /proc of their own work");
	else if (r.step == STEP_UNSHARE || r.step == STEP_FORK)
		unshare_failed(d, r.error);
	else if (r.step == STEP_PROC && what[0] != '\0')
		doctor_say(d, DOCTOR_FAIL, "isolation", "run deskd where "
		    "/proc is whole: outside of the container, or with "
		    "its masks removed (docker: --security-opt "
		    "systempaths=unconfined)", "a new /proc cannot be "
		    "mounted, because something hides %s", what);
	else if (geteuid() != 0)
		doctor_say(d, DOCTOR_UNSEEN, "isolation", NULL,
		    "a user may not mount in a namespace here: %s",
		    strerror(r.error));
	else
		doctor_say(d, DOCTOR_FAIL, "isolation", "look for a security "
		    "module that forbids it: dmesg, journalctl",
		    "mounting in a new namespace: %s", strerror(r.error));
}

void
doctor_namespaces(struct doctor *d)
{
	limits(d);
	for_browsers(d);
	isolation(d);
}
