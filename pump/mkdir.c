/* mkdir PATH MODE PARENTS: head; done with the entry and created. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"
#include "parents.h"
#include "path.h"
#include "pump.h"

static int
finish(const struct place *p, int created)
{
	struct json	j = JSON_NEW;
	struct entry	e;

	if (entry_read(&e, p->dir, p->name) == -1)
		return say_errno("/path", "cannot look at it");
	say_head();
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	entry_json(&j, "entry", &e, p->path, p->dir, p->name);
	json_bool(&j, "created", created);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}

/* The mode is set past the umask, and on nothing that took its place. */
static int
set_mode(const struct place *p, int mode)
{
	int	fd, rv;

	fd = openat(p->dir, p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1)
		return -1;
	rv = fchmod(fd, (mode_t)mode);
	close(fd);
	return rv;
}

static int
make(const struct place *p, int mode, int may_exist)
{
	int	fd;

	if (mkdirat(p->dir, p->name, mode == -1 ? 0777 : 0700) == 0) {
		if (mode != -1 && set_mode(p, mode) == -1) {
			say_errno("/mode", "cannot set the mode");
			(void)unlinkat(p->dir, p->name, AT_REMOVEDIR);
			return -1;
		}
		return finish(p, 1);
	}
	if (errno != EEXIST || !may_exist)
		return say_errno("/path", "cannot make it");
	if ((fd = path_open(p->dir, p->name, O_PATH | O_DIRECTORY)) == -1)
		return say_problem(PROBLEM_EXISTS, "/path",
		    "is there and is no directory");
	close(fd);
	return finish(p, 0);
}

int
op_mkdir(int argc, char **argv)
{
	struct parents	above;
	struct place	p;
	int		mode, parents, rv = -1;

	(void)argc;
	if (say_mode("/mode", argv[1], &mode) == -1 ||
	    (parents = say_flag("/parents", argv[2])) == -1)
		return -1;
	memset(&above, 0, sizeof(above));
	if (parents && parents_make(&above, argv[0]) == -1)
		say_errno("/path", "cannot make its directory");
	else if (place_open(&p, argv[0]) == -1)
		say_errno("/path", "cannot go there");
	else {
		rv = make(&p, mode, parents);
		place_close(&p);
	}
	if (rv == -1)
		parents_undo(&above);
	parents_free(&above);
	return rv;
}
