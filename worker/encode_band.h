/* What the formats of pictures share; nobody but encode*.c includes this. */
#ifndef ENCODE_BAND_H
#define ENCODE_BAND_H

#include "encode.h"

/* A band, compressed, as it stands in the file. */
struct band {
	uint8_t		*chunk;
	size_t		 len;
	/* PNG only: bytes before compression, and their checksum. */
	size_t		 raw;
	uint32_t	 adler;
};

struct encode_cache {
	struct encode_kind	 kind;
	struct band		*band;
	uint32_t		 bands;
	uint32_t		 width;
	uint32_t		 height;
	uint8_t			*head;		/* of a JPEG, before bands */
	size_t			 head_len;
};

uint32_t encode_band_rows(const struct encode_image *, uint32_t);
/* Must it be made, when these are dirty? */
int	 encode_band_due(const struct encode_cache *, uint32_t,
	    const uint8_t *);

/* Make what is due (-1 with errno), then put the file together. */
int	 png_bands(struct encode_cache *, const struct encode_image *,
	    const uint8_t *);
uint8_t	*png_join(const struct encode_cache *, const struct encode_image *,
	    size_t *);
int	 jpeg_bands(struct encode_cache *, const struct encode_image *,
	    const uint8_t *);
uint8_t	*jpeg_join(const struct encode_cache *, const struct encode_image *,
	    size_t *);
/* The whole file. */
uint8_t	*webp_make(const struct encode_image *, const struct encode_kind *,
	    size_t *);

#endif
