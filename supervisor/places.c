/* Every path below the run and state directories. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "supervisor.h"

/* Owned by root, or another user could put links in our way. */
static void
own_dir(const char *path, mode_t mode)
{
	struct stat	st;

	if (mkdir(path, mode) == -1 && errno != EEXIST)
		fatal("mkdir %s", path);
	if (lstat(path, &st) == -1)
		fatal("%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		fatalx("%s must be a directory that only root may write", path);
}

static void
own_below(const char *dir, const char *name, mode_t mode)
{
	char	path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		fatalx("path too long: %s/%s", dir, name);
	own_dir(path, mode);
}

void
places_make(const struct conf *c)
{
	char	store[PATH_MAX];

	own_dir(c->state_dir, 0711);
	own_dir(c->run_dir, 0755);
	/*
	 * Which sessions there are is for the API to say; but a session's
	 * first process finds its way through here with ids of its own.
	 */
	own_below(c->run_dir, "sessions", 0711);
	own_below(c->state_dir, "sessions", 0700);
	/* Old set-user-id programs of an image are not for this machine. */
	own_below(c->state_dir, "images", 0700);
	place_store(c, store, sizeof(store));
	if (mkdir(store, 0700) == -1 && errno != EEXIST)
		fatal("mkdir %s", store);
	if (lchown(store, c->broker_uid, c->broker_uid) == -1)
		fatal("chown %s", store);
}

void
place_session(const struct conf *c, const char *id, const char *name,
    char *path, size_t size)
{
	int	n;

	if (name == NULL)
		n = snprintf(path, size, "%s/sessions/%s", c->run_dir, id);
	else
		n = snprintf(path, size, "%s/sessions/%s/%s", c->run_dir, id,
		    name);
	if (n >= (int)size)
		fatalx("path too long");
}

void
place_disk(const struct conf *c, const char *id, char *path, size_t size)
{
	if (snprintf(path, size, "%s/sessions/%s.img", c->state_dir, id) >=
	    (int)size)
		fatalx("path too long");
}

void
place_skeleton(const struct conf *c, char *path, size_t size)
{
	if (snprintf(path, size, "%s/skeleton", c->state_dir) >= (int)size)
		fatalx("path too long");
}

void
place_store(const struct conf *c, char *path, size_t size)
{
	if (snprintf(path, size, "%s/store", c->state_dir) >= (int)size)
		fatalx("path too long");
}

/* A session's run directory: names we made, nothing of the session's. */
int
place_remove(const struct conf *c, const char *id)
{
	static const char *const	names[] = {
		"record", "record.new", "ctl", "x11", "disk", "lower", "upper",
		"stage"
	};
	char				path[PATH_MAX];
	size_t				i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		place_session(c, id, names[i], path, sizeof(path));
		if (unlink(path) == -1 && errno == EISDIR &&
		    rmdir(path) == -1)
			return -1;
	}
	place_session(c, id, NULL, path, sizeof(path));
	return rmdir(path);
}
