/*
 * Control groups of sessions, the same for both versions.  Below a base
 * that is this deskd's own: ID/ holds the limits, ID/box the session's
 * programs (killed as one), ID/worker its worker.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <sys/types.h>

#include <stdint.h>

struct msg_resources;
struct msg_session_stats;
struct ulid;

enum cgroup_part { CGROUP_BOX, CGROUP_WORKER };

struct cgroup_ops {
	int		 version;	/* 2, or 1 for hybrid */
	/* base: below each mount, "/x"; NULL: our own.  name: below that. */
	int		(*start)(const char *, const char *);
	unsigned int	(*controllers)(void);	/* SYSTEM_CGROUP_* */
	int		(*create)(const char *);
	int		(*limit)(const char *, const struct msg_resources *);
	int		(*enter)(const char *, enum cgroup_part, pid_t);
	/* For CLONE_INTO_CGROUP, to be closed; -1 where there is none. */
	int		(*open_box)(const char *);
	int		(*kill)(const char *);	/* everything of a session */
	int		(*stats)(const char *, struct msg_session_stats *);
	/* An eventfd told of lack of memory; -1: the kernel acts alone. */
	int		(*watch_memory)(const char *);
	int		(*remove)(const char *);	/* EBUSY: not empty */
	/* Calls back with each session's name below the base. */
	void		(*each)(void (*)(const char *, void *), void *);
	void		(*stop)(void);	/* removes the base when empty */
};

extern const struct cgroup_ops	cgroup_v1;
extern const struct cgroup_ops	cgroup_v2;

/*
 * Chooses by what is mounted; fatal when this machine has neither.  A group
 * that all others are made in, a name for them, and whether that group is
 * ours, to be removed at the end.
 */
const struct cgroup_ops	*cgroup_start(const char *, const char *, int);

/* Shared by both: small files and folders. */
int	cgroup_write(const char *, const char *, const char *);
int	cgroup_read(const char *, const char *, char *, size_t);
int	cgroup_mkdir(const char *);
void	cgroup_rmdir_base(const char *);
int	cgroup_key(const char *, const char *, uint64_t *);	/* "key N" */
/* The group of this process: of controller, or NULL for the v2 line. */
int	cgroup_own(const char *, char *, size_t);
void	cgroup_each_dir(const char *, void (*)(const char *, void *), void *);
/* SIGKILL to every process listed, and below; how many there were. */
int	cgroup_kill_listed(const char *);

#endif
