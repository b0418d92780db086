/*
 * read PATH FIRST LAST IF_RANGE: head with the entry, first, length and
 * partial; then the bytes.
 */
#include <sys/sendfile.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "frame.h"
#include "json.h"
#include "path.h"
#include "pump.h"
#include "read.h"

/*
 * Files up to this size are read before the head is written: files of the
 * kernel have another size than they say.
 */
#define SMALL_MAX	65536
#define CHUNK		(1 << 20)

struct range {
	uint64_t	first;
	uint64_t	length;
	int		partial;
};

/*
 * A regular file and nothing else.  It is looked at before it is opened:
 * the open alone would wake who waits at a FIFO, or move a tape.
 */
int
read_open(const char *path, struct entry *e)
{
	int	fd;

	if ((fd = path_open(AT_FDCWD, path, O_PATH)) == -1)
		return say_errno("/path", "cannot open");
	if (entry_read(e, fd, "") == -1 || !S_ISREG(e->st.stx_mode)) {
		close(fd);
		return S_ISDIR(e->st.stx_mode) ?
		    say_problem(PROBLEM_IS_DIRECTORY, "/path",
		    "is a directory") :
		    say_problem(PROBLEM_NOT_REGULAR, "/path", "is a %s",
		    entry_type(e->st.stx_mode));
	}
	close(fd);
	if ((fd = path_open(AT_FDCWD, path, O_RDONLY)) == -1 ||
	    entry_read(e, fd, "") == -1) {
		say_errno("/path", "cannot open");
		if (fd != -1)
			close(fd);
		return -1;
	}
	/* Between the two it may have become something else. */
	if (!S_ISREG(e->st.stx_mode)) {
		close(fd);
		return say_problem(PROBLEM_NOT_REGULAR, "/path", "is a %s",
		    entry_type(e->st.stx_mode));
	}
	return fd;
}

/* 0, or -1 when it asks for no byte that there is. */
static int
range_of(struct range *r, char **argv, uint64_t size)
{
	unsigned long long	first = 0, last;

	r->first = 0;
	r->length = size;
	r->partial = argv[1][0] != '\0' || argv[2][0] != '\0';
	if (!r->partial)
		return 0;
	if ((argv[1][0] != '\0' && say_number("/first", argv[1], &first) == -1))
		return -1;
	last = UINT64_MAX;
	if (argv[2][0] != '\0' && say_number("/last", argv[2], &last) == -1)
		return -1;
	if (argv[1][0] == '\0') {
		r->length = last < size ? last : size;
		r->first = size - r->length;
	} else if (first < size && first <= last) {
		r->first = first;
		r->length = (last < size - 1 ? last : size - 1) - first + 1;
	} else
		r->length = 0;
	if (r->length == 0)
		return say_problem(PROBLEM_RANGE, NULL,
		    "the file has %llu bytes", (unsigned long long)size);
	return 0;
}

static void
head(const struct entry *e, const char *path, const struct range *r)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	entry_json(&j, "entry", e, path, -1, "");
	json_number(&j, "first", r->first);
	json_number(&j, "length", r->length);
	json_bool(&j, "partial", r->partial);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

int
read_send(int fd, uint64_t first, uint64_t length)
{
	static char	 buf[SMALL_MAX];
	off_t		 at = (off_t)first;
	ssize_t		 n;
	int		 plain = 0;

	while (length > 0) {
		n = plain ? pread(fd, buf, length < sizeof(buf) ?
		    (size_t)length : sizeof(buf), at) :
		    sendfile(STDOUT_FILENO, fd, &at,
		    length < CHUNK ? (size_t)length : CHUNK);
		if (n == -1 && !plain && (errno == EINVAL || errno == ENOSYS)) {
			plain = 1;
			continue;
		}
		if (n == 0)
			errno = ENODATA;
		if (n <= 0)
			return -1;
		if (plain) {
			if (bytes_write(STDOUT_FILENO, buf, (size_t)n) == -1)
				return -1;
			at += n;
		}
		length -= (uint64_t)n;
	}
	return 0;
}

/* What was read at once needs no promise about what comes later. */
static int
read_small(int fd, struct entry *e, const char *path, char **argv)
{
	static char	 buf[SMALL_MAX + 1];
	struct range	 r;
	size_t		 len = 0;
	ssize_t		 n;

	while (len < sizeof(buf) &&
	    (n = read(fd, buf + len, sizeof(buf) - len)) != 0) {
		if (n == -1)
			return say_errno("/path", "cannot read");
		len += (size_t)n;
	}
	if (len == sizeof(buf))
		return say_problem(PROBLEM_CONFLICT, "/path",
		    "it is longer than it says");
	if (range_of(&r, argv, len) == -1)
		return -1;
	e->st.stx_size = len;
	head(e, path, &r);
	return bytes_write(STDOUT_FILENO, buf + r.first, (size_t)r.length);
}

static int
read_large(int fd, const struct entry *e, const char *path, char **argv)
{
	struct range	r;

	if (range_of(&r, argv, e->st.stx_size) == -1)
		return -1;
	head(e, path, &r);
	if (read_send(fd, r.first, r.length) == 0)
		return 0;
	return errno == ENODATA ? say_problem(PROBLEM_CONFLICT, "/path",
	    "it became shorter while it was read") :
	    say_errno("/path", "cannot read");
}

int
op_read(int argc, char **argv)
{
	struct entry	 e;
	char		*path, tag[ETAG_SIZE];
	int		 fd, rv;

	(void)argc;
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	if ((fd = read_open(path, &e)) == -1) {
		free(path);
		return -1;
	}
	entry_etag(&e, tag);
	if (argv[3][0] != '\0' && strcmp(argv[3], tag) != 0)
		argv[1][0] = argv[2][0] = '\0';
	rv = e.st.stx_size <= SMALL_MAX ? read_small(fd, &e, path, argv) :
	    read_large(fd, &e, path, argv);
	close(fd);
	free(path);
	if (rv == -1)
		return -1;
	say_done();
	return 0;
}
