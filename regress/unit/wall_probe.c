/*
 * Tries, from inside a session, what a session may not; one line for each:
 * its name, and "refused" with the error's name, or "open".  Static, so that
 * it runs in any image.
 */
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef AF_VSOCK
#define AF_VSOCK	40
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

static void
result(const char *name, long r)
{
	if (r == -1)
		printf("%s refused %s\n", name, strerrorname_np(errno));
	else
		printf("%s open\n", name);
	fflush(stdout);
}

static void
try_call(const char *name, long number, long a, long b, long c)
{
	errno = 0;
	result(name, syscall(number, a, b, c, 0L, 0L, 0L));
}

static void
try_socket(const char *name, int family, int type, int protocol)
{
	int	s = socket(family, type, protocol);

	result(name, s);
	if (s != -1)
		close(s);
}

/* In a child: what succeeds would change the rest. */
static void
try_unshare(const char *name, int flags)
{
	fflush(stdout);
	if (fork() == 0) {
		result(name, unshare(flags));
		_exit(0);
	}
	while (wait(NULL) > 0)
		continue;
}

static void
try_setns(void)
{
	int	fd = open("/proc/self/ns/uts", O_RDONLY);

	if (fd == -1)
		result("setns", -1);
	else
		result("setns", setns(fd, 0));
}

static void
try_node(void)
{
	result("mknod", mknod("/tmp/node", S_IFCHR | 0666, makedev(1, 1)));
	unlink("/tmp/node");
}

/* Argument: the name of a socket that the host listens on. */
static void
try_abstract(const char *name)
{
	struct sockaddr_un	sun;
	int			s = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t			n = strlen(name);

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	memcpy(sun.sun_path + 1, name, n < 100 ? n : 100);
	result("abstract", connect(s, (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)));
}

static void
try_calls(void)
{
	try_call("add_key", SYS_add_key, (long)"user", (long)"x", 0);
	try_call("bpf", SYS_bpf, 0, 0, 0);
	try_call("clone3", SYS_clone3, 0, 0, 0);
	try_call("finit_module", SYS_finit_module, -1, (long)"", 0);
	try_call("fsopen", SYS_fsopen, (long)"tmpfs", 0, 0);
	try_call("init_module", SYS_init_module, 0, 0, (long)"");
	try_call("io_uring_setup", SYS_io_uring_setup, 1, 0, 0);
	try_call("kexec_load", SYS_kexec_load, 0, 0, 0);
	try_call("keyctl", SYS_keyctl, 0, -3, 0);
	try_call("newest", 500, 0, 0, 0);
	try_call("open_by_handle_at", SYS_open_by_handle_at, AT_FDCWD, 0, 0);
	try_call("open_tree", SYS_open_tree, AT_FDCWD, (long)"/", 1);
	try_call("perf_event_open", SYS_perf_event_open, 0, 0, -1);
	try_call("pivot_root", SYS_pivot_root, (long)".", (long)".", 0);
	try_call("reboot", SYS_reboot, 0, 0, 0);
	try_call("request_key", SYS_request_key, (long)"user", (long)"x", 0);
	try_call("swapon", SYS_swapon, (long)"/tmp", 0, 0);
	try_call("syslog", SYS_syslog, 3, 0, 0);
	try_call("userfaultfd", SYS_userfaultfd, 1, 0, 0);
	result("mount", mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
	result("umount", umount2("/tmp", MNT_DETACH));
	result("chroot-escape", syscall(SYS_move_mount, AT_FDCWD, "/",
	    AT_FDCWD, "/tmp", 0));
	result("tiocsti", ioctl(0, TIOCSTI, "x"));
	result("ptrace-init", syscall(SYS_ptrace, 16, 1, 0, 0));
}

int
main(int argc, char **argv)
{
	if (argc > 2) {
		try_abstract(argv[1]);
		result("sysv-shm", shmget((key_t)strtol(argv[2], NULL, 0), 0,
		    0));
	}
	/* A third: only those two, which are harmless outside as well. */
	if (argc > 3)
		return 0;
	try_calls();
	try_unshare("newns", CLONE_NEWNS);
	try_unshare("newipc", CLONE_NEWIPC);
	try_unshare("newuts", CLONE_NEWUTS);
	try_unshare("newcgroup", CLONE_NEWCGROUP);
	try_unshare("newtime", CLONE_NEWTIME);
	try_setns();
	try_socket("vsock", AF_VSOCK, SOCK_STREAM, 0);
	try_socket("packet", AF_PACKET, SOCK_RAW, 0);
	try_socket("alg", 38, SOCK_SEQPACKET, 0);
	try_socket("bluetooth", 31, SOCK_RAW, 0);
	try_socket("raw", AF_INET, SOCK_RAW, 1);
	try_node();
	return 0;
}
