/*
 * list PATH AFTER LIMIT: head with the directory's entry; a line for each of
 * the LIMIT first names after AFTER, in the order of their bytes; done with
 * more.  Only so many names are held, however many there are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"
#include "lines.h"
#include "path.h"
#include "pump.h"
#include "xmalloc.h"

#define LIMIT_DEFAULT	1000
#define LIMIT_MAX	10000

/* A heap, its greatest name first. */
struct names {
	char		**v;
	size_t		  n;
	size_t		  max;
	int		  more;		/* some did not fit */
};

static void
swap(char **a, char **b)
{
	char	*t = *a;

	*a = *b;
	*b = t;
}

static void
sift_up(struct names *h, size_t i)
{
	for (; i > 0 && strcmp(h->v[i], h->v[(i - 1) / 2]) > 0;
	    i = (i - 1) / 2)
		swap(&h->v[i], &h->v[(i - 1) / 2]);
}

static void
sift_down(struct names *h)
{
	size_t	i = 0, kid;

	while ((kid = 2 * i + 1) < h->n) {
		if (kid + 1 < h->n && strcmp(h->v[kid + 1], h->v[kid]) > 0)
			kid++;
		if (strcmp(h->v[i], h->v[kid]) >= 0)
			break;
		swap(&h->v[i], &h->v[kid]);
		i = kid;
	}
}

static void
names_add(struct names *h, const char *name)
{
	if (h->n < h->max) {
		h->v[h->n] = xstrdup(name);
		sift_up(h, h->n++);
		return;
	}
	h->more = 1;
	if (strcmp(name, h->v[0]) >= 0)
		return;
	free(h->v[0]);
	h->v[0] = xstrdup(name);
	sift_down(h);
}

static int
compare(const void *a, const void *b)
{
	const char	*const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
names_read(struct names *h, DIR *d, const char *after)
{
	const struct dirent	*e;

	while (errno = 0, (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, after) > 0)
			names_add(h, e->d_name);
	qsort(h->v, h->n, sizeof(*h->v), compare);
	return errno == 0 ? 0 : -1;
}

/* One that has gone since is not listed. */
static void
line(int dir, const char *path, const char *name)
{
	struct json	 j = JSON_NEW;
	struct entry	 e;
	char		*whole;

	if (entry_read(&e, dir, name) == -1)
		return;
	xasprintf(&whole, "%s%s%s", path,
	    path[strlen(path) - 1] == '/' ? "" : "/", name);
	entry_json(&j, NULL, &e, whole, dir, name);
	lines_put(&j);
	free(whole);
}

static int
list(const char *path, DIR *d, struct names *h, const char *after)
{
	struct json	j = JSON_NEW;
	struct entry	e;
	size_t		i;

	if (entry_read(&e, dirfd(d), "") == -1 ||
	    names_read(h, d, after) == -1)
		return say_errno("/path", "cannot read the directory");
	json_open(&j, NULL, '{');
	entry_json(&j, "entry", &e, path, -1, "");
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	for (i = 0; i < h->n; i++)
		line(dirfd(d), path, h->v[i]);
	if (lines_flush() == -1)
		return -1;
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	json_bool(&j, "more", h->more);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}

int
op_list(int argc, char **argv)
{
	struct names		 h;
	unsigned long long	 limit = LIMIT_DEFAULT;
	DIR			*d;
	char			*path;
	size_t			 i;
	int			 fd, rv;

	(void)argc;
	if (argv[2][0] != '\0' && say_number("/limit", argv[2], &limit) == -1)
		return -1;
	if (limit < 1 || limit > LIMIT_MAX)
		return say_problem(PROBLEM_INVALID_PARAMETER, "/limit",
		    "must be from 1 to %d", LIMIT_MAX);
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	fd = path_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		say_errno("/path", "cannot open");
		free(path);
		return -1;
	}
	memset(&h, 0, sizeof(h));
	h.max = (size_t)limit;
	h.v = xcalloc(h.max, sizeof(*h.v));
	rv = list(path, d, &h, argv[1]);
	for (i = 0; i < h.n; i++)
		free(h.v[i]);
	free(h.v);
	closedir(d);
	free(path);
	return rv;
}
