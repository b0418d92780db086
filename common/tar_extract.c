#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "tar.h"
#include "tar_extract.h"
#include "temp.h"
#include "xmalloc.h"

/* Directories whose mode and time wait for the end; the rest go without. */
#define LATE_MAX	65536

struct late {
	char		*path;
	mode_t		 mode;
	struct timespec	 changed;
};

struct tar_extract {
	int			 top;
	struct tar_reader	*reader;
	struct tar_counts	 counts;
	char			*path;		/* of the member, clean */
	struct beneath		 at;
	struct temp		 temp;
	mode_t			 mode;
	struct timespec		 changed;
	struct late		*late;
	size_t			 nlate;
	size_t			 late_size;
	mode_t			 mask;
	enum problem		 problem;
	char			*why;
};

static int	member(void *, const struct tar_header *);
static int	data(void *, const void *, size_t);
static int	member_end(void *);

static const struct tar_calls calls = { member, data, member_end };

struct tar_extract *
tar_extract_new(int top)
{
	struct tar_extract	*x = xcalloc(1, sizeof(*x));

	x->top = top;
	x->at.dir = -1;
	x->temp.fd = -1;
	x->mask = umask(077);
	umask(x->mask);
	x->reader = tar_reader_new(&calls, x);
	return x;
}

static void
member_forget(struct tar_extract *x)
{
	temp_close(&x->temp);
	if (x->at.dir != -1)
		close(x->at.dir);
	x->at.dir = -1;
	free(x->path);
	x->path = NULL;
}

void
tar_extract_free(struct tar_extract *x)
{
	if (x == NULL)
		return;
	member_forget(x);
	while (x->nlate > 0)
		free(x->late[--x->nlate].path);
	free(x->late);
	free(x->why);
	tar_reader_free(x->reader);
	free(x);
}

const struct tar_counts *
tar_extract_counts(const struct tar_extract *x)
{
	return &x->counts;
}

enum problem
tar_extract_problem(const struct tar_extract *x)
{
	return x->problem;
}

const char *
tar_extract_why(const struct tar_extract *x)
{
	return x->why == NULL ? "" : x->why;
}

__attribute__((__format__(__printf__, 3, 4)))
static int
fail(struct tar_extract *x, enum problem problem, const char *fmt, ...)
{
	va_list	ap;

	if (x->why != NULL)
		return -1;
	x->problem = problem;
	va_start(ap, fmt);
	if (vasprintf(&x->why, fmt, ap) == -1)
		fatal("vasprintf");
	va_end(ap);
	return -1;
}

static int
fail_errno(struct tar_extract *x)
{
	int	error = errno;

	/* Where "beneath" or "no links" said no. */
	return fail(x, error == EXDEV ? PROBLEM_BAD_PATH :
	    problem_of_errno(error), "%s: %s", x->path, strerror(error));
}

static int
file_begin(struct tar_extract *x)
{
	return temp_open(&x->temp, x->at.dir, 0600) == -1 ?
	    fail_errno(x) : 0;
}

/* Mode and time of a directory must not be in the way of what comes in it. */
static int
directory(struct tar_extract *x)
{
	struct stat	st;
	struct late	*l;

	if (x->at.name[0] == '\0')
		return 0;
	if (mkdirat(x->at.dir, x->at.name, 0700) == -1) {
		if (errno != EEXIST)
			return fail_errno(x);
		if (fstatat(x->at.dir, x->at.name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1)
			return fail_errno(x);
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return fail_errno(x);
		}
	}
	x->counts.directories++;
	if (x->nlate == LATE_MAX)
		return 0;
	if (x->nlate == x->late_size) {
		x->late_size = x->late_size * 2 + 16;
		x->late = xreallocarray(x->late, x->late_size,
		    sizeof(*x->late));
	}
	l = &x->late[x->nlate++];
	l->path = xstrdup(x->path);
	l->mode = x->mode;
	l->changed = x->changed;
	return 0;
}

/* A link of a name that nobody has takes the place of what has the name. */
static int
take_name(struct tar_extract *x, const char *temp)
{
	int	rv, saved_errno;

	rv = renameat(x->at.dir, temp, x->at.dir, x->at.name);
	saved_errno = errno;
	/* Two names of one file: rename leaves both. */
	(void)unlinkat(x->at.dir, temp, 0);
	errno = saved_errno;
	if (rv == -1)
		return fail_errno(x);
	x->counts.links++;
	return 0;
}

static int
symbolic_link(struct tar_extract *x, const char *target)
{
	char	temp[TEMP_NAME];

	temp_name(temp);
	if (symlinkat(target, x->at.dir, temp) == -1)
		return fail_errno(x);
	return take_name(x, temp);
}

/* Only to a file that is below the top, by a name as good as any other. */
static int
hard_link(struct tar_extract *x, const char *target)
{
	struct beneath	to;
	struct stat	st;
	char		temp[TEMP_NAME], *clean;
	int		rv;

	if ((clean = beneath_clean(target)) == NULL || clean[0] == '\0') {
		free(clean);
		return fail(x, PROBLEM_BAD_ARCHIVE,
		    "%s: a hard link that leads out", x->path);
	}
	rv = beneath_open(&to, x->top, clean, 0);
	free(clean);
	if (rv == -1)
		return fail_errno(x);
	rv = fstatat(to.dir, to.name, &st, AT_SYMLINK_NOFOLLOW);
	if (rv == 0 && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		rv = -1;
	}
	if (rv == 0) {
		temp_name(temp);
		rv = linkat(to.dir, to.name, x->at.dir, temp, 0);
	}
	close(to.dir);
	return rv == -1 ? fail_errno(x) : take_name(x, temp);
}

static int
member(void *arg, const struct tar_header *h)
{
	struct tar_extract	*x = arg;

	x->mode = h->mode & 0777 & ~x->mask;
	x->changed.tv_sec = (time_t)h->mtime;
	x->changed.tv_nsec = h->mtime_nsec;
	if (h->type == TAR_DEVICE || h->type == TAR_FIFO ||
	    h->type == TAR_OTHER) {
		x->counts.skipped++;
		return 0;
	}
	if ((x->path = beneath_clean(h->path)) == NULL)
		return fail(x, PROBLEM_BAD_ARCHIVE, "%s: %s", h->path,
		    errno == EINVAL ? "a path that leads out" :
		    strerror(errno));
	if (x->path[0] == '\0' && h->type != TAR_DIRECTORY)
		return fail(x, PROBLEM_BAD_ARCHIVE, "%s: no name", h->path);
	if (beneath_open(&x->at, x->top, x->path, 1) == -1)
		return fail_errno(x);
	switch (h->type) {
	case TAR_DIRECTORY:
		return directory(x);
	case TAR_SYMLINK:
		return symbolic_link(x, h->link);
	case TAR_HARD_LINK:
		return hard_link(x, h->link);
	default:
		return file_begin(x);
	}
}

static int
data(void *arg, const void *bytes, size_t len)
{
	struct tar_extract	*x = arg;
	const char		*p = bytes;
	ssize_t			 n;

	x->counts.bytes += len;
	while (len > 0) {
		if ((n = write(x->temp.fd, p, len)) == -1) {
			if (errno == EINTR)
				continue;
			return fail_errno(x);
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
member_end(void *arg)
{
	struct tar_extract	*x = arg;
	struct timespec		 times[2] = { { .tv_nsec = UTIME_OMIT },
				    x->changed };
	int			 rv = 0;

	if (x->temp.fd != -1) {
		/* A time that the file system cannot keep is no loss. */
		(void)futimens(x->temp.fd, times);
		if (fchmod(x->temp.fd, x->mode) == -1 ||
		    temp_commit(&x->temp, x->at.name, 1) == -1)
			rv = fail_errno(x);
		else
			x->counts.files++;
	}
	member_forget(x);
	return rv;
}

static int
reader_failed(struct tar_extract *x)
{
	const char	*why = tar_reader_why(x->reader);

	return fail(x, PROBLEM_BAD_ARCHIVE, "%s", why == NULL ? "" : why);
}

int
tar_extract(struct tar_extract *x, const void *bytes, size_t len)
{
	return tar_read(x->reader, bytes, len) == -1 ? reader_failed(x) : 0;
}

int
tar_extract_end(struct tar_extract *x)
{
	return tar_read_end(x->reader) == -1 ? reader_failed(x) : 0;
}

/* The innermost first, since a mode may shut the way to what is below. */
void
tar_extract_directories(struct tar_extract *x, int top)
{
	struct late	*l;
	struct timespec	 times[2] = { { .tv_nsec = UTIME_OMIT }, { 0, 0 } };
	int		 fd;

	while (x->nlate > 0) {
		l = &x->late[--x->nlate];
		fd = beneath_openat(top, l->path, O_RDONLY | O_DIRECTORY);
		if (fd != -1) {
			times[1] = l->changed;
			(void)fchmod(fd, l->mode);
			(void)futimens(fd, times);
			close(fd);
		}
		free(l->path);
	}
}
