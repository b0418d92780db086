#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "log.h"

__attribute__((__noreturn__))
static void
usage(const char *name)
{
	fprintf(stderr, "%s is started by deskd(8), not by hand\n", name);
	exit(2);
}

void
child_options(struct child *c, const char *name, int argc, char **argv)
{
	const char	*errstr;
	int		 ch;

	memset(c, 0, sizeof(*c));
	c->name = name;
	while ((ch = getopt(argc, argv, "dKr:u:v")) != -1)
		switch (ch) {
		case 'd':
			c->stderr_only = 1;
			break;
		case 'K':
			c->seccomp_kill = 1;
			break;
		case 'r':
			c->root = optarg;
			break;
		case 'u':
			c->uid = (uid_t)strtonum(optarg, 1, 0x7fffffff,
			    &errstr);
			if (errstr != NULL)
				usage(name);
			break;
		case 'v':
			c->verbose = 1;
			break;
		default:
			usage(name);
		}
	if (c->root == NULL || c->uid == 0 || optind != argc)
		usage(name);
	log_init(name, c->stderr_only, c->verbose);
}

/*
 * The supervisor started us in a mount namespace of our own: make the given
 * directory all there is of it.
 */
static void
enter_root(const struct child *c)
{
	unsigned long	flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (c->root_readonly)
		flags |= MS_RDONLY;
	if (mount(c->root, c->root, NULL, MS_BIND, NULL) == -1 ||
	    mount(NULL, c->root, NULL, MS_REMOUNT | MS_BIND | flags,
	    NULL) == -1)
		fatal("bind %s", c->root);
	if (chdir(c->root) == -1)
		fatal("chdir %s", c->root);
	if (syscall(SYS_pivot_root, ".", ".") == -1)
		fatal("pivot_root %s", c->root);
	if (umount2(".", MNT_DETACH) == -1)
		fatal("umount of the old root");
	if (chdir("/") == -1)
		fatal("chdir /");
}

static void
drop_ids(uid_t uid)
{
	int	cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1)
			fatal("drop capability %d", cap);
	if (setgroups(0, NULL) == -1 || setresgid(uid, uid, uid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		fatal("become uid %u", (unsigned int)uid);
}

static void
limit(int resource, rlim_t max)
{
	struct rlimit	rl;

	if (getrlimit(resource, &rl) == -1)
		fatal("getrlimit");
	if (rl.rlim_max > max)
		rl.rlim_max = max;
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(resource, &rl) == -1)
		fatal("setrlimit");
}

void
child_drop(const struct child *c)
{
	enter_root(c);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, 4096);
	limit(RLIMIT_MEMLOCK, 0);
	drop_ids(c->uid);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("no_new_privs");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("undumpable");
}
