#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appdirs.h"
#include "path.h"
#include "xmalloc.h"

#define APPS_MAX	10000
#define DEPTH_MAX	8
#define DIRS_MAX	64
#define SUFFIX		".desktop"
#define DATA_DIRS	"/usr/local/share:/usr/share"

static int
compare(const void *a, const void *b)
{
	const struct app	*x = a, *y = b;

	return strcmp(x->id, y->id);
}

/* The first n, of earlier directories, are sorted. */
static int
known(const struct apps *a, size_t n, const char *id)
{
	struct app	key = { (char *)(uintptr_t)id, NULL };

	return n > 0 && bsearch(&key, a->v, n, sizeof(*a->v), compare) != NULL;
}

static void
add(struct apps *a, size_t before, const char *id, const char *path)
{
	if (known(a, before, id))
		return;
	if (a->n == APPS_MAX) {
		a->more = 1;
		return;
	}
	if (a->n == a->size) {
		a->size = a->size * 2 + 64;
		a->v = xreallocarray(a->v, a->size, sizeof(*a->v));
	}
	a->v[a->n].id = xstrdup(id);
	a->v[a->n++].path = xstrdup(path);
}

static int
is_entry(const char *name)
{
	size_t	len = strlen(name);

	return len > sizeof(SUFFIX) - 1 &&
	    strcmp(name + len - (sizeof(SUFFIX) - 1), SUFFIX) == 0;
}

/* Bounded: the path grows with each level, and DEPTH_MAX are followed. */
static void
scan(struct apps *a, size_t before, const char *dir, const char *prefix,
    int depth)
{
	const struct dirent	*e;
	struct stat		 st;
	char			*path, *id;
	DIR			*d;
	int			 fd;

	fd = path_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY);
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while (!a->more && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' ||
		    fstatat(dirfd(d), e->d_name, &st, 0) == -1)
			continue;
		xasprintf(&path, "%s/%s", dir, e->d_name);
		if (S_ISREG(st.st_mode) && is_entry(e->d_name)) {
			xasprintf(&id, "%s%s", prefix, e->d_name);
			add(a, before, id, path);
			free(id);
		} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
			xasprintf(&id, "%s%s-", prefix, e->d_name);
			scan(a, before, path, id, depth + 1);
			free(id);
		}
		free(path);
	}
	closedir(d);
}

static void
scan_data(struct apps *a, const char *data, size_t len)
{
	char	*dir;
	size_t	 before = a->n;

	if (len == 0 || data[0] != '/')
		return;
	xasprintf(&dir, "%.*s/applications", (int)len, data);
	scan(a, before, dir, "", 0);
	free(dir);
	qsort(a->v, a->n, sizeof(*a->v), compare);
}

void
apps_find(struct apps *a)
{
	const char	*data = getenv("XDG_DATA_HOME"), *end;
	char		*home;
	int		 i;

	memset(a, 0, sizeof(*a));
	if (data != NULL && data[0] == '/')
		scan_data(a, data, strlen(data));
	else if ((home = path_absolute(".local/share")) != NULL) {
		scan_data(a, home, strlen(home));
		free(home);
	}
	if ((data = getenv("XDG_DATA_DIRS")) == NULL || data[0] == '\0')
		data = DATA_DIRS;
	for (i = 0; *data != '\0' && i < DIRS_MAX; i++) {
		end = data + strcspn(data, ":");
		scan_data(a, data, (size_t)(end - data));
		data = *end == ':' ? end + 1 : end;
	}
}

const struct app *
apps_get(const struct apps *a, const char *id)
{
	struct app	 key;
	const struct app *found = NULL;

	if (a->n == 0)
		return NULL;
	xasprintf(&key.id, "%s%s", id, is_entry(id) ? "" : SUFFIX);
	found = bsearch(&key, a->v, a->n, sizeof(*a->v), compare);
	free(key.id);
	return found;
}

void
apps_free(struct apps *a)
{
	size_t	i;

	for (i = 0; i < a->n; i++) {
		free(a->v[i].id);
		free(a->v[i].path);
	}
	free(a->v);
	memset(a, 0, sizeof(*a));
}
