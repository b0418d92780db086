/*
 * A session runs any program, so its filter names what is refused: the
 * doors to the kernel that a desktop does not need and that have let people
 * out of containers.  What is newer than this list is refused as well.
 *
 * Chromium's own sandbox works under it: that needs clone and unshare with
 * NEWUSER, NEWPID and NEWNET, chroot, capset and seccomp.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "filter.h"
#include "log.h"
#include "memfd.h"

/* mseal: the last call that was looked at when this list was made. */
#define LAST_KNOWN_CALL	462

#define NETLINK_PROTOCOLS	32	/* the kernel's own limit */

enum { ALL = 1, SESSION = 2 };

static const struct {
	int	call;
	int	where;
	int	error;
} refused[] = {
	/* Code and tracing in the kernel. */
	{ SCMP_SYS(bpf), ALL, EPERM },
	{ SCMP_SYS(delete_module), ALL, EPERM },
	{ SCMP_SYS(finit_module), ALL, EPERM },
	{ SCMP_SYS(init_module), ALL, EPERM },
	{ SCMP_SYS(kexec_file_load), ALL, EPERM },
	{ SCMP_SYS(kexec_load), ALL, EPERM },
	{ SCMP_SYS(lookup_dcookie), ALL, EPERM },
	{ SCMP_SYS(perf_event_open), ALL, EPERM },
	/* Interfaces with a long record of holes. */
	{ SCMP_SYS(io_uring_enter), ALL, ENOSYS },
	{ SCMP_SYS(io_uring_register), ALL, ENOSYS },
	{ SCMP_SYS(io_uring_setup), ALL, ENOSYS },
	{ SCMP_SYS(userfaultfd), ALL, EPERM },
	/* Key rings are not cut by namespaces as the rest is. */
	{ SCMP_SYS(add_key), ALL, EPERM },
	{ SCMP_SYS(keyctl), ALL, EPERM },
	{ SCMP_SYS(request_key), ALL, EPERM },
	/* The machine as a whole. */
	{ SCMP_SYS(acct), ALL, EPERM },
	{ SCMP_SYS(adjtimex), ALL, EPERM },
	{ SCMP_SYS(clock_adjtime), ALL, EPERM },
	{ SCMP_SYS(clock_settime), ALL, EPERM },
	{ SCMP_SYS(ioperm), ALL, EPERM },
	{ SCMP_SYS(iopl), ALL, EPERM },
	{ SCMP_SYS(quotactl), ALL, EPERM },
	{ SCMP_SYS(quotactl_fd), ALL, EPERM },
	{ SCMP_SYS(reboot), ALL, EPERM },
	{ SCMP_SYS(settimeofday), ALL, EPERM },
	{ SCMP_SYS(swapoff), ALL, EPERM },
	{ SCMP_SYS(swapon), ALL, EPERM },
	{ SCMP_SYS(syslog), ALL, EPERM },
	{ SCMP_SYS(vhangup), ALL, EPERM },
	/* Mounts and other namespaces: built once, by the supervisor. */
	{ SCMP_SYS(fsconfig), SESSION, EPERM },
	{ SCMP_SYS(fsmount), SESSION, EPERM },
	{ SCMP_SYS(fsopen), SESSION, EPERM },
	{ SCMP_SYS(fspick), SESSION, EPERM },
	{ SCMP_SYS(mount), SESSION, EPERM },
	{ SCMP_SYS(mount_setattr), SESSION, EPERM },
	{ SCMP_SYS(move_mount), SESSION, EPERM },
	{ SCMP_SYS(name_to_handle_at), SESSION, EPERM },
	{ SCMP_SYS(open_by_handle_at), SESSION, EPERM },
	{ SCMP_SYS(open_tree), SESSION, EPERM },
	{ SCMP_SYS(pivot_root), SESSION, EPERM },
	{ SCMP_SYS(setns), SESSION, EPERM },
	{ SCMP_SYS(umount2), SESSION, EPERM },
	{ SCMP_SYS(fanotify_init), SESSION, EPERM },
	/* Its flags are in memory, where a filter cannot look. */
	{ SCMP_SYS(clone3), SESSION, ENOSYS },
};

static void
add(scmp_filter_ctx ctx, int error, int call, unsigned int n,
    const struct scmp_arg_cmp *cmp)
{
	/* A call this architecture does not have is refused already. */
	int	r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO((uint32_t)error),
		    call, n, cmp);

	if (r != 0 && r != -EDOM)
		fatalx("seccomp rule for call %d", call);
}

static scmp_filter_ctx
build(int where)
{
	scmp_filter_ctx	ctx;
	size_t		i;

	if ((ctx = seccomp_init(SCMP_ACT_ALLOW)) == NULL)
		fatalx("seccomp_init");
	/* Programs of another word size would need a list of their own. */
	seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (refused[i].where == ALL || where == SESSION)
			add(ctx, refused[i].error, refused[i].call, 0, NULL);
	return ctx;
}

/*
 * Who may make user namespaces is root of a network of his own there, and
 * the packet filter is the part of it with the longest record.  Addresses,
 * device events and lists of sockets are what programs ask netlink for.
 */
static void
firewall(scmp_filter_ctx ctx)
{
	/* Set tables and counters of ip and ip6, of arp, of bridges. */
	static const uint64_t	tables[] = { 64, 65, 96, 97, 128, 129 };
	static const uint64_t	levels[] = { SOL_IP, SOL_IPV6 };
	struct scmp_arg_cmp	cmp[2];
	uint64_t		n;
	size_t			i, j;

	cmp[0] = SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, AF_NETLINK);
	for (n = 0; n < NETLINK_PROTOCOLS; n++)
		if (n != NETLINK_ROUTE && n != NETLINK_KOBJECT_UEVENT &&
		    n != NETLINK_SOCK_DIAG) {
			cmp[1] = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, UINT32_MAX,
			    n);
			add(ctx, EPROTONOSUPPORT, SCMP_SYS(socket), 2, cmp);
		}
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		for (j = 0; j < sizeof(tables) / sizeof(tables[0]); j++) {
			cmp[0] = SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, UINT32_MAX,
			    levels[i]);
			cmp[1] = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, UINT32_MAX,
			    tables[j]);
			add(ctx, EPERM, SCMP_SYS(setsockopt), 2, cmp);
		}
}

/* Calls whose arguments decide. */
static void
session_arguments(scmp_filter_ctx ctx)
{
	static const uint64_t	spaces[] = { CLONE_NEWNS, CLONE_NEWIPC,
				    CLONE_NEWUTS, CLONE_NEWCGROUP, 0x80 };
	static const uint64_t	ioctls[] = { TIOCSTI, TIOCLINUX };
	struct scmp_arg_cmp	cmp;
	size_t			i;
	int			family;

	for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		cmp = SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, spaces[i], spaces[i]);
		/* 0x80, a time namespace, is clone's exit signal field. */
		if (spaces[i] != 0x80)
			add(ctx, EPERM, SCMP_SYS(clone), 1, &cmp);
		add(ctx, EPERM, SCMP_SYS(unshare), 1, &cmp);
	}
	for (i = 0; i < sizeof(ioctls) / sizeof(ioctls[0]); i++) {
		cmp = SCMP_CMP64(1, SCMP_CMP_MASKED_EQ, UINT32_MAX, ioctls[i]);
		add(ctx, EPERM, SCMP_SYS(ioctl), 1, &cmp);
	}
	/*
	 * A network namespace does not cut every family: a virtual machine's
	 * socket to its host, for one, passes through it.
	 */
	for (family = 0; family < 64; family++)
		if (family != AF_UNIX && family != AF_INET &&
		    family != AF_INET6 && family != AF_NETLINK) {
			cmp = SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, UINT32_MAX,
			    (uint64_t)family);
			add(ctx, EAFNOSUPPORT, SCMP_SYS(socket), 1, &cmp);
		}
	firewall(ctx);
}

void
filter_supervisor(void)
{
	scmp_filter_ctx	ctx = build(ALL);

	if (seccomp_load(ctx) != 0)
		fatalx("seccomp_load");
	seccomp_release(ctx);
}

/*
 * libseccomp compares numbers for equality only; a call beyond those known
 * is turned away by two instructions put before its program.
 */
static int
prepend(int bpf)
{
	static struct sock_filter	prog[4096];
	ssize_t				n;

	prog[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	prog[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K,
	    LAST_KNOWN_CALL, 0, 1);
	prog[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO | ENOSYS);
	n = pread(bpf, prog + 3, sizeof(prog) - 3 * sizeof(prog[0]), 0);
	if (n <= 0 || (size_t)n == sizeof(prog) - 3 * sizeof(prog[0]))
		return -1;
	return memfd_from("filter", prog, (size_t)n + 3 * sizeof(prog[0]));
}

int
filter_session(void)
{
	scmp_filter_ctx	ctx = build(SESSION);
	int		bpf, fd = -1;

	session_arguments(ctx);
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	bpf = memfd_create("bpf", MFD_CLOEXEC);
	if (bpf != -1 && seccomp_export_bpf(ctx, bpf) == 0)
		fd = prepend(bpf);
	if (bpf != -1)
		close(bpf);
	seccomp_release(ctx);
	return fd;
}
