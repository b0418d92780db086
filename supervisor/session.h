/*
 * A session as the supervisor knows it: namespaces, mounts, a group of
 * processes, a worker.  What it is for is the broker's business.
 */
#ifndef SESSION_H
#define SESSION_H

#include <bsd/sys/tree.h>

#include <event2/event_struct.h>

#include "kid.h"
#include "monotime.h"
#include "msg.h"
#include "uidrange.h"

struct conf_image;
struct peer;

enum session_phase {
	PHASE_SETUP,		/* until init and worker are there */
	PHASE_UP,
	PHASE_ENDING,		/* its processes are being killed */
	PHASE_CLEANING		/* file systems are being flushed */
};

struct session {
	RB_ENTRY(session)	 entry;
	struct ulid		 id;
	char			 text[SESSION_ID_TEXT];
	enum session_phase	 phase;
	struct msg_session_start start;		/* as asked and checked */
	char			 image[NAME_MAX_LEN + 1];
	enum image_type		 image_type;
	char			 hostname[NAME_MAX_LEN + 1];
	char			*env;		/* texts one after the other */
	size_t			 env_len;
	struct uidrange		 uids;
	int			 has_cgroup;
	int			 made_disk;	/* by this start */
	struct monotime		 since;
	uint32_t		 setup_us;
	pid_t			 init_pid;
	int			 init_pidfd;	/* -1: none or reaped */
	int			 init_status;
	struct event		 ev_init;	/* its death */
	struct event		 ev_status;	/* its first words */
	int			 status_fd;
	struct event		 ev_deadline;	/* of setup; retries of the end */
	struct event		 ev_memory;	/* v1: lack of memory */
	int			 memory_fd;
	struct peer		*init;
	struct kid		*worker;
	int			 worker_ready;	/* it said so */
	int			 worker_set_up;	/* it was told all, and has init */
	int			 patience;	/* ticks it may be silent */
	struct event		 ev_watchdog;
	struct kid_restarts	 restarts;
	struct kid		*unmounter;
	int			 end_tries;
	uint64_t		 start_request;	/* unanswered; 0: none */
	uint64_t		 stop_request;
	enum gone_reason	 reason;
	char			 detail[200];
};

struct session	*session_find(const struct ulid *);
/* What is wrong with these limits, or NULL. */
const char	*session_check_limits(const struct msg_resources *);
/* Answers through the broker's peer, now or later. */
void	session_start(struct wire_msg *);
void	session_stop(struct session *, uint64_t);
void	session_end(struct session *, enum gone_reason, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));
/* Tells a broker that this session is up; joins broker and worker. */
void	session_tell(struct session *);
void	session_introduce(struct session *);

/* session_root.c: its file systems. */
struct ns_mounts;
int	session_mount(struct session *, struct ns_mounts *, const char **);
void	session_unmount(struct session *);	/* blocks; in a process apart */

/* session_init.c: from clone3 to an init that answers. */
int	session_spawn(struct session *, const char **);
void	session_init_free(struct session *);
void	session_joined(struct session *);	/* session.c: init answers */
int	session_connect(struct session *, enum role);	/* for its worker */

/* session_worker.c */
int	session_worker_start(struct session *);
void	session_worker_ready(struct session *);
void	session_worker_pong(struct session *);

/* record.c: what is needed to take the session over. */
int	record_write(const struct session *);

#endif
