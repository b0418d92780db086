/*
 * PNG: each band is a chunk of its own, compressed so that chunks can stand
 * behind each other; the checksum of all comes from theirs.
 */
#include <arpa/inet.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "encode_band.h"
#include "xmalloc.h"

enum {
	BYTES		= 3,		/* of a pixel in the file */
	ADLER_MOD	= 65521,
	CHUNK_FRAME	= 12,		/* length, name, checksum */
	SAMPLE_ROWS	= 8,
	FILTER_NONE	= 0,
	FILTER_UP	= 2
};

/* What is needed while one picture is made. */
struct work {
	struct isal_zstream	 z;
	uint8_t			*level;
	uint8_t			*raw;
	uint8_t			*out;
	size_t			 raw_size;
	size_t			 out_size;
};

static void
put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

/* Length, name and checksum around the bytes that are at p + 8 already. */
static size_t
chunk_close(uint8_t *p, const char *name, size_t len)
{
	put32(p, len);
	memcpy(p + 4, name, 4);
	put32(p + 8 + len, crc32_gzip_refl(0, p + 4, len + 4));
	return len + CHUNK_FRAME;
}

/* The checksum of two pieces together, from theirs. */
static uint32_t
adler_join(uint32_t a, uint32_t b, size_t len_b)
{
	uint64_t	rem = len_b % ADLER_MOD;
	uint64_t	a1 = a & 0xffff, a2 = a >> 16;
	uint64_t	b1 = b & 0xffff, b2 = b >> 16;
	uint64_t	s1, s2;

	s1 = (a1 + b1 + ADLER_MOD - 1) % ADLER_MOD;
	s2 = (a2 + b2 + rem * (a1 + ADLER_MOD - 1)) % ADLER_MOD;
	return (uint32_t)(s2 << 16 | s1);
}

static void
row_bytes(const uint32_t *p, uint32_t width, uint8_t *out)
{
	uint32_t	i;

	for (i = 0; i < width; i++) {
		*out++ = p[i] >> 16;
		*out++ = p[i] >> 8;
		*out++ = p[i];
	}
}

static unsigned int
small(uint8_t v)
{
	return v < 128 ? v : 256 - v;
}

/*
 * Text and flat colours compress best as they are, photographs as the
 * difference to the row above: look at a few rows.  Up has to win clearly,
 * since it breaks repetitions.
 */
static int
band_filter(const struct encode_image *im, uint32_t first, uint32_t rows)
{
	const uint32_t	*p, *q;
	uint64_t	 none = 0, up = 0, same = 0, n = 0;
	uint32_t	 i, x, y, d;

	for (i = 1; i <= SAMPLE_ROWS && rows > 1; i++) {
		y = first + 1 + (uint64_t)(rows - 2) * i / SAMPLE_ROWS;
		p = im->pixels + (size_t)y * im->stride;
		q = p - im->stride;
		for (x = 0; x < im->width; x += 2, n++) {
			d = ((p[x] >> 8) & 0xff) - ((q[x] >> 8) & 0xff);
			none += small(p[x] >> 8);
			up += small(d);
			if (x > 0 && p[x] == p[x - 1])
				same++;
		}
	}
	return same < n / 4 && up < none / 2 ? FILTER_UP : FILTER_NONE;
}

static void
row_up(uint8_t *row, const uint8_t *above, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++)
		row[i] -= above[i];
}

/* The band's bytes before compression, in w->raw. */
static size_t
band_raw(struct work *w, const struct encode_image *im, uint32_t first,
    uint32_t rows)
{
	size_t		 line = (size_t)im->width * BYTES + 1;
	int		 filter = band_filter(im, first, rows);
	uint8_t		*p;
	uint32_t	 i;

	for (i = 0; i < rows; i++) {
		p = w->raw + i * line;
		/* The first row refers to no other band. */
		p[0] = i == 0 ? FILTER_NONE : filter;
		row_bytes(im->pixels + (size_t)(first + i) * im->stride,
		    im->width, p + 1);
	}
	if (filter == FILTER_UP)
		for (i = rows - 1; i > 0; i--)
			row_up(w->raw + i * line + 1,
			    w->raw + (i - 1) * line + 1, line - 1);
	return rows * line;
}

static int
png_band(struct work *w, const struct encode_image *im, uint32_t first,
    uint32_t rows, struct band *b)
{
	size_t	raw = band_raw(w, im, first, rows);

	isal_deflate_init(&w->z);
	w->z.level = 1;
	w->z.level_buf = w->level;
	w->z.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
	w->z.flush = FULL_FLUSH;
	w->z.end_of_stream = 0;
	w->z.next_in = w->raw;
	w->z.avail_in = raw;
	w->z.next_out = w->out + 8;
	w->z.avail_out = w->out_size - CHUNK_FRAME;
	if (isal_deflate(&w->z) != COMP_OK || w->z.avail_in != 0 ||
	    w->z.avail_out == 0) {
		errno = EIO;
		return -1;
	}
	free(b->chunk);
	b->len = chunk_close(w->out, "IDAT", w->z.total_out);
	b->chunk = xreallocarray(NULL, 1, b->len);
	memcpy(b->chunk, w->out, b->len);
	b->raw = raw;
	b->adler = isal_adler32(1, w->raw, raw);
	return 0;
}

int
png_bands(struct encode_cache *c, const struct encode_image *im,
    const uint8_t *dirty)
{
	struct work	*w = NULL;
	uint32_t	 i;
	int		 rv = 0;

	for (i = 0; i < c->bands && rv == 0; i++) {
		if (!encode_band_due(c, i, dirty))
			continue;
		if (w == NULL) {
			w = xcalloc(1, sizeof(*w));
			w->raw_size = ((size_t)im->width * BYTES + 1) *
			    ENCODE_BAND;
			/* What cannot be compressed grows a little. */
			w->out_size = w->raw_size + w->raw_size / 8 + 4096;
			w->raw = xreallocarray(NULL, 1, w->raw_size);
			w->out = xreallocarray(NULL, 1, w->out_size);
			w->level = xreallocarray(NULL, 1,
			    ISAL_DEF_LVL1_DEFAULT);
		}
		rv = png_band(w, im, i * ENCODE_BAND, encode_band_rows(im, i),
		    &c->band[i]);
	}
	if (w != NULL) {
		free(w->raw);
		free(w->out);
		free(w->level);
		free(w);
	}
	return rv;
}

static size_t
png_head(uint8_t *p, const struct encode_image *im)
{
	static const uint8_t	signature[8] = {
		0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'
	};
	size_t			n = sizeof(signature);

	memcpy(p, signature, n);
	put32(p + n + 8, im->width);
	put32(p + n + 12, im->height);
	p[n + 16] = 8;			/* bits */
	p[n + 17] = 2;			/* red, green, blue */
	p[n + 18] = p[n + 19] = p[n + 20] = 0;
	n += chunk_close(p + n, "IHDR", 13);
	p[n + 8] = 0x78;		/* zlib, 32 KiB window, fastest */
	p[n + 9] = 0x01;
	return n + chunk_close(p + n, "IDAT", 2);
}

/* An empty last block, the checksum of everything, and the end. */
static size_t
png_tail(uint8_t *p, uint32_t adler)
{
	size_t	n;

	p[8] = 0x03;
	p[9] = 0x00;
	put32(p + 10, adler);
	n = chunk_close(p, "IDAT", 6);
	return n + chunk_close(p + n, "IEND", 0);
}

enum { PNG_HEAD = 8 + CHUNK_FRAME * 2 + 15, PNG_TAIL = CHUNK_FRAME * 2 + 6 };

static size_t
png_size(const struct encode_cache *c)
{
	size_t		n = PNG_HEAD + PNG_TAIL;
	uint32_t	i;

	for (i = 0; i < c->bands; i++)
		n += c->band[i].len;
	return n;
}

static void
png_write(const struct encode_cache *c, const struct encode_image *im,
    uint8_t *p)
{
	uint32_t	i, adler = 1;

	p += png_head(p, im);
	for (i = 0; i < c->bands; i++) {
		memcpy(p, c->band[i].chunk, c->band[i].len);
		p += c->band[i].len;
		adler = adler_join(adler, c->band[i].adler, c->band[i].raw);
	}
	png_tail(p, adler);
}

uint8_t *
png_join(const struct encode_cache *c, const struct encode_image *im,
    size_t *size)
{
	uint8_t	*p;

	*size = png_size(c);
	p = xreallocarray(NULL, 1, *size);
	png_write(c, im, p);
	return p;
}
