#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "walk.h"
#include "xmalloc.h"

#define KEEP	64	/* levels that keep their descriptor and buffer */
#define BUFFER	16384

struct level {
	int		 fd;		/* -1: closed, below are others */
	uint32_t	 major, minor;
	uint64_t	 ino;
	off_t		 next;		/* where to read on */
	size_t		 path_len;
	int		 ended;
	char		*buf;
	size_t		 at;
	size_t		 len;
};

struct walk {
	int		 dir;		/* the caller's */
	char		*name;
	struct level	*levels;
	size_t		 n;
	size_t		 size;
	char		*path;
	size_t		 path_len;
	size_t		 path_size;
	struct entry	 entry;
	int		 enter;		/* the last event was ENTER */
	int		 begun;
};

struct walk *
walk_new(int dir, const char *name)
{
	struct walk	*w = xcalloc(1, sizeof(*w));

	w->dir = dir;
	w->name = xstrdup(name);
	w->path_size = 4096;
	w->path = xcalloc(1, w->path_size);
	return w;
}

static void
level_close(struct level *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
	free(l->buf);
	l->buf = NULL;
	l->at = l->len = 0;
}

void
walk_free(struct walk *w)
{
	int	saved_errno = errno;

	if (w == NULL)
		return;
	while (w->n > 0)
		level_close(&w->levels[--w->n]);
	free(w->levels);
	free(w->path);
	free(w->name);
	free(w);
	errno = saved_errno;
}

const char *
walk_path(const struct walk *w)
{
	return w->path;
}

const struct entry *
walk_entry(const struct walk *w)
{
	return &w->entry;
}

int
walk_dir(const struct walk *w)
{
	return w->n == 0 ? w->dir : w->levels[w->n - 1].fd;
}

const char *
walk_name(const struct walk *w)
{
	const char	*slash;

	if (w->path_len == 0)
		return w->name;
	slash = strrchr(w->path, '/');
	return slash == NULL ? w->path : slash + 1;
}

void
walk_skip(struct walk *w)
{
	w->enter = 0;
}

int
walk_again(struct walk *w)
{
	if (entry_read(&w->entry, walk_dir(w), walk_name(w)) == -1)
		return -1;
	w->enter = 1;
	return 0;
}

/* The directory of the last event, opened. */
static int
push(struct walk *w)
{
	struct level	*l, *up;
	struct entry	 e;
	int		 fd;

	if (w->n == WALK_DEPTH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = openat(walk_dir(w), walk_name(w), O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (entry_read(&e, fd, "") == -1) {
		close(fd);
		return -1;
	}
	if (w->n == w->size) {
		w->size = w->size * 2 + 16;
		w->levels = xreallocarray(w->levels, w->size,
		    sizeof(*w->levels));
	}
	if (w->n > KEEP) {
		up = &w->levels[w->n - 1];
		level_close(up);
	}
	l = &w->levels[w->n++];
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	l->major = e.st.stx_dev_major;
	l->minor = e.st.stx_dev_minor;
	l->ino = e.st.stx_ino;
	l->path_len = w->path_len;
	l->ended = l->major != w->levels[0].major ||
	    l->minor != w->levels[0].minor;
	return 0;
}

/* Back to the directory above, which may have to be opened once more. */
static int
pop(struct walk *w)
{
	struct level	*l = &w->levels[w->n - 1], *up;
	struct entry	 e;

	if (w->n > 1 && (up = l - 1)->fd == -1) {
		up->fd = openat(l->fd, "..", O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (up->fd == -1 || entry_read(&e, up->fd, "") == -1)
			return -1;
		/* Somebody has moved what we walk. */
		if (e.st.stx_dev_major != up->major || e.st.stx_ino != up->ino ||
		    e.st.stx_dev_minor != up->minor) {
			errno = EBUSY;
			return -1;
		}
		if (lseek(up->fd, up->next, SEEK_SET) == -1)
			return -1;
	}
	w->path_len = l->path_len;
	w->path[w->path_len] = '\0';
	level_close(l);
	w->n--;
	return 0;
}

/* NULL at the end, and on failure with errno. */
static const char *
next_name(struct level *l)
{
	struct dirent64	*d;
	long		 n;

	errno = 0;
	if (l->ended)
		return NULL;
	if (l->buf == NULL)
		l->buf = xmalloc(BUFFER);
	for (;;) {
		if (l->at == l->len) {
			n = syscall(SYS_getdents64, l->fd, l->buf, BUFFER);
			if (n <= 0) {
				l->ended = n == 0;
				return NULL;
			}
			l->at = 0;
			l->len = (size_t)n;
		}
		d = (struct dirent64 *)(void *)(l->buf + l->at);
		l->at += d->d_reclen;
		l->next = d->d_off;
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			return d->d_name;
	}
}

static int
path_set(struct walk *w, size_t above, const char *name)
{
	size_t	len = strlen(name), need = above + len + 2;

	if (need > WALK_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (need > w->path_size) {
		w->path_size = need * 2;
		w->path = xreallocarray(w->path, w->path_size, 1);
	}
	if (above > 0)
		w->path[above++] = '/';
	memcpy(w->path + above, name, len + 1);
	w->path_len = above + len;
	return 0;
}

/* What the last name is; one that has just gone is passed over. */
static enum walk_event
look(struct walk *w)
{
	if (entry_read(&w->entry, walk_dir(w), walk_name(w)) == -1)
		return errno == ENOENT ? WALK_END : WALK_ERROR;
	if (!S_ISDIR(w->entry.st.stx_mode))
		return WALK_FILE;
	w->enter = 1;
	return WALK_ENTER;
}

enum walk_event
walk_next(struct walk *w)
{
	struct level	*top;
	const char	*name;
	enum walk_event	 event;

	if (!w->begun) {
		w->begun = 1;
		event = look(w);
		return event == WALK_END ? WALK_ERROR : event;
	}
	if (w->enter) {
		w->enter = 0;
		if (push(w) == -1)
			return WALK_ERROR;
	}
	while (w->n > 0) {
		top = &w->levels[w->n - 1];
		if ((name = next_name(top)) == NULL) {
			if (errno != 0 || pop(w) == -1)
				return WALK_ERROR;
			return WALK_LEAVE;
		}
		if (path_set(w, top->path_len, name) == -1)
			return WALK_ERROR;
		if ((event = look(w)) != WALK_END)
			return event;
	}
	return WALK_END;
}
