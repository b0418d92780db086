#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parents.h"
#include "path.h"

/* One name in an open directory, made when it is missing. */
static int
step(struct parents *p, int dir, const char *name)
{
	int	fd;

	if ((fd = path_open(dir, name, O_PATH | O_DIRECTORY)) != -1) {
		p->made = 0;
		return fd;
	}
	if (errno != ENOENT)
		return -1;
	if (mkdirat(dir, name, 0777) == 0)
		p->made++;
	else if (errno != EEXIST)
		return -1;
	return path_open(dir, name, O_PATH | O_DIRECTORY);
}

int
parents_make(struct parents *p, const char *path)
{
	char	*at, *slash;
	int	 dir, next = -1, saved_errno;

	p->made = 0;
	if ((p->path = path_absolute(path)) == NULL)
		return -1;
	if ((dir = path_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY)) == -1)
		return -1;
	for (at = p->path + 1; (slash = strchr(at, '/')) != NULL;
	    at = slash + 1) {
		if (slash == at)
			continue;
		*slash = '\0';
		next = step(p, dir, at);
		*slash = '/';
		saved_errno = errno;
		close(dir);
		errno = saved_errno;
		if (next == -1)
			return -1;
		dir = next;
	}
	close(dir);
	return 0;
}

void
parents_undo(struct parents *p)
{
	struct place	 at;
	char		*slash;
	int		 saved_errno = errno, gone;

	while (p->made > 0 && (slash = strrchr(p->path, '/')) != NULL &&
	    slash > p->path) {
		*slash = '\0';
		if (slash[-1] == '/')
			continue;
		p->made--;
		if (place_open(&at, p->path) == -1)
			break;
		gone = unlinkat(at.dir, at.name, AT_REMOVEDIR) == 0;
		place_close(&at);
		if (!gone)
			break;
	}
	errno = saved_errno;
}

void
parents_free(struct parents *p)
{
	free(p->path);
	p->path = NULL;
}
