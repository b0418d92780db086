/*
 * extract PATH: head with the directory's entry; frames of a tar archive;
 * done with counts.  All is made in a directory of its own first, and moved
 * to its place when the archive is whole and committed.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "entry.h"
#include "frame.h"
#include "json.h"
#include "path.h"
#include "pump.h"
#include "tar_extract.h"
#include "temp.h"
#include "tree.h"
#include "walk.h"

#define BUFFER	131072

/*
 * A directory that is not there moves as a whole; into one that is, what is
 * in it.  *inside: go on with its names.
 */
static int
merge_one(const struct walk *w, int to, int directory, int *inside)
{
	struct beneath	b;
	struct stat	st;
	int		rv, saved_errno;

	*inside = 0;
	if (beneath_open(&b, to, walk_path(w), 0) == -1)
		return -1;
	rv = renameat2(walk_dir(w), walk_name(w), b.dir, b.name,
	    directory ? RENAME_NOREPLACE : 0);
	if (rv == -1 && directory && errno == EEXIST) {
		rv = fstatat(b.dir, b.name, &st, AT_SYMLINK_NOFOLLOW);
		*inside = rv == 0 && S_ISDIR(st.st_mode);
		if (rv == 0 && !*inside) {
			errno = ENOTDIR;
			rv = -1;
		}
	}
	saved_errno = errno;
	close(b.dir);
	errno = saved_errno;
	return rv;
}

static int
merge(int dir, const char *stage, int to)
{
	struct walk	*w = walk_new(dir, stage);
	enum walk_event	 event;
	int		 inside, rv = 0;

	while (rv == 0 && (event = walk_next(w)) != WALK_END) {
		if (event == WALK_ERROR)
			rv = -1;
		else if (event == WALK_LEAVE || walk_path(w)[0] == '\0')
			continue;
		else if ((rv = merge_one(w, to, event == WALK_ENTER,
		    &inside)) == 0 && event == WALK_ENTER && !inside)
			walk_skip(w);
	}
	if (rv == -1)
		say_problem(problem_of_errno(errno), "/path",
		    "%s: cannot take its place: %s", walk_path(w),
		    strerror(errno));
	walk_free(w);
	return rv;
}

static int
receive(struct tar_extract *x)
{
	static char	buf[BUFFER];
	struct frames	f = { 0, 0 };
	ssize_t		n;
	int		rv = 0;

	while (rv == 0 && (n = frame_read(&f, buf, sizeof(buf))) != 0) {
		if (n == -1)
			return say_problem(PROBLEM_CANCELLED, NULL,
			    "the end came before the commit");
		rv = tar_extract(x, buf, (size_t)n);
	}
	if (rv == 0)
		rv = tar_extract_end(x);
	return rv == 0 ? 0 : say_problem(tar_extract_problem(x), NULL, "%s",
	    tar_extract_why(x));
}

static void
finish(const struct tar_counts *c)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	json_number(&j, "files", c->files);
	json_number(&j, "directories", c->directories);
	json_number(&j, "links", c->links);
	json_number(&j, "bytes", c->bytes);
	json_number(&j, "skipped", c->skipped);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

static int
staged(struct tar_extract *x, int dir, const char *stage)
{
	if (receive(x) == -1 || merge(dir, stage, dir) == -1)
		return -1;
	tar_extract_directories(x, dir);
	return 0;
}

static int
extract(int dir, const char *path)
{
	struct entry		e;
	struct json		j = JSON_NEW;
	struct tar_extract	*x;
	char			stage[TEMP_NAME];
	int			fd, rv = -1;

	if (entry_read(&e, dir, "") == -1)
		return say_errno("/path", "cannot look at it");
	temp_name(stage);
	if (mkdirat(dir, stage, 0700) == -1)
		return say_errno("/path", "cannot write there");
	json_open(&j, NULL, '{');
	entry_json(&j, "entry", &e, path, -1, "");
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	fd = openat(dir, stage, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	x = tar_extract_new(fd);
	if (fd == -1)
		say_errno("/path", "cannot write there");
	else
		rv = staged(x, dir, stage);
	(void)tree_discard(dir, stage);
	if (rv == 0)
		finish(tar_extract_counts(x));
	tar_extract_free(x);
	if (fd != -1)
		close(fd);
	return rv;
}

int
op_extract(int argc, char **argv)
{
	char	*path;
	int	 fd, rv;

	(void)argc;
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	if ((fd = path_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY)) == -1)
		rv = say_errno("/path", "cannot open");
	else {
		rv = extract(fd, path);
		close(fd);
	}
	free(path);
	return rv;
}
