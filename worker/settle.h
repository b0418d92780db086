/*
 * Waiting until the screen stands still, by what the X server reports as
 * drawn.  A blinking caret does not count as movement, a spinner does.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdint.h>

#include "op.h"

struct display;

#define SETTLE_QUIET_MS	100	/* a fair choice for quiet_ms */

struct settle_want {
	uint32_t	quiet_ms;	/* nothing drawn for so long */
	uint32_t	limit_ms;	/* then it ends, unsettled */
	int		change;		/* first wait for a change */
	/*
	 * With change: one later than this generation counts, so that a
	 * change between an action and this call is not missed.  0: now.
	 */
	uint64_t	since;
};

/* problem, settled (0: the limit has passed), generation */
typedef void settle_cb(enum problem, int, uint64_t, void *);

struct op	*settle_wait(struct display *, const struct settle_want *,
		    settle_cb *, void *);

#endif
