#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "xmalloc.h"

#define LINKS_MAX	40	/* as the kernel */

char *
path_absolute(const char *path)
{
	const char	*home;
	char		*abs;
	size_t		 len;

	if (path[0] == '\0') {
		errno = EINVAL;
		return NULL;
	}
	if (path[0] == '/')
		abs = xstrdup(path);
	else {
		if ((home = getenv("HOME")) == NULL || home[0] != '/')
			home = "/";
		xasprintf(&abs, "%s%s%s", home,
		    home[strlen(home) - 1] == '/' ? "" : "/", path);
	}
	for (len = strlen(abs); len > 1 && abs[len - 1] == '/'; len--)
		abs[len - 1] = '\0';
	return abs;
}

int
path_open(int dir, const char *path, int flags)
{
	struct open_how	how;

	memset(&how, 0, sizeof(how));
	how.flags = (uint64_t)(unsigned int)flags | O_CLOEXEC;
	if ((flags & O_PATH) == 0)
		how.flags |= O_NONBLOCK | O_NOCTTY;
	how.resolve = RESOLVE_NO_MAGICLINKS;
	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* Splits an absolute path, or one that begins at the present directory. */
static int
place_split(struct place *p, const char *path)
{
	char	*copy = xstrdup(path), *slash, *name;
	int	 dir = -1;

	for (slash = copy + strlen(copy); slash > copy + 1 &&
	    slash[-1] == '/';)
		*--slash = '\0';
	name = (slash = strrchr(copy, '/')) == NULL ? copy : slash + 1;
	if (strlcpy(p->name, name, sizeof(p->name)) >= sizeof(p->name))
		errno = ENAMETOOLONG;
	else if (name[0] == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		errno = EINVAL;
	else {
		*name = '\0';
		dir = path_open(p->dir, copy[0] == '\0' ? "." : copy,
		    O_PATH | O_DIRECTORY);
	}
	free(copy);
	if (dir == -1)
		return -1;
	if (p->dir != AT_FDCWD)
		close(p->dir);
	p->dir = dir;
	return 0;
}

int
place_open(struct place *p, const char *path)
{
	memset(p, 0, sizeof(*p));
	p->dir = AT_FDCWD;
	if ((p->path = path_absolute(path)) == NULL)
		return -1;
	if (place_split(p, p->path) == -1) {
		place_close(p);
		return -1;
	}
	return 0;
}

int
place_follow(struct place *p, const char *path)
{
	char	target[PATH_MAX];
	ssize_t	n;
	int	fd, i;

	if (place_open(p, path) == -1)
		return -1;
	for (i = 0; i < LINKS_MAX; i++) {
		n = readlinkat(p->dir, p->name, target, sizeof(target) - 1);
		if (n == -1)
			return 0;
		target[n] = '\0';
		/* A link of the kernel's says a path but is none. */
		if ((fd = path_open(p->dir, p->name, O_PATH)) == -1 &&
		    errno != ENOENT)
			break;
		if (fd != -1)
			close(fd);
		if (place_split(p, target) == -1)
			break;
	}
	if (i == LINKS_MAX)
		errno = ELOOP;
	place_close(p);
	return -1;
}

void
place_close(struct place *p)
{
	int	saved_errno = errno;

	free(p->path);
	p->path = NULL;
	if (p->dir != AT_FDCWD)
		close(p->dir);
	p->dir = AT_FDCWD;
	errno = saved_errno;
}
