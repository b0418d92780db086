/*
 * Capabilities.  A started program keeps none, or, as the session's root,
 * what installing packages and looking after files needs.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "sizes.h"

#define BIT(c)	(UINT64_C(1) << (c))

/*
 * Session root.  Left out on purpose: SYS_ADMIN, SYS_PTRACE, NET_ADMIN and
 * all that reaches the kernel rather than files; DAC_READ_SEARCH, which
 * opens by handle; MKNOD and SETFCAP, which a session has no use for;
 * SETPCAP, so that the set stays what it is.
 */
static const uint64_t	root_caps =
    BIT(CAP_CHOWN) |		/* dpkg, tar */
    BIT(CAP_DAC_OVERRIDE) |	/* files of the session's users */
    BIT(CAP_FOWNER) |		/* chmod, utimes on them */
    BIT(CAP_FSETID) |		/* keep set-id bits that a package has */
    BIT(CAP_KILL) |		/* processes of the session's users */
    BIT(CAP_SETGID) |		/* apt drops to _apt, su to anyone */
    BIT(CAP_SETUID) |
    BIT(CAP_NET_BIND_SERVICE);	/* a server on port 80, in its own net */

static int	bound(uint64_t);
static int	hold(uint64_t);

/*
 * pid 1 itself needs no more than it hands out, and SETPCAP to take it away.
 * That one also keeps session root from tracing pid 1: a tracer must have
 * every capability of the traced.
 */
int
rights_own(void)
{
	const uint64_t	keep = root_caps | BIT(CAP_SETPCAP);

	if (bound(keep) == -1 || hold(keep) == -1)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/*
 * Order: the bounding set while SETPCAP is there, then groups and ids, then
 * the sets themselves, then no way back.  The filter is there already.
 */
int
rights_drop(enum rights rights)
{
	const uint64_t	keep = rights == RIGHTS_ROOT ? root_caps : 0;
	const id_t	id = rights == RIGHTS_ROOT ? 0 : SESSION_UID;

	if (bound(keep) == -1 || setgroups(0, NULL) == -1 ||
	    setresgid(id, id, id) == -1 || setresuid(id, id, id) == -1 ||
	    hold(keep) == -1)
		return -1;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The kernel may know more capabilities than these headers. */
static int
bound(uint64_t keep)
{
	unsigned long	c;

	for (c = 0; c < 64; c++) {
		if (keep & BIT(c))
			continue;
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1) {
			if (errno == EINVAL && c > CAP_BPF)
				return 0;
			return -1;
		}
	}
	return 0;
}

static int
hold(uint64_t keep)
{
	struct __user_cap_header_struct	hdr;
	struct __user_cap_data_struct	data[2];
	int				i;

	memset(&hdr, 0, sizeof(hdr));
	memset(data, 0, sizeof(data));
	hdr.version = _LINUX_CAPABILITY_VERSION_3;
	for (i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
	}
	return (int)syscall(SYS_capset, &hdr, data);
}
