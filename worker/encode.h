/*
 * Pictures from pixels, fast: bands of rows, each compressed on its own, so
 * that the next picture of a screen that changed in one place reuses the
 * rest.  WebP cannot be put together from pieces and is made as a whole.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"

#define ENCODE_BAND	64	/* rows */

struct encode_cache;	/* bands of one kind of picture */

/* 32 bits a pixel, blue in the lowest byte, the highest ignored. */
struct encode_image {
	const uint32_t	*pixels;
	uint32_t	 width;
	uint32_t	 height;
	uint32_t	 stride;	/* in pixels */
};

struct encode_kind {
	enum shot_format	format;
	uint32_t		quality;	/* 1..100; not of PNG */
	int			lossless;	/* WebP only */
};

struct encode_cache	*encode_cache_new(void);
void			 encode_cache_free(struct encode_cache *);
void			 encode_cache_clear(struct encode_cache *);
size_t			 encode_cache_bytes(const struct encode_cache *);

/* Is there such a thing? */
int	encode_kind_valid(const struct encode_kind *);

/*
 * Libraries look at the machine when they are first used; this does, so that
 * they need not once the sandbox is on.
 */
void	encode_warm_up(void);

/*
 * Returns a sealed memfd with a picture and its size, or -1 with errno.
 * With a cache, bands whose bit in dirty is 0 (bit n: rows 64n..64n+63) are
 * taken from it when kind and geometry are the same; dirty NULL: all are
 * new.
 */
int	encode(const struct encode_image *, const struct encode_kind *,
	    struct encode_cache *, const uint8_t *, uint32_t *);
/* The same into memory; the caller frees. */
uint8_t	*encode_mem(const struct encode_image *, const struct encode_kind *,
	    struct encode_cache *, const uint8_t *, size_t *);

#endif
