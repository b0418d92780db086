#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "remove_tree.h"

#define DEPTH_MAX	3

static void
remove_in(int fd, int depth)
{
	struct dirent	*e;
	DIR		*dir;
	int		 sub;

	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0)
			continue;
		sub = depth < DEPTH_MAX ? openat(fd, e->d_name, O_RDONLY |
		    O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
		if (sub != -1)
			remove_in(sub, depth + 1);
		if (unlinkat(fd, e->d_name, AT_REMOVEDIR) == -1)
			log_warn("remove %s", e->d_name);
	}
	closedir(dir);
}

void
remove_tree(const char *path)
{
	int	fd;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return;
	remove_in(fd, 0);
	if (rmdir(path) == -1 && errno != ENOENT)
		log_warn("rmdir %s", path);
}
