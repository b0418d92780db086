/*
 * Control groups, version 2: one tree, everything in it.  A group with
 * programs may not hand controllers to its children, so where we live in
 * the group that is to do so (a delegated unit, a container) we first move
 * to a leaf of our own.
 */
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"
#include "msg.h"

#define MOUNT	"/sys/fs/cgroup"

static char		base_dir[PATH_MAX / 2];
static unsigned int	have;

static const struct {
	const char	*name;
	unsigned int	 flag;
} controllers[] = {
	{ "memory", SYSTEM_CGROUP_MEMORY },
	{ "cpu", SYSTEM_CGROUP_CPU },
	{ "pids", SYSTEM_CGROUP_PIDS },
	{ "io", SYSTEM_CGROUP_IO }
};

static void
dir_of(const char *id, const char *part, char *dir, size_t size)
{
	if (part == NULL)
		snprintf(dir, size, "%s/%s", base_dir, id);
	else
		snprintf(dir, size, "%s/%s/%s", base_dir, id, part);
}

static const char *
part_name(enum cgroup_part part)
{
	return part == CGROUP_BOX ? "box" : "worker";
}

/* Hands each controller down by itself: one that is missing is only missing. */
static void
hand_down(const char *dir)
{
	char	word[32];
	size_t	i;

	for (i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		snprintf(word, sizeof(word), "+%s", controllers[i].name);
		if (cgroup_write(dir, "cgroup.subtree_control", word) == -1)
			log_debug("%s: no controller %s", dir,
			    controllers[i].name);
	}
}

static int
delegated(const char *dir)
{
	char	value[8];

	return getxattr(dir, "trusted.delegate", value, sizeof(value)) > 0 ||
	    getxattr(dir, "user.delegate", value, sizeof(value)) > 0;
}

static int
has_type(const char *dir)
{
	char	path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/cgroup.type", dir);
	return access(path, F_OK) == 0;
}

static int
move_to_leaf(const char *dir)
{
	char	leaf[PATH_MAX], pid[16];

	if (snprintf(leaf, sizeof(leaf), "%s/supervisor", dir) >=
	    (int)sizeof(leaf))
		return -1;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (cgroup_mkdir(leaf) == -1)
		return -1;
	return cgroup_write(leaf, "cgroup.procs", pid);
}

/*
 * Below the mount, or below our own group where that was given to us.  own
 * is where we are.
 */
static int
choose_base(const char *base, const char *name, const char *own, char *top,
    size_t size)
{
	int	n;

	snprintf(top, size, "%s%s", MOUNT, own);
	if (base != NULL || !delegated(top))
		strlcpy(top, MOUNT, size);
	if (base != NULL)
		n = snprintf(base_dir, sizeof(base_dir), "%s%s/%s", MOUNT,
		    base, name);
	else
		n = snprintf(base_dir, sizeof(base_dir), "%s/%s", top, name);
	if (n < (int)sizeof(base_dir))
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

/* The folders between the top and the base hand controllers down as well. */
static int
make_base(size_t top_len)
{
	char	*slash = base_dir + top_len;
	int	 r;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if ((r = cgroup_mkdir(base_dir)) == 0)
			hand_down(base_dir);
		*slash = '/';
		if (r == -1)
			return -1;
	}
	if (cgroup_mkdir(base_dir) == -1)
		return -1;
	hand_down(base_dir);
	return 0;
}

/* cpuset is not cpu. */
static int
has_word(const char *list, const char *word)
{
	const char	*p = list;
	size_t		 n = strlen(word);

	while ((p = strstr(p, word)) != NULL) {
		if ((p == list || p[-1] == ' ') &&
		    strchr(" \n", p[n]) != NULL)
			return 1;
		p += n;
	}
	return 0;
}

static int
find_controllers(void)
{
	char	list[256];
	size_t	i;

	if (cgroup_read(base_dir, "cgroup.subtree_control", list,
	    sizeof(list)) == -1)
		return -1;
	have = SYSTEM_CGROUP_FREEZE | SYSTEM_CGROUP_KILL;
	for (i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (has_word(list, controllers[i].name))
			have |= controllers[i].flag;
	return 0;
}

/* Sessions that are said to have limits must have them. */
static int
check_controllers(const char *top)
{
	const unsigned int	need = SYSTEM_CGROUP_MEMORY |
				    SYSTEM_CGROUP_PIDS;

	if ((have & need) == need)
		return 0;
	cgroup_rmdir_base(base_dir);
	if (cgroup_write(top, "cgroup.subtree_control", "+memory +pids") ==
	    -1 && errno == EBUSY)
		log_warnx("%s has programs of its own, so the kernel gives "
		    "no limits to groups below it: move them to one", top);
	else
		log_warnx("the memory and pids controllers are needed");
	errno = ENOSYS;
	return -1;
}

static int
is_above(const char *dir, const char *path)
{
	size_t	n = strlen(dir);

	return strncmp(dir, path, n) == 0 && path[n] == '/';
}

static int
v2_start(const char *base, const char *name)
{
	char	own[PATH_MAX / 4], top[PATH_MAX / 4 + 32], here[sizeof(top)];

	if (cgroup_own(NULL, own, sizeof(own)) == -1 ||
	    choose_base(base, name, own, top, sizeof(top)) == -1)
		return -1;
	/* Only the machine's own root has no type, and may do both. */
	snprintf(here, sizeof(here), "%s%s", MOUNT, own);
	if (is_above(here, base_dir) && has_type(here) &&
	    move_to_leaf(here) == -1)
		return -1;
	hand_down(top);
	if (make_base(strlen(top)) == -1 || find_controllers() == -1)
		return -1;
	return check_controllers(top);
}

static unsigned int
v2_controllers(void)
{
	return have;
}

static int
v2_create(const char *id)
{
	char	dir[PATH_MAX];

	dir_of(id, NULL, dir, sizeof(dir));
	if (cgroup_mkdir(dir) == -1)
		return -1;
	hand_down(dir);
	dir_of(id, "box", dir, sizeof(dir));
	if (cgroup_mkdir(dir) == -1)
		return -1;
	if (have & SYSTEM_CGROUP_MEMORY)
		cgroup_write(dir, "memory.oom.group", "1");
	dir_of(id, "worker", dir, sizeof(dir));
	return cgroup_mkdir(dir);
}

static int
v2_limit(const char *id, const struct msg_resources *r)
{
	char	dir[PATH_MAX], text[64];

	dir_of(id, NULL, dir, sizeof(dir));
	if (have & SYSTEM_CGROUP_MEMORY) {
		snprintf(text, sizeof(text), "%" PRIu64, r->memory);
		if (cgroup_write(dir, "memory.max", text) == -1)
			return -1;
		/* Memory is the limit: none of it may move to swap. */
		cgroup_write(dir, "memory.swap.max", "0");
	}
	if (have & SYSTEM_CGROUP_CPU) {
		snprintf(text, sizeof(text), "%" PRIu32 "000 100000",
		    r->cpu_percent);
		if (cgroup_write(dir, "cpu.max", text) == -1)
			return -1;
	}
	dir_of(id, "box", dir, sizeof(dir));
	if (have & SYSTEM_CGROUP_PIDS) {
		snprintf(text, sizeof(text), "%" PRIu32, r->tasks);
		if (cgroup_write(dir, "pids.max", text) == -1)
			return -1;
	}
	return 0;
}

static int
v2_enter(const char *id, enum cgroup_part part, pid_t pid)
{
	char	dir[PATH_MAX], text[16];

	dir_of(id, part_name(part), dir, sizeof(dir));
	snprintf(text, sizeof(text), "%d", (int)pid);
	return cgroup_write(dir, "cgroup.procs", text);
}

static int
v2_open_box(const char *id)
{
	char	dir[PATH_MAX];

	dir_of(id, "box", dir, sizeof(dir));
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int
v2_kill(const char *id)
{
	char	dir[PATH_MAX];

	dir_of(id, NULL, dir, sizeof(dir));
	return cgroup_write(dir, "cgroup.kill", "1");
}

static int
v2_stats(const char *id, struct msg_session_stats *st)
{
	char		dir[PATH_MAX], text[4096];
	uint64_t	v;

	dir_of(id, NULL, dir, sizeof(dir));
	if (cgroup_read(dir, "memory.current", text, sizeof(text)) == 0)
		st->memory = strtoull(text, NULL, 10);
	if (cgroup_read(dir, "cpu.stat", text, sizeof(text)) == 0 &&
	    cgroup_key(text, "usage_usec", &v) == 0)
		st->cpu_us = v;
	if (cgroup_read(dir, "memory.events", text, sizeof(text)) == 0 &&
	    cgroup_key(text, "oom_kill", &v) == 0)
		st->oom_kills = (uint32_t)v;
	dir_of(id, "box", dir, sizeof(dir));
	if (cgroup_read(dir, "pids.current", text, sizeof(text)) == 0)
		st->tasks = (uint32_t)strtoul(text, NULL, 10);
	return 0;
}

static int
v2_watch_memory(const char *id)
{
	(void)id;
	return -1;	/* memory.oom.group does it */
}

static int
v2_remove(const char *id)
{
	static const char *const	parts[] = { "box", "worker", NULL };
	char				dir[PATH_MAX];
	int				i;

	for (i = 0; i < 3; i++) {
		dir_of(id, parts[i], dir, sizeof(dir));
		if (rmdir(dir) == -1 && errno != ENOENT)
			return -1;
	}
	return 0;
}

static void
v2_each(void (*cb)(const char *, void *), void *arg)
{
	cgroup_each_dir(base_dir, cb, arg);
}

static void
v2_stop(void)
{
	cgroup_rmdir_base(base_dir);
}

const struct cgroup_ops	cgroup_v2 = {
	.version = 2,
	.start = v2_start,
	.controllers = v2_controllers,
	.create = v2_create,
	.limit = v2_limit,
	.enter = v2_enter,
	.open_box = v2_open_box,
	.kill = v2_kill,
	.stats = v2_stats,
	.watch_memory = v2_watch_memory,
	.remove = v2_remove,
	.each = v2_each,
	.stop = v2_stop
};
