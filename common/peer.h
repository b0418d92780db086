/*
 * A peer: the process at the other end of a socketpair, seen from the
 * event loop.  Sending queues and never blocks; a peer that does not read
 * is dropped.
 */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>

#include "msg.h"
#include "wire.h"

struct event_base;
struct peer;

/*
 * Called with a checked message, or with NULL when the peer is gone (closed,
 * dropped for bad bytes, or not reading).  After NULL the peer is freed by
 * the caller's peer_free.  Descriptors not taken are closed on return.
 */
typedef void peer_cb(struct peer *, struct wire_msg *, void *);

struct peer	*peer_new(struct event_base *, int, enum role, enum role,
		    peer_cb *, void *);	/* base, fd, self, other */
void		 peer_free(struct peer *);
void		 peer_close(struct peer *, const char *);  /* with a reason */
enum role	 peer_role(const struct peer *);
void		 peer_set_role(struct peer *, enum role);
int		 peer_fd(const struct peer *);
size_t		 peer_queued(const struct peer *);

struct msg_out {
	enum msg_type		 type;
	uint64_t		 request;
	const struct ulid	*session;	/* or NULL */
	const void		*data;		/* the row's struct */
	size_t			 len;
	const void		*tail;		/* counted bytes after it */
	size_t			 tail_len;
	const int		*fds;		/* borrowed, dup'd if it waits */
	int			 nfds;
};

int		 peer_send(struct peer *, const struct msg_out *);

/* The two answers every request can have. */
int		 peer_ok(struct peer *, const struct msg_hdr *);
int		 peer_error(struct peer *, const struct msg_hdr *,
		    unsigned int, const char *, const char *);

#endif
