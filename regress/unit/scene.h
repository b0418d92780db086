/* What pictures are made of in tests: kinds of screens. */
#ifndef SCENE_H
#define SCENE_H

#include <stdint.h>

#include "encode.h"

typedef void scene_fn(uint32_t *, uint32_t, uint32_t);	/* width, height */

struct scene {
	const char	*name;
	scene_fn	*draw;
};

extern const struct scene	scenes[];
extern const unsigned int	nscenes;

scene_fn	scene_flat, scene_text, scene_noise, scene_photo;

/* Decoders of the formats' own libraries: pixels, or NULL; for free(). */
uint32_t	*scene_read_jpeg(const uint8_t *, size_t, uint32_t *, uint32_t *);
uint32_t	*scene_read_webp(const uint8_t *, size_t, uint32_t *, uint32_t *);
uint32_t	*scene_read(enum shot_format, const uint8_t *, size_t, uint32_t *,
		    uint32_t *);

/* How alike, in dB; 100 when equal. */
double	scene_psnr(const struct encode_image *, const uint32_t *);

#endif
