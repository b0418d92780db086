#include <sys/inotify.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "path.h"
#include "pump.h"
#include "walk.h"
#include "watches.h"
#include "xmalloc.h"

#define EVENTS	(IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | \
		IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO)
#define SELF	(IN_DELETE_SELF | IN_MOVE_SELF)

void
watches_init(struct watches *a, int recursive)
{
	memset(a, 0, sizeof(*a));
	a->recursive = recursive;
	a->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

void
watches_free(struct watches *a)
{
	while (a->n > 0)
		free(a->v[--a->n].path);
	free(a->v);
	if (a->fd != -1)
		close(a->fd);
}

int
watches_problem(const struct watches *a)
{
	if (a->full)
		return say_problem(PROBLEM_LIMIT, "/path",
		    "more than %d directories cannot be watched",
		    WATCHES_MAX);
	/* The kernel's own limit has the words of a full disk. */
	return errno == ENOSPC ? say_problem(PROBLEM_LIMIT, "/path",
	    "the kernel watches no more for this user") :
	    say_errno("/path", "cannot watch");
}

static size_t
position(const struct watches *a, int wd)
{
	size_t	lo = 0, hi = a->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (a->v[mid].wd < wd)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const char *
watches_path(const struct watches *a, int wd)
{
	size_t	i = position(a, wd);

	return i < a->n && a->v[i].wd == wd ? a->v[i].path : NULL;
}

int
watches_is_top(const struct watches *a, int wd)
{
	return a->top == wd;
}

static void
forget(struct watches *a, size_t i)
{
	free(a->v[i].path);
	memmove(&a->v[i], &a->v[i + 1], (a->n - i - 1) * sizeof(*a->v));
	a->n--;
}

void
watches_ignored(struct watches *a, int wd)
{
	size_t	i = position(a, wd);

	if (i < a->n && a->v[i].wd == wd)
		forget(a, i);
}

/* By its descriptor: what the name leads to may have changed. */
static int
add(struct watches *a, int fd, const char *path, uint32_t mask)
{
	char	self[40];
	size_t	i;
	int	wd;

	if (a->n == WATCHES_MAX) {
		a->full = 1;
		return -1;
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if ((wd = inotify_add_watch(a->fd, self, mask)) == -1)
		return -1;
	i = position(a, wd);
	if (i < a->n && a->v[i].wd == wd) {
		free(a->v[i].path);
		a->v[i].path = xstrdup(path);
		return wd;
	}
	if (a->n == a->size) {
		a->size = a->size * 2 + 64;
		a->v = xreallocarray(a->v, a->size, sizeof(*a->v));
	}
	memmove(&a->v[i + 1], &a->v[i], (a->n - i) * sizeof(*a->v));
	a->v[i].wd = wd;
	a->v[i].path = xstrdup(path);
	a->n++;
	return wd;
}

/* One directory of a tree; one that has gone, or may not be read, is not. */
static int
add_one(struct watches *a, const struct walk *w, const char *path)
{
	int	fd, rv;

	fd = openat(walk_dir(w), walk_name(w), O_PATH | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return 0;
	rv = add(a, fd, path, EVENTS);
	close(fd);
	return rv == -1 && (a->full || errno == ENOSPC) ? -1 : 0;
}

static int
below(struct watches *a, int dir, const char *name, const char *top, int first,
    void (*found)(void *, const char *, int), void *arg)
{
	struct walk	*w = walk_new(dir, name);
	enum walk_event	 event;
	char		*path;
	int		 rv = 0;

	while (rv == 0 && (event = walk_next(w)) != WALK_END &&
	    event != WALK_ERROR) {
		if (event == WALK_LEAVE)
			continue;
		if (walk_path(w)[0] == '\0')
			path = xstrdup(top);
		else
			xasprintf(&path, "%s%s%s", top,
			    strcmp(top, "/") == 0 ? "" : "/", walk_path(w));
		if (walk_path(w)[0] != '\0' && found != NULL)
			found(arg, path, event == WALK_ENTER);
		if (event == WALK_ENTER &&
		    (first || walk_path(w)[0] != '\0'))
			rv = add_one(a, w, path);
		free(path);
	}
	walk_free(w);
	return rv;
}

int
watches_add(struct watches *a, const char *path,
    void (*found)(void *, const char *, int), void *arg)
{
	struct place	p;
	int		rv;

	if (place_open(&p, path) == -1)
		return 0;
	rv = below(a, p.dir, p.name, path, 1, found, arg);
	place_close(&p);
	return rv;
}

int
watches_top(struct watches *a, const char *path, struct entry *e)
{
	int	fd, rv = -1, saved_errno;

	if (a->fd == -1 || (fd = path_open(AT_FDCWD, path, O_PATH)) == -1)
		return -1;
	if (entry_read(e, fd, "") == 0) {
		a->top = add(a, fd, path, EVENTS | SELF);
		rv = a->top == -1 ? -1 : 0;
	}
	if (rv == 0 && a->recursive && S_ISDIR(e->st.stx_mode))
		rv = below(a, fd, ".", path, 0, NULL, NULL);
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return rv;
}

/* What follows the directory's path; NULL when it is none below it. */
static const char *
rest(const char *path, const char *dir)
{
	size_t	len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
	    (path[len] == '/' || path[len] == '\0') ? path + len : NULL;
}

void
watches_move(struct watches *a, const char *from, const char *to)
{
	const char	*tail;
	char		*path;
	size_t		 i;

	for (i = 0; i < a->n; i++) {
		if ((tail = rest(a->v[i].path, from)) == NULL)
			continue;
		xasprintf(&path, "%s%s", to, tail);
		free(a->v[i].path);
		a->v[i].path = path;
	}
}

void
watches_drop(struct watches *a, const char *path)
{
	size_t	i;

	for (i = 0; i < a->n;) {
		if (rest(a->v[i].path, path) == NULL) {
			i++;
			continue;
		}
		(void)inotify_rm_watch(a->fd, a->v[i].wd);
		forget(a, i);
	}
}
