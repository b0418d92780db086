#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sizes.h"
#include "caps.h"
#include "log.h"
#include "mountfd.h"
#include "ns.h"

/*
 * The namespace is only a table of ids for the kernel: a process is needed
 * to make it and is gone before this returns.
 */
int
mountfd_userns(uid_t base)
{
	char	path[64];
	pid_t	pid;
	int	fd = -1, saved_errno;

	/* We may open the namespace only of one that could be dumped. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = ns_clone(CLONE_NEWUSER, -1, NULL);
	saved_errno = errno;
	if (pid != 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	errno = saved_errno;
	if (pid == -1)
		return -1;
	if (pid == 0)
		for (;;)
			pause();
	if (ns_map_ids(pid, base) == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	saved_errno = errno;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	errno = saved_errno;
	return fd;
}

int
mountfd_copy(const char *path, unsigned int flags, int userns)
{
	struct mount_attr	attr;
	int			fd, saved_errno;

	fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
	    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	if (fd == -1)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	if (flags & MOUNTFD_RDONLY)
		attr.attr_set |= MOUNT_ATTR_RDONLY;
	if (flags & MOUNTFD_NOEXEC)
		attr.attr_set |= MOUNT_ATTR_NOEXEC;
	if (userns != -1) {
		attr.attr_set |= MOUNT_ATTR_IDMAP;
		attr.userns_fd = (uint64_t)userns;
	}
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr,
	    sizeof(attr)) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

int
mountfd_attach(int fd, const char *path)
{
	return (int)syscall(SYS_move_mount, fd, "", AT_FDCWD, path,
	    MOVE_MOUNT_F_EMPTY_PATH);
}

/*
 * Values are short, a descriptor's name always is.  The descriptor must stay
 * open until the file system is created: older kernels look only then.
 */
static int
config_path(int fs, const char *key, const char *path)
{
	char	link[32];
	int	fd;

	if ((fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, link,
	    0) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * Created with the supervisor's credentials, which the kernel uses for all
 * work on the layers; who may do what in it is decided by the ids seen in
 * the session.  Setuid bits and devices on it mean nothing.
 */
int
mountfd_overlay(const char *lower, const char *upper, const char *work,
    uid_t owner)
{
	struct statvfs	st;
	int		fs, fds[3] = { -1, -1, -1 }, i, fd = -1, saved_errno;

	if ((fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC)) == -1)
		return -1;
	if ((fds[0] = config_path(fs, "lowerdir", lower)) != -1 &&
	    (fds[1] = config_path(fs, "upperdir", upper)) != -1 &&
	    (fds[2] = config_path(fs, "workdir", work)) != -1 &&
	    caps_files_as(owner) == 0 && syscall(SYS_fsconfig, fs,
	    FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
		    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	/* The kernel turns what it cannot write on into read-only. */
	if (fd != -1 && (fstatvfs(fd, &st) == -1 || (st.f_flag & ST_RDONLY))) {
		close(fd);
		fd = -1;
		errno = EROFS;
	}
	saved_errno = errno;
	if (caps_files_as(0) == -1)
		fatal("file ids");
	for (i = 0; i < 3; i++)
		if (fds[i] != -1)
			close(fds[i]);
	close(fs);
	errno = saved_errno;
	return fd;
}
