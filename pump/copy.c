/*
 * copy FROM TO OVERWRITE and move FROM TO OVERWRITE: head with the entry of
 * what is at FROM; done with the entry at TO, and for a copy with counts.
 * delete PATH RECURSIVE: head with the entry; done with counts.
 * Symbolic links are what is copied, moved or deleted, not what they lead to.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"
#include "path.h"
#include "pump.h"
#include "tree.h"

struct pair {
	struct place	from;
	struct place	to;
	int		overwrite;
	int		there;		/* something has the name already */
};

static void
counts(struct json *j, const struct tree_count *c)
{
	json_number(j, "files", c->files);
	json_number(j, "directories", c->directories);
	json_number(j, "bytes", c->bytes);
	json_number(j, "skipped", c->skipped);
}

static void
head(const struct place *p, const struct entry *e)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	entry_json(&j, "entry", e, p->path, p->dir, p->name);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

static int
finish(const struct pair *p, const struct tree_count *c)
{
	struct json	j = JSON_NEW;
	struct entry	e;

	if (entry_read(&e, p->to.dir, p->to.name) == -1)
		return say_errno("/to", "cannot look at it");
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	entry_json(&j, "entry", &e, p->to.path, p->to.dir, p->to.name);
	json_bool(&j, "created", !p->there);
	if (c != NULL)
		counts(&j, c);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}

/* Both ends, before anything is touched. */
static int
check(struct pair *p)
{
	struct entry	from, to;

	if (entry_read(&from, p->from.dir, p->from.name) == -1)
		return say_errno("/from", "cannot look at it");
	p->there = entry_read(&to, p->to.dir, p->to.name) == 0;
	if (!p->there && errno != ENOENT)
		return say_errno("/to", "cannot look at it");
	if (p->there && from.st.stx_ino == to.st.stx_ino &&
	    from.st.stx_dev_minor == to.st.stx_dev_minor &&
	    from.st.stx_dev_major == to.st.stx_dev_major)
		return say_problem(PROBLEM_BAD_PATH, "/to",
		    "is what is at from");
	if (p->there && !p->overwrite)
		return say_problem(PROBLEM_EXISTS, "/to", "is there already");
	if (p->there && S_ISDIR(from.st.stx_mode) != S_ISDIR(to.st.stx_mode))
		return say_problem(S_ISDIR(to.st.stx_mode) ?
		    PROBLEM_IS_DIRECTORY : PROBLEM_NOT_DIRECTORY, "/to",
		    "a directory and another file cannot take each other's "
		    "place");
	if (tree_inside(p->from.dir, p->from.name, p->to.dir))
		return say_problem(PROBLEM_BAD_PATH, "/to",
		    "is below what is at from");
	/* What is to be replaced must not hold what replaces it. */
	if (p->there && tree_inside(p->to.dir, p->to.name, p->from.dir))
		return say_problem(PROBLEM_BAD_PATH, "/to",
		    "is above what is at from");
	head(&p->from, &from);
	return 0;
}

static int
pair_run(char **argv, int (*run)(struct pair *))
{
	struct pair	p;
	int		rv = -1;

	memset(&p, 0, sizeof(p));
	p.from.dir = p.to.dir = AT_FDCWD;
	if ((p.overwrite = say_flag("/overwrite", argv[2])) == -1)
		return -1;
	if (place_open(&p.from, argv[0]) == -1)
		say_errno("/from", "cannot go there");
	else if (place_open(&p.to, argv[1]) == -1)
		say_errno("/to", "cannot go there");
	else if ((rv = check(&p)) == 0)
		rv = run(&p);
	place_close(&p.from);
	place_close(&p.to);
	return rv;
}

static int
copy(struct pair *p)
{
	struct tree_count	c;

	memset(&c, 0, sizeof(c));
	if (tree_copy_to(p->from.dir, p->from.name, p->to.dir, p->to.name,
	    p->overwrite, &c) == -1)
		return say_errno("/to", "cannot copy");
	return finish(p, &c);
}

static int
move(struct pair *p)
{
	if (tree_move(p->from.dir, p->from.name, p->to.dir, p->to.name,
	    p->overwrite) == -1)
		return say_errno("/to", "cannot move");
	return finish(p, NULL);
}

int
op_copy(int argc, char **argv)
{
	(void)argc;
	return pair_run(argv, copy);
}

int
op_move(int argc, char **argv)
{
	(void)argc;
	return pair_run(argv, move);
}

static int
delete_place(const struct place *p, int recursive)
{
	struct tree_count	c;
	struct entry		e;
	struct json		j = JSON_NEW;
	int			rv;

	memset(&c, 0, sizeof(c));
	if (entry_read(&e, p->dir, p->name) == -1)
		return say_errno("/path", "cannot look at it");
	if (!recursive && S_ISDIR(e.st.stx_mode)) {
		/* Nothing of a directory that is not empty is touched. */
		if (unlinkat(p->dir, p->name, AT_REMOVEDIR) == -1)
			return say_errno("/path", "cannot delete");
		c.directories = 1;
		head(p, &e);
	} else {
		head(p, &e);
		rv = tree_delete(p->dir, p->name, &c);
		if (rv == -1)
			return say_errno("/path", "cannot delete");
	}
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	counts(&j, &c);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}

int
op_delete(int argc, char **argv)
{
	struct place	p;
	int		recursive, rv;

	(void)argc;
	if ((recursive = say_flag("/recursive", argv[1])) == -1)
		return -1;
	if (place_open(&p, argv[0]) == -1)
		return say_errno("/path", "cannot go there");
	rv = delete_place(&p, recursive);
	place_close(&p);
	return rv;
}
