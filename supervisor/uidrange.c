/*
 * A claim is a file in UIDS_DIR named after its first and last id, holding
 * its owner: pid, start time and run directory.  Ids, not places in a pool:
 * two instances may have pools that overlap in part.  It stays when its
 * owner dies, because the session's processes may live on; it is dropped
 * only when no process runs under its ids any more.  What a session left on
 * disk has ids of its own (0 to 65535), so a range that was freed holds no
 * files.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "sizes.h"
#include "log.h"
#include "proc.h"
#include "uidrange.h"
#include "xmalloc.h"

/* Not below a prefix: all instances share it. */
#define UIDS_DIR	"/run/deskd.uids"
#define CLAIM_NAME	32

struct owner {
	int			pid;
	unsigned long long	start;
	char			run_dir[PATH_MAX];
};

struct claim {
	uid_t	first;
	uid_t	last;
};

struct claims {
	struct claim	*v;
	size_t		 n;
};

/* Held while claims are compared and made; -1 with errno. */
static int
lock_dir(void)
{
	int	fd;

	if (mkdir(UIDS_DIR, 0700) == -1 && errno != EEXIST)
		return -1;
	if ((fd = open(UIDS_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	if (flock(fd, LOCK_EX) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
claim_name(const struct claim *c, char name[CLAIM_NAME])
{
	snprintf(name, CLAIM_NAME, "%08x-%08x", (unsigned int)c->first,
	    (unsigned int)c->last);
}

static int
claims_read(struct claims *cs)
{
	struct dirent	*e;
	unsigned int	 first, last;
	DIR		*d;
	char		 end;

	cs->v = NULL;
	cs->n = 0;
	if ((d = opendir(UIDS_DIR)) == NULL)
		return -1;
	while ((e = readdir(d)) != NULL) {
		if (sscanf(e->d_name, "%8x-%8x%c", &first, &last, &end) != 2)
			continue;
		cs->v = xreallocarray(cs->v, cs->n + 1, sizeof(*cs->v));
		cs->v[cs->n].first = first;
		cs->v[cs->n++].last = last;
	}
	closedir(d);
	return 0;
}

static int
claimed(const struct claims *cs, uint64_t first, uint64_t last)
{
	size_t	i;

	for (i = 0; i < cs->n; i++)
		if (first <= cs->v[i].last && cs->v[i].first <= last)
			return 1;
	return 0;
}

static int
claim_make(int dir, const struct conf *c, const struct claim *claim)
{
	char	name[CLAIM_NAME];
	int	fd;

	claim_name(claim, name);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	if (dprintf(fd, "%d %llu %s\n", (int)getpid(), proc_start(getpid()),
	    c->run_dir) < 0) {
		close(fd);
		unlinkat(dir, name, 0);
		return -1;
	}
	close(fd);
	return 0;
}

static int
claim_drop(uid_t first, uid_t last)
{
	const struct claim	claim = { first, last };
	char			path[PATH_MAX], name[CLAIM_NAME];

	claim_name(&claim, name);
	snprintf(path, sizeof(path), "%s/%s", UIDS_DIR, name);
	return unlink(path) == -1 && errno != ENOENT ? -1 : 0;
}

static int
read_owner(int dir, const struct claim *claim, struct owner *o)
{
	FILE	*f;
	char	 name[CLAIM_NAME];
	int	 fd, n;

	claim_name(claim, name);
	if ((fd = openat(dir, name, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	if ((f = fdopen(fd, "r")) == NULL) {
		close(fd);
		return -1;
	}
	n = fscanf(f, "%d %llu %4095[^\n]", &o->pid, &o->start, o->run_dir);
	fclose(f);
	return n == 3 ? 0 : -1;
}

/*
 * Drops claims whose owner is dead and under whose ids nothing runs: those
 * of one run directory, or, with NULL, anybody's.
 */
static void
drop_stale(int dir, struct claims *cs, const char *run_dir)
{
	struct owner	o;
	size_t		i;
	int		known;

	for (i = 0; i < cs->n; i++) {
		known = read_owner(dir, &cs->v[i], &o) == 0;
		if (known ? proc_alive(o.pid, o.start) : run_dir != NULL)
			continue;
		if (run_dir != NULL && strcmp(o.run_dir, run_dir) != 0)
			continue;
		if (proc_any_uid(cs->v[i].first, cs->v[i].last))
			continue;
		log_info("uids from %u were left behind",
		    (unsigned int)cs->v[i].first);
		if (claim_drop(cs->v[i].first, cs->v[i].last) == -1)
			log_warn("%s", UIDS_DIR);
		cs->v[i--] = cs->v[--cs->n];
	}
}

/* The first step ids after the pool's first skip that nobody claimed. */
static int
take(int dir, const struct conf *c, const struct claims *cs,
    const struct conf_ids *pool, uint32_t skip, uint32_t step,
    struct claim *claim)
{
	uint64_t	first = (uint64_t)pool->first + skip;
	uint64_t	end = (uint64_t)pool->first + pool->count;

	for (; first + step <= end; first += step) {
		if (claimed(cs, first, first + step - 1))
			continue;
		claim->first = (uid_t)first;
		claim->last = (uid_t)(first + step - 1);
		return claim_make(dir, c, claim);
	}
	errno = EAGAIN;
	return -1;
}

/* The first of the workers' ids is the broker's, where it has no user. */
static int
take_both(int dir, const struct conf *c, const struct claims *cs,
    struct uidrange *r)
{
	struct claim	ids, worker;

	if (take(dir, c, cs, &c->session_uids, 0, SESSION_UIDS, &ids) == -1)
		return -1;
	if (take(dir, c, cs, &c->worker_uids, 1, 1, &worker) == -1) {
		int	saved_errno = errno;

		claim_drop(ids.first, ids.last);
		errno = saved_errno;
		return -1;
	}
	r->base = ids.first;
	r->worker = worker.first;
	return 0;
}

int
uidrange_take(const struct conf *c, struct uidrange *r)
{
	struct claims	cs;
	int		dir, taken, saved_errno;

	r->base = r->worker = 0;
	if ((dir = lock_dir()) == -1)
		return -1;
	if (claims_read(&cs) == -1) {
		close(dir);
		return -1;
	}
	taken = take_both(dir, c, &cs, r);
	if (taken == -1 && errno == EAGAIN) {
		/* All claimed: perhaps by those who are no more. */
		drop_stale(dir, &cs, NULL);
		taken = take_both(dir, c, &cs, r);
	}
	saved_errno = errno;
	free(cs.v);
	close(dir);
	errno = saved_errno;
	return taken;
}

/* Ours, so nobody else takes them meanwhile: no lock, which could fail. */
int
uidrange_free(struct uidrange *r)
{
	if (r->base == 0)
		return 0;
	if (claim_drop(r->base, r->base + SESSION_UIDS - 1) == -1 ||
	    claim_drop(r->worker, r->worker) == -1)
		return -1;
	r->base = r->worker = 0;
	return 0;
}

void
uidrange_sweep(const struct conf *c)
{
	struct claims	cs;
	int		dir;

	if ((dir = lock_dir()) == -1 || claims_read(&cs) == -1)
		fatal("%s", UIDS_DIR);
	drop_stale(dir, &cs, c->run_dir);
	free(cs.v);
	close(dir);
}
