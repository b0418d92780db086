#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "http.h"
#include "part.h"
#include "xmalloc.h"

static const int	stops[] = { SIGHUP, SIGINT, SIGTERM };
#define NSTOPS		(sizeof(stops) / sizeof(stops[0]))

static struct http		*watched;
static volatile sig_atomic_t	 caught;

static void
stop_cb(int sig)
{
	caught = sig;
	if (watched != NULL)
		http_shutdown(watched);
}

void
interrupt_watch(struct http *h)
{
	struct sigaction	sa, old;
	size_t			i;

	watched = h;
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = stop_cb;
	for (i = 0; i < NSTOPS; i++)
		if (sigaction(stops[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(stops[i], &sa, NULL);
}

int
interrupted(void)
{
	return caught != 0;
}

void
interrupt_end(void)
{
	size_t	i;

	watched = NULL;
	if (caught == 0)
		return;
	for (i = 0; i < NSTOPS; i++)
		signal(stops[i], SIG_DFL);
	raise(caught);
}

static void
part_name(struct part *p, const char *path)
{
	size_t	n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	p->path = path;
	xasprintf(&p->name, "%.*s.%ld.part", (int)n, path, (long)getpid());
}

static int
part_failed(struct ctl *c, struct part *p, const char *name)
{
	int	saved_errno = errno;

	part_abandon(p);
	return ctl_fail(c, "file", "%s: %s", name, strerror(saved_errno));
}

int
part_file(struct ctl *c, struct part *p, const char *path)
{
	part_name(p, path);
	p->fd = open(p->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (p->fd != -1)
		return 0;
	ctl_fail(c, "file", "%s: %s", path, strerror(errno));
	free(p->name);
	p->name = NULL;
	return -1;
}

int
part_directory(struct ctl *c, struct part *p, const char *path)
{
	part_name(p, path);
	if (mkdir(p->name, 0700) == -1) {
		ctl_fail(c, "file", "%s: %s", path, strerror(errno));
		free(p->name);
		p->name = NULL;
		return -1;
	}
	p->fd = open(p->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return p->fd == -1 ? part_failed(c, p, path) : 0;
}

int
part_commit(struct ctl *c, struct part *p, int mode)
{
	mode_t	mask;

	mask = umask(0);
	umask(mask);
	if (mode != -1 && fchmod(p->fd, (mode_t)mode & ~mask & 0777) == -1)
		return part_failed(c, p, p->path);
	if (rename(p->name, p->path) == -1)
		return part_failed(c, p, p->path);
	free(p->name);
	p->name = NULL;
	return 0;
}

/* All below it; what another user holds there stays. */
static void
remove_tree(char *path)
{
	char	*paths[] = { path, NULL };
	FTS	*tree;
	FTSENT	*e;

	tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	while (tree != NULL && (e = fts_read(tree)) != NULL) {
		if (e->fts_info == FTS_D)
			(void)chmod(e->fts_accpath, 0700);
		else if (e->fts_info == FTS_DP || e->fts_info == FTS_DNR)
			(void)rmdir(e->fts_accpath);
		else
			(void)unlink(e->fts_accpath);
	}
	if (tree != NULL)
		fts_close(tree);
}

void
part_abandon(struct part *p)
{
	struct stat	st;

	if (p->name != NULL && lstat(p->name, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			remove_tree(p->name);
		else
			(void)unlink(p->name);
	}
	free(p->name);
	p->name = NULL;
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
}
