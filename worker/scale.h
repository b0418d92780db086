/* Another size of the same picture. */
#ifndef SCALE_H
#define SCALE_H

#include "encode.h"

/*
 * Every source pixel counts by the area it covers when the picture gets
 * smaller; between pixels is interpolated when it gets larger.  out has
 * pixels of its own, which the caller frees.
 */
void	scale_image(const struct encode_image *, uint32_t, uint32_t,
	    struct encode_image *);

#endif
