/*
 * archive PATH: head with the entry, then a tar archive: of a directory all
 * that is in it, by names relative to it, "./" for itself; of anything else
 * that one.  Sockets and devices are left out and counted.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "frame.h"
#include "json.h"
#include "path.h"
#include "pump.h"
#include "read.h"
#include "tar.h"
#include "walk.h"
#include "xmalloc.h"

struct archive {
	uint64_t	members;
	uint64_t	skipped;
};

static int
out(void *arg, const void *bytes, size_t len)
{
	(void)arg;
	return bytes_write(STDOUT_FILENO, bytes, len);
}

/*
 * So many bytes follow as the header says, whatever happens to the file: an
 * archive cannot take it back.
 */
static int
contents(int dir, const char *name, struct tar_header *h,
    const struct entry *was)
{
	struct entry	e;
	int		fd, rv = -1, saved_errno;

	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC);
	if (fd == -1)
		return -1;
	if (entry_read(&e, fd, "") == 0) {
		if (!S_ISREG(e.st.stx_mode) ||
		    e.st.stx_ino != was->st.stx_ino)
			errno = EBUSY;
		else {
			h->size = e.st.stx_size;
			rv = tar_write_header(h, out, NULL);
		}
	}
	if (rv == 0)
		rv = read_send(fd, 0, h->size);
	if (rv == 0)
		rv = tar_write_pad(h->size, out, NULL);
	saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return rv;
}

static int
member(struct archive *a, int dir, const char *name, const char *path,
    const struct entry *e)
{
	struct tar_header	h;
	char			target[PATH_MAX];
	ssize_t			n;

	memset(&h, 0, sizeof(h));
	h.path = path;
	h.mode = e->st.stx_mode & 07777;
	h.uid = e->st.stx_uid;
	h.gid = e->st.stx_gid;
	h.mtime = e->st.stx_mtime.tv_sec;
	h.mtime_nsec = e->st.stx_mtime.tv_nsec;
	a->members++;
	switch (e->st.stx_mode & S_IFMT) {
	case S_IFREG:
		h.type = TAR_FILE;
		return contents(dir, name, &h, e);
	case S_IFDIR:
		h.type = TAR_DIRECTORY;
		break;
	case S_IFIFO:
		h.type = TAR_FIFO;
		break;
	case S_IFLNK:
		n = readlinkat(dir, name, target, sizeof(target) - 1);
		if (n == -1)
			return -1;
		target[n] = '\0';
		h.type = TAR_SYMLINK;
		h.link = target;
		break;
	default:
		a->members--;
		a->skipped++;
		return 0;
	}
	return tar_write_header(&h, out, NULL);
}

static int
tree(struct archive *a, int fd)
{
	struct walk	*w = walk_new(fd, ".");
	enum walk_event	 event;
	char		*path;
	int		 rv = 0;

	while (rv == 0 && (event = walk_next(w)) != WALK_END) {
		if (event == WALK_LEAVE)
			continue;
		if (event == WALK_ERROR) {
			rv = -1;
			break;
		}
		xasprintf(&path, "./%s%s", walk_path(w),
		    event == WALK_ENTER && walk_path(w)[0] != '\0' ? "/" : "");
		rv = member(a, walk_dir(w), walk_name(w), path, walk_entry(w));
		free(path);
		/* One that has gone before it was opened is not in it. */
		if (rv == -1 && errno == ENOENT && event == WALK_FILE)
			rv = 0;
	}
	if (rv == -1)
		say_problem(problem_of_errno(errno), "/path", "%s: %s",
		    walk_path(w), strerror(errno));
	walk_free(w);
	return rv;
}

static int
finish(const struct archive *a)
{
	struct json	j = JSON_NEW;

	if (tar_write_end(out, NULL) == -1)
		return -1;
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	json_number(&j, "members", a->members);
	json_number(&j, "skipped", a->skipped);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}

static void
head(const struct entry *e, const char *path)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	entry_json(&j, "entry", e, path, -1, "");
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

static int
single(struct archive *a, const char *path, const struct entry *e)
{
	struct place	p;
	int		rv;

	if (place_follow(&p, path) == -1)
		return say_errno("/path", "cannot go there");
	head(e, path);
	rv = member(a, p.dir, p.name, strrchr(path, '/') + 1, e);
	if (rv == -1)
		say_errno("/path", "cannot read");
	place_close(&p);
	return rv;
}

int
op_archive(int argc, char **argv)
{
	struct archive	 a = { 0, 0 };
	struct entry	 e;
	char		*path;
	int		 fd, rv;

	(void)argc;
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	if ((fd = path_open(AT_FDCWD, path, O_PATH)) == -1 ||
	    entry_read(&e, fd, "") == -1)
		rv = say_errno("/path", "cannot open");
	else if (S_ISDIR(e.st.stx_mode)) {
		/* Said before the head, where it is known before. */
		if (faccessat(fd, ".", R_OK | X_OK, AT_EACCESS) == -1)
			rv = say_errno("/path", "cannot read");
		else {
			head(&e, path);
			rv = tree(&a, fd);
		}
	} else if (S_ISREG(e.st.stx_mode))
		rv = single(&a, path, &e);
	else
		rv = say_problem(PROBLEM_NOT_REGULAR, "/path", "is a %s",
		    entry_type(e.st.stx_mode));
	if (rv == 0)
		rv = finish(&a);
	if (fd != -1)
		close(fd);
	free(path);
	return rv;
}
