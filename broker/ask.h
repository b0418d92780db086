/*
 * A question to another process that is not answered yet.  Its number goes
 * out in the message's header; answers to numbers that were never given are
 * a lie, answers to a question nobody waits for any more are dropped.
 */
#ifndef ASK_H
#define ASK_H

#include <stdint.h>

#include "msg.h"

struct ask;
struct peer;
struct wire_msg;

#define ASKS_PER_WORKER	256

/* NULL: the peer has gone; the ask is freed after this call. */
typedef void ask_cb(struct wire_msg *, void *);

/* NULL when that worker already has too many. */
struct ask	*ask_new(struct peer *, const struct ulid *, ask_cb *, void *);
uint64_t	 ask_id(const struct ask *);
struct peer	*ask_peer(const struct ask *);
void		 ask_free(struct ask *);	/* NULL is fine */
/* Type, its struct and its tail; -1 when it could not be sent. */
int		 ask_send(struct ask *, enum msg_type, const void *, size_t,
		    const void *, size_t);

/*
 * Asks and sends; freed after its one answer, or by ask_free before.  The
 * callback may be NULL.  NULL when that worker already has too many.
 */
struct ask	*ask_once(struct peer *, const struct ulid *, ask_cb *,
		    void *, enum msg_type, const void *, size_t,
		    const void *, size_t);

void		 ask_set_once(struct ask *);	/* one that was sent by hand */

/* 1: given to who waits; 0: nobody does; -1: never asked of this peer. */
int		 ask_answer(struct peer *, struct wire_msg *);
void		 asks_lost(struct peer *);

#endif
