/*
 * PNG from pixels, fast: bands of rows, each compressed on its own, so that
 * the next picture of a screen that changed in one place reuses the rest.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include <stddef.h>
#include <stdint.h>

#define ENCODE_BAND	64	/* rows */

struct encode_cache;	/* bands of one kind of picture */

/* 32 bits a pixel, blue in the lowest byte, the highest ignored. */
struct encode_image {
	const uint32_t	*pixels;
	uint32_t	 width;
	uint32_t	 height;
	uint32_t	 stride;	/* in pixels */
};

struct encode_cache	*encode_cache_new(void);
void			 encode_cache_free(struct encode_cache *);

/*
 * Returns a sealed memfd with a PNG and its size, or -1 with errno.  With a
 * cache, bands whose bit in dirty is 0 (bit n: rows 64n..64n+63) are taken
 * from it when their geometry is the same; dirty NULL: all are new.
 */
int	encode_png(const struct encode_image *, struct encode_cache *,
	    const uint8_t *, uint32_t *);
/* The same into memory; the caller frees. */
uint8_t	*encode_png_mem(const struct encode_image *, struct encode_cache *,
	    const uint8_t *, size_t *);

#endif
