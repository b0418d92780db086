/*
 * watch PATH RECURSIVE: head with the entry; a line for each event, until
 * the asker leaves or what is watched is gone.
 */
#include <sys/inotify.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"
#include "lines.h"
#include "path.h"
#include "pump.h"
#include "watches.h"
#include "xmalloc.h"

#define MOVE_WAIT_MS	50	/* for the other half of a move */

struct watch {
	struct watches	 all;
	int		 recursive;
	int		 over;		/* what is watched is gone */
	/* The first half of a move. */
	uint32_t	 cookie;
	int		 cookie_dir;
	char		*from;
};

static void
event_line(const char *event, const char *path, const char *from, int dir)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	json_string(&j, "event", event);
	if (from != NULL) {
		json_bytes(&j, "from", from, strlen(from));
		json_bytes(&j, "to", path, strlen(path));
	}
	if (path != NULL) {
		json_bytes(&j, "path", path, strlen(path));
		json_string(&j, "type", dir ? "directory" : "file");
	}
	json_close(&j, '}');
	lines_put(&j);
}

/* Half a move is a deletion, when the other half does not come. */
static void
move_settle(struct watch *w)
{
	if (w->from == NULL)
		return;
	event_line("deleted", w->from, NULL, w->cookie_dir);
	if (w->cookie_dir)
		watches_drop(&w->all, w->from);
	free(w->from);
	w->from = NULL;
}

/* What came to be in a new directory before it was watched is told now. */
static void
found(void *arg, const char *path, int dir)
{
	(void)arg;
	event_line("created", path, NULL, dir);
}

static int
appeared(struct watch *w, const char *path, int dir)
{
	event_line("created", path, NULL, dir);
	if (!dir || !w->recursive)
		return 0;
	return watches_add(&w->all, path, found, w);
}

static int
moved_to(struct watch *w, const struct inotify_event *e, const char *path)
{
	int	dir = (e->mask & IN_ISDIR) != 0;

	if (w->from == NULL || w->cookie != e->cookie) {
		move_settle(w);
		return appeared(w, path, dir);
	}
	event_line("moved", path, w->from, dir);
	if (dir)
		watches_move(&w->all, w->from, path);
	free(w->from);
	w->from = NULL;
	return 0;
}

static int
named(struct watch *w, const struct inotify_event *e, const char *path)
{
	int	dir = (e->mask & IN_ISDIR) != 0;

	if (e->mask & IN_MOVED_TO)
		return moved_to(w, e, path);
	move_settle(w);
	if (e->mask & IN_MOVED_FROM) {
		w->from = xstrdup(path);
		w->cookie = e->cookie;
		w->cookie_dir = dir;
	} else if (e->mask & IN_CREATE)
		return appeared(w, path, dir);
	else if (e->mask & IN_DELETE)
		event_line("deleted", path, NULL, dir);
	else
		event_line("changed", path, NULL, dir);
	return 0;
}

static int
one(struct watch *w, const struct inotify_event *e)
{
	const char	*base;
	char		*path;
	int		 rv;

	if (e->mask & IN_Q_OVERFLOW) {
		move_settle(w);
		event_line("overflow", NULL, NULL, 0);
		return 0;
	}
	if ((base = watches_path(&w->all, e->wd)) == NULL)
		return 0;
	if (e->mask & IN_IGNORED) {
		watches_ignored(&w->all, e->wd);
		return 0;
	}
	if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
		if (watches_is_top(&w->all, e->wd)) {
			move_settle(w);
			event_line("deleted", base, NULL, 1);
			w->over = 1;
		}
		return 0;
	}
	if (e->len == 0) {
		/* A file that is watched by itself, or a directory's mode. */
		move_settle(w);
		event_line("changed", base, NULL, (e->mask & IN_ISDIR) != 0);
		return 0;
	}
	xasprintf(&path, "%s%s%s", base, strcmp(base, "/") == 0 ? "" : "/",
	    e->name);
	rv = named(w, e, path);
	free(path);
	return rv;
}

static int
events(struct watch *w)
{
	_Alignas(struct inotify_event) char	 buf[65536];
	const struct inotify_event		*e;
	ssize_t					 n, at;

	n = read(w->all.fd, buf, sizeof(buf));
	if (n <= 0)
		return n == -1 && errno == EAGAIN ? 0 :
		    say_errno("/path", "cannot read events");
	for (at = 0; at < n && !w->over;
	    at += (ssize_t)(sizeof(*e) + e->len)) {
		e = (const struct inotify_event *)(void *)(buf + at);
		if (one(w, e) == -1)
			return watches_problem(&w->all);
	}
	return 0;
}

/* An asker who has gone shows as an error on the pipe we write to. */
static int
loop(struct watch *w)
{
	struct pollfd	p[2];
	int		n;

	while (!w->over) {
		p[0].fd = w->all.fd;
		p[0].events = POLLIN;
		p[1].fd = STDOUT_FILENO;
		p[1].events = 0;
		n = poll(p, 2, w->from != NULL ? MOVE_WAIT_MS : -1);
		if (n == -1 || p[1].revents & (POLLERR | POLLHUP))
			return -1;
		if (n == 0)
			move_settle(w);
		else if (events(w) == -1)
			return -1;
		if (w->from == NULL && lines_flush() == -1)
			return -1;
	}
	return lines_flush();
}

int
op_watch(int argc, char **argv)
{
	struct watch	 w;
	struct entry	 e;
	struct json	 j = JSON_NEW;
	char		*path;
	int		 rv = -1;

	(void)argc;
	memset(&w, 0, sizeof(w));
	if ((w.recursive = say_flag("/recursive", argv[1])) == -1)
		return -1;
	if ((path = path_absolute(argv[0])) == NULL)
		return say_errno("/path", "path");
	watches_init(&w.all, w.recursive);
	if (watches_top(&w.all, path, &e) == -1)
		watches_problem(&w.all);
	else {
		json_open(&j, NULL, '{');
		entry_json(&j, "entry", &e, path, -1, "");
		json_number(&j, "watches", w.all.n);
		json_close(&j, '}');
		say_line(STDERR_FILENO, &j);
		rv = loop(&w);
	}
	if (rv == 0)
		say_done();
	free(w.from);
	watches_free(&w.all);
	free(path);
	return rv;
}
