/*
 * In two passes, each in one direction: for every output place, a few source
 * places with weights that add up to 1 << 14.
 */
#include <stdlib.h>
#include <string.h>

#include "scale.h"
#include "xmalloc.h"

enum { WEIGHT_BITS = 14, WEIGHT_ONE = 1 << WEIGHT_BITS };

struct span {
	uint32_t	 first;
	uint32_t	 n;
	const int32_t	*weight;
};

struct filter {
	struct span	*span;
	int32_t		*weights;
};

/* Output place i covers [i, i + 1) * from / to of the source. */
static uint32_t
filter_area(uint32_t i, uint32_t from, uint32_t to, int32_t *w,
    uint32_t *first)
{
	uint64_t	a = (uint64_t)i * from, b = a + from, s, e, p;
	uint32_t	n = 0;
	int32_t		sum = 0;

	*first = a / to;
	for (p = *first; p * to < b; p++) {
		s = p * to > a ? p * to : a;
		e = (p + 1) * to < b ? (p + 1) * to : b;
		w[n] = (e - s) * WEIGHT_ONE / from;
		sum += w[n++];
	}
	w[n / 2] += WEIGHT_ONE - sum;	/* what rounding took */
	return n;
}

/* The two source places around the middle of output place i. */
static uint32_t
filter_linear(uint32_t i, uint32_t from, uint32_t to, int32_t *w,
    uint32_t *first)
{
	int64_t	at = ((2 * (int64_t)i + 1) * from * (WEIGHT_ONE / 2)) / to -
	    WEIGHT_ONE / 2;

	if (at < 0)
		at = 0;
	*first = at >> WEIGHT_BITS;
	if (*first + 1 >= from) {
		*first = from - 1;
		w[0] = WEIGHT_ONE;
		return 1;
	}
	w[1] = at & (WEIGHT_ONE - 1);
	w[0] = WEIGHT_ONE - w[1];
	return 2;
}

static void
filter_make(struct filter *f, uint32_t from, uint32_t to)
{
	uint32_t	 most = from / to + 3, i;
	int32_t		*w;

	f->span = xcalloc(to, sizeof(*f->span));
	f->weights = xcalloc((size_t)to * most, sizeof(*f->weights));
	for (i = 0; i < to; i++) {
		w = f->weights + (size_t)i * most;
		f->span[i].weight = w;
		f->span[i].n = to < from ?
		    filter_area(i, from, to, w, &f->span[i].first) :
		    filter_linear(i, from, to, w, &f->span[i].first);
	}
}

static void
filter_free(struct filter *f)
{
	free(f->span);
	free(f->weights);
}

/* One source row, made as wide as the output: three values a pixel. */
static void
scale_row(const uint32_t *in, const struct filter *f, uint32_t width,
    uint16_t *out)
{
	const struct span	*s;
	uint32_t		 x, i, r, g, b, p;
	int32_t			 w;

	for (x = 0; x < width; x++) {
		s = &f->span[x];
		r = g = b = WEIGHT_ONE / 32;
		for (i = 0; i < s->n; i++) {
			p = in[s->first + i];
			w = s->weight[i];
			r += ((p >> 16) & 0xff) * w;
			g += ((p >> 8) & 0xff) * w;
			b += (p & 0xff) * w;
		}
		/* Four more bits than a byte, for the second pass. */
		*out++ = r >> (WEIGHT_BITS - 4);
		*out++ = g >> (WEIGHT_BITS - 4);
		*out++ = b >> (WEIGHT_BITS - 4);
	}
}

static void
scale_add(const uint16_t *row, int32_t w, uint32_t *sum, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		sum[i] += (uint32_t)row[i] * (uint32_t)w;
}

static void
scale_store(const uint32_t *sum, uint32_t width, uint32_t *out)
{
	enum { HALF = 1 << (WEIGHT_BITS + 3) };
	uint32_t	x, r, g, b;

	for (x = 0; x < width; x++, sum += 3) {
		r = (sum[0] + HALF) >> (WEIGHT_BITS + 4);
		g = (sum[1] + HALF) >> (WEIGHT_BITS + 4);
		b = (sum[2] + HALF) >> (WEIGHT_BITS + 4);
		out[x] = (r > 255 ? 255 : r) << 16 |
		    (g > 255 ? 255 : g) << 8 | (b > 255 ? 255 : b);
	}
}

/* What one picture's rows are made with. */
struct work {
	struct filter	 x, y;
	uint16_t	*row[2];
	uint32_t	 have[2];
	uint32_t	*sum;
	size_t		 n;		/* values in a row */
};

static void
work_begin(struct work *w, const struct encode_image *in,
    const struct encode_image *out)
{
	filter_make(&w->x, in->width, out->width);
	filter_make(&w->y, in->height, out->height);
	w->n = (size_t)out->width * 3;
	w->row[0] = xcalloc(w->n, sizeof(*w->row[0]));
	w->row[1] = xcalloc(w->n, sizeof(*w->row[1]));
	w->have[0] = w->have[1] = UINT32_MAX;
	w->sum = xcalloc(w->n, sizeof(*w->sum));
}

static void
work_end(struct work *w)
{
	free(w->sum);
	free(w->row[0]);
	free(w->row[1]);
	filter_free(&w->x);
	filter_free(&w->y);
}

static void
scale_out_row(struct work *w, const struct encode_image *in, uint32_t y,
    uint32_t width, uint32_t *out)
{
	const struct span	*s = &w->y.span[y];
	uint32_t		 i, src;

	memset(w->sum, 0, w->n * sizeof(*w->sum));
	for (i = 0; i < s->n; i++) {
		src = s->first + i;
		/* Neighbours share a row: the last two are kept. */
		if (w->have[src & 1] != src) {
			scale_row(in->pixels + (size_t)src * in->stride, &w->x,
			    width, w->row[src & 1]);
			w->have[src & 1] = src;
		}
		scale_add(w->row[src & 1], s->weight[i], w->sum, w->n);
	}
	scale_store(w->sum, width, out);
}

void
scale_bands(const struct encode_image *in, const struct encode_image *out,
    uint32_t *pixels, const uint8_t *bands)
{
	struct work	w;
	uint32_t	y, band;

	work_begin(&w, in, out);
	for (y = 0; y < out->height; y++) {
		band = y / ENCODE_BAND;
		if (bands == NULL || (bands[band / 8] & 1 << band % 8) != 0)
			scale_out_row(&w, in, y, out->width,
			    pixels + (size_t)y * out->stride);
	}
	work_end(&w);
}
