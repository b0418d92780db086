/* The kernel: its version, its file systems, what confines processes. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <errno.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define KERNEL_MAJOR	6
#define KERNEL_MINOR	1

static void
version(struct doctor *d)
{
	struct utsname	u;
	int		major = 0, minor = 0;

	if (uname(&u) == -1)
		memset(&u, 0, sizeof(u));
	sscanf(u.release, "%d.%d", &major, &minor);
	if (major > KERNEL_MAJOR ||
	    (major == KERNEL_MAJOR && minor >= KERNEL_MINOR))
		doctor_say(d, DOCTOR_OK, "kernel", NULL, "Linux %s",
		    u.release);
	else
		doctor_say(d, DOCTOR_FAIL, "kernel", "install a newer kernel; "
		    "Debian 12 and Ubuntu 24.04 have one",
		    "Linux %s is older than %d.%d, which deskd needs",
		    u.release, KERNEL_MAJOR, KERNEL_MINOR);
}

static void
landlock(struct doctor *d)
{
	long	abi;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi >= 1)
		doctor_say(d, DOCTOR_OK, "landlock", NULL, "ABI %ld", abi);
	else
		doctor_say(d, DOCTOR_WARN, "landlock", errno == EOPNOTSUPP ?
		    "add landlock to the lsm= list on the kernel command line" :
		    "use a kernel built with CONFIG_SECURITY_LANDLOCK",
		    "%s; deskd's processes go without that wall",
		    errno == EOPNOTSUPP ? "switched off" :
		    "not in this kernel");
}

static void
seccomp(struct doctor *d)
{
	char	buf[512];

	if (doctor_read("/proc/sys/kernel/seccomp/actions_avail", buf,
	    sizeof(buf)) == 0 && doctor_word(buf, "errno") &&
	    doctor_word(buf, "kill_process"))
		doctor_say(d, DOCTOR_OK, "seccomp", NULL, "filters work");
	else
		doctor_say(d, DOCTOR_FAIL, "seccomp",
		    "use a kernel built with CONFIG_SECCOMP_FILTER",
		    "this kernel does not say that it has filters");
}

void
doctor_kernel(struct doctor *d)
{
	version(d);
	landlock(d);
	seccomp(d);
}

/* May the module be loaded, when it is not built in? */
static int
module_exists(const char *name)
{
	struct utsname	 u;
	char		 path[256], line[4096], file[64];
	FILE		*fp;
	int		 found = 0;

	if (uname(&u) == -1)
		return 0;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", u.release);
	snprintf(file, sizeof(file), "/%s.ko", name);
	if ((fp = fopen(path, "re")) == NULL)
		return 0;
	while (!found && fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, file) != NULL;
	}
	fclose(fp);
	return found;
}

static void
filesystem(struct doctor *d, const char *name, const char *purpose)
{
	char	buf[4096], todo[64];

	doctor_read("/proc/filesystems", buf, sizeof(buf));
	snprintf(todo, sizeof(todo), "sudo modprobe %s", name);
	if (doctor_word(buf, name))
		doctor_say(d, DOCTOR_OK, name, NULL, "%s", purpose);
	else if (module_exists(name))
		doctor_say(d, DOCTOR_WARN, name, todo, "not loaded yet: %s",
		    purpose);
	else
		doctor_say(d, DOCTOR_FAIL, name, "use a kernel that has it",
		    "not in this kernel: %s", purpose);
}

static void
loop(struct doctor *d)
{
	struct stat	sb;

	if (stat("/dev/loop-control", &sb) == 0 && S_ISCHR(sb.st_mode)) {
		if (geteuid() != 0 ||
		    access("/dev/loop-control", R_OK | W_OK) == 0)
			doctor_say(d, DOCTOR_OK, "loop", NULL,
			    "disks of sessions can be files");
		else
			doctor_say(d, DOCTOR_FAIL, "loop", "let root open it; "
			    "in a container, pass it in",
			    "/dev/loop-control: %s", strerror(errno));
	} else if (module_exists("loop"))
		doctor_say(d, DOCTOR_WARN, "loop", "sudo modprobe loop",
		    "not loaded yet: disks of sessions are files");
	else
		doctor_say(d, DOCTOR_FAIL, "loop", "use a kernel with loop "
		    "devices; in a container, pass /dev/loop-control in",
		    "no /dev/loop-control: disks of sessions are files");
}

void
doctor_filesystems(struct doctor *d)
{
	filesystem(d, "overlay", "sessions write above a read-only image");
	filesystem(d, "ext4", "every session's disk is one");
	loop(d);
}
