#include <stddef.h>
#include <string.h>

#include "bands.h"

void
bands_fill(struct bands *b)
{
	memset(b, 0xff, sizeof(*b));
}

void
bands_set(struct bands *b, int64_t y, int64_t h)
{
	int64_t	i;

	if (y < 0) {
		h += y;
		y = 0;
	}
	if (y + h > SCREEN_MAX)
		h = SCREEN_MAX - y;
	if (h <= 0)
		return;
	for (i = y / ENCODE_BAND; i <= (y + h - 1) / ENCODE_BAND; i++)
		b->bit[i / 8] |= 1 << i % 8;
}

void
bands_add(struct bands *b, const struct bands *more)
{
	size_t	i;

	for (i = 0; i < sizeof(b->bit); i++)
		b->bit[i] |= more->bit[i];
}

int
bands_is_empty(const struct bands *b)
{
	size_t	i;

	for (i = 0; i < sizeof(b->bit); i++)
		if (b->bit[i] != 0)
			return 0;
	return 1;
}

int
bands_touch(const struct bands *b, uint32_t y, uint32_t h)
{
	uint32_t	i;

	for (i = y / ENCODE_BAND; h > 0 && i < BANDS &&
	    i <= (y + h - 1) / ENCODE_BAND; i++)
		if (b->bit[i / 8] & 1 << i % 8)
			return 1;
	return 0;
}

uint32_t
bands_rows(const struct bands *b, uint32_t height, uint32_t *y)
{
	uint32_t	i, first = BANDS, end = 0;

	for (i = 0; i < BANDS; i++)
		if (b->bit[i / 8] & 1 << i % 8) {
			if (first == BANDS)
				first = i;
			end = i + 1;
		}
	*y = first * ENCODE_BAND;
	end *= ENCODE_BAND;
	if (end > height)
		end = height;
	return *y < end ? end - *y : 0;
}
