/*
 * The selections CLIPBOARD and PRIMARY: reading what another program owns,
 * and owning one.  Owners and requestors are programs of the session and
 * hostile: each may lie, dribble, die or never answer, which costs the one
 * request it has to do with, and only bounded memory and time.
 */
#ifndef CLIP_H
#define CLIP_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "op.h"

struct display;

#define CLIP_STEP_MS	2000	/* for one answer of an owner */
#define CLIP_TOTAL_MS	15000	/* for all that it has */

/* Bytes of one type, counted by those who hold them. */
struct clip_bytes {
	unsigned int		 refs;
	enum clip_type		 type;
	uint8_t			*p;
	size_t			 len;
	struct clip_bytes	*latin1;	/* of a text, once asked for */
};

/* Takes bytes from malloc. */
struct clip_bytes *clip_bytes_new(enum clip_type, uint8_t *, size_t);
struct clip_bytes *clip_bytes_hold(struct clip_bytes *);
void		 clip_bytes_free(struct clip_bytes *);	/* NULL is fine */
/* Not held for the caller; what Latin-1 does not have becomes '?'. */
struct clip_bytes *clip_bytes_latin1(struct clip_bytes *);
/* NULL when that would be larger than a text may be. */
struct clip_bytes *clip_bytes_from_latin1(const uint8_t *, size_t);
int		 clip_is_utf8(const uint8_t *, size_t);

/* The bytes are NULL when the selection is empty; detail is of a problem. */
typedef void clip_read_cb(enum problem, struct clip_bytes *, const char *,
		    void *);

/* Type 0: a text when there is one, else a picture. */
struct op	*clip_read(struct display *, enum clip_selection, uint32_t,
		    clip_read_cb *, void *);
/* Holds the bytes; NULL takes the selection from whoever owns it. */
struct op	*clip_own(struct display *, enum clip_selection,
		    struct clip_bytes *, op_cb *, void *);

#endif
