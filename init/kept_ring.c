/*
 * Memory is taken as bytes come, up to the limit; from then on the newest
 * byte stands where the oldest was.  Where no memory is to be had, the
 * limit is what there is: pid 1 does not die of a program's output.
 */
#include <stdlib.h>
#include <string.h>

#include "kept_ring.h"

#define RING_LEAST	4096

static size_t
place(const struct kept_ring *r, uint64_t at)
{
	return (size_t)(at % r->size);
}

void
ring_start(struct kept_ring *r, size_t max)
{
	memset(r, 0, sizeof(*r));
	r->max = max;
}

/* As long as it grows nothing was overwritten: all stands in order. */
static void
grow(struct kept_ring *r, size_t want)
{
	size_t	 size = r->size == 0 ? RING_LEAST : r->size;
	uint8_t	*bytes, *labels;

	while (size < want && size < r->max)
		size *= 2;
	if (size > r->max)
		size = r->max;
	if ((bytes = realloc(r->bytes, size)) == NULL) {
		r->max = r->size;
		return;
	}
	r->bytes = bytes;
	if ((labels = realloc(r->labels, (size + 7) / 8)) == NULL) {
		r->max = r->size;
		return;
	}
	r->labels = labels;
	r->size = size;
}

static void
put_bits(struct kept_ring *r, size_t i, size_t n, int label)
{
	for (; n > 0; i++, n--) {
		if (label)
			r->labels[i / 8] |= (uint8_t)(1 << (i % 8));
		else
			r->labels[i / 8] &= (uint8_t)~(1 << (i % 8));
	}
}

static void
put_label(struct kept_ring *r, size_t i, size_t n, int label)
{
	size_t	odd = (8 - i % 8) % 8;

	if (odd > n)
		odd = n;
	put_bits(r, i, odd, label);
	i += odd;
	n -= odd;
	memset(r->labels + i / 8, label ? 0xff : 0, n / 8);
	put_bits(r, i + n / 8 * 8, n % 8, label);
}

static int
label_at(const struct kept_ring *r, size_t i)
{
	return (r->labels[i / 8] >> (i % 8)) & 1;
}

void
ring_put(struct kept_ring *r, const void *data, size_t len, int label)
{
	const uint8_t	*p = data;
	size_t		 i, n;

	if (r->end - r->first + len > r->size && r->size < r->max)
		grow(r, (size_t)(r->end - r->first) + len);
	if (len > r->size) {
		r->end += len - r->size;
		p += len - r->size;
		len = r->size;
	}
	while (len > 0) {
		i = place(r, r->end);
		n = r->size - i < len ? r->size - i : len;
		memcpy(r->bytes + i, p, n);
		put_label(r, i, n, label);
		r->end += n;
		p += n;
		len -= n;
	}
	if (r->end - r->first > r->size)
		r->first = r->end - r->size;
}

size_t
ring_get(const struct kept_ring *r, uint64_t at, void *to, size_t max,
    int *label)
{
	size_t	i, n, k;

	if (at < r->first || at >= r->end)
		return 0;
	i = place(r, at);
	n = r->end - at < max ? (size_t)(r->end - at) : max;
	if (n > r->size - i)
		n = r->size - i;
	*label = label_at(r, i);
	for (k = 1; k < n && label_at(r, i + k) == *label; k++)
		;
	memcpy(to, r->bytes + i, k);
	return k;
}

void
ring_trim(struct kept_ring *r)
{
	size_t	 n = (size_t)(r->end - r->first);
	uint8_t	*p;

	if (n == 0) {
		ring_free(r);
		return;
	}
	if (n == r->size)
		return;
	/* It was not full, so all stands in order from the first place. */
	if ((p = realloc(r->bytes, n)) != NULL)
		r->bytes = p;
	if ((p = realloc(r->labels, (n + 7) / 8)) != NULL)
		r->labels = p;
	r->size = r->max = n;
}

void
ring_free(struct kept_ring *r)
{
	free(r->bytes);
	free(r->labels);
	r->bytes = r->labels = NULL;
	r->size = r->max = 0;
}
