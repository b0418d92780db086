/* Calls for txn_call that make the store smaller. */
#ifndef STORE_PRUNE_H
#define STORE_PRUNE_H

#include <stdint.h>

struct sqlite3;

struct prune {
	int64_t		before;		/* ms; older go.  0: none for that */
	uint64_t	bytes;		/* the store's size.  0: any */
	int64_t		events;		/* answer: how many went */
	int64_t		told;		/* of them, what is worth a word */
	int64_t		through;	/* and the last of them */
};

int	prune_events(struct sqlite3 *, void *);		/* struct prune */
int	prune_answers(struct sqlite3 *, void *);	/* int64_t: bytes */

#endif
