#include <stdlib.h>
#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "png_read.h"
#include "xmalloc.h"

static const char	*why = "";

const char *
png_read_why(void)
{
	return why;
}

static int
bad(const char *what)
{
	why = what;
	return -1;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static int
unfilter(const uint8_t *raw, struct png_picture *out)
{
	size_t		 line = (size_t)out->width * 3;
	uint8_t		*row = xcalloc(line, 1);
	uint32_t	 x, y;
	size_t		 i;

	for (y = 0; y < out->height; y++) {
		if (raw[0] != 0 && (raw[0] != 2 || y == 0)) {
			free(row);
			return bad("filter");
		}
		for (i = 0; i < line; i++)
			row[i] = raw[0] == 2 ? row[i] + raw[1 + i] : raw[1 + i];
		for (x = 0; x < out->width; x++)
			out->pixels[(size_t)y * out->width + x] =
			    (uint32_t)row[x * 3] << 16 | row[x * 3 + 1] << 8 |
			    row[x * 3 + 2];
		raw += line + 1;
	}
	free(row);
	return 0;
}

static int
inflate_all(const uint8_t *z, size_t len, struct png_picture *out)
{
	struct inflate_state	 s;
	size_t			 want = ((size_t)out->width * 3 + 1) *
	    out->height;
	uint8_t			*raw = xcalloc(want + 1, 1);
	int			 rv = 0;

	if (len < 6 || z[0] != 0x78 || (z[0] << 8 | z[1]) % 31 != 0)
		rv = bad("zlib header");
	isal_inflate_init(&s);
	s.crc_flag = ISAL_DEFLATE;
	s.next_in = (uint8_t *)(uintptr_t)z + 2;
	s.avail_in = len - 6;
	s.next_out = raw;
	s.avail_out = want + 1;
	if (rv == 0 && (isal_inflate(&s) != ISAL_DECOMP_OK ||
	    s.total_out != want || s.avail_in != 0 ||
	    s.block_state != ISAL_BLOCK_FINISH))
		rv = bad("compressed data");
	if (rv == 0 && isal_adler32(1, raw, want) != get32(z + len - 4))
		rv = bad("adler32");
	if (rv == 0)
		rv = unfilter(raw, out);
	free(raw);
	return rv;
}

int
png_read(const uint8_t *p, size_t len, struct png_picture *out)
{
	static const uint8_t	 sig[8] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10 };
	uint8_t			*z = xcalloc(len + 1, 1);
	size_t			 at = 8, n, zlen = 0;
	int			 end = 0, rv = 0;

	memset(out, 0, sizeof(*out));
	if (len < 8 || memcmp(p, sig, 8) != 0)
		rv = bad("signature");
	while (rv == 0 && !end) {
		if (len - at < 12 || (n = get32(p + at)) > len - at - 12) {
			rv = bad("cut off");
			break;
		}
		if (crc32_gzip_refl(0, p + at + 4, n + 4) !=
		    get32(p + at + 8 + n))
			rv = bad("crc");
		if (memcmp(p + at + 4, "IHDR", 4) == 0 && n == 13 && at == 8) {
			out->width = get32(p + at + 8);
			out->height = get32(p + at + 12);
			if (memcmp(p + at + 16, "\10\2\0\0\0", 5) != 0)
				rv = bad("kind");
		} else if (memcmp(p + at + 4, "IDAT", 4) == 0) {
			memcpy(z + zlen, p + at + 8, n);
			zlen += n;
		} else if (memcmp(p + at + 4, "IEND", 4) == 0 && n == 0)
			end = 1;
		else
			rv = bad("chunk");
		at += n + 12;
	}
	if (rv == 0 && (at != len || out->width == 0 || out->height == 0))
		rv = bad("length");
	if (rv == 0) {
		out->pixels = xcalloc((size_t)out->width * out->height, 4);
		rv = inflate_all(z, zlen, out);
	}
	free(z);
	return rv;
}

void
png_free(struct png_picture *p)
{
	free(p->pixels);
	memset(p, 0, sizeof(*p));
}
