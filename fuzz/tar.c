/*
 * Archives of strangers: through the reader, whose promises are checked, and
 * onto a file system, where nothing may appear beside the one directory.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "tar.h"
#include "tar_extract.h"

struct seen {
	int		in_file;
	uint64_t	left;
};

static char	top[64];

static int
member(void *arg, const struct tar_header *h)
{
	struct seen	*s = arg;

	if (s->in_file || h->path == NULL || *h->path == '\0' ||
	    (h->mode & ~07777U) != 0 || h->mtime_nsec > 999999999)
		abort();
	if ((h->type == TAR_SYMLINK || h->type == TAR_HARD_LINK) &&
	    (h->link == NULL || *h->link == '\0'))
		abort();
	if (h->type != TAR_FILE && h->size != 0)
		abort();
	s->in_file = 1;
	s->left = h->size;
	return 0;
}

static int
data_of(void *arg, const void *bytes, size_t len)
{
	struct seen	*s = arg;

	if (!s->in_file || bytes == NULL || len > s->left)
		abort();
	s->left -= len;
	return 0;
}

static int
member_end(void *arg)
{
	struct seen	*s = arg;

	if (!s->in_file || s->left != 0)
		abort();
	s->in_file = 0;
	return 0;
}

/* In pieces of so many bytes, as a pipe gives them. */
static void
read_only(const uint8_t *p, size_t len, size_t piece)
{
	static const struct tar_calls	 calls = { member, data_of,
					    member_end };
	struct seen			 s = { 0 };
	struct tar_reader		*r = tar_reader_new(&calls, &s);
	size_t				 n;

	for (; len > 0; len -= n, p += n) {
		n = len < piece ? len : piece;
		if (tar_read(r, p, n) == -1)
			break;
	}
	if (len > 0 || tar_read_end(r) == -1) {
		if (tar_reader_why(r) == NULL)
			abort();
	}
	tar_reader_free(r);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
open_up(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	(void)ftw;
	if (S_ISDIR(st->st_mode))
		(void)chmod(path, 0700);
	return 0;
}

static void
clean(void)
{
	if (*top == '\0')
		return;
	nftw(top, open_up, 16, FTW_PHYS);
	nftw(top, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

/* Nothing but "in" stands in the folder, and nobody touched the file. */
static void
check_walls(void)
{
	struct stat	st;
	char		path[96];

	snprintf(path, sizeof(path), "%s/beside", top);
	if (lstat(path, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size != 4 || (st.st_mode & 07777) != 0640 ||
	    st.st_nlink != 1)
		abort();
	if (lstat(top, &st) == -1 || st.st_nlink != 3)
		abort();
}

static void
make_walls(void)
{
	char	path[96];
	int	fd;

	if (*top == '\0') {
		snprintf(top, sizeof(top), "/dev/shm/deskd-fuzz.XXXXXX");
		if (mkdtemp(top) == NULL)
			abort();
		atexit(clean);
		snprintf(path, sizeof(path), "%s/beside", top);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
		if (fd == -1 || fchmod(fd, 0640) == -1 ||
		    write(fd, "good", 4) != 4)
			abort();
		close(fd);
	}
	snprintf(path, sizeof(path), "%s/in", top);
	if (mkdir(path, 0700) == -1)
		abort();
}

static void
extract(const uint8_t *p, size_t len)
{
	struct tar_extract	*x;
	char			 path[96];
	int			 dir;

	make_walls();
	snprintf(path, sizeof(path), "%s/in", top);
	if ((dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		abort();
	x = tar_extract_new(dir);
	if (tar_extract(x, p, len) == -1 || tar_extract_end(x) == -1) {
		if (tar_extract_problem(x) == PROBLEM_NONE ||
		    *tar_extract_why(x) == '\0')
			abort();
	}
	tar_extract_directories(x, dir);
	tar_extract_free(x);
	close(dir);
	check_walls();
	nftw(path, open_up, 16, FTW_PHYS);
	nftw(path, remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	read_only(data + 1, size - 1, data[0] == 0 ? size : data[0]);
	extract(data + 1, size - 1);
	return 0;
}
