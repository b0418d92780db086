/*
 * For tests only, never in a program that is installed: makes one chosen
 * call of the system library fail.  The linker leads calls of the names
 * below here (see fault.mk); the file fault.conf beside the program says
 * which of them is to fail:
 *
 *	PROGRAM CALL NTH ERRNO
 *
 * a line each, NTH counted over the program and what it forked; "NTH+" fails
 * from then on, 0 never.  The file is shared memory of FAULT_SIZE bytes: a
 * test writes it anew to begin again, while the programs run, and reads in
 * its second half how often each line's call was made.
 */
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULT_SIZE	4096
#define FAULT_TEXT	2048	/* the rest: a count for each line */
#define FAULT_LINES	16

struct plan {
	char			text[FAULT_TEXT];
	_Atomic uint32_t	count[(FAULT_SIZE - FAULT_TEXT) / 4];
};

static struct plan	*plan;
static char		 program[64];

int	 __real_open(const char *, int, mode_t);
ssize_t	 __real_write(int, const void *, size_t);

/* Before main, and so before any root is left or sandbox entered. */
__attribute__((__constructor__))
static void
fault_open(void)
{
	char	 path[PATH_MAX], *slash;
	ssize_t	 n;
	void	*map;
	int	 fd;

	if ((n = readlink("/proc/self/exe", path, sizeof(path) - 16)) == -1)
		return;
	path[n] = '\0';
	if ((slash = strrchr(path, '/')) == NULL)
		return;
	snprintf(program, sizeof(program), "%.63s", slash + 1);
	memcpy(slash, "/fault.conf", sizeof("/fault.conf"));
	if ((fd = __real_open(path, O_RDWR | O_CLOEXEC, 0)) == -1)
		return;
	map = mmap(NULL, FAULT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	close(fd);
	if (map != MAP_FAILED)
		plan = map;
}

static void
say(const char *call, unsigned long nth)
{
	char	text[128];
	int	n;

	n = snprintf(text, sizeof(text), "fault: %s: %s %lu fails\n", program,
	    call, nth);
	(void)!__real_write(STDERR_FILENO, text, (size_t)n);
}

/* The error this line asks for now, or 0. */
static int
line_error(const char *line, int i, const char *call)
{
	char		name[64], which[32], nth[16];
	unsigned long	at, n;
	int		error;

	if (sscanf(line, "%63s %31s %15s %d", name, which, nth, &error) != 4 ||
	    strcmp(name, program) != 0 || strcmp(which, call) != 0)
		return 0;
	n = ++plan->count[i];
	at = strtoul(nth, NULL, 10);
	if (at == 0 || n < at ||
	    (n > at && strchr(nth, '+') == NULL))
		return 0;
	say(call, n);
	return error;
}

/* 1, and errno, when the call is to fail. */
static int
fault(const char *call)
{
	char	 text[FAULT_TEXT], *line, *rest = text;
	int	 i, error = 0, saved_errno = errno;

	if (plan == NULL || plan->text[0] == '\0')
		return 0;
	memcpy(text, plan->text, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; error == 0 && i < FAULT_LINES &&
	    (line = strsep(&rest, "\n")) != NULL; i++)
		error = line_error(line, i, call);
	errno = error != 0 ? error : saved_errno;
	return error != 0;
}

#define WRAP(type, bad, name, params, args)				\
type	__real_##name params;						\
type	__wrap_##name params;						\
type									\
__wrap_##name params							\
{									\
	return fault(#name) ? (bad) : __real_##name args;		\
}

WRAP(int, -1, access, (const char *p, int m), (p, m))
WRAP(int, -1, chdir, (const char *p), (p))
WRAP(int, -1, chmod, (const char *p, mode_t m), (p, m))
WRAP(int, -1, chown, (const char *p, uid_t u, gid_t g), (p, u, g))
WRAP(int, -1, connect, (int s, const struct sockaddr *a, socklen_t n),
    (s, a, n))
WRAP(int, -1, dup2, (int a, int b), (a, b))
WRAP(int, -1, eventfd, (unsigned int n, int f), (n, f))
WRAP(int, -1, execve, (const char *p, char *const a[], char *const e[]),
    (p, a, e))
WRAP(int, -1, fallocate, (int fd, int m, off_t o, off_t n), (fd, m, o, n))
WRAP(int, -1, fdatasync, (int fd), (fd))
WRAP(int, -1, flock, (int fd, int op), (fd, op))
WRAP(FILE *, NULL, fopen, (const char *p, const char *m), (p, m))
WRAP(pid_t, -1, fork, (void), ())
WRAP(int, -1, fstatvfs, (int fd, struct statvfs *st), (fd, st))
WRAP(int, -1, fsync, (int fd), (fd))
WRAP(int, -1, ftruncate, (int fd, off_t n), (fd, n))
WRAP(int, -1, getsockopt, (int s, int l, int o, void *v, socklen_t *n),
    (s, l, o, v, n))
WRAP(int, -1, lstat, (const char *p, struct stat *st), (p, st))
WRAP(int, -1, memfd_create, (const char *n, unsigned int f), (n, f))
WRAP(int, -1, mkdir, (const char *p, mode_t m), (p, m))
WRAP(int, -1, mount, (const char *s, const char *t, const char *type,
    unsigned long f, const void *d), (s, t, type, f, d))
WRAP(int, -1, pipe2, (int p[2], int f), (p, f))
WRAP(ssize_t, -1, pread, (int fd, void *b, size_t n, off_t o),
    (fd, b, n, o))
WRAP(ssize_t, -1, pwrite, (int fd, const void *b, size_t n, off_t o),
    (fd, b, n, o))
WRAP(ssize_t, -1, read, (int fd, void *b, size_t n), (fd, b, n))
WRAP(int, -1, rename, (const char *a, const char *b), (a, b))
WRAP(int, -1, rmdir, (const char *p), (p))
WRAP(int, -1, setgroups, (size_t n, const gid_t *g), (n, g))
WRAP(int, -1, sethostname, (const char *s, size_t n), (s, n))
WRAP(int, -1, setresuid, (uid_t r, uid_t e, uid_t s), (r, e, s))
WRAP(int, -1, setsid, (void), ())
WRAP(int, -1, socket, (int d, int t, int p), (d, t, p))
WRAP(int, -1, socketpair, (int d, int t, int p, int v[2]), (d, t, p, v))
WRAP(int, -1, symlink, (const char *a, const char *b), (a, b))
WRAP(int, -1, umount2, (const char *p, int f), (p, f))
WRAP(int, -1, unlink, (const char *p), (p))
WRAP(int, -1, unlinkat, (int at, const char *p, int f), (at, p, f))
WRAP(int, -1, unshare, (int f), (f))
WRAP(ssize_t, -1, write, (int fd, const void *b, size_t n), (fd, b, n))
/* Says what went wrong by its value. */
WRAP(int, errno, posix_spawn, (pid_t *pid, const char *p,
    const posix_spawn_file_actions_t *fa, const posix_spawnattr_t *at,
    char *const a[], char *const e[]), (pid, p, fa, at, a, e))

int	__real_openat(int, const char *, int, mode_t);
int	__real_ioctl(int, unsigned long, unsigned long);
int	__real_fcntl(int, int, unsigned long);
long	__real_syscall(long, long, long, long, long, long, long);
int	__wrap_open(const char *, int, ...);
int	__wrap_openat(int, const char *, int, ...);
int	__wrap_ioctl(int, unsigned long, ...);
int	__wrap_fcntl(int, int, ...);
long	__wrap_syscall(long, ...);

/* What was not given is not used by who is called. */
#define LAST_ARGUMENT(type, from, var) do {				\
	va_list	ap_;							\
	va_start(ap_, from);						\
	(var) = va_arg(ap_, type);					\
	va_end(ap_);							\
} while (0)

int
__wrap_open(const char *path, int flags, ...)
{
	mode_t	mode;

	LAST_ARGUMENT(mode_t, flags, mode);
	return fault("open") ? -1 : __real_open(path, flags, mode);
}

int
__wrap_openat(int at, const char *path, int flags, ...)
{
	mode_t	mode;

	LAST_ARGUMENT(mode_t, flags, mode);
	return fault("openat") ? -1 : __real_openat(at, path, flags, mode);
}

int
__wrap_ioctl(int fd, unsigned long request, ...)
{
	unsigned long	arg;

	LAST_ARGUMENT(unsigned long, request, arg);
	return fault("ioctl") ? -1 : __real_ioctl(fd, request, arg);
}

int
__wrap_fcntl(int fd, int command, ...)
{
	unsigned long	arg;

	LAST_ARGUMENT(unsigned long, command, arg);
	return fault("fcntl") ? -1 : __real_fcntl(fd, command, arg);
}

/* Calls without a function of their own, by the names they have. */
static const char *
syscall_name(long number)
{
	switch (number) {
	case SYS_capset:
		return "capset";
	case SYS_clone3:
		return "clone3";
	case SYS_close_range:
		return "close_range";
	case SYS_fsconfig:
		return "fsconfig";
	case SYS_fsmount:
		return "fsmount";
	case SYS_fsopen:
		return "fsopen";
	case SYS_mount_setattr:
		return "mount_setattr";
	case SYS_move_mount:
		return "move_mount";
	case SYS_open_tree:
		return "open_tree";
	case SYS_pivot_root:
		return "pivot_root";
	default:
		return "syscall";
	}
}

long
__wrap_syscall(long number, ...)
{
	va_list	ap;
	long	a[6];
	int	i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (fault(syscall_name(number)))
		return -1;
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
