/*
 * The session's namespaces: clone3 into all of them, and what the child
 * does there until it becomes deskd-init.
 */
#ifndef NS_H
#define NS_H

#include <sys/types.h>

#include <stdint.h>

/* Like fork; cgroup is a descriptor or -1, pidfd may be NULL. */
pid_t	ns_clone(uint64_t, int, int *);
int	ns_map_ids(pid_t, uid_t);

/* Mounts the child moves into place, in this order; -1: none. */
struct ns_mounts {
	int	root;		/* the session's / */
	int	usr;		/* the host's /usr, or -1 */
	int	ctl;		/* -> /run/deskd */
	int	init;		/* -> /run/deskd/deskd-init */
	int	pump;		/* -> /run/deskd/deskd-pump */
	int	x11;		/* -> /tmp/.X11-unix */
};

struct ns_plan {
	const char		*stage;	/* an empty folder to build on */
	const char		*hostname;
	struct ns_mounts	 mounts;
	uint64_t		 memory;	/* sizes the tmpfs */
	int			 verbose;	/* init keeps stderr */
};

/* What the child says on its status pipe: step NULL-less text or 0. */
struct ns_status {
	int32_t	error;		/* errno; 0 only from init: ready */
	char	step[60];
};

/*
 * Returns pid; *pidfd watches it, *status is read for one struct ns_status
 * or its first byte 0.  The child waits for ns_go.
 */
pid_t	ns_start(const struct ns_plan *, int, int *, int *, int *);
int	ns_go(int);		/* closes the descriptor */

/* ns_child.c: never returns.  go and status are descriptors. */
__attribute__((__noreturn__))
void	ns_child(const struct ns_plan *, int, int);

#endif
