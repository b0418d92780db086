/* Control groups: which version, and the controllers that hold limits. */
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define CGROUP	"/sys/fs/cgroup"

static const struct {
	const char		*name;
	const char		*v1;
	enum doctor_level	 without;
	const char		*purpose;
} controllers[] = {
	{ "memory", "memory", DOCTOR_FAIL, "no session can be given a limit "
	    "of memory" },
	{ "cpu", "cpu", DOCTOR_FAIL, "no session can be given a share of "
	    "the CPUs" },
	{ "pids", "pids", DOCTOR_FAIL, "a fork bomb in a session would hit "
	    "the machine" },
	{ "io", "blkio", DOCTOR_WARN, "sessions share the disks without "
	    "rules" }
};

#define NCONTROLLERS	(sizeof(controllers) / sizeof(controllers[0]))

static int
is_cgroup2(const char *path)
{
	struct statfs	sf;

	return statfs(path, &sf) == 0 && sf.f_type == CGROUP2_SUPER_MAGIC;
}

static void
missing(struct doctor *d, size_t i)
{
	doctor_say(d, controllers[i].without, "cgroup",
	    strcmp(controllers[i].name, "memory") == 0 ?
	    "add cgroup_enable=memory to the kernel command line" :
	    "use a kernel that has it",
	    "no %s controller: %s", controllers[i].name,
	    controllers[i].purpose);
}

/* In a container the top is like any group: it has programs or limits. */
static void
programs_at_top(struct doctor *d)
{
	char	buf[512];

	if (access(CGROUP "/cgroup.type", F_OK) == -1)
		return;
	doctor_read(CGROUP "/cgroup.subtree_control", buf, sizeof(buf));
	if (doctor_word(buf, "memory") && doctor_word(buf, "pids"))
		return;
	doctor_read(CGROUP "/cgroup.procs", buf, sizeof(buf));
	if (*buf != '\0')
		doctor_say(d, DOCTOR_WARN, "cgroup", "start deskd first and "
		    "alone, or move what runs to a group below: mkdir "
		    CGROUP "/rest and write each pid to its cgroup.procs",
		    CGROUP " has programs of its own: groups below it get "
		    "no limits, and deskd does not start");
}

static void
version2(struct doctor *d)
{
	char	buf[512];
	size_t	i;

	doctor_read(CGROUP "/cgroup.controllers", buf, sizeof(buf));
	doctor_say(d, DOCTOR_OK, "cgroup", NULL, "version 2: %.*s",
	    (int)strcspn(buf, "\n"), buf);
	for (i = 0; i < NCONTROLLERS; i++)
		if (!doctor_word(buf, controllers[i].name))
			missing(d, i);
	programs_at_top(d);
}

static void
version1(struct doctor *d)
{
	char		path[128];
	struct stat	sb;
	size_t		i;

	if (is_cgroup2(CGROUP "/unified"))
		doctor_say(d, DOCTOR_OK, "cgroup", NULL,
		    "version 1 with a version 2 beside it");
	else
		doctor_say(d, DOCTOR_WARN, "cgroup",
		    "boot with systemd.unified_cgroup_hierarchy=1",
		    "version 1 only: sessions are killed and frozen in "
		    "older, slower ways");
	for (i = 0; i < NCONTROLLERS; i++) {
		snprintf(path, sizeof(path), CGROUP "/%s/cgroup.procs",
		    controllers[i].v1);
		if (stat(path, &sb) == -1)
			missing(d, i);
	}
}

void
doctor_cgroup(struct doctor *d)
{
	struct stat	sb;

	if (is_cgroup2(CGROUP))
		version2(d);
	else if (stat(CGROUP "/memory", &sb) == 0 ||
	    stat(CGROUP "/pids", &sb) == 0)
		version1(d);
	else {
		doctor_say(d, DOCTOR_FAIL, "cgroup",
		    "sudo mount -t cgroup2 cgroup2 " CGROUP,
		    "nothing at " CGROUP ": sessions cannot be limited");
		return;
	}
	if (geteuid() == 0 && access(CGROUP, W_OK) == -1)
		doctor_say(d, DOCTOR_FAIL, "cgroup", "mount it writable; "
		    "in a container, ask for a cgroup of its own",
		    CGROUP " is read-only");
}
