/*
 * The last bytes of a program's output, each with the stream it came from:
 * one bit for a byte.  Bytes are counted from the program's start; those
 * from first to end are here.
 */
#ifndef KEPT_RING_H
#define KEPT_RING_H

#include <stddef.h>
#include <stdint.h>

struct kept_ring {
	uint8_t		*bytes;
	uint8_t		*labels;	/* a bit each: 1 is stderr */
	size_t		 size;		/* of bytes, now */
	size_t		 max;
	uint64_t	 first;		/* oldest that is kept */
	uint64_t	 end;		/* after the newest */
};

void	ring_start(struct kept_ring *, size_t);
void	ring_put(struct kept_ring *, const void *, size_t, int);
/*
 * Copies from an offset, which is kept, bytes of one stream that stand
 * together: at most so many.  Says how many and of which stream.
 */
size_t	ring_get(const struct kept_ring *, uint64_t, void *, size_t, int *);
void	ring_trim(struct kept_ring *);	/* no more will come */
void	ring_free(struct kept_ring *);

#endif
