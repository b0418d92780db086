/*
 * What both versions of control groups share, and the choice between them.
 * All files here belong to the kernel; nothing of a session's is read.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"

int
cgroup_write(const char *dir, const char *file, const char *text)
{
	char	path[PATH_MAX];
	int	fd, saved_errno;
	ssize_t	n;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if ((fd = open(path, O_WRONLY | O_CLOEXEC)) == -1)
		return -1;
	n = write(fd, text, strlen(text));
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return n == -1 ? -1 : 0;
}

int
cgroup_read(const char *dir, const char *file, char *buf, size_t size)
{
	char	path[PATH_MAX];
	int	fd;
	ssize_t	n;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n == -1)
		return -1;
	buf[n] = '\0';
	return 0;
}

int
cgroup_mkdir(const char *dir)
{
	if (mkdir(dir, 0755) == -1 && errno != EEXIST)
		return -1;
	return 0;
}

static int	above_is_ours;

/*
 * And the one above it, if that is ours and nobody else is there: the kernel
 * removes only what is empty.
 */
void
cgroup_rmdir_base(const char *dir)
{
	char	above[PATH_MAX], *slash;

	if (rmdir(dir) == -1 && errno != ENOENT)
		log_warn("rmdir %s", dir);
	if (!above_is_ours)
		return;
	strlcpy(above, dir, sizeof(above));
	if ((slash = strrchr(above, '/')) != NULL) {
		*slash = '\0';
		rmdir(above);
	}
}

int
cgroup_key(const char *text, const char *key, uint64_t *value)
{
	const char	*p = text;
	size_t		 n = strlen(key);

	while (p != NULL) {
		if (strncmp(p, key, n) == 0 && p[n] == ' ') {
			*value = strtoull(p + n + 1, NULL, 10);
			return 0;
		}
		if ((p = strchr(p, '\n')) != NULL)
			p++;
	}
	return -1;
}

static int
has_controller(const char *list, const char *controller)
{
	char	 copy[256], *word, *rest = copy;

	strlcpy(copy, list, sizeof(copy));
	while ((word = strsep(&rest, ",")) != NULL)
		if (strcmp(word, controller) == 0)
			return 1;
	return 0;
}

int
cgroup_own(const char *controller, char *group, size_t size)
{
	char	*line = NULL, *list, *path;
	size_t	 room = 0;
	FILE	*f;
	int	 found = 0;

	if ((f = fopen("/proc/self/cgroup", "re")) == NULL)
		return -1;
	while (!found && getline(&line, &room, f) != -1) {
		line[strcspn(line, "\n")] = '\0';
		if ((list = strchr(line, ':')) == NULL ||
		    (path = strchr(++list, ':')) == NULL)
			continue;
		*path++ = '\0';
		if (controller == NULL)
			found = *list == '\0';
		else
			found = has_controller(list, controller);
		if (found)
			strlcpy(group, strcmp(path, "/") == 0 ? "" : path,
			    size);
	}
	free(line);
	fclose(f);
	return found ? 0 : -1;
}

void
cgroup_each_dir(const char *dir, void (*cb)(const char *, void *), void *arg)
{
	struct dirent	*e;
	DIR		*d;

	if ((d = opendir(dir)) == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			cb(e->d_name, arg);
	closedir(d);
}

/*
 * A process may fork while we read: the caller asks again until there are
 * none.  Only groups without cgroup.kill come this way.
 */
int
cgroup_kill_listed(const char *dir)
{
	char	 path[PATH_MAX];
	FILE	*f;
	int	 pid, n = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	while (fscanf(f, "%d", &pid) == 1)
		if (pid > 0) {
			kill(pid, SIGKILL);
			n++;
		}
	fclose(f);
	return n;
}

const struct cgroup_ops *
cgroup_start(const char *base, const char *name, int ours)
{
	const struct cgroup_ops	*ops;

	/* A pure v2 machine has its controllers file at the top. */
	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0)
		ops = &cgroup_v2;
	else if (access("/sys/fs/cgroup/memory", F_OK) == 0)
		ops = &cgroup_v1;
	else
		fatalx("no control groups at /sys/fs/cgroup");
	above_is_ours = ours;
	if (ops->start(base, name) == -1)
		fatal("control groups (version %d)", ops->version);
	return ops;
}
