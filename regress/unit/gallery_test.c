/*
 * Pictures kept by what was asked for: after any damage they are those that
 * would be made anew, and no work is done that need not be.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gallery.h"
#include "scene.h"
#include "test.h"
#include "xmalloc.h"

enum { W = 640, H = 400, CURSOR = 12 };

static uint32_t		 pixels[W * H];
static uint32_t		 arrow[CURSOR * CURSOR];
static struct frame	 frame = { pixels, W, H, 1 };
static struct cursor	 pointer = { arrow, 100, 100, CURSOR, CURSOR, 5 };
static const struct cursor none;
static uint64_t		 tags;

static const struct shot_want	wants[] = {
	{ .width = W, .height = H, .out_width = W, .out_height = H },
	{ .width = W, .height = H, .out_width = W, .out_height = H,
	    .kind = { SHOT_JPEG, 80, 0 } },
	{ .width = W, .height = H, .out_width = 301, .out_height = 177,
	    .kind = { SHOT_JPEG, 92, 0 } },
	{ .x = 30, .y = 50, .width = 333, .height = 211, .out_width = 333,
	    .out_height = 211, .kind = { SHOT_WEBP, 0, 1 } },
	{ .x = 30, .y = 50, .width = 333, .height = 211, .out_width = 900,
	    .out_height = 700 },
	{ .x = 1, .y = 130, .width = 600, .height = 64, .out_width = 600,
	    .out_height = 64, .kind = { SHOT_WEBP, 50, 0 } },
	{ .width = W, .height = H, .out_width = W, .out_height = H,
	    .pointer = 1 },
	{ .width = W, .height = H, .out_width = 320, .out_height = 200,
	    .pointer = 1, .kind = { SHOT_JPEG, 80, 0 } }
};
enum { NWANTS = sizeof(wants) / sizeof(wants[0]) };

static const struct cursor *
cursor_of(const struct shot_want *w)
{
	return w->pointer ? &pointer : &none;
}

static struct print *
make(struct gallery *g, const struct shot_want *w, int *made)
{
	int	dummy;

	return gallery_make(g, &frame, w, cursor_of(w), ++tags,
	    made != NULL ? made : &dummy);
}

static int
is_same_file(int a, int b)
{
	off_t	 la = lseek(a, 0, SEEK_END), lb = lseek(b, 0, SEEK_END);
	uint8_t	*pa, *pb;
	int	 good;

	if (la != lb || la <= 0)
		return 0;
	pa = mmap(NULL, (size_t)la, PROT_READ, MAP_PRIVATE, a, 0);
	pb = mmap(NULL, (size_t)lb, PROT_READ, MAP_PRIVATE, b, 0);
	good = pa != MAP_FAILED && pb != MAP_FAILED &&
	    memcmp(pa, pb, (size_t)la) == 0;
	munmap(pa, (size_t)la);
	munmap(pb, (size_t)lb);
	return good;
}

/* Is it what somebody gets who was never here? */
static int
as_new(struct gallery *g, const struct shot_want *w)
{
	struct gallery	*other = gallery_new();
	struct print	*a = make(g, w, NULL), *b = make(other, w, NULL);
	int		 good;

	good = a != NULL && b != NULL && is_same_file(a->fd, b->fd);
	gallery_free(other);
	return good;
}

static void
damage(struct gallery *g, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
	struct bands	b;
	uint32_t	i, j, colour = (uint32_t)random() & 0xffffff;

	memset(&b, 0, sizeof(b));
	for (j = y; j < y + h && j < H; j++)
		for (i = x; i < x + w && i < W; i++)
			pixels[j * W + i] = colour ^ (i * j & 0xff);
	bands_set(&b, y, h);
	gallery_stale(g, &b);
	frame.generation++;
}

static void
test_damage(void)
{
	struct gallery	*g = gallery_new();
	unsigned int	 i, n, bad[NWANTS] = { 0 };

	scene_photo(pixels, W, H);
	for (n = 0; n < 60; n++) {
		for (i = 0; i < NWANTS; i++)
			if ((n + i) % 3 != 0 && !as_new(g, &wants[i]))
				bad[i]++;
		damage(g, (uint32_t)random() % W, (uint32_t)random() % H,
		    1 + (uint32_t)random() % 200,
		    1 + (uint32_t)random() % 60);
		if (n % 4 == 0) {
			pointer.x = (int32_t)(random() % (W + 20)) - 10;
			pointer.y = (int32_t)(random() % (H + 20)) - 10;
		}
	}
	for (i = 0; i < NWANTS; i++)
		ok(bad[i] == 0, "picture %u is as a new one, always", i);
	gallery_free(g);
}

static void
test_no_work(void)
{
	struct gallery	*g = gallery_new();
	const struct shot_want *low = &wants[5];	/* rows 130 to 193 */
	struct print	*p;
	uint64_t	 tag;
	int		 made;

	p = make(g, low, &made);
	tag = p->tag;
	ok(made, "the first is made");
	ok(print_is_right(p, frame.generation, &none), "and right");
	damage(g, 0, 300, 50, 50);
	ok(!print_is_right(p, frame.generation, &none), "until something is "
	    "drawn");
	p = make(g, low, &made);
	ok(!made && p->tag == tag && print_is_right(p, frame.generation,
	    &none), "elsewhere: no work, the same tag");
	damage(g, 0, 140, 5, 5);
	p = make(g, low, &made);
	ok(made && p->tag != tag, "inside: made, another tag");
	p = make(g, &wants[6], &made);
	tag = p->tag;
	pointer.x += 3;
	ok(!print_is_right(p, frame.generation, &pointer),
	    "the pointer moves");
	p = make(g, &wants[6], &made);
	ok(made && p->tag != tag, "which is seen in its picture");
	gallery_free(g);
}

static int
open_fds(void)
{
	int	fd, n = 0;

	for (fd = 0; fd < 1000; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
test_bounds(void)
{
	struct gallery	*g = gallery_new();
	struct shot_want w = wants[0];
	int		 before = open_fds(), i, made;
	size_t		 full;

	for (i = 0; i < 100; i++) {
		w.out_width = (uint32_t)(100 + i);
		make(g, &w, NULL);
	}
	ok(open_fds() - before == GALLERY_PRINTS, "so many, not more");
	ok(gallery_find(g, &w) != NULL && gallery_find(g, &wants[0]) == NULL,
	    "the last ones");
	full = gallery_bytes(g);
	gallery_rest(g);
	ok(gallery_bytes(g) > 0 && gallery_bytes(g) < full / 2,
	    "at rest, the files only");
	ok(as_new(g, &w), "from which it goes on");
	gallery_close(g);
	ok(gallery_bytes(g) == 0 && open_fds() == before, "then nothing");
	ok(as_new(g, &w), "and can begin again");
	gallery_rest(g);
	close(gallery_find(g, &w)->fd);
	gallery_find(g, &w)->fd = -1;
	ok(make(g, &w, &made) != NULL && made, "a file given back is made");
	gallery_free(g);
}

/* Pictures that do not compress: 12 MiB each, and as much in the cache. */
static void
test_bytes(void)
{
	enum { SIDE = 2048 };
	struct gallery	*g = gallery_new();
	struct frame	 big = { NULL, SIDE, SIDE, 1 };
	struct shot_want w = { .width = SIDE, .out_width = SIDE };
	struct print	*p;
	unsigned int	 i;
	size_t		 most = 0;
	int		 made, good = 1;

	big.pixels = xcalloc((size_t)SIDE * SIDE, sizeof(*big.pixels));
	scene_noise(big.pixels, SIDE, SIDE);
	for (i = 0; i < GALLERY_PRINTS; i++) {
		w.height = w.out_height = SIDE - i;
		p = gallery_make(g, &big, &w, &none, i + 1, &made);
		good &= p != NULL && p->fd != -1 && p->tag == i + 1;
		if (gallery_bytes(g) > most)
			most = gallery_bytes(g);
	}
	ok(good, "large ones are made");
	ok(most > GALLERY_BYTES / 2 && most <= GALLERY_BYTES,
	    "and do not take more than they may (%zu)", most);
	free(big.pixels);
	gallery_free(g);
}

static void
test_bands(void)
{
	struct bands	b;
	uint32_t	y;

	memset(&b, 0, sizeof(b));
	ok(bands_is_empty(&b) && bands_rows(&b, 800, &y) == 0, "no bands");
	bands_set(&b, -10, 10);
	bands_set(&b, SCREEN_MAX, 5);
	bands_set(&b, 5, 0);
	ok(bands_is_empty(&b), "nothing off the screen");
	bands_set(&b, 63, 2);
	ok(bands_rows(&b, 800, &y) == 128 && y == 0, "two of them");
	ok(bands_touch(&b, 127, 1) && !bands_touch(&b, 128, 500) &&
	    !bands_touch(&b, 0, 0), "touched, or not");
	bands_fill(&b);
	ok(bands_rows(&b, 800, &y) == 800 && bands_touch(&b, SCREEN_MAX - 1,
	    1) && !bands_touch(&b, SCREEN_MAX, 1), "all of them");
}

int
main(void)
{
	unsigned int	i;

	srandom(5);
	for (i = 0; i < CURSOR * CURSOR; i++)
		arrow[i] = i % CURSOR <= i / CURSOR ? 0xff2040ff : 0;
	test_bands();
	test_damage();
	test_no_work();
	test_bounds();
	test_bytes();
	return done();
}
