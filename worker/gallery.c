#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gallery.h"
#include "scale.h"
#include "xmalloc.h"

struct gallery {
	struct print	print[GALLERY_PRINTS];
	uint64_t	clock;
};

struct gallery *
gallery_new(void)
{
	struct gallery	*g = xcalloc(1, sizeof(*g));
	size_t		 i;

	for (i = 0; i < GALLERY_PRINTS; i++)
		g->print[i].fd = -1;
	return g;
}

static int
is_scaled(const struct print *p)
{
	return p->want.out_width != p->want.width ||
	    p->want.out_height != p->want.height;
}

static void
print_rest(struct print *p)
{
	if (p->cache != NULL)
		encode_cache_clear(p->cache);
	free(p->scaled);
	p->scaled = NULL;
}

static void
print_drop(struct print *p)
{
	print_rest(p);
	encode_cache_free(p->cache);
	if (p->fd != -1)
		close(p->fd);
	memset(p, 0, sizeof(*p));
	p->fd = -1;
}

static size_t
print_bytes(const struct print *p)
{
	size_t	n = 0;

	if (p->fd != -1)
		n += p->size;
	if (p->cache != NULL)
		n += encode_cache_bytes(p->cache);
	if (p->scaled != NULL)
		n += (size_t)p->want.out_width * p->want.out_height *
		    sizeof(*p->scaled);
	return n;
}

void
gallery_rest(struct gallery *g)
{
	size_t	i;

	for (i = 0; i < GALLERY_PRINTS; i++)
		print_rest(&g->print[i]);
}

void
gallery_close(struct gallery *g)
{
	size_t	i;

	for (i = 0; i < GALLERY_PRINTS; i++)
		print_drop(&g->print[i]);
}

void
gallery_free(struct gallery *g)
{
	if (g == NULL)
		return;
	gallery_close(g);
	free(g);
}

size_t
gallery_bytes(const struct gallery *g)
{
	size_t	i, n = 0;

	for (i = 0; i < GALLERY_PRINTS; i++)
		n += print_bytes(&g->print[i]);
	return n;
}

void
gallery_stale(struct gallery *g, const struct bands *b)
{
	size_t	i;

	for (i = 0; i < GALLERY_PRINTS; i++)
		bands_add(&g->print[i].stale, b);
}

static int
is_same_want(const struct shot_want *a, const struct shot_want *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width &&
	    a->height == b->height && a->out_width == b->out_width &&
	    a->out_height == b->out_height && a->pointer == b->pointer &&
	    a->kind.format == b->kind.format &&
	    a->kind.quality == b->kind.quality &&
	    a->kind.lossless == b->kind.lossless;
}

struct print *
gallery_find(struct gallery *g, const struct shot_want *want)
{
	size_t	i;

	for (i = 0; i < GALLERY_PRINTS; i++)
		if (g->print[i].cache != NULL &&
		    is_same_want(&g->print[i].want, want)) {
			g->print[i].used = ++g->clock;
			return &g->print[i];
		}
	return NULL;
}

static struct print *
oldest(struct gallery *g, const struct print *but)
{
	struct print	*p = NULL;
	size_t		 i;

	for (i = 0; i < GALLERY_PRINTS; i++)
		if (&g->print[i] != but && (p == NULL ||
		    g->print[i].used < p->used))
			p = &g->print[i];
	return p;
}

/* In the place that was not needed for longest. */
static struct print *
print_new(struct gallery *g, const struct shot_want *want)
{
	struct print	*p = oldest(g, NULL);

	print_drop(p);
	p->want = *want;
	p->want.tag = 0;
	p->cache = encode_cache_new();
	p->used = ++g->clock;
	bands_fill(&p->stale);
	return p;
}

static void
trim(struct gallery *g, const struct print *but)
{
	struct print	*p;
	unsigned int	 i;

	for (i = 1; i < GALLERY_PRINTS &&
	    gallery_bytes(g) > GALLERY_BYTES; i++) {
		p = oldest(g, but);
		print_drop(p);
		p->used = ++g->clock;
	}
}

static int
is_same_cursor(const struct print *p, const struct cursor *cu)
{
	return !p->want.pointer || (p->cursor.serial == cu->serial &&
	    p->cursor.x == cu->x && p->cursor.y == cu->y &&
	    p->cursor.width == cu->width && p->cursor.height == cu->height);
}

int
print_is_right(const struct print *p, uint64_t generation,
    const struct cursor *cu)
{
	return p->tag != 0 && p->generation == generation &&
	    is_same_cursor(p, cu);
}

static uint32_t
blend(uint32_t over, uint32_t under)
{
	uint32_t	a = 255 - (over >> 24), out = 0, v;
	int		s;

	for (s = 0; s <= 16; s += 8) {
		v = ((over >> s) & 0xff) +
		    (((under >> s) & 0xff) * a + 127) / 255;
		out |= (v > 255 ? 255 : v) << s;
	}
	return out;
}

/* One row of it at a time; saved, so that the frame stays clean. */
static void
cursor_draw(const struct frame *f, const struct cursor *cu, uint32_t *saved,
    int restore)
{
	uint32_t	*p;
	uint32_t	 i, j;
	int64_t		 x, y;

	for (j = 0; j < cu->height; j++)
		for (i = 0; i < cu->width; i++) {
			x = (int64_t)cu->x + i;
			y = (int64_t)cu->y + j;
			if (x < 0 || y < 0 || x >= f->width || y >= f->height)
				continue;
			p = &f->pixels[y * f->width + x];
			if (restore) {
				*p = saved[(size_t)j * cu->width + i];
				continue;
			}
			saved[(size_t)j * cu->width + i] = *p;
			*p = blend(cu->pixels[(size_t)j * cu->width + i], *p);
		}
}

/*
 * Bands of the picture that show stale bands of the frame.  A row of a
 * scaled picture may look one row beyond those that it covers.
 */
static void
stale_bands(const struct print *p, struct bands *out)
{
	const struct shot_want	*w = &p->want;
	uint64_t		 first, last;
	uint32_t		 y, end;

	memset(out, 0, sizeof(*out));
	for (y = 0; y < w->out_height; y += ENCODE_BAND) {
		end = y + ENCODE_BAND < w->out_height ? y + ENCODE_BAND :
		    w->out_height;
		first = (uint64_t)y * w->height / w->out_height;
		last = ((uint64_t)end * w->height - 1) / w->out_height;
		if (is_scaled(p)) {
			first -= first > 0;
			last += last + 1 < w->height;
		}
		if (bands_touch(&p->stale, w->y + (uint32_t)first,
		    (uint32_t)(last - first) + 1))
			bands_set(out, y, 1);
	}
}

static void
print_scale(struct print *p, struct encode_image *im, struct bands *todo)
{
	struct encode_image	out = { NULL, p->want.out_width,
				    p->want.out_height, p->want.out_width };

	if (p->scaled == NULL) {
		p->scaled = xreallocarray(NULL,
		    (size_t)out.width * out.height, sizeof(*p->scaled));
		bands_fill(todo);
	}
	out.pixels = p->scaled;
	scale_bands(im, &out, p->scaled, todo->bit);
	*im = out;
}

static int
print_encode(struct print *p, const struct frame *f,
    const struct cursor *cu, struct bands *todo)
{
	const struct shot_want	*w = &p->want;
	struct encode_image	 im = { f->pixels + (size_t)w->y * f->width +
				    w->x, w->width, w->height, f->width };
	uint32_t		*saved = NULL;

	if (w->pointer && cu->pixels != NULL) {
		saved = xcalloc((size_t)cu->width * cu->height,
		    sizeof(*saved));
		cursor_draw(f, cu, saved, 0);
	}
	if (is_scaled(p))
		print_scale(p, &im, todo);
	if (p->fd != -1)
		close(p->fd);
	p->fd = encode(&im, &w->kind, p->cache, todo->bit, &p->size);
	if (saved != NULL)
		cursor_draw(f, cu, saved, 1);
	free(saved);
	return p->fd == -1 ? -1 : 0;
}

struct print *
gallery_make(struct gallery *g, const struct frame *f,
    const struct shot_want *want, const struct cursor *cu, uint64_t tag,
    int *made)
{
	struct print	*p = gallery_find(g, want);
	struct bands	 todo;

	if (p == NULL)
		p = print_new(g, want);
	if (!is_same_cursor(p, cu)) {
		bands_set(&p->stale, p->cursor.y, p->cursor.height);
		bands_set(&p->stale, cu->y, cu->height);
	}
	stale_bands(p, &todo);
	if (p->tag == 0 || !bands_is_empty(&todo))
		p->tag = tag;
	*made = p->fd == -1 || !bands_is_empty(&todo);
	if (*made && print_encode(p, f, cu, &todo) == -1) {
		print_drop(p);
		return NULL;
	}
	memset(&p->stale, 0, sizeof(p->stale));
	p->generation = f->generation;
	p->cursor = *cu;
	p->cursor.pixels = NULL;
	trim(g, p);
	return p;
}
