#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "caps.h"
#include "log.h"

static const struct {
	int		 cap;
	const char	*why;
} kept[] = {
	{ CAP_SYS_ADMIN, "mounts, namespaces, loop devices, id maps" },
	{ CAP_SETUID, "children leave root; uid maps" },
	{ CAP_SETGID, "children leave root; gid maps" },
	{ CAP_SETPCAP, "children empty their bounding set" },
	{ CAP_KILL, "children and sessions have other uids" },
	{ CAP_CHOWN, "the broker's store, a session's small tmpfs; overlay" },
	{ CAP_DAC_OVERRIDE, "files of sessions and images; overlay's copies" },
	{ CAP_FOWNER, "overlay's copies keep mode and times" },
	{ CAP_FSETID, "overlay's copies keep set-group-id folders" },
	{ CAP_MKNOD, "overlay's whiteouts" },
	{ CAP_SETFCAP, "overlay's copies keep extended attributes" },
	{ CAP_SYS_CHROOT, "pivot_root of children" }
};

void
caps_drop(void)
{
	struct __user_cap_header_struct	head;
	struct __user_cap_data_struct	data[2];
	size_t				i;
	int				cap;
	uint64_t			mask = 0;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		mask |= 1ULL << kept[i].cap;
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if ((mask & (1ULL << cap)) == 0 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1)
			fatal("drop capability %d", cap);
	memset(&head, 0, sizeof(head));
	head.version = _LINUX_CAPABILITY_VERSION_3;
	if (syscall(SYS_capget, &head, data) == -1)
		fatal("capget");
	data[0].effective = data[0].permitted &= (uint32_t)mask;
	data[1].effective = data[1].permitted &= (uint32_t)(mask >> 32);
	data[0].inheritable = data[1].inheritable = 0;
	if (syscall(SYS_capset, &head, data) == -1)
		fatal("capset");
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if ((data[kept[i].cap / 32].permitted &
		    (1U << (kept[i].cap % 32))) == 0)
			log_warnx("missing capability %d: %s", kept[i].cap,
			    kept[i].why);
}

/* The kernel takes some capabilities away with root's file id: raise them. */
int
caps_files_as(uid_t id)
{
	struct __user_cap_header_struct	head;
	struct __user_cap_data_struct	data[2];

	setfsgid(id);
	setfsuid(id);
	/* These calls say only what was before; asked for -1, what is. */
	if (setfsuid((uid_t)-1) != (int)id || setfsgid((gid_t)-1) != (int)id)
		return -1;
	memset(&head, 0, sizeof(head));
	head.version = _LINUX_CAPABILITY_VERSION_3;
	if (syscall(SYS_capget, &head, data) == -1)
		return -1;
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	return (int)syscall(SYS_capset, &head, data);
}
