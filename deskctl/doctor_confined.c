/*
 * What confines this process and the daemon from outside: sessions inherit
 * it, and some of it they cannot live with.  A unit's drop-in, a container
 * or a wrapper may have brought it.
 */
#include <sys/mman.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* Filters deskd puts on itself: supervisor/filter.c. */
#define OWN_FILTERS	1

/* The number after a name in /proc/PID/status; -1 when it is not there. */
static long
status_number(const char *text, const char *name)
{
	size_t		 n = strlen(name);
	const char	*p = text;

	while (p != NULL) {
		if (strncmp(p, name, n) == 0 && p[n] == ':')
			return strtol(p + n + 1, NULL, 10);
		if ((p = strchr(p, '\n')) != NULL)
			p++;
	}
	return -1;
}

static void
filters(struct doctor *d, const char *who, const char *status, long own)
{
	long	n = status_number(status, "Seccomp_filters");

	if (n == -1)
		doctor_say(d, DOCTOR_UNSEEN, "confined", NULL,
		    "this kernel does not count the filters on %s", who);
	else if (n > own)
		doctor_say(d, DOCTOR_WARN, "confined", "in a systemd unit, "
		    "drop SystemCallFilter, RestrictNamespaces, "
		    "MemoryDenyWriteExecute and the like; in a container, "
		    "--security-opt seccomp=unconfined",
		    "%ld system call filters are on %s, and sessions "
		    "inherit them", n - own, who);
	else
		doctor_say(d, DOCTOR_OK, "confined", NULL,
		    "no foreign system call filter on %s", who);
}

/* Only a mount point can hide a part of /proc from who looks at it. */
static void
proc_mounts(struct doctor *d, const char *who, const char *path)
{
	char	 line[PATH_MAX], at[PATH_MAX];
	FILE	*fp;
	int	 found = 0;

	if ((fp = fopen(path, "re")) == NULL)
		return;
	while (!found && fgets(line, sizeof(line), fp) != NULL)
		found = sscanf(line, "%*s %*s %*s %*s %4095s", at) == 1 &&
		    strncmp(at, "/proc/", 6) == 0 &&
		    strcmp(at, "/proc/sys/fs/binfmt_misc") != 0;
	fclose(fp);
	if (found)
		doctor_say(d, DOCTOR_FAIL, "confined", "in a systemd unit, "
		    "drop ProtectKernelTunables, ProtectKernelLogs and "
		    "ProtectProc; in a container, systempaths=unconfined",
		    "%s is mounted over for %s: the kernel then refuses "
		    "sessions a /proc of their own", at, who);
}

/* Browsers and other compilers write code and then run it. */
static void
writable_code(struct doctor *d)
{
	void	*p;

	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return;
	if (mprotect(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == -1)
		doctor_say(d, DOCTOR_FAIL, "confined",
		    "drop MemoryDenyWriteExecute, or the policy that does it",
		    "memory cannot be made executable here (%s): browsers do "
		    "not run in sessions", strerror(errno));
	munmap(p, 4096);
}

void
doctor_confined(struct doctor *d)
{
	char	status[4096];

	if (doctor_read("/proc/self/status", status, sizeof(status)) == -1)
		return;
	filters(d, "this shell", status, 0);
	writable_code(d);
}

void
doctor_confined_daemon(struct doctor *d, pid_t pid)
{
	char	status[4096], path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (doctor_read(path, status, sizeof(status)) == -1)
		return;
	filters(d, "deskd", status, OWN_FILTERS);
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	proc_mounts(d, "deskd", path);
}
