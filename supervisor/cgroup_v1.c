/*
 * Control groups, version 1 or hybrid: each controller is a tree of its own
 * and holds its own limit; a group in the v2 tree beside them, where there
 * is one, serves to kill and to count what is alive.
 */
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/types.h>

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

static struct tree {
	const char	*controller;	/* NULL: the v2 tree */
	const char	*dir;
	unsigned int	 flag;
	char		 base[PATH_MAX / 2];	/* empty: not on this machine */
} trees[] = {
	{ "memory", MOUNT "/memory", SYSTEM_CGROUP_MEMORY, "" },
	{ "cpu", MOUNT "/cpu", SYSTEM_CGROUP_CPU, "" },
	{ "cpuacct", MOUNT "/cpuacct", 0, "" },
	{ "pids", MOUNT "/pids", SYSTEM_CGROUP_PIDS, "" },
	{ "blkio", MOUNT "/blkio", SYSTEM_CGROUP_IO, "" },
	{ NULL, MOUNT "/unified",
	    SYSTEM_CGROUP_FREEZE | SYSTEM_CGROUP_KILL, "" }
};

enum { MEMORY, CPU, CPUACCT, PIDS, BLKIO, UNIFIED, NTREES };

static const char *const	parts[] = { NULL, "box", "worker" };

static int
dir_of(int tree, const char *id, const char *part, char *dir)
{
	if (trees[tree].base[0] == '\0')
		return -1;
	snprintf(dir, PATH_MAX, part == NULL ? "%s/%s" : "%s/%s/%s",
	    trees[tree].base, id, part);
	return 0;
}

static int
start_tree(struct tree *t, const char *base, const char *name)
{
	char	own[PATH_MAX / 4] = "";
	size_t	n;

	if (access(t->dir, F_OK) == -1)
		return 0;
	if (base == NULL && cgroup_own(t->controller, own, sizeof(own)) == -1)
		return 0;
	if (base == NULL)
		base = own;
	n = (size_t)snprintf(t->base, sizeof(t->base), "%s%s", t->dir, base);
	if (n + 1 + strlen(name) >= sizeof(t->base)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (cgroup_mkdir(t->base) == -1)
		return -1;
	snprintf(t->base + n, sizeof(t->base) - n, "/%s", name);
	return cgroup_mkdir(t->base);
}

static int
v1_start(const char *base, const char *name)
{
	int	i;

	for (i = 0; i < NTREES; i++)
		if (start_tree(&trees[i], base, name) == -1)
			return -1;
	if (trees[MEMORY].base[0] == '\0' || trees[PIDS].base[0] == '\0') {
		log_warnx("the memory and pids controllers are needed");
		errno = ENOSYS;
		return -1;
	}
	return 0;
}

static unsigned int
v1_controllers(void)
{
	unsigned int	flags = 0;
	int		i;

	for (i = 0; i < NTREES; i++)
		if (trees[i].base[0] != '\0')
			flags |= trees[i].flag;
	return flags;
}

static int
v1_create(const char *id)
{
	char	dir[PATH_MAX];
	int	i, p;

	for (i = 0; i < NTREES; i++)
		for (p = 0; p < 3; p++)
			if (dir_of(i, id, parts[p], dir) == 0 &&
			    cgroup_mkdir(dir) == -1)
				return -1;
	/* The limits of ID/ hold for its parts only with this. */
	if (dir_of(MEMORY, id, NULL, dir) == 0)
		cgroup_write(dir, "memory.use_hierarchy", "1");
	return 0;
}

/*
 * Memory and swap together may not be less than memory alone: which of the
 * two is written first depends on the direction.
 */
static int
limit_memory(const char *id, uint64_t bytes)
{
	static const char *const	files[] = {
		"memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
	};
	char				dir[PATH_MAX], text[32];

	if (dir_of(MEMORY, id, NULL, dir) == -1)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	if (cgroup_write(dir, files[0], text) == 0) {
		cgroup_write(dir, files[1], text);
		return 0;
	}
	cgroup_write(dir, files[1], text);
	return cgroup_write(dir, files[0], text);
}

static int
v1_limit(const char *id, const struct msg_resources *r)
{
	char	dir[PATH_MAX], text[32];

	if (limit_memory(id, r->memory) == -1)
		return -1;
	if (dir_of(CPU, id, NULL, dir) == 0) {
		snprintf(text, sizeof(text), "%" PRIu32 "000", r->cpu_percent);
		if (cgroup_write(dir, "cpu.cfs_quota_us", text) == -1)
			return -1;
	}
	if (dir_of(PIDS, id, "box", dir) == 0) {
		snprintf(text, sizeof(text), "%" PRIu32, r->tasks);
		if (cgroup_write(dir, "pids.max", text) == -1)
			return -1;
	}
	return 0;
}

static int
v1_enter(const char *id, enum cgroup_part part, pid_t pid)
{
	char	dir[PATH_MAX], text[16];
	int	i;

	snprintf(text, sizeof(text), "%d", (int)pid);
	for (i = 0; i < NTREES; i++)
		if (dir_of(i, id, parts[part == CGROUP_BOX ? 1 : 2],
		    dir) == 0 && cgroup_write(dir, "cgroup.procs", text) == -1)
			return -1;
	return 0;
}

static int
v1_open_box(const char *id)
{
	(void)id;
	return -1;	/* the limits' trees need a migration anyway */
}

static int
v1_kill(const char *id)
{
	char	dir[PATH_MAX];

	if (dir_of(UNIFIED, id, NULL, dir) == 0 &&
	    cgroup_write(dir, "cgroup.kill", "1") == 0)
		return 0;
	if (dir_of(PIDS, id, "worker", dir) == 0)
		cgroup_kill_listed(dir);
	if (dir_of(PIDS, id, "box", dir) == 0)
		cgroup_kill_listed(dir);
	return 0;
}

static void
read_number(int tree, const char *id, const char *part, const char *file,
    uint64_t *value)
{
	char	dir[PATH_MAX], text[64];

	if (dir_of(tree, id, part, dir) == 0 &&
	    cgroup_read(dir, file, text, sizeof(text)) == 0)
		*value = strtoull(text, NULL, 10);
}

static int
v1_stats(const char *id, struct msg_session_stats *st)
{
	char		dir[PATH_MAX], text[256];
	uint64_t	v = 0, ns = 0;

	read_number(MEMORY, id, NULL, "memory.usage_in_bytes", &st->memory);
	read_number(CPUACCT, id, NULL, "cpuacct.usage", &ns);
	st->cpu_us = ns / 1000;
	read_number(PIDS, id, "box", "pids.current", &v);
	st->tasks = (uint32_t)v;
	if (dir_of(MEMORY, id, "box", dir) == 0 &&
	    cgroup_read(dir, "memory.oom_control", text, sizeof(text)) == 0 &&
	    cgroup_key(text, "oom_kill", &v) == 0)
		st->oom_kills = (uint32_t)v;
	return 0;
}

/* There is no memory.oom.group here: we are told, and kill the others. */
static int
v1_watch_memory(const char *id)
{
	char	dir[PATH_MAX], path[PATH_MAX + 32], text[64];
	int	control, event;

	if (dir_of(MEMORY, id, NULL, dir) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/memory.oom_control", dir);
	if ((control = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event != -1) {
		snprintf(text, sizeof(text), "%d %d", event, control);
		if (cgroup_write(dir, "cgroup.event_control", text) == -1) {
			close(event);
			event = -1;
		}
	}
	close(control);
	return event;
}

static int
v1_remove(const char *id)
{
	char	dir[PATH_MAX];
	int	i, p;

	for (i = 0; i < NTREES; i++)
		for (p = 2; p >= 0; p--)
			if (dir_of(i, id, parts[p], dir) == 0 &&
			    rmdir(dir) == -1 && errno != ENOENT)
				return -1;
	return 0;
}

static void
v1_each(void (*cb)(const char *, void *), void *arg)
{
	cgroup_each_dir(trees[PIDS].base, cb, arg);
}

static void
v1_stop(void)
{
	int	i;

	for (i = 0; i < NTREES; i++)
		if (trees[i].base[0] != '\0')
			cgroup_rmdir_base(trees[i].base);
}

const struct cgroup_ops	cgroup_v1 = {
	.version = 1,
	.start = v1_start,
	.controllers = v1_controllers,
	.create = v1_create,
	.limit = v1_limit,
	.enter = v1_enter,
	.open_box = v1_open_box,
	.kill = v1_kill,
	.stats = v1_stats,
	.watch_memory = v1_watch_memory,
	.remove = v1_remove,
	.each = v1_each,
	.stop = v1_stop
};
