/*
 * A message made of an input:
 *
 *	u8	type
 *	u8	how: see TELL_*
 *	u8	number of the request
 *	u8	the session: 0 is none
 *	u16	bytes of payload, which follow
 *
 * The payload stands for itself; one that is too short for its type is
 * filled up with zeros.  Descriptors are of the kinds that the type has.
 */
#ifndef TELL_H
#define TELL_H

#include "input.h"

#define TELL_RAW	0x1	/* header and all as they stand in payload */
#define TELL_SHORT	0x2	/* the payload is not filled up */
#define TELL_LENGTH	0x4	/* the header's length is wrong */
#define TELL_NO_FDS	0x8
#define TELL_MORE_FDS	0x10	/* one more, a pipe */
#define TELL_OTHER_FDS	0x20	/* pipes, whatever was wanted */

/* What a memfd of a message holds, taken from the end of its payload. */
#define TELL_FILE	0x40

int	tell(int, struct input *);	/* -1: nothing was sent */

/* What the number of a request stands for; NULL: itself. */
extern uint64_t	(*tell_number)(uint8_t);

#endif
