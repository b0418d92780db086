/*
 * seccomp and Landlock in one call, last before a process meets anyone.
 * System calls come in groups named after pledge's words.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

enum sandbox_group {
	SANDBOX_STDIO	= 0x0001, /* memory, time, open descriptors, messages */
	SANDBOX_EVENT	= 0x0002, /* epoll, eventfd, timers, signals */
	SANDBOX_MEMFD	= 0x0004, /* make, seal and map memfds */
	SANDBOX_THREAD	= 0x0008, /* threads, not processes */
	SANDBOX_RPATH	= 0x0010, /* open and stat for reading */
	SANDBOX_WPATH	= 0x0020, /* open for writing, create, rename, unlink */
	SANDBOX_FLOCK	= 0x0040, /* record locks, sync */
	SANDBOX_UNIX	= 0x0080, /* socket and connect, AF_UNIX only */
	SANDBOX_ACCEPT	= 0x0100, /* accept on an inherited socket */
	SANDBOX_LAST	= 0x0100
};

struct sandbox_path {
	const char	*path;		/* inside the process's own root */
	int		 writable;
};

struct sandbox {
	unsigned int			 groups;
	const struct sandbox_path	*paths;	/* NULL path ends; NULL: none */
	int				 kill;	/* else EPERM */
};

/* Fatal when it cannot be entered; only a kernel without Landlock is let off. */
void	sandbox_enter(const struct sandbox *);
int	sandbox_landlock_abi(void);	/* 0: this kernel has none */

#endif
