/*
 * write PATH MODE PARENTS IF_MATCH IF_NONE_MATCH: head with the entry that
 * is there, or null; frames; done with the entry and created.
 *
 * The bytes go to a file without a name, which then takes the place of the
 * old one: a reader sees all of one or all of the other.  The mode and,
 * where we may, the owner of the old one stay.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "condition.h"
#include "entry.h"
#include "frame.h"
#include "json.h"
#include "parents.h"
#include "path.h"
#include "pump.h"
#include "temp.h"

#define BUFFER	262144

struct writing {
	struct condition	 when;
	struct parents		 parents;
	struct place		 place;
	struct entry		 old;
	struct temp		 temp;
	const char		*path;
	int			 exists;
	int			 mode;		/* -1: as the old one */
};

/* What has the name now, which must be a file or nothing. */
static int
look(struct writing *w)
{
	int	mode;

	w->exists = entry_read(&w->old, w->place.dir, w->place.name) == 0;
	if (!w->exists && errno != ENOENT)
		return say_errno("/path", "cannot look at it");
	mode = w->old.st.stx_mode;
	if (w->exists && S_ISDIR(mode))
		return say_problem(PROBLEM_IS_DIRECTORY, "/path",
		    "is a directory");
	if (w->exists && !S_ISREG(mode))
		return say_problem(PROBLEM_NOT_REGULAR, "/path", "is a %s",
		    entry_type((uint32_t)mode));
	if (!condition_holds(&w->when, w->exists ? &w->old : NULL))
		return say_problem(PROBLEM_PRECONDITION, NULL,
		    w->exists ? "the file is another" : "there is no file");
	return 0;
}

static void
say_entry(const struct writing *w, int finished, int created)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	if (finished)
		json_bool(&j, "done", 1);
	if (finished || w->exists)
		entry_json(&j, "entry", &w->old, w->path, -1, "");
	else
		json_null(&j, "entry");
	if (finished)
		json_bool(&j, "created", created);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

static int
receive(struct writing *w)
{
	static char	buf[BUFFER];
	struct frames	f = { 0, 0 };
	ssize_t		n;

	while ((n = frame_read(&f, buf, sizeof(buf))) > 0)
		if (bytes_write(w->temp.fd, buf, (size_t)n) == -1)
			return say_errno("/path", "cannot write");
	if (n == 0)
		return 0;
	return errno == EBADMSG ? say_problem(PROBLEM_INTERNAL, NULL,
	    "a frame is too long") : say_problem(PROBLEM_CANCELLED, NULL,
	    "the end came before the commit");
}

/* Set-id bits stay only with the owner they were meant for. */
static int
set_mode(struct writing *w)
{
	const struct statx	*old = &w->old.st;
	struct stat		 now;
	mode_t			 mode;

	if (!w->exists && w->mode == -1)
		return 0;
	if (w->exists) {
		if (fstat(w->temp.fd, &now) == -1)
			return -1;
		mode = old->stx_mode & 07777;
		if ((now.st_uid != old->stx_uid ||
		    now.st_gid != old->stx_gid) &&
		    fchown(w->temp.fd, old->stx_uid, old->stx_gid) == -1 &&
		    fchown(w->temp.fd, (uid_t)-1, old->stx_gid) == -1)
			mode &= 01777;
		if (w->mode != -1)
			mode = (mode_t)w->mode;
	} else
		mode = (mode_t)w->mode;
	return fchmod(w->temp.fd, mode);
}

static int
commit(struct writing *w)
{
	int	created, fresh = condition_fresh(&w->when);

	if (set_mode(w) == -1)
		return say_errno("/mode", "cannot set the mode");
	if (fsync(w->temp.fd) == -1)
		return say_errno("/path", "cannot write");
	if (look(w) == -1)
		return -1;
	created = !w->exists;
	if (temp_commit(&w->temp, w->place.name, !fresh) == -1)
		return fresh && errno == EEXIST ?
		    say_problem(PROBLEM_PRECONDITION, NULL,
		    "the file has come to be") :
		    say_errno("/path", "cannot take its name");
	(void)fsync(w->place.dir);
	if (entry_read(&w->old, w->temp.fd, "") == -1)
		return say_errno("/path", "cannot look at it");
	say_entry(w, 1, created);
	return 0;
}

static int
writing_run(struct writing *w)
{
	int	rv;

	if (place_follow(&w->place, w->path) == -1)
		return say_errno("/path", "cannot go there");
	if (look(w) == -1)
		return -1;
	/* To replace one takes the right to write it, not only its name. */
	if (w->exists && faccessat(w->place.dir, w->place.name, W_OK,
	    AT_EACCESS) == -1)
		return say_errno("/path", "cannot write");
	if (temp_open(&w->temp, w->place.dir,
	    w->exists || w->mode != -1 ? 0600 : 0666) == -1)
		return say_errno("/path", "cannot write there");
	say_entry(w, 0, 0);
	if ((rv = receive(w)) == 0)
		rv = commit(w);
	temp_close(&w->temp);
	return rv;
}

int
op_write(int argc, char **argv)
{
	struct writing	w;
	char		*path;
	int		 make, rv = 0;

	(void)argc;
	memset(&w, 0, sizeof(w));
	w.place.dir = AT_FDCWD;
	w.when.match = argv[3];
	w.when.none_match = argv[4];
	if (say_mode("/mode", argv[1], &w.mode) == -1 ||
	    (make = say_flag("/parents", argv[2])) == -1)
		return -1;
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	w.path = path;
	if (make && parents_make(&w.parents, path) == -1)
		rv = say_errno("/path", "cannot make its directory");
	if (rv == 0)
		rv = writing_run(&w);
	if (rv == -1)
		parents_undo(&w.parents);
	parents_free(&w.parents);
	place_close(&w.place);
	free(path);
	return rv;
}
