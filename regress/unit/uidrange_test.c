/*
 * Who has which uids.  Each case runs on a /run of its own, and another
 * instance of deskd is another process.
 */
#include <sys/mount.h>
#include <sys/wait.h>

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "sizes.h"
#include "test.h"
#include "uidrange.h"

#define FIRST	0x21000000u
#define WORKERS	0x20ff0000u
#define CLAIMS	"/run/deskd.uids"

static void
conf_of(struct conf *c, const char *run_dir, uint32_t first, uint32_t n)
{
	memset(c, 0, sizeof(*c));
	c->run_dir = (char *)(uintptr_t)run_dir;
	c->session_uids.first = first;
	c->session_uids.count = n * SESSION_UIDS;
	c->worker_uids.first = WORKERS;
	c->worker_uids.count = 16;
}

static int
claims(void)
{
	struct dirent	*e;
	DIR		*d;
	int		 n = 0;

	if ((d = opendir(CLAIMS)) == NULL)
		return -1;
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
in_order(void)
{
	struct conf	c;
	struct uidrange	a, b, other;

	conf_of(&c, "/run/one", FIRST, 2);
	ok(uidrange_take(&c, &a) == 0 && a.base == FIRST &&
	    a.worker == WORKERS + 1, "the first range and worker");
	ok(uidrange_take(&c, &b) == 0 && b.base == FIRST + SESSION_UIDS &&
	    b.worker == WORKERS + 2, "the next ones");
	ok(uidrange_take(&c, &other) == -1 && other.base == 0,
	    "no third out of two");
	ok(claims() == 4, "what failed claims nothing");
	uidrange_free(&a);
	ok(a.base == 0 && claims() == 2, "freed");
	ok(uidrange_take(&c, &a) == 0 && a.base == FIRST, "and taken again");
	uidrange_free(&a);
	uidrange_free(&a);
	uidrange_free(&b);
	ok(claims() == 0, "all freed, once");
}

/* Pools that overlap in part, or not at a multiple of a range. */
static void
overlapping(void)
{
	struct conf	one, two;
	struct uidrange	a, b, other;

	conf_of(&one, "/run/one", FIRST, 2);
	conf_of(&two, "/run/two", FIRST + SESSION_UIDS / 2, 3);
	ok(uidrange_take(&two, &b) == 0, "one out of a pool");
	ok(uidrange_take(&one, &a) == -1,
	    "none out of another where it lies across both");
	uidrange_free(&b);
	ok(uidrange_take(&one, &a) == 0 && uidrange_take(&two, &b) == 0 &&
	    b.base >= a.base + SESSION_UIDS && a.worker != b.worker,
	    "two instances never share ids");
	/* A worker's id lies in the other's pool of sessions. */
	two.session_uids.first = WORKERS;
	two.session_uids.count = SESSION_UIDS;
	ok(uidrange_take(&two, &other) == -1,
	    "a worker's id is not in a session's range");
	uidrange_free(&a);
	uidrange_free(&b);
}

/* Takes as another process, which then waits under uid, or ends for 0. */
static pid_t
take_elsewhere(const struct conf *c, uid_t uid)
{
	struct uidrange	r;
	pid_t		pid, owner;
	int		p[2];
	char		byte;

	if (pipe(p) == -1)
		return -1;
	if ((pid = fork()) == 0) {
		/* The owner is to be dead, its session's process not. */
		if ((owner = fork()) == 0)
			_exit(uidrange_take(c, &r) == -1);
		waitpid(owner, NULL, 0);
		if (uid != 0 && setresuid(uid, uid, uid) == -1)
			_exit(1);
		if (write(p[1], "", 1) == -1 || uid == 0)
			_exit(0);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &byte, 1) != 1)
		pid = -1;
	close(p[0]);
	return pid;
}

static void
left_behind(void)
{
	struct conf	c, other;
	struct uidrange	r;
	pid_t		pid;

	conf_of(&c, "/run/one", FIRST, 1);
	conf_of(&other, "/run/two", FIRST, 1);
	pid = take_elsewhere(&c, FIRST + 1000);
	ok(claims() == 2, "the claims of a dead one stay");
	uidrange_sweep(&c);
	ok(claims() == 1, "swept, but not while a process has their ids");
	ok(uidrange_take(&other, &r) == -1, "nor taken by another");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	uidrange_sweep(&other);
	ok(claims() == 1, "another instance's sweep leaves them");
	uidrange_sweep(&c);
	ok(claims() == 0, "its own frees them");
	pid = take_elsewhere(&c, 0);
	waitpid(pid, NULL, 0);
	ok(uidrange_take(&other, &r) == 0, "another takes them when in need");
	uidrange_sweep(&other);
	ok(claims() == 2, "a living one's are never swept");
	uidrange_free(&r);
}

int
main(void)
{
	if (geteuid() != 0)
		skip_all("needs root");
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) == -1)
		skip_all("cannot mount");
	in_order();
	overlapping();
	left_behind();
	return done();
}
