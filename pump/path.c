#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "xmalloc.h"

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

int
place_open(struct place *p, const char *path)
{
	char	*slash, *abs;

	memset(p, 0, sizeof(*p));
	p->dir = -1;
	if ((abs = path_absolute(path)) == NULL)
		return -1;
	p->path = xstrdup(abs);
	slash = strrchr(abs, '/');
	if (strlcpy(p->name, slash + 1, sizeof(p->name)) >= sizeof(p->name))
		errno = ENAMETOOLONG;
	else if (p->name[0] == '\0' || strcmp(p->name, ".") == 0 ||
	    strcmp(p->name, "..") == 0)
		errno = EINVAL;
	else {
		slash[slash == abs] = '\0';
		p->dir = path_open(AT_FDCWD, abs, O_PATH | O_DIRECTORY);
	}
	free(abs);
	if (p->dir == -1)
		place_close(p);
	return p->dir == -1 ? -1 : 0;
}

void
place_close(struct place *p)
{
	int	saved_errno = errno;

	free(p->path);
	p->path = NULL;
	if (p->dir != -1)
		close(p->dir);
	p->dir = -1;
	errno = saved_errno;
}
