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
#include "test.h"
#include "xmalloc.h"

enum { W = 1280, H = 800 };

static uint32_t	pixels[W * H];

static void
picture_flat(void)
{
	size_t	i;

	for (i = 0; i < W * H; i++)
		pixels[i] = 0x336699;
}

/* Something like a screen of text: 8 by 16 cells, some of them full. */
static void
picture_text(void)
{
	uint32_t	x, y, cell;

	srandom(1);
	for (y = 0; y < H; y++)
		for (x = 0; x < W; x++) {
			cell = (x / 8 * 31 + y / 16 * 17) % 40;
			pixels[y * W + x] = cell > 12 &&
			    ((x * cell ^ y * 3) % 7) == 0 ? 0xe0e0e0 + cell :
			    0x101018;
		}
}

static void
picture_noise(void)
{
	size_t	i;

	srandom(2);
	for (i = 0; i < W * H; i++)
		pixels[i] = random() & 0xffffff;
}

/* Smooth both ways with some noise, as a photograph. */
static void
picture_photo(void)
{
	uint32_t	x, y;

	srandom(3);
	for (y = 0; y < H; y++)
		for (x = 0; x < W; x++)
			pixels[y * W + x] = (x * 255 / W + random() % 4) % 256 << 16 |
			    (y * 255 / H + random() % 4) % 256 << 8 |
			    ((x + y) / 9 + random() % 4) % 256;
}

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

	if ((png = encode_png_mem(im, c, dirty, &size)) == NULL)
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
	static const struct {
		const char	*name;
		void		(*make)(void);
	} kinds[] = {
		{ "flat", picture_flat }, { "text", picture_text },
		{ "noise", picture_noise }, { "photo", picture_photo }
	};
	struct encode_image	im = { pixels, W, H, W };
	struct monotime		start;
	uint8_t			*png;
	size_t			 i, size = 0;
	int			 n;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kinds[i].make();
		ok(round_trip(&im, NULL, NULL), "%s comes back exactly",
		    kinds[i].name);
		start = monotime_now();
		for (n = 0; n < 10; n++) {
			png = encode_png_mem(&im, NULL, NULL, &size);
			free(png);
		}
		printf("# %s %dx%d: %.2f ms, %zu bytes\n", kinds[i].name, W, H,
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

	picture_text();
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

	picture_text();
	ok(round_trip(&im, c, none), "an empty cache is filled in any case");
	pixels[130 * W + 7] = 0x00ff00;
	ok(!round_trip(&im, c, none), "a band said to be clean is not made");
	ok(round_trip(&im, c, one), "a band said to be dirty is");
	start = monotime_now();
	png = encode_png_mem(&im, c, one, &size);
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

	fd = encode_png(&im, NULL, NULL, &size);
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
test_scale(void)
{
	struct encode_image	im = { pixels, W, H, W }, out;
	struct monotime		start;
	uint32_t		x, y;
	int			good;

	picture_flat();
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
