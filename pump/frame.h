/*
 * Bytes in and out.  Frames on descriptor 0: a native uint32_t length, 1 to
 * FRAME_MAX, and so many bytes; length 0 is the commit.  An end without one
 * means that the asker has gone.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FRAME_MAX	1048576

struct frames {
	uint32_t	left;		/* of the present frame */
	int		committed;
};

/*
 * Bytes read, 0 after the commit, -1 and errno: ECANCELED when the asker has
 * gone, EBADMSG for a frame that is too long.
 */
ssize_t	frame_read(struct frames *, void *, size_t);

int	bytes_write(int, const void *, size_t);	/* all of them, or -1 */

#endif
