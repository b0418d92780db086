/* One name that is no directory, made anew somewhere else. */
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <unistd.h>

#include "copy_file.h"
#include "frame.h"

#define CHUNK	(1 << 30)

static int
contents_plain(int from, int to)
{
	static char	buf[131072];
	ssize_t		n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (bytes_write(to, buf, (size_t)n) == -1)
			return -1;
	return n == 0 ? 0 : -1;
}

/* Shared where the file system can, by the kernel where it can. */
static int
contents(int from, int to)
{
	ssize_t	n;
	int	any = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	while ((n = copy_file_range(from, NULL, to, NULL, CHUNK, 0)) > 0)
		any = 1;
	/* Nothing at once: an empty file, or one of the kernel's. */
	if (n == 0 && any)
		return 0;
	if (n == -1 && any)
		return -1;
	if (n == -1 && errno != EXDEV && errno != EINVAL && errno != ENOSYS &&
	    errno != EOPNOTSUPP && errno != EPERM)
		return -1;
	return contents_plain(from, to);
}

int
copy_bytes(int from, int to, const struct entry *e)
{
	struct timespec	times[2] = { { .tv_nsec = UTIME_OMIT },
			    { e->st.stx_mtime.tv_sec,
			    (long)e->st.stx_mtime.tv_nsec } };

	if (contents(from, to) == -1 ||
	    fchmod(to, e->st.stx_mode & 01777) == -1)
		return -1;
	return futimens(to, times);
}

static int
regular(int from_dir, const char *from, int to_dir, const char *to,
    const struct entry *e)
{
	struct entry	now;
	int		in, out, rv = -1, saved_errno;

	in = openat(from_dir, from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC);
	if (in == -1)
		return -1;
	if (entry_read(&now, in, "") == 0 &&
	    now.st.stx_ino == e->st.stx_ino && S_ISREG(now.st.stx_mode)) {
		out = openat(to_dir, to, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0600);
		if (out != -1) {
			rv = copy_bytes(in, out, e);
			saved_errno = errno;
			if (close(out) == -1)
				rv = -1;
			else
				errno = saved_errno;
		}
	} else
		errno = EBUSY;
	saved_errno = errno;
	close(in);
	errno = saved_errno;
	return rv;
}

static int
link_text(int from_dir, const char *from, int to_dir, const char *to)
{
	char	text[PATH_MAX];
	ssize_t	n;

	if ((n = readlinkat(from_dir, from, text, sizeof(text) - 1)) == -1)
		return -1;
	text[n] = '\0';
	return symlinkat(text, to_dir, to);
}

int
copy_file(int from_dir, const char *from, int to_dir, const char *to,
    const struct entry *e)
{
	switch (e->st.stx_mode & S_IFMT) {
	case S_IFREG:
		return regular(from_dir, from, to_dir, to, e);
	case S_IFLNK:
		return link_text(from_dir, from, to_dir, to);
	case S_IFIFO:
		return mkfifoat(to_dir, to, e->st.stx_mode & 01777);
	default:
		return 1;
	}
}
