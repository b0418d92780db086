/*
 * Between clone3 and deskd-init: the child is root of its own namespaces
 * and nothing outside.  It moves the prepared mounts into place, makes the
 * small ones, and leaves the old root.  A step that fails is told to the
 * supervisor by name, and is the end.
 */
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sizes.h"
#include "mountfd.h"
#include "ns.h"
#include "signals.h"

static int	status_fd;

__attribute__((__noreturn__))
static void
failed(const char *step)
{
	struct ns_status	st;

	memset(&st, 0, sizeof(st));
	st.error = errno == 0 ? EINVAL : errno;
	strlcpy(st.step, step, sizeof(st.step));
	if (write(status_fd, &st, sizeof(st)) == -1)
		_exit(2);
	_exit(1);
}

/* A folder or file of the tree under construction; it may be there. */
static void
make_dir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == -1 && errno != EEXIST)
		failed(path);
}

static void
make_file(const char *path)
{
	int	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		    0644);

	if (fd == -1)
		failed(path);
	close(fd);
}

/*
 * Paths below are relative to the new root, our working directory.  What a
 * former start of the same session left there may be a symbolic link: a
 * mount never follows one.
 */
static void
place(int fd, const char *path)
{
	if (fd == -1)
		return;
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, path,
	    MOVE_MOUNT_F_EMPTY_PATH) == -1)
		failed(path);
	close(fd);
}

static void
real_dir(const char *path)
{
	struct stat	st;

	if (lstat(path, &st) == -1) {
		if (errno != ENOENT)
			failed(path);
		make_dir(path, 0755);
	} else if (!S_ISDIR(st.st_mode)) {
		if (unlink(path) == -1)
			failed(path);
		make_dir(path, 0755);
	}
}

static void
mount_tmpfs(const char *path, unsigned long flags, const char *options)
{
	real_dir(path);
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | flags,
	    options) == -1)
		failed(path);
}

static void
bind_node(const char *name)
{
	char	from[64], to[64];

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "dev/%s", name);
	make_file(to);
	if (mount(from, to, NULL, MS_BIND, NULL) == -1)
		failed(to);
}

static void
make_link(const char *target, const char *path)
{
	if (symlink(target, path) == -1)
		failed(path);
}

static void
mount_dev(const char *shm_options)
{
	static const char *const	nodes[] = {
		"null", "zero", "full", "random", "urandom", "tty"
	};
	size_t				i;

	mount_tmpfs("dev", MS_NOEXEC, "mode=0755,size=64k,nr_inodes=64");
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		bind_node(nodes[i]);
	make_dir("dev/pts", 0755);
	if (mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	    "newinstance,ptmxmode=0666,mode=0620,gid=5,max=256") == -1)
		failed("dev/pts");
	make_link("pts/ptmx", "dev/ptmx");
	make_link("/proc/self/fd", "dev/fd");
	make_link("/proc/self/fd/0", "dev/stdin");
	make_link("/proc/self/fd/1", "dev/stdout");
	make_link("/proc/self/fd/2", "dev/stderr");
	make_dir("dev/shm", 01777);
	mount_tmpfs("dev/shm", 0, shm_options);
	if (mount(NULL, "dev", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY |
	    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		failed("dev read-only");
}

static void
read_only(const char *path)
{
	if (access(path, F_OK) == -1) {
		if (errno != ENOENT)
			failed(path);
		return;
	}
	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) == -1 ||
	    mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY |
	    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		failed(path);
}

static void
mask(const char *path)
{
	struct stat	st;

	if (lstat(path, &st) == -1) {
		if (errno != ENOENT)
			failed(path);
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		if (mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID |
		    MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=1") == -1)
			failed(path);
	} else if (mount("/dev/null", path, NULL, MS_BIND, NULL) == -1)
		failed(path);
}

/* The kernel's own doors: closed for root of the session as well. */
static void
mount_proc(void)
{
	static const char *const	masked[] = {
		"proc/acpi", "proc/asound", "proc/config.gz", "proc/interrupts",
		"proc/kallsyms", "proc/kcore", "proc/keys", "proc/key-users",
		"proc/kmsg", "proc/kpagecount", "proc/kpageflags",
		"proc/latency_stats", "proc/sched_debug", "proc/scsi",
		"proc/slabinfo", "proc/sysrq-trigger", "proc/timer_list",
		"proc/vmallocinfo"
	};
	static const char *const	readonly[] = {
		"proc/bus", "proc/fs", "proc/irq", "proc/mtrr", "proc/sys"
	};
	size_t				i;

	real_dir("proc");
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	    NULL) == -1)
		failed("proc");
	for (i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		mask(masked[i]);
	for (i = 0; i < sizeof(readonly) / sizeof(readonly[0]); i++)
		read_only(readonly[i]);
}

/* Of /sys only what programs count processors with. */
static void
mount_sys(void)
{
	mount_tmpfs("sys", MS_NOEXEC, "mode=0755,size=16k,nr_inodes=8");
	make_dir("sys/devices", 0755);
	make_dir("sys/devices/system", 0755);
	make_dir("sys/devices/system/cpu", 0755);
	if (mount("/sys/devices/system/cpu", "sys/devices/system/cpu", NULL,
	    MS_BIND, NULL) == -1 ||
	    mount(NULL, "sys/devices/system/cpu", NULL, MS_REMOUNT | MS_BIND |
	    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		failed("sys/devices/system/cpu");
	if (mount(NULL, "sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY |
	    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		failed("sys read-only");
}

static void
mount_run(const struct ns_plan *plan, const char *options)
{
	mount_tmpfs("run", 0, "mode=0755,size=16m,nr_inodes=4096");
	make_dir("run/lock", 01777);
	make_dir("run/user", 0755);
	make_dir("run/user/1000", 0700);
	if (chown("run/user/1000", SESSION_UID, SESSION_UID) == -1)
		failed("run/user/1000");
	make_dir("run/deskd", 0755);
	place(plan->mounts.ctl, "run/deskd");
	place(plan->mounts.init, "run/deskd/deskd-init");
	place(plan->mounts.pump, "run/deskd/deskd-pump");
	mount_tmpfs("tmp", 0, options);
	make_dir("tmp/.X11-unix", 01777);
	place(plan->mounts.x11, "tmp/.X11-unix");
	make_dir("tmp/.ICE-unix", 01777);
	if (chmod("tmp/.ICE-unix", 01777) == -1)
		failed("tmp/.ICE-unix");
}

static void
loopback_up(void)
{
	struct ifreq	ifr;
	int		s;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, "lo", sizeof(ifr.ifr_name));
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if ((s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1 ||
	    ioctl(s, SIOCSIFFLAGS, &ifr) == -1)
		failed("loopback");
	close(s);
}

static void
leave_old_root(void)
{
	if (syscall(SYS_pivot_root, ".", ".") == -1)
		failed("pivot_root");
	if (umount2(".", MNT_DETACH) == -1)
		failed("umount of the old root");
	if (chdir("/") == -1)
		failed("chdir");
}

static void
await_go(int go)
{
	char	byte;

	/* Nothing: the supervisor gave up on us. */
	if (read(go, &byte, 1) != 1)
		_exit(0);
	close(go);
}

static void
become_root(void)
{
	if (setgroups(0, NULL) == -1 || setresgid(0, 0, 0) == -1 ||
	    setresuid(0, 0, 0) == -1)
		failed("ids");
	/* Only now are we in the session's groups. */
	if (unshare(CLONE_NEWCGROUP) == -1)
		failed("cgroup namespace");
	if (setsid() == -1)
		failed("setsid");
	umask(0);
}

static void
build_root(const struct ns_plan *plan)
{
	char	options[96];

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		failed("private mounts");
	place(plan->mounts.root, plan->stage);
	if (chdir(plan->stage) == -1)
		failed("chdir to the new root");
	if (plan->mounts.usr != -1)
		real_dir("usr");
	place(plan->mounts.usr, "usr");
	/* Both count against the session's memory as well. */
	snprintf(options, sizeof(options), "mode=1777,size=%llu,nr_inodes=65536",
	    (unsigned long long)plan->memory / 2);
	mount_dev(options);
	mount_proc();
	mount_sys();
	mount_run(plan, options);
}

/* Descriptor 3 and the standard three are all that init gets. */
static void
hand_over(int verbose)
{
	int	null;

	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
		failed("/dev/null");
	if (status_fd != 3 && dup2(status_fd, 3) == -1)
		failed("status descriptor");
	status_fd = 3;
	if (fcntl(3, F_SETFD, 0) == -1)
		failed("status descriptor");
	dup2(null, 0);
	dup2(null, 1);
	if (!verbose)
		dup2(null, 2);
	if (syscall(SYS_close_range, 4, ~0U, 0) == -1)
		failed("close_range");
}

void
ns_child(const struct ns_plan *plan, int go, int status)
{
	char	*argv[] = { "deskd-init", NULL }, *env[] = { NULL };

	/* Clear of the numbers init is to have. */
	if ((status_fd = fcntl(status, F_DUPFD_CLOEXEC, 10)) == -1)
		_exit(1);
	close(status);
	await_go(go);
	signals_default();
	become_root();
	build_root(plan);
	loopback_up();
	if (sethostname(plan->hostname, strlen(plan->hostname)) == -1)
		failed("hostname");
	leave_old_root();
	umask(022);
	hand_over(plan->verbose);
	execve("/run/deskd/deskd-init", argv, env);
	failed("exec of deskd-init");
}
