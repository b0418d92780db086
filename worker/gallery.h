/*
 * Pictures made of the screen, kept by what was asked for: who asks for the
 * same again gets the same, and where little has changed little is done.
 */
#ifndef GALLERY_H
#define GALLERY_H

#include <stddef.h>
#include <stdint.h>

#include "bands.h"
#include "capture.h"

#define GALLERY_PRINTS	8
#define GALLERY_BYTES	(64 * 1024 * 1024)	/* but for the last made */

/* The pixels pictures are made of. */
struct frame {
	uint32_t	*pixels;
	uint32_t	 width;
	uint32_t	 height;
	uint64_t	 generation;	/* of the screen; 0: none here */
};

struct cursor {
	uint32_t	*pixels;	/* with alpha, premultiplied; or NULL */
	int32_t		 x, y;		/* of its first pixel */
	uint32_t	 width;
	uint32_t	 height;
	uint32_t	 serial;
};

struct print {
	struct shot_want	 want;		/* with all sizes, no tag */
	uint64_t		 tag;		/* 0: nothing made yet */
	uint64_t		 generation;	/* it is right up to here */
	uint64_t		 used;
	struct cursor		 cursor;	/* drawn in it; no pixels */
	struct bands		 stale;		/* of the frame, since made */
	struct encode_cache	*cache;		/* NULL: a free place */
	uint32_t		*scaled;	/* or NULL */
	int			 fd;		/* -1: given back */
	uint32_t		 size;
};

struct gallery	*gallery_new(void);
void		 gallery_free(struct gallery *);

/* The frame has changed there. */
void		 gallery_stale(struct gallery *, const struct bands *);

/* The place of such pictures, if there is one. */
struct print	*gallery_find(struct gallery *, const struct shot_want *);

/* Does it show this frame, with the cursor there? */
int		 print_is_right(const struct print *, uint64_t,
		    const struct cursor *);

/*
 * The picture of this frame, NULL with errno.  tag is for when it differs
 * from the one before; *made says whether work was done.
 */
struct print	*gallery_make(struct gallery *, const struct frame *,
		    const struct shot_want *, const struct cursor *, uint64_t,
		    int *);

/* Nobody asked for a while: what only speeds up the next is given back. */
void		 gallery_rest(struct gallery *);
/* For long: finished pictures, too. */
void		 gallery_close(struct gallery *);

/* Bytes held now. */
size_t		 gallery_bytes(const struct gallery *);

#endif
