/*
 * A child's first steps.  It is exec'd by the supervisor with its parent on
 * descriptor CHILD_FD, as root, and must be without rights before it reads
 * a byte from anyone else.
 */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#define CHILD_FD	3

struct child {
	const char	*name;		/* of the process, for log and title */
	const char	*root;		/* -r: its whole file system */
	int		 root_readonly;	/* set by main: nothing is made there */
	uid_t		 uid;		/* -u: and group */
	int		 stderr_only;	/* -d */
	int		 verbose;	/* -v */
	int		 seccomp_kill;	/* -K: kill, not EPERM */
};

/* Options every child takes; exits with usage when they are wrong. */
void	child_options(struct child *, const char *, int, char **);

/*
 * Root directory, groups, ids, capabilities, rlimits, no_new_privs,
 * dumpable: all gone.  Fatal when a step fails.
 */
void	child_drop(const struct child *);

#endif
