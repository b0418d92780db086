/* Pictures: every byte of the file is right, and every pixel comes back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <fcntl.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "encode.h"
#include "monotime.h"
#include "png_read.h"
#include "scale.h"
#include "scene.h"
#include "test.h"
#include "xmalloc.h"

enum { W = 1280, H = 800 };

static uint32_t	pixels[W * H];
static const struct encode_kind	png_kind = { SHOT_PNG, 0, 0 };

static int
same(const struct encode_image *im, const struct png_picture *p)
{
	uint32_t	x, y;

	if (p->width != im->width || p->height != im->height)
		return 0;
	for (y = 0; y < im->height; y++)
		for (x = 0; x < im->width; x++)
			if (p->pixels[(size_t)y * p->width + x] !=
			    (im->pixels[(size_t)y * im->stride + x] &
			    0xffffff))
				return 0;
	return 1;
}

static int
round_trip(const struct encode_image *im, struct encode_cache *c,
    const uint8_t *dirty)
{
	struct png_picture	p;
	uint8_t			*png;
	size_t			 size;
	int			 good;

	if ((png = encode_mem(im, &png_kind, c, dirty, &size)) == NULL)
		return 0;
	good = png_read(png, size, &p) == 0 && same(im, &p);
	if (good == 0)
		printf("# %s\n", png_read_why());
	free(png);
	png_free(&p);
	return good;
}

static void
test_kinds(void)
{
	struct encode_image	im = { pixels, W, H, W };
	struct monotime		start;
	uint8_t			*png;
	size_t			 i, size = 0;
	int			 n;

	for (i = 0; i < nscenes; i++) {
		scenes[i].draw(pixels, W, H);
		ok(round_trip(&im, NULL, NULL), "%s comes back exactly",
		    scenes[i].name);
		start = monotime_now();
		for (n = 0; n < 10; n++) {
			png = encode_mem(&im, &png_kind, NULL, NULL, &size);
			free(png);
		}
		printf("# %s %dx%d: %.2f ms, %zu bytes\n", scenes[i].name, W, H,
		    monotime_since_us(start) / 10000.0, size);
	}
}

static void
test_sizes(void)
{
	static const uint32_t	sizes[][2] = {
		{ 1, 1 }, { 1, 64 }, { 3, 65 }, { 64, 63 }, { 127, 128 },
		{ 1280, 1 }, { 333, 777 }
	};
	struct encode_image	im = { pixels, 0, 0, W };
	size_t			i;

	scene_text(pixels, W, H);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		im.width = sizes[i][0];
		im.height = sizes[i][1];
		ok(round_trip(&im, NULL, NULL), "%ux%u", im.width, im.height);
	}
	im.width = 0;
	ok(!round_trip(&im, NULL, NULL), "no width, no picture");
}

static void
test_cache(void)
{
	struct encode_image	 im = { pixels, W, H, W };
	struct encode_cache	*c = encode_cache_new();
	struct monotime		 start;
	uint8_t			 none[2] = { 0, 0 }, one[2] = { 0x04, 0 };
	uint8_t			*png;
	uint32_t		 saved = pixels[130 * W + 7];
	size_t			 size;

	scene_text(pixels, W, H);
	ok(round_trip(&im, c, none), "an empty cache is filled in any case");
	pixels[130 * W + 7] = 0x00ff00;
	ok(!round_trip(&im, c, none), "a band said to be clean is not made");
	ok(round_trip(&im, c, one), "a band said to be dirty is");
	start = monotime_now();
	png = encode_mem(&im, &png_kind, c, one, &size);
	printf("# one band of %dx%d: %.2f ms\n", W, H,
	    monotime_since_us(start) / 1000.0);
	free(png);
	im.height = 400;
	ok(round_trip(&im, c, none), "another size empties the cache");
	pixels[130 * W + 7] = saved;
	encode_cache_free(c);
}

static void
test_memfd(void)
{
	struct encode_image	im = { pixels, 100, 100, W };
	struct png_picture	p;
	uint32_t		size = 0;
	uint8_t			*map;
	int			fd, seals;

	fd = encode(&im, &png_kind, NULL, NULL, &size);
	ok(fd != -1, "a memfd");
	ok(lseek(fd, 0, SEEK_END) == size, "as long as it says");
	seals = fcntl(fd, F_GET_SEALS);
	ok(seals == (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
	    F_SEAL_SEAL), "sealed");
	ok(write(fd, "x", 1) == -1, "cannot be written");
	map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	ok(map != MAP_FAILED && png_read(map, size, &p) == 0 && same(&im, &p),
	    "holds the picture");
	png_free(&p);
	munmap(map, size);
	close(fd);
}

static void
scale_image(const struct encode_image *in, uint32_t width, uint32_t height,
    struct encode_image *out)
{
	uint32_t	*to = xcalloc((size_t)width * height, sizeof(*to));

	out->width = out->stride = width;
	out->height = height;
	out->pixels = to;
	scale_bands(in, out, to, NULL);
}

static void
test_scale(void)
{
	struct encode_image	im = { pixels, W, H, W }, out;
	struct monotime		start;
	uint32_t		x, y;
	int			good;

	scene_flat(pixels, W, H);
	scale_image(&im, 333, 100, &out);
	for (good = 1, y = 0; y < out.height; y++)
		for (x = 0; x < out.width; x++)
			good &= out.pixels[y * out.width + x] == 0x336699;
	ok(good && out.width == 333 && out.height == 100,
	    "a flat picture stays flat when smaller");
	free((void *)(uintptr_t)out.pixels);
	scale_image(&im, 3000, 1999, &out);
	for (good = 1, y = 0; y < out.height; y++)
		for (x = 0; x < out.width; x++)
			good &= out.pixels[(size_t)y * out.width + x] ==
			    0x336699;
	ok(good, "and when larger");
	free((void *)(uintptr_t)out.pixels);
	for (y = 0; y < H; y++)
		for (x = 0; x < W; x++)
			pixels[y * W + x] = (x + y) % 2 ? 0xffffff : 0;
	scale_image(&im, W / 2, H / 2, &out);
	for (good = 1, y = 0; y < out.height; y++)
		for (x = 0; x < out.width; x++)
			good &= (out.pixels[y * out.width + x] & 0xff) >= 127 &&
			    (out.pixels[y * out.width + x] & 0xff) <= 128;
	ok(good, "a chessboard becomes grey at half the size");
	free((void *)(uintptr_t)out.pixels);
	scale_image(&im, 1, 1, &out);
	ok((out.pixels[0] & 0xff) >= 126 && (out.pixels[0] & 0xff) <= 129,
	    "one pixel is the mean of all");
	free((void *)(uintptr_t)out.pixels);
	start = monotime_now();
	scale_image(&im, 1024, 640, &out);
	printf("# scale %dx%d to 1024x640: %.2f ms\n", W, H,
	    monotime_since_us(start) / 1000.0);
	free((void *)(uintptr_t)out.pixels);
}

int
main(void)
{
	test_kinds();
	test_sizes();
	test_cache();
	test_memfd();
	test_scale();
	return done();
}
