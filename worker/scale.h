/* Another size of the same picture. */
#ifndef SCALE_H
#define SCALE_H

#include "encode.h"

/*
 * Every source pixel counts by the area it covers when the picture gets
 * smaller; between pixels is interpolated when it gets larger.  Only bands
 * of the result whose bit is set are made; NULL: all.  The second picture
 * says which size; its pixels are the third argument.
 */
void	scale_bands(const struct encode_image *, const struct encode_image *,
	    uint32_t *, const uint8_t *);

#endif
