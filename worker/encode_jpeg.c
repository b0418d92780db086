/*
 * JPEG: each band is a picture of its own to libjpeg, of which only the
 * scan's data is kept.  Between restart markers a decoder starts anew, as it
 * does with a band; so bands stand behind each other with such a marker
 * between them, under one head that says how high all of them are.  That
 * takes the same tables for every band: the standard's for Huffman codes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "encode_band.h"
#include "log.h"
#include "xmalloc.h"

enum {
	FINE		= 90,	/* from this quality on, colours at full size */
	MCU_FINE	= 8,	/* pixels on a side of what is coded at once */
	MCU		= 16,
	ROWS_AT_ONCE	= 16,
	SOF0		= 0xc0,
	RST0		= 0xd0,
	SOI		= 0xd8,
	EOI		= 0xd9,
	SOS		= 0xda
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PIXEL	JCS_EXT_BGRX
#else
#define PIXEL	JCS_EXT_XRGB
#endif

/* The library's state, and where it goes when it cannot go on. */
struct work {
	struct jpeg_compress_struct	 z;
	struct jpeg_error_mgr		 err;
	jmp_buf				 failed;
	unsigned char			*out;
	unsigned long			 out_len;
};

static _Noreturn void
error_exit(j_common_ptr z)
{
	struct work	*w = z->client_data;

	longjmp(w->failed, 1);
}

static void
say(j_common_ptr z)
{
	char	text[JMSG_LENGTH_MAX];

	z->err->format_message(z, text);
	log_warnx("jpeg: %s", text);
}

static void
say_nothing(j_common_ptr z, int level)
{
	(void)z;
	(void)level;
}

static void
band_parameters(struct jpeg_compress_struct *z, uint32_t width,
    uint32_t rows, uint32_t quality)
{
	uint32_t	mcu = quality >= FINE ? MCU_FINE : MCU;

	z->image_width = width;
	z->image_height = rows;
	z->input_components = 4;
	z->in_color_space = PIXEL;
	jpeg_set_defaults(z);
	jpeg_set_quality(z, (int)quality, TRUE);
	z->comp_info[0].h_samp_factor = mcu / MCU_FINE;
	z->comp_info[0].v_samp_factor = mcu / MCU_FINE;
	/* A whole band: no marker falls inside of it. */
	z->restart_interval = (width + mcu - 1) / mcu * (ENCODE_BAND / mcu);
}

/* A complete file of one band, in w->out; the caller frees it. */
static int
band_file(struct work *w, const struct encode_image *im, uint32_t first,
    uint32_t rows, uint32_t quality)
{
	JSAMPROW	 lines[ROWS_AT_ONCE];
	uint32_t	 i, n, y = 0;
	const uint32_t	*p;

	w->z.err = jpeg_std_error(&w->err);
	w->err.error_exit = error_exit;
	w->err.output_message = say;
	w->err.emit_message = say_nothing;
	w->z.client_data = w;
	if (setjmp(w->failed) != 0) {
		say((j_common_ptr)&w->z);
		jpeg_destroy_compress(&w->z);
		errno = EIO;
		return -1;
	}
	jpeg_create_compress(&w->z);
	jpeg_mem_dest(&w->z, &w->out, &w->out_len);
	band_parameters(&w->z, im->width, rows, quality);
	jpeg_start_compress(&w->z, TRUE);
	while ((y = w->z.next_scanline) < rows) {
		n = rows - y < ROWS_AT_ONCE ? rows - y : ROWS_AT_ONCE;
		p = im->pixels + (size_t)(first + y) * im->stride;
		for (i = 0; i < n; i++, p += im->stride)
			lines[i] = (JSAMPROW)(uintptr_t)p;
		jpeg_write_scanlines(&w->z, lines, n);
	}
	jpeg_finish_compress(&w->z);
	jpeg_destroy_compress(&w->z);
	return 0;
}

/*
 * Bytes before the scan's data, and where the height stands in them; 0 when
 * this is not what the library writes.
 */
static size_t
head_length(const uint8_t *p, size_t len, size_t *height_at)
{
	size_t	i = 2, n;
	uint8_t	name;

	if (len < 4 || p[0] != 0xff || p[1] != SOI)
		return 0;
	*height_at = 0;
	while (i + 4 <= len && p[i] == 0xff) {
		name = p[i + 1];
		n = (size_t)p[i + 2] << 8 | p[i + 3];
		if (name == SOF0)
			*height_at = i + 5;
		i += 2 + n;
		if (name == SOS)
			return i <= len && *height_at != 0 ? i : 0;
	}
	return 0;
}

static void
keep_head(struct encode_cache *c, const uint8_t *p, size_t len,
    size_t height_at)
{
	c->head = xreallocarray(NULL, 1, len);
	memcpy(c->head, p, len);
	c->head[height_at] = (uint8_t)(c->height >> 8);
	c->head[height_at + 1] = (uint8_t)c->height;
	c->head_len = len;
}

static int
jpeg_band(struct encode_cache *c, const struct encode_image *im, uint32_t i)
{
	struct work	*w = xcalloc(1, sizeof(*w));
	struct band	*b = &c->band[i];
	size_t		 head, height_at;
	int		 rv = -1;

	if (band_file(w, im, i * ENCODE_BAND, encode_band_rows(im, i),
	    c->kind.quality) == -1)
		goto out;
	head = head_length(w->out, w->out_len, &height_at);
	if (head == 0 || head + 2 > w->out_len ||
	    w->out[w->out_len - 1] != EOI) {
		errno = EIO;
		goto out;
	}
	if (c->head == NULL)
		keep_head(c, w->out, head, height_at);
	free(b->chunk);
	b->len = w->out_len - head - 2;
	b->chunk = xreallocarray(NULL, 1, b->len);
	memcpy(b->chunk, w->out + head, b->len);
	rv = 0;
out:
	free(w->out);
	free(w);
	return rv;
}

int
jpeg_bands(struct encode_cache *c, const struct encode_image *im,
    const uint8_t *dirty)
{
	uint32_t	i;

	for (i = 0; i < c->bands; i++)
		if (encode_band_due(c, i, dirty) && jpeg_band(c, im, i) == -1)
			return -1;
	return 0;
}

/* Head, bands with a marker after each; the last of them ends the file. */
uint8_t *
jpeg_join(const struct encode_cache *c, const struct encode_image *im,
    size_t *size)
{
	uint8_t		*p, *q;
	uint32_t	 i;

	(void)im;
	*size = encode_cache_bytes(c) + (size_t)c->bands * 2;
	q = p = xreallocarray(NULL, 1, *size);
	memcpy(q, c->head, c->head_len);
	q += c->head_len;
	for (i = 0; i < c->bands; i++) {
		memcpy(q, c->band[i].chunk, c->band[i].len);
		q += c->band[i].len;
		*q++ = 0xff;
		*q++ = i + 1 == c->bands ? EOI : RST0 + i % 8;
	}
	return p;
}
