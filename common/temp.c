#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "temp.h"

void
temp_name(char name[TEMP_NAME])
{
	uint64_t	r;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		fatal("getrandom");
	snprintf(name, TEMP_NAME, ".deskd-%016llx", (unsigned long long)r);
}

int
temp_open(struct temp *t, int dir, mode_t mode)
{
	t->dir = dir;
	t->name[0] = '\0';
	t->fd = -1;
	/* Giving it a name later takes /proc. */
	if (access("/proc/self/fd", X_OK) == 0)
		t->fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	if (t->fd != -1)
		return 0;
	temp_name(t->name);
	t->fd = openat(dir, t->name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR |
	    O_CLOEXEC, mode);
	if (t->fd == -1)
		t->name[0] = '\0';
	return t->fd == -1 ? -1 : 0;
}

static int
temp_link(const struct temp *t, const char *name)
{
	char	self[40];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", t->fd);
	return linkat(AT_FDCWD, self, t->dir, name, AT_SYMLINK_FOLLOW);
}

int
temp_commit(struct temp *t, const char *name, int replace)
{
	if (t->name[0] == '\0') {
		if (!replace)
			return temp_link(t, name);
		temp_name(t->name);
		if (temp_link(t, t->name) == -1) {
			t->name[0] = '\0';
			return -1;
		}
	}
	if ((replace ? renameat(t->dir, t->name, t->dir, name) :
	    renameat2(t->dir, t->name, t->dir, name, RENAME_NOREPLACE)) == -1)
		return -1;
	t->name[0] = '\0';
	return 0;
}

void
temp_close(struct temp *t)
{
	int	saved_errno = errno;

	if (t->name[0] != '\0')
		(void)unlinkat(t->dir, t->name, 0);
	t->name[0] = '\0';
	if (t->fd != -1)
		close(t->fd);
	t->fd = -1;
	errno = saved_errno;
}
