#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"
#include "tar.h"
#include "tree_source.h"
#include "xmalloc.h"

struct tree_source {
	FTS			*tree;
	size_t			 root_len;
	struct progress		*progress;
	/* Of the archive, not yet read. */
	char			*pending;
	size_t			 at, len, size;
	int			 fd;		/* of the file, or -1 */
	uint64_t		 left, whole;
	char			*name;		/* its name here */
	int			 ended;
	unsigned long long	 skipped;
	char			*why;
};

struct tree_source *
tree_source_open(const char *path, struct progress *progress)
{
	struct tree_source	*t = xcalloc(1, sizeof(*t));
	char			*paths[2] = { xstrdup(path), NULL };

	t->root_len = strlen(path);
	t->progress = progress;
	t->fd = -1;
	t->tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	free(paths[0]);
	if (t->tree == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
tree_source_free(struct tree_source *t)
{
	int	saved_errno = errno;

	if (t->fd != -1)
		close(t->fd);
	fts_close(t->tree);
	free(t->pending);
	free(t->name);
	free(t->why);
	free(t);
	errno = saved_errno;
}

const char *
tree_source_why(const struct tree_source *t)
{
	return t->why;
}

unsigned long long
tree_source_skipped(const struct tree_source *t)
{
	return t->skipped;
}

static int
fail(struct tree_source *t, const char *name, const char *what)
{
	free(t->why);
	xasprintf(&t->why, "%s: %s", name, what);
	return -1;
}

static int
pend(void *arg, const void *bytes, size_t len)
{
	struct tree_source	*t = arg;

	if (t->len + len > t->size) {
		t->size = t->len + len + 4096;
		t->pending = xreallocarray(t->pending, t->size, 1);
	}
	memcpy(t->pending + t->len, bytes, len);
	t->len += len;
	return 0;
}

/* "./" and what is below the directory that was named. */
static char *
member_name(const struct tree_source *t, const FTSENT *e)
{
	const char	*rest = e->fts_path;
	char		*name;

	if (e->fts_pathlen >= t->root_len)
		rest += t->root_len;
	while (*rest == '/')
		rest++;
	xasprintf(&name, "./%s", rest);
	return name;
}

static int
header(struct tree_source *t, const FTSENT *e, const struct stat *st,
    enum tar_type type, const char *link)
{
	struct tar_header	h;
	char			*name = member_name(t, e);
	int			 rv;

	memset(&h, 0, sizeof(h));
	h.type = type;
	h.path = name;
	h.link = link;
	h.size = type == TAR_FILE ? (uint64_t)st->st_size : 0;
	h.mode = st->st_mode & 07777;
	h.uid = st->st_uid;
	h.gid = st->st_gid;
	h.mtime = st->st_mtim.tv_sec;
	h.mtime_nsec = (uint32_t)st->st_mtim.tv_nsec;
	rv = tar_write_header(&h, pend, t);
	free(name);
	return rv;
}

/* Of what the open found, which may be another file by now. */
static int
begin_file(struct tree_source *t, const FTSENT *e)
{
	struct stat	st;

	t->fd = open(e->fts_accpath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	if (t->fd == -1 || fstat(t->fd, &st) == -1)
		return fail(t, e->fts_path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(t, e->fts_path, "changed while it was read");
	free(t->name);
	t->name = xstrdup(e->fts_path);
	t->left = t->whole = (uint64_t)st.st_size;
	return header(t, e, &st, TAR_FILE, NULL);
}

static int
link_member(struct tree_source *t, const FTSENT *e)
{
	char	target[PATH_MAX];
	ssize_t	n;

	n = readlink(e->fts_accpath, target, sizeof(target) - 1);
	if (n == -1)
		return fail(t, e->fts_path, strerror(errno));
	target[n] = '\0';
	return header(t, e, e->fts_statp, TAR_SYMLINK, target);
}

/* The next file, directory or link. */
static int
next_member(struct tree_source *t)
{
	FTSENT	*e;

	errno = 0;
	if ((e = fts_read(t->tree)) == NULL) {
		if (errno != 0)
			return fail(t, "directory", strerror(errno));
		t->ended = 1;
		return tar_write_end(pend, t);
	}
	switch (e->fts_info) {
	case FTS_D:
		return header(t, e, e->fts_statp, TAR_DIRECTORY, NULL);
	case FTS_DP:
		return 0;
	case FTS_F:
		return begin_file(t, e);
	case FTS_SL:
	case FTS_SLNONE:
		return link_member(t, e);
	case FTS_DEFAULT:
		t->skipped++;
		return 0;
	default:
		return fail(t, e->fts_path, strerror(e->fts_errno));
	}
}

static long
file_read(struct tree_source *t, void *buf, size_t size)
{
	ssize_t	n;

	if (size > t->left)
		size = (size_t)t->left;
	do
		n = read(t->fd, buf, size);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return fail(t, t->name, strerror(errno));
	if (n == 0)
		return fail(t, t->name, "became shorter while it was read");
	t->left -= (uint64_t)n;
	return n;
}

static long
pending_read(struct tree_source *t, void *buf, size_t size)
{
	if (size > t->len - t->at)
		size = t->len - t->at;
	memcpy(buf, t->pending + t->at, size);
	t->at += size;
	if (t->at == t->len)
		t->at = t->len = 0;
	return (long)size;
}

long
tree_source_read(struct tree_source *t, void *buf, size_t size)
{
	long	n = 0;

	while (n == 0) {
		if (t->len > 0)
			n = pending_read(t, buf, size);
		else if (t->fd != -1 && t->left > 0)
			n = file_read(t, buf, size);
		else if (t->fd != -1) {
			close(t->fd);
			t->fd = -1;
			n = tar_write_pad(t->whole, pend, t);
		} else if (t->ended)
			return 0;
		else
			n = next_member(t);
	}
	if (n > 0)
		progress_bytes(t->progress, (unsigned long long)n);
	return n;
}
