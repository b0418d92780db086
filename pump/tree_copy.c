/*
 * The copy of a tree grows in step with the walk.  Of the directories that
 * are under way only the innermost is open; what lies above is found by "..",
 * and is known by its inode.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "copy_file.h"
#include "tree.h"
#include "walk.h"
#include "xmalloc.h"

struct level {
	uint64_t	ino;
	uint32_t	major, minor;
	uint32_t	mode;
	struct timespec	changed;
};

struct copy {
	int		 to_dir;	/* the caller's */
	const char	*to;
	int		 dir;		/* the innermost; -1: none yet */
	struct level	*levels;
	size_t		 n;
	size_t		 size;
	struct tree_count *count;
};

static int
here(const struct copy *c)
{
	return c->n == 0 ? c->to_dir : c->dir;
}

static const char *
to_name(const struct copy *c, const struct walk *w)
{
	return c->n == 0 ? c->to : walk_name(w);
}

static int
is_level(int fd, const struct level *l)
{
	struct entry	e;

	return entry_read(&e, fd, "") == 0 && e.st.stx_ino == l->ino &&
	    e.st.stx_dev_major == l->major && e.st.stx_dev_minor == l->minor;
}

static int
enter(struct copy *c, const struct walk *w)
{
	const struct statx	*s = &walk_entry(w)->st;
	const char		*name = to_name(c, w);
	struct level		*l;
	struct entry		 e;
	int			 fd;

	/* The copy itself, where it is made below what is copied. */
	if (c->n > 0 && s->stx_ino == c->levels[0].ino &&
	    s->stx_dev_minor == c->levels[0].minor &&
	    s->stx_dev_major == c->levels[0].major) {
		errno = EINVAL;
		return -1;
	}
	if (mkdirat(here(c), name, 0700) == -1)
		return -1;
	fd = openat(here(c), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1 || entry_read(&e, fd, "") == -1)
		return -1;
	if (c->n == c->size) {
		c->size = c->size * 2 + 16;
		c->levels = xreallocarray(c->levels, c->size,
		    sizeof(*c->levels));
	}
	l = &c->levels[c->n++];
	l->ino = e.st.stx_ino;
	l->major = e.st.stx_dev_major;
	l->minor = e.st.stx_dev_minor;
	l->mode = s->stx_mode & 01777;
	l->changed.tv_sec = s->stx_mtime.tv_sec;
	l->changed.tv_nsec = s->stx_mtime.tv_nsec;
	if (c->dir != -1)
		close(c->dir);
	c->dir = fd;
	c->count->directories++;
	return 0;
}

/* The directory is whole: only now may its mode forbid to write in it. */
static int
leave(struct copy *c)
{
	const struct level	*l = &c->levels[--c->n];
	struct timespec		 times[2] = { { .tv_nsec = UTIME_OMIT },
				    l->changed };
	int			 up = -1;

	if (c->n > 0) {
		up = openat(c->dir, "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
		if (up == -1)
			return -1;
		if (!is_level(up, l - 1)) {
			close(up);
			errno = EBUSY;
			return -1;
		}
	}
	if (fchmod(c->dir, l->mode) == -1 || futimens(c->dir, times) == -1) {
		if (up != -1)
			close(up);
		return -1;
	}
	close(c->dir);
	c->dir = up;
	return 0;
}

static int
file(struct copy *c, const struct walk *w)
{
	const struct entry	*e = walk_entry(w);
	int			 rv;

	rv = copy_file(walk_dir(w), walk_name(w), here(c), to_name(c, w), e);
	if (rv == -1)
		return -1;
	if (rv == 1)
		c->count->skipped++;
	else
		c->count->files++;
	if (rv == 0 && S_ISREG(e->st.stx_mode))
		c->count->bytes += e->st.stx_size;
	return 0;
}

int
tree_copy(int from_dir, const char *from, int to_dir, const char *to,
    struct tree_count *count)
{
	struct copy	 c = { .to_dir = to_dir, .to = to, .dir = -1,
			    .count = count };
	struct walk	*w = walk_new(from_dir, from);
	enum walk_event	 event;
	int		 rv = 0, saved_errno;

	while (rv == 0 && (event = walk_next(w)) != WALK_END) {
		if (event == WALK_FILE)
			rv = file(&c, w);
		else if (event == WALK_ENTER)
			rv = enter(&c, w);
		else if (event == WALK_LEAVE)
			rv = leave(&c);
		else
			rv = -1;
	}
	saved_errno = errno;
	if (c.dir != -1)
		close(c.dir);
	free(c.levels);
	walk_free(w);
	errno = saved_errno;
	return rv;
}

int
tree_inside(int dir, const char *name, int below)
{
	struct entry	top, e, up;
	int		fd, next, inside;

	if (entry_read(&top, dir, name) == -1 ||
	    !S_ISDIR(top.st.stx_mode) || (fd = dup(below)) == -1)
		return 0;
	inside = entry_read(&e, fd, "") == 0;
	while (inside && (e.st.stx_ino != top.st.stx_ino ||
	    e.st.stx_dev_minor != top.st.stx_dev_minor ||
	    e.st.stx_dev_major != top.st.stx_dev_major)) {
		next = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		if ((fd = next) == -1)
			return 0;
		/* The top is its own parent. */
		inside = entry_read(&up, fd, "") == 0 &&
		    (up.st.stx_ino != e.st.stx_ino ||
		    up.st.stx_dev_minor != e.st.stx_dev_minor ||
		    up.st.stx_dev_major != e.st.stx_dev_major);
		e = up;
	}
	close(fd);
	return inside;
}
