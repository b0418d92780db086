/*
 * Why it is safe to let the kernel mount these: the image is written by
 * mke2fs and by the kernel only.  A session has files on it, never the
 * bytes of it.
 */
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include <linux/loop.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "log.h"

#define LOCK_STEP_MS	10
#define LOCK_STEPS	100	/* a second */

static int
run_mke2fs(const char *path)
{
	/*
	 * A small journal, since the machine may lose power; tables are
	 * zeroed by the kernel later, so the image stays sparse.
	 */
	char		*argv[] = { "mke2fs", "-q", "-F", "-t", "ext4", "-J",
			    "size=4", "-b", "4096", "-E",
			    "lazy_itable_init=1,lazy_journal_init=1,nodiscard",
			    "-m", "0", "-O", "^resize_inode", NULL, NULL };
	char		*env[] = { NULL };
	pid_t		 pid;
	int		 status;

	argv[15] = (char *)(uintptr_t)path;
	if ((errno = posix_spawn(&pid, "/sbin/mke2fs", NULL, NULL, argv,
	    env)) != 0)
		return -1;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		errno = EIO;
		return -1;
	}
	return 0;
}

int
disk_make(const char *path, uint64_t size)
{
	int	fd, saved_errno;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	if (ftruncate(fd, (off_t)size) == 0 && run_mke2fs(path) == 0) {
		close(fd);
		return 0;
	}
	saved_errno = errno;
	close(fd);
	unlink(path);
	errno = saved_errno;
	return -1;
}

static int
configure(int control, int image, char dev[32])
{
	struct loop_config	lc;
	int			n, loop;

	if ((n = ioctl(control, LOOP_CTL_GET_FREE)) == -1)
		return -1;
	snprintf(dev, 32, "/dev/loop%d", n);
	if ((loop = open(dev, O_RDWR | O_CLOEXEC)) == -1)
		return -1;
	memset(&lc, 0, sizeof(lc));
	lc.fd = (uint32_t)image;
	lc.block_size = 4096;
	/* Detaches itself with the last unmount, also when we have died. */
	lc.info.lo_flags = LO_FLAGS_AUTOCLEAR;
	if (ioctl(loop, LOOP_CONFIGURE, &lc) == -1) {
		close(loop);
		return -1;
	}
	return loop;
}

/*
 * A file system that is mounted twice destroys itself.  The loop device
 * keeps our open file, so this lock is held until its last mount has gone;
 * a process on its way out of our mount namespace may have a copy of one.
 */
static int
open_image(const char *path)
{
	struct timespec	step = { 0, LOCK_STEP_MS * 1000000L };
	int		image, saved_errno, tries;

	if ((image = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return -1;
	for (tries = 0; flock(image, LOCK_EX | LOCK_NB) == -1; tries++) {
		if (errno != EWOULDBLOCK || tries == LOCK_STEPS) {
			saved_errno = errno == EWOULDBLOCK ? EBUSY : errno;
			close(image);
			errno = saved_errno;
			return -1;
		}
		nanosleep(&step, NULL);
	}
	return image;
}

/* Somebody else may take the free device we were told of: ask again. */
static int
attach(const char *path, char dev[32])
{
	int	control, image, loop = -1, tries;

	if ((image = open_image(path)) == -1)
		return -1;
	if ((control = open("/dev/loop-control", O_RDWR | O_CLOEXEC)) == -1) {
		close(image);
		return -1;
	}
	for (tries = 0; tries < 64 && loop == -1; tries++)
		if ((loop = configure(control, image, dev)) == -1 &&
		    errno != EBUSY)
			break;
	close(control);
	close(image);
	return loop;
}

static int
make_layers(const char *dir)
{
	char		path[PATH_MAX];
	const char	*names[] = { "upper", "work" };
	int		i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (mkdir(path, 0755) == -1 && errno != EEXIST)
			return -1;
	}
	return 0;
}

int
disk_mount(const char *image, const char *dir)
{
	char	dev[32];
	int	loop, saved_errno;

	if ((loop = attach(image, dev)) == -1)
		return -1;
	if (mount(dev, dir, "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME,
	    "errors=remount-ro") == -1) {
		saved_errno = errno;
		close(loop);
		errno = saved_errno;
		return -1;
	}
	close(loop);
	if (make_layers(dir) == -1) {
		saved_errno = errno;
		umount2(dir, MNT_DETACH);
		errno = saved_errno;
		return -1;
	}
	return 0;
}

/* More than overlay makes of its own when it is mounted. */
#define RESERVED	8

static void
reserved(const char *dir, int i, char *path, size_t size)
{
	snprintf(path, size, "%s/reserve.%d", dir, i);
}

void
disk_release(const char *dir)
{
	char	path[PATH_MAX];
	int	i;

	for (i = 0; i < RESERVED; i++) {
		reserved(dir, i, path, sizeof(path));
		unlink(path);
	}
}

int
disk_reserve(const char *dir)
{
	char	path[PATH_MAX];
	int	fd, i, r = 0;

	for (i = 0; i < RESERVED && r == 0; i++) {
		reserved(dir, i, path, sizeof(path));
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd == -1)
			return -1;
		r = fallocate(fd, 0, 0, 4096);
		close(fd);
	}
	return r;
}

int
disk_used(const char *dir, uint64_t *used)
{
	struct statvfs	st;

	if (statvfs(dir, &st) == -1)
		return -1;
	*used = (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize;
	return 0;
}
