/*
 * seccomp: the system calls a process may still make, as a list of those
 * allowed.  A call outside of it kills, or fails with EPERM, as configured.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>

#include "log.h"
#include "sandbox.h"
#include "sandbox_private.h"

#define CALLS(...)	(const int []){ __VA_ARGS__, -1 }

static const struct {
	enum sandbox_group	 group;
	const int		*calls;
} groups[] = {
	{ SANDBOX_STDIO, CALLS(
	    SCMP_SYS(brk), SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime),
	    SCMP_SYS(clock_nanosleep), SCMP_SYS(close), SCMP_SYS(dup2),
	    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(fcntl),
	    SCMP_SYS(fstat), SCMP_SYS(futex), SCMP_SYS(getegid),
	    SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpeername),
	    SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(getsockname),
	    SCMP_SYS(getsockopt), SCMP_SYS(gettid), SCMP_SYS(gettimeofday),
	    SCMP_SYS(getuid), SCMP_SYS(lseek), SCMP_SYS(madvise),
	    SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(nanosleep),
	    SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll),
	    SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(read),
	    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall),
	    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	    SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_yield), SCMP_SYS(sendmsg),
	    SCMP_SYS(sendto), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
	    SCMP_SYS(sysinfo), SCMP_SYS(tgkill), SCMP_SYS(uname),
	    SCMP_SYS(write), SCMP_SYS(writev)) },
	{ SANDBOX_EVENT, CALLS(
	    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
	    SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	    SCMP_SYS(epoll_wait), SCMP_SYS(eventfd2),
	    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime)) },
	{ SANDBOX_MEMFD, CALLS(
	    SCMP_SYS(fallocate), SCMP_SYS(ftruncate),
	    SCMP_SYS(memfd_create)) },
	{ SANDBOX_THREAD, CALLS(
	    SCMP_SYS(rseq), SCMP_SYS(sched_getaffinity),
	    SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address)) },
	{ SANDBOX_RPATH, CALLS(
	    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	    SCMP_SYS(fstatfs), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	    SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(open), SCMP_SYS(openat),
	    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(stat),
	    SCMP_SYS(statfs), SCMP_SYS(statx)) },
	{ SANDBOX_WPATH, CALLS(
	    SCMP_SYS(fallocate), SCMP_SYS(fchmod), SCMP_SYS(ftruncate),
	    SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	    SCMP_SYS(rmdir), SCMP_SYS(umask), SCMP_SYS(unlink),
	    SCMP_SYS(unlinkat)) },
	{ SANDBOX_FLOCK, CALLS(
	    SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fsync)) },
	{ SANDBOX_UNIX, CALLS(SCMP_SYS(connect)) },
	{ SANDBOX_ACCEPT, CALLS(
	    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(sendfile)) }
};

/* What the sanitizers' run-time needs; empty in a normal build. */
static const int	sanitizer_calls[] = {
#if defined(__SANITIZE_ADDRESS__)
	SCMP_SYS(getrlimit), SCMP_SYS(mincore), SCMP_SYS(prctl),
	SCMP_SYS(prlimit64), SCMP_SYS(readlink), SCMP_SYS(openat),
	SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sigaltstack),
#endif
	-1
};

static void
allow(scmp_filter_ctx ctx, const int *calls)
{
	for (; *calls != -1; calls++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, *calls, 0) != 0)
			fatalx("seccomp rule for call %d", *calls);
}

static void
allow_masked(scmp_filter_ctx ctx, int call, unsigned int arg, uint64_t mask,
    uint64_t value)
{
	struct scmp_arg_cmp	cmp = SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask,
				    value);

	if (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1, &cmp) != 0)
		fatalx("seccomp rule for call %d", call);
}

static void
refuse(scmp_filter_ctx ctx, int call, int error)
{
	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint32_t)error), call,
	    0) != 0)
		fatalx("seccomp rule for call %d", call);
}

/* Calls that are allowed only with some arguments. */
static void
allow_some(scmp_filter_ctx ctx, unsigned int wanted)
{
	/* Memory never becomes code. */
	if (sanitizer_calls[0] == -1) {
		allow_masked(ctx, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
		allow_masked(ctx, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
	}
	allow_masked(ctx, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD);
	allow_masked(ctx, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONBIO);
	allow_masked(ctx, SCMP_SYS(ioctl), 1, UINT32_MAX, TCGETS);
	/* Of an open descriptor: this is what fstat(3) calls. */
	if ((wanted & SANDBOX_RPATH) == 0)
		allow_masked(ctx, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH,
		    AT_EMPTY_PATH);
	if (wanted & SANDBOX_THREAD) {
		allow_masked(ctx, SCMP_SYS(clone), 0, CLONE_THREAD,
		    CLONE_THREAD);
		/* Its flags cannot be seen; libc then uses clone. */
		refuse(ctx, SCMP_SYS(clone3), ENOSYS);
	}
	/* A WebSocket over TLS: libmicrohttpd hands out one end of a pair. */
	if (wanted & SANDBOX_ACCEPT)
		allow_masked(ctx, SCMP_SYS(socketpair), 0, UINT32_MAX,
		    AF_UNIX);
	if (wanted & SANDBOX_UNIX)
		allow_masked(ctx, SCMP_SYS(socket), 0, UINT32_MAX, AF_UNIX);
	else
		/* syslog(3) tries again when its daemon was restarted. */
		refuse(ctx, SCMP_SYS(socket), EACCES);
	if ((wanted & SANDBOX_RPATH) == 0 && sanitizer_calls[0] == -1)
		/* libc looks for catalogues and time zones; let it not find. */
		refuse(ctx, SCMP_SYS(openat), EACCES);
}

static void
enter_seccomp(const struct sandbox *s)
{
	scmp_filter_ctx	ctx;
	size_t		i;

	ctx = seccomp_init(s->kill ? SCMP_ACT_KILL_PROCESS :
	    SCMP_ACT_ERRNO(EPERM));
	if (ctx == NULL)
		fatalx("seccomp_init");
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (s->groups & groups[i].group)
			allow(ctx, groups[i].calls);
	allow_some(ctx, s->groups);
	allow(ctx, sanitizer_calls);
	if (seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0)
		log_debug("seccomp filter is not optimized");
	if (seccomp_load(ctx) != 0)
		fatalx("seccomp_load");
	seccomp_release(ctx);
}

void
sandbox_enter(const struct sandbox *s)
{
	sandbox_landlock(s->paths);
	enter_seccomp(s);
}
