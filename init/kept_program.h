/*
 * Programs that outlive their asker.  What they write is kept, bounded, and
 * whoever attaches gets it from where he likes; what they are is remembered
 * for a while after their end.
 */
#ifndef KEPT_PROGRAM_H
#define KEPT_PROGRAM_H

#include <sys/queue.h>
#include <sys/types.h>

#include <event2/event_struct.h>

#include "kept.h"
#include "kept_ring.h"
#include "monotime.h"
#include "msg.h"

struct attached;
struct peer;
struct wire_msg;

struct kept {
	TAILQ_ENTRY(kept)	 entry;
	struct msg_kept_start	 ask;
	char			 argv[KEPT_ARGV_BYTES];	/* for items */
	size_t			 argv_len;
	struct peer		*peer;		/* until it has started */
	struct msg_hdr		 hdr;		/* of that request */
	int			 status;	/* pipe; -1: it has started */
	pid_t			 pid;
	int			 started;
	int			 in;		/* stdin or terminal; or -1 */
	int			 in_ending;	/* after what is pending */
	int			 out[2];	/* -1: ended */
	struct kept_ring	 ring;
	TAILQ_HEAD(, attached)	 attached;
	struct peer		*remover;	/* waits for its end */
	struct msg_hdr		 remove_hdr;
	int			 removed;	/* forgotten with its end */
	uint64_t		 ended;		/* a count; 0: it runs */
	int			 settled;	/* its output, too, has ended */
	int32_t			 code;
	int32_t			 signal;
	uint32_t		 flags;		/* KEPT_TIMED_OUT */
	uint32_t		 duration_ms;
	struct monotime		 since;
	uint64_t		 started_ms;
	uint64_t		 ended_ms;
	struct event		 ev_status;
	struct event		 ev_deadline;
	struct event		 ev_later;	/* grace: see kept.c */
	struct event		 ev_out[2];
	struct event		 ev_in;
};

/* kept.c: from start to end. */
struct event_base *kept_loop(void);
struct kept	*kept_find(const struct ulid *);
struct kept	*kept_next(const struct kept *);	/* NULL: the first */
void		 kept_kill(const struct kept *, int);
void		 kept_remove(struct kept *, struct peer *,
		    const struct msg_hdr *);
void		 kept_over(struct kept *);	/* its streams have ended */

/* kept_io.c: its streams. */
void		 kept_io_start(struct kept *, const int [3]);
void		 kept_io_drain(struct kept *);	/* what there is by now */
void		 kept_io_stop(struct kept *);
void		 kept_io_input(struct kept *);	/* some is pending */
void		 kept_io_close_input(struct kept *);

/* kept_attach.c: who reads and writes them. */
void		 attach_ask(struct peer *, struct wire_msg *);
void		 attach_tell(struct kept *);	/* there is something new */
void		 attach_free_all(struct kept *);
/* Input that waits for the program, of anyone; then how much it took. */
struct attached	*attach_pending(struct kept *, const char **, size_t *);
void		 attach_took(struct attached *, size_t);
void		 attach_drop_input(struct kept *);

/* kept_ask.c: an item, as told. */
void		 kept_item(const struct kept *, struct msg_kept_item *);

#endif
