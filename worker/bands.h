/* Sets of bands of rows, as pictures are made of: a bit for each. */
#ifndef BANDS_H
#define BANDS_H

#include <stdint.h>

#include "encode.h"
#include "sizes.h"

#define BANDS	(SCREEN_MAX / ENCODE_BAND)

struct bands {
	uint8_t	bit[BANDS / 8];
};

void		bands_fill(struct bands *);
/* Those of rows from y on, as many as that; parts may be off the screen. */
void		bands_set(struct bands *, int64_t, int64_t);
void		bands_add(struct bands *, const struct bands *);
int		bands_is_empty(const struct bands *);
/* Is one of these rows in it? */
int		bands_touch(const struct bands *, uint32_t, uint32_t);
/* First row and number of rows that cover all; 0 when there is none. */
uint32_t	bands_rows(const struct bands *, uint32_t, uint32_t *);

#endif
