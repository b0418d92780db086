/*
 * Idempotency keys: the same POST sent twice is done once.  http.c calls
 * idem_begin before the handler and idem_finish before the answer leaves.
 */
#ifndef IDEM_H
#define IDEM_H

#include <stddef.h>

struct request;

/* 1: answered already (replayed, or refused); 0: go on. */
int	idem_begin(struct request *, const char *);	/* the key */
/*
 * Keeps an answer; content type, status and body.  An answer 500 and above
 * is not kept, so the client may try again.
 */
void	idem_finish(struct request *, const char *, int, const char *,
	    const void *, size_t);	/* key, status, type, body */
void	idem_abandon(struct request *, const char *);	/* client left */

#endif
