#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "xmalloc.h"

char *
beneath_clean(const char *path)
{
	char	*out, *to;
	size_t	 len;

	if (path[0] == '/')
		errno = EINVAL;
	else if (strlen(path) >= PATH_MAX)
		errno = ENAMETOOLONG;
	else
		errno = 0;
	if (errno != 0)
		return NULL;
	out = to = xcalloc(1, strlen(path) + 2);
	for (; *path != '\0'; path += len) {
		len = strcspn(path, "/");
		if (len == 2 && path[0] == '.' && path[1] == '.')
			errno = EINVAL;
		else if (len > NAME_MAX)
			errno = ENAMETOOLONG;
		if (errno != 0) {
			free(out);
			return NULL;
		}
		if (len > 0 && !(len == 1 && path[0] == '.')) {
			if (to > out)
				*to++ = '/';
			memcpy(to, path, len);
			to += len;
		}
		len += path[len] == '/';
	}
	*to = '\0';
	return out;
}

int
beneath_openat(int top, const char *path, int flags)
{
	struct open_how	how;

	memset(&how, 0, sizeof(how));
	how.flags = (uint64_t)(unsigned int)flags | O_CLOEXEC;
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
	    RESOLVE_NO_MAGICLINKS;
	return (int)syscall(SYS_openat2, top, path[0] == '\0' ? "." : path,
	    &how, sizeof(how));
}

/* One name after the other, each opened before the next is made in it. */
static int
make_all(int top, char *path)
{
	char	*slash, *at = path;
	int	 dir, next, saved_errno;

	if ((dir = beneath_openat(top, "", O_PATH | O_DIRECTORY)) == -1)
		return -1;
	for (;;) {
		if ((slash = strchr(at, '/')) != NULL)
			*slash = '\0';
		if (mkdirat(dir, at, 0777) == -1 && errno != EEXIST)
			next = -1;
		else
			next = beneath_openat(dir, at, O_PATH | O_DIRECTORY);
		saved_errno = errno;
		close(dir);
		errno = saved_errno;
		if (slash == NULL || next == -1)
			return next;
		*slash = '/';
		at = slash + 1;
		dir = next;
	}
}

int
beneath_open(struct beneath *b, int top, const char *path, int make)
{
	char	*copy = xstrdup(path), *slash = strrchr(copy, '/');
	char	*above = copy;

	if (strlcpy(b->name, slash == NULL ? copy : slash + 1,
	    sizeof(b->name)) >= sizeof(b->name)) {
		free(copy);
		errno = ENAMETOOLONG;
		return -1;
	}
	*(slash == NULL ? copy : slash) = '\0';
	b->dir = beneath_openat(top, above, O_PATH | O_DIRECTORY);
	if (b->dir == -1 && errno == ENOENT && make && above[0] != '\0')
		b->dir = make_all(top, above);
	free(copy);
	return b->dir == -1 ? -1 : 0;
}
