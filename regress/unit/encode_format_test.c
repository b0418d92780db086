/*
 * JPEG and WebP, read by decoders that know nothing of how they were made:
 * bands of a JPEG must be what the library makes of the whole, byte by byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "monotime.h"
#include "scene.h"
#include "test.h"
#include "xmalloc.h"

enum { W = 1280, H = 800 };

static uint32_t	pixels[W * H];

static const struct encode_kind	jpeg = { SHOT_JPEG, 80, 0 };
static const struct encode_kind	fine = { SHOT_JPEG, 95, 0 };
static const struct encode_kind	lossy = { SHOT_WEBP, 80, 0 };
static const struct encode_kind	lossless = { SHOT_WEBP, 0, 1 };

/* The whole picture by the library alone, markers and all. */
static uint8_t *
reference(const struct encode_image *im, uint32_t quality, size_t *len)
{
	struct jpeg_compress_struct	 z;
	struct jpeg_error_mgr		 err;
	unsigned char			*out = NULL;
	unsigned long			 size = 0;
	JSAMPROW			 line;
	uint8_t				*rgb = xcalloc(im->width, 3);
	uint32_t			 x, p;
	int				 full = quality >= 90;

	z.err = jpeg_std_error(&err);
	jpeg_create_compress(&z);
	jpeg_mem_dest(&z, &out, &size);
	z.image_width = im->width;
	z.image_height = im->height;
	z.input_components = 3;
	z.in_color_space = JCS_RGB;
	jpeg_set_defaults(&z);
	jpeg_set_quality(&z, (int)quality, TRUE);
	z.comp_info[0].h_samp_factor = z.comp_info[0].v_samp_factor =
	    full ? 1 : 2;
	z.restart_in_rows = full ? 8 : 4;
	jpeg_start_compress(&z, TRUE);
	while (z.next_scanline < z.image_height) {
		for (x = 0; x < im->width; x++) {
			p = im->pixels[(size_t)z.next_scanline * im->stride +
			    x];
			rgb[x * 3] = (uint8_t)(p >> 16);
			rgb[x * 3 + 1] = (uint8_t)(p >> 8);
			rgb[x * 3 + 2] = (uint8_t)p;
		}
		line = rgb;
		jpeg_write_scanlines(&z, &line, 1);
	}
	jpeg_finish_compress(&z);
	jpeg_destroy_compress(&z);
	free(rgb);
	*len = size;
	return out;
}

static int
is_reference(const struct encode_image *im, uint32_t quality,
    struct encode_cache *c, const uint8_t *dirty)
{
	struct encode_kind	 kind = { SHOT_JPEG, quality, 0 };
	uint8_t			*a, *b;
	size_t			 la = 0, lb;
	int			 good;

	a = encode_mem(im, &kind, c, dirty, &la);
	b = reference(im, quality, &lb);
	good = a != NULL && la == lb && memcmp(a, b, la) == 0;
	if (!good)
		printf("# %ux%u quality %u: %zu bytes, not %zu\n", im->width,
		    im->height, quality, la, lb);
	free(a);
	free(b);
	return good;
}

/* As alike as said, after its own decoder. */
static double
alike(const struct encode_image *im, const struct encode_kind *kind)
{
	uint8_t		*data;
	uint32_t	*back, w, h;
	size_t		 len;
	double		 psnr = 0;

	if ((data = encode_mem(im, kind, NULL, NULL, &len)) == NULL)
		return 0;
	back = scene_read(kind->format, data, len, &w, &h);
	if (back != NULL && w == im->width && h == im->height)
		psnr = scene_psnr(im, back);
	free(back);
	free(data);
	return psnr;
}

static void
timed(const char *what, const struct encode_image *im,
    const struct encode_kind *kind)
{
	struct monotime	 start = monotime_now();
	size_t		 len = 0;
	int		 i;

	for (i = 0; i < 5; i++)
		free(encode_mem(im, kind, NULL, NULL, &len));
	printf("# %s %ux%u format %d quality %u: %.2f ms, %zu bytes\n", what,
	    im->width, im->height, kind->format, kind->quality,
	    monotime_since_us(start) / 5000.0, len);
}

static void
test_scenes(void)
{
	/* In dB; what lossy kinds make of noise is not looked at. */
	static const double	least[][3] = {
		{ 40, 40, 40 }, { 22, 30, 22 }, { 0, 0, 0 }, { 30, 40, 30 }
	};
	struct encode_image	im = { pixels, W, H, W };
	unsigned int		i;

	for (i = 0; i < nscenes; i++) {
		scenes[i].draw(pixels, W, H);
		ok(is_reference(&im, 80, NULL, NULL),
		    "%s: bands make the JPEG of the whole", scenes[i].name);
		ok(is_reference(&im, 95, NULL, NULL), "%s: in fine, too",
		    scenes[i].name);
		printf("# dB: %.1f %.1f %.1f\n", alike(&im, &jpeg),
		    alike(&im, &fine), alike(&im, &lossy));
		ok(alike(&im, &jpeg) >= least[i][0], "%s: JPEG", scenes[i].name);
		ok(alike(&im, &fine) >= least[i][1], "%s: fine JPEG",
		    scenes[i].name);
		ok(alike(&im, &lossy) >= least[i][2], "%s: WebP",
		    scenes[i].name);
		ok(alike(&im, &lossless) >= 100, "%s: lossless WebP comes "
		    "back exactly", scenes[i].name);
		timed(scenes[i].name, &im, &jpeg);
		timed(scenes[i].name, &im, &fine);
		timed(scenes[i].name, &im, &lossy);
		timed(scenes[i].name, &im, &lossless);
	}
}

static void
test_sizes(void)
{
	static const uint32_t	sizes[][2] = {
		{ 1, 1 }, { 7, 9 }, { 1, 64 }, { 3, 65 }, { 64, 63 },
		{ 127, 128 }, { 1280, 1 }, { 333, 777 }, { 16, 640 }
	};
	struct encode_image	im = { pixels + 13, 0, 0, W };
	size_t			i;

	scene_photo(pixels, W, H);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		im.width = sizes[i][0];
		im.height = sizes[i][1];
		ok(is_reference(&im, 75, NULL, NULL) &&
		    is_reference(&im, 90, NULL, NULL), "JPEG %ux%u", im.width,
		    im.height);
		ok(alike(&im, &jpeg) > 25, "is right");
		ok(alike(&im, &lossless) >= 100, "lossless WebP %ux%u",
		    im.width, im.height);
	}
}

/* Rectangles anywhere, and the bands they touch. */
static void
scribble(uint32_t seed, uint8_t *dirty)
{
	uint32_t	x = seed * 97 % (W - 100), y = seed * 61 % (H - 90);
	uint32_t	i, j;

	memset(dirty, 0, 2);
	for (j = y; j < y + 1 + seed % 90; j++) {
		dirty[j / ENCODE_BAND / 8] |= 1 << j / ENCODE_BAND % 8;
		for (i = x; i < x + 1 + seed % 100; i++)
			pixels[j * W + i] = seed * 2654435761U & 0xffffff;
	}
}

static void
test_damage(void)
{
	struct encode_image	 im = { pixels, W, H, W };
	struct encode_cache	*c = encode_cache_new();
	struct monotime		 start;
	uint8_t			 dirty[2] = { 0, 0 };
	size_t			 len;
	uint32_t		 i;
	int			 good = 1;

	scene_text(pixels, W, H);
	ok(is_reference(&im, 80, c, dirty), "an empty cache is filled");
	for (i = 1; i <= 40; i++) {
		scribble((uint32_t)random() & 0xffff, dirty);
		good &= is_reference(&im, 80, c, dirty);
	}
	ok(good, "after damage, the same as one made anew");
	scribble(7, dirty);
	memset(dirty, 0, sizeof(dirty));
	ok(!is_reference(&im, 80, c, dirty), "clean bands are not made");
	memset(dirty, 0xff, sizeof(dirty));
	ok(is_reference(&im, 80, c, dirty), "dirty ones are");
	memset(dirty, 0, sizeof(dirty));
	ok(is_reference(&im, 60, c, dirty), "another quality, another cache");
	dirty[0] = 4;
	start = monotime_now();
	free(encode_mem(&im, &jpeg, c, dirty, &len));
	free(encode_mem(&im, &jpeg, c, dirty, &len));
	printf("# one band: about %.2f ms\n", monotime_since_us(start) /
	    1000.0 / 14 * 2);
	ok(encode_cache_bytes(c) > 1000 && encode_cache_bytes(c) < len,
	    "it knows its size");
	encode_cache_clear(c);
	ok(encode_cache_bytes(c) == 0, "and can be emptied");
	encode_cache_free(c);
}

static void
test_kinds(void)
{
	static const struct encode_kind	bad[] = {
		{ SHOT_PNG, 1, 0 }, { SHOT_PNG, 0, 1 }, { SHOT_JPEG, 0, 0 },
		{ SHOT_JPEG, 101, 0 }, { SHOT_JPEG, 50, 1 },
		{ SHOT_WEBP, 0, 0 }, { SHOT_WEBP, 101, 0 },
		{ SHOT_WEBP, 50, 1 }, { SHOT_WEBP + 1, 50, 0 }
	};
	static const struct encode_kind	good[] = {
		{ SHOT_PNG, 0, 0 }, { SHOT_JPEG, 1, 0 }, { SHOT_JPEG, 100, 0 },
		{ SHOT_WEBP, 1, 0 }, { SHOT_WEBP, 100, 0 }, { SHOT_WEBP, 0, 1 }
	};
	struct encode_image	im = { pixels, 64, 64, W };
	size_t			i, len;
	int			refused = 1, made = 1;
	uint8_t			*p;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused &= encode_mem(&im, &bad[i], NULL, NULL, &len) == NULL;
	ok(refused, "what there is not is refused");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		p = encode_mem(&im, &good[i], NULL, NULL, &len);
		made &= p != NULL;
		free(p);
	}
	ok(made, "the least and the best quality are not");
	im.width = 0;
	ok(encode_mem(&im, &jpeg, NULL, NULL, &len) == NULL &&
	    encode_mem(&im, &lossy, NULL, NULL, &len) == NULL,
	    "no width, no picture");
	encode_warm_up();
}

int
main(void)
{
	srandom(4);
	test_scenes();
	test_sizes();
	test_damage();
	test_kinds();
	return done();
}
