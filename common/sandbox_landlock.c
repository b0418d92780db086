/*
 * Landlock: which files a process may still reach, whatever its uid may.
 * The numbers of newer versions stand here, since kernel headers are often
 * older than kernels.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/landlock.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"
#include "sandbox_private.h"

#define FS_V1		((1ULL << 13) - 1)
#define FS_REFER	(1ULL << 13)	/* since version 2 */
#define FS_TRUNCATE	(1ULL << 14)	/* 3 */
#define NET_TCP		3ULL		/* 4: bind and connect */
#define FS_IOCTL_DEV	(1ULL << 15)	/* 5 */
#define SCOPE_ALL	3ULL		/* 6: abstract sockets, signals */

#define FS_READ		(LANDLOCK_ACCESS_FS_READ_FILE | \
			 LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE	(LANDLOCK_ACCESS_FS_WRITE_FILE | \
			 LANDLOCK_ACCESS_FS_REMOVE_DIR | \
			 LANDLOCK_ACCESS_FS_REMOVE_FILE | \
			 LANDLOCK_ACCESS_FS_MAKE_DIR | \
			 LANDLOCK_ACCESS_FS_MAKE_REG | FS_TRUNCATE)

struct ruleset {
	uint64_t	fs;
	uint64_t	net;
	uint64_t	scoped;
};

int
sandbox_landlock_abi(void)
{
	long	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
		    LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

static size_t
ruleset_fill(struct ruleset *r, int abi)
{
	memset(r, 0, sizeof(*r));
	r->fs = FS_V1;
	if (abi >= 2)
		r->fs |= FS_REFER;
	if (abi >= 3)
		r->fs |= FS_TRUNCATE;
	if (abi >= 5)
		r->fs |= FS_IOCTL_DEV;
	if (abi >= 4)
		r->net = NET_TCP;
	if (abi >= 6)
		r->scoped = SCOPE_ALL;
	if (abi >= 6)
		return sizeof(*r);
	return abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

static void
allow_path(int ruleset, const struct sandbox_path *path, uint64_t handled)
{
	struct landlock_path_beneath_attr	rule;

	memset(&rule, 0, sizeof(rule));
	rule.allowed_access = (path->writable ? FS_READ | FS_WRITE : FS_READ) &
	    handled;
	rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd == -1)
		fatal("open %s", path->path);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0) == -1)
		fatal("landlock rule for %s", path->path);
	close(rule.parent_fd);
}

void
sandbox_landlock(const struct sandbox_path *paths)
{
	struct ruleset	r;
	size_t		size;
	int		abi, fd;

	if ((abi = sandbox_landlock_abi()) == 0) {
		log_debug("this kernel has no Landlock");
		return;
	}
	size = ruleset_fill(&r, abi);
	fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (fd == -1)
		fatal("landlock_create_ruleset");
	for (; paths != NULL && paths->path != NULL; paths++)
		allow_path(fd, paths, r.fs);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    syscall(SYS_landlock_restrict_self, fd, 0) == -1)
		fatal("landlock_restrict_self");
	close(fd);
}
