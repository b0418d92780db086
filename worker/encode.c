#include <sys/mman.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "encode_band.h"
#include "log.h"
#include "memfd.h"
#include "xmalloc.h"

#define SIDE_MAX	16383	/* of a WebP; the others can have more */

void
encode_cache_clear(struct encode_cache *c)
{
	uint32_t	i;

	for (i = 0; i < c->bands; i++)
		free(c->band[i].chunk);
	free(c->band);
	free(c->head);
	memset(c, 0, sizeof(*c));
}

struct encode_cache *
encode_cache_new(void)
{
	return xcalloc(1, sizeof(struct encode_cache));
}

void
encode_cache_free(struct encode_cache *c)
{
	if (c == NULL)
		return;
	encode_cache_clear(c);
	free(c);
}

size_t
encode_cache_bytes(const struct encode_cache *c)
{
	size_t		n = c->head_len;
	uint32_t	i;

	for (i = 0; i < c->bands; i++)
		n += c->band[i].len;
	return n;
}

uint32_t
encode_band_rows(const struct encode_image *im, uint32_t i)
{
	uint32_t	left = im->height - i * ENCODE_BAND;

	return left < ENCODE_BAND ? left : ENCODE_BAND;
}

int
encode_band_due(const struct encode_cache *c, uint32_t i,
    const uint8_t *dirty)
{
	return c->band[i].chunk == NULL || dirty == NULL ||
	    (dirty[i / 8] & 1 << i % 8) != 0;
}

int
encode_kind_valid(const struct encode_kind *k)
{
	switch (k->format) {
	case SHOT_PNG:
		return k->quality == 0 && !k->lossless;
	case SHOT_JPEG:
		return k->quality >= 1 && k->quality <= 100 && !k->lossless;
	case SHOT_WEBP:
		return k->lossless ? k->quality == 0 :
		    k->quality >= 1 && k->quality <= 100;
	}
	return 0;
}

static int
is_same_kind(const struct encode_kind *a, const struct encode_kind *b)
{
	return a->format == b->format && a->quality == b->quality &&
	    a->lossless == b->lossless;
}

static void
cache_fit(struct encode_cache *c, const struct encode_image *im,
    const struct encode_kind *kind)
{
	if (c->width == im->width && c->height == im->height &&
	    is_same_kind(&c->kind, kind))
		return;
	encode_cache_clear(c);
	c->kind = *kind;
	c->width = im->width;
	c->height = im->height;
	c->bands = (im->height + ENCODE_BAND - 1) / ENCODE_BAND;
	c->band = xcalloc(c->bands, sizeof(*c->band));
}

static uint8_t *
in_bands(const struct encode_image *im, const struct encode_kind *kind,
    struct encode_cache *c, const uint8_t *dirty, size_t *size)
{
	int	is_png = kind->format == SHOT_PNG;

	cache_fit(c, im, kind);
	if ((is_png ? png_bands : jpeg_bands)(c, im, dirty) == -1) {
		encode_cache_clear(c);
		return NULL;
	}
	return (is_png ? png_join : jpeg_join)(c, im, size);
}

uint8_t *
encode_mem(const struct encode_image *im, const struct encode_kind *kind,
    struct encode_cache *cache, const uint8_t *dirty, size_t *size)
{
	struct encode_cache	 own;
	uint8_t			*p;

	if (im->width == 0 || im->height == 0 || im->width > SIDE_MAX ||
	    im->height > SIDE_MAX || !encode_kind_valid(kind)) {
		errno = EINVAL;
		return NULL;
	}
	if (kind->format == SHOT_WEBP)
		return webp_make(im, kind, size);
	if (cache != NULL)
		return in_bands(im, kind, cache, dirty, size);
	memset(&own, 0, sizeof(own));
	p = in_bands(im, kind, &own, NULL, size);
	encode_cache_clear(&own);
	return p;
}

int
encode(const struct encode_image *im, const struct encode_kind *kind,
    struct encode_cache *cache, const uint8_t *dirty, uint32_t *size)
{
	uint8_t	*p;
	size_t	 len;
	int	 fd, saved_errno;

	if ((p = encode_mem(im, kind, cache, dirty, &len)) == NULL)
		return -1;
	fd = memfd_from("picture", p, len);
	saved_errno = errno;
	free(p);
	errno = saved_errno;
	*size = (uint32_t)len;
	return fd;
}

void
encode_warm_up(void)
{
	static const struct encode_kind	kinds[] = {
		{ SHOT_JPEG, 80, 0 }, { SHOT_WEBP, 80, 0 },
		{ SHOT_WEBP, 0, 1 }
	};
	static const uint32_t		pixels[32 * 32];
	struct encode_image		im = { pixels, 32, 32, 32 };
	size_t				i, size;
	uint8_t				*p;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((p = encode_mem(&im, &kinds[i], NULL, NULL, &size)) ==
		    NULL)
			fatal("no picture can be made");
		free(p);
	}
}
