/* A batch on its way: in the queue, or its actions one after the other. */
#ifndef BATCH_RUN_H
#define BATCH_RUN_H

#include <sys/queue.h>

#include <event2/event_struct.h>

#include "action.h"
#include "batch_read.h"
#include "msg.h"
#include "settle.h"

struct worker;

enum phase {
	WAITING,	/* for its turn, or the next action's */
	ACTING,		/* a deed is under way */
	LOOKING		/* at what it has done */
};

struct batch {
	TAILQ_ENTRY(batch)	 entry;
	struct worker		*w;
	struct msg_hdr		 hdr;		/* of the asking message */
	uint32_t		 principal;
	size_t			 size;		/* of the body */
	struct batch_plan	 plan;
	struct event		 step;		/* the next action's turn */
	struct settle_want	 settle;
	uint64_t		 generation;	/* before the last deed */
	unsigned int		 at;		/* action under way or next */
	unsigned int		 failed;
	enum phase		 phase;
	int			 has_pressed;
	int			 is_beside;	/* it takes no turn */
	struct action_run	 run;
};

/* batch.c */
void	batch_free(struct batch *);	/* the next one gets its turn */

/* batch_run.c */
void	batch_step_cb(int, short, void *);

/* All that is left gets this answer, then the batch is over. */
void	batch_finish(struct batch *, enum problem, const char *);

/* Leaves what is under way where it is, with a record of it. */
void	batch_stop(struct batch *);

#endif
