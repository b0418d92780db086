/*
 * The supervisor's state and the prototypes of its parts.  One struct, one
 * loop, one thread.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <sys/queue.h>
#include <sys/types.h>

#include <bsd/sys/tree.h>

#include <stdint.h>

#include "msg.h"
#include "monotime.h"
#include "uidrange.h"

struct cgroup_ops;
struct conf;
struct conf_listen;
struct event_base;
struct kid;
struct peer;
struct session;
struct wire_msg;

RB_HEAD(sessions, session);
RB_PROTOTYPE(sessions, session, entry, session_cmp)

/* A session that a dead supervisor left and this one swept. */
struct swept {
	TAILQ_ENTRY(swept)	 entry;
	struct ulid		 id;
};
TAILQ_HEAD(swepts, swept);

struct supervisor {
	struct event_base	*base;
	struct conf		*conf;
	const char		*conf_path;
	const char		*cgroup_path;	/* -g, or NULL */
	const struct cgroup_ops	*cgroup;
	struct kid		*broker;
	int			 broker_told;	/* it knows all, and listens */
	struct sessions		 sessions;
	struct swepts		 swept;
	int			 filter;	/* memfd: session programs' */
	int			 foreground;	/* -d */
	int			 verbose;	/* -v */
	int			 stopping;
	int			 failed;
};

extern struct supervisor	sv;

/* deskd.c */
void	supervisor_stop(void);		/* sessions first, then ourselves */
void	supervisor_fail(void);		/* the same, and exit with 1 */
void	supervisor_session_gone(void);	/* perhaps the last */

/* listen.c: the API's sockets, ours for as long as we live. */
void	listen_open(const struct conf *);
void	listen_tell(struct peer *);
void	listen_reload(const struct conf *);	/* certificates only */
/* What the broker says of a certificate: NULL, or why it is none. */
void	listen_answer(uint64_t, const char *);
void	listen_close(void);

/* listen_cert.c: certificate and key as sealed memfds; -1: it was logged. */
int	cert_read(const struct conf_listen *, int [2]);

/* broker_start.c, from_broker.c */
void	broker_start(void);
void	broker_ready(void);		/* tells it all there is to know */
void	broker_conf(void);		/* sends the configuration */
void	from_broker(struct peer *, struct wire_msg *, void *);
struct peer *broker_peer(void);		/* NULL while there is none */

/* from_worker.c */
void	from_worker(struct peer *, struct wire_msg *, void *);

/* sweep.c: what a dead supervisor with our run directory left. */
void	sweep(void);
void	sweep_tell(struct peer *);

/* places.c: paths below the run and state directories. */
void	places_make(const struct conf *);
void	place_session(const struct conf *, const char *, const char *, char *,
	    size_t);			/* run dir/sessions/ID/name */
void	place_disk(const struct conf *, const char *, char *, size_t);
void	place_skeleton(const struct conf *, char *, size_t);
void	place_store(const struct conf *, char *, size_t);
int	place_remove(const struct conf *, const char *);

#endif
