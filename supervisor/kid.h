/*
 * A child of the supervisor: its process, watched by a pidfd, and the
 * socketpair to it.
 */
#ifndef KID_H
#define KID_H

#include <sys/types.h>

#include <event2/event_struct.h>

#include "monotime.h"
#include "peer.h"

struct kid;

/* The process has ended, with this wait status.  The callee frees. */
typedef void kid_cb(struct kid *, int, void *);

struct kid {
	const char	*name;
	pid_t		 pid;
	int		 pidfd;
	struct event	 ev;
	struct peer	*peer;		/* NULL: it is not one to talk with */
	kid_cb		*exited;
	void		*arg;
};

/* What a child is to be; the process gets namespaces of its own. */
struct kid_plan {
	const char	*program;	/* "deskd-worker" */
	const char	*root;
	uid_t		 uid;
	enum role	 role;
	peer_cb		*from;
	kid_cb		*exited;
	void		*arg;
};

struct kid	*kid_start(const struct kid_plan *);
/* Runs fn(arg) in a process of its own and the same namespaces. */
struct kid	*kid_fork(const char *, void (*)(void *), kid_cb *, void *);
void		 kid_kill(struct kid *);
void		 kid_free(struct kid *);	/* kills what still runs */

/* Not more often than this many times in a while. */
struct kid_restarts {
	struct monotime	 first;
	int		 n;
};
int		 kid_may_restart(struct kid_restarts *);

#endif
