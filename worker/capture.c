/*
 * The server copies the rows that were drawn upon into memory we made and
 * sealed; from there they go into a frame of our own, since the server can
 * change that memory at any time.  Pictures are made of the frame.
 */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xcb/shm.h>
#include <xcb/xfixes.h>
#include <xcb/xproto.h>

#include "capture.h"
#include "display_state.h"
#include "encode.h"
#include "sizes.h"
#include "log.h"
#include "scale.h"
#include "xmalloc.h"

enum {
	BANDS		= SCREEN_MAX / ENCODE_BAND,
	KEPT		= 4,		/* finished pictures */
	IDLE_S		= 5,		/* then big buffers are given back */
	CURSOR_MAX	= 512,		/* pixels on a side */
	TRIES		= 3		/* the size may change under us */
};

/* Bands of rows that have changed; a bit each. */
struct bands {
	uint8_t	bit[BANDS / 8];
};

struct picture {
	uint64_t	tag;		/* 0: free */
	uint64_t	generation;
	uint64_t	used;
	uint32_t	width;
	uint32_t	height;
	uint32_t	size;
	int		fd;
};

struct capture {
	struct display		*d;
	struct event		 idle;
	struct encode_cache	*cache;		/* of the whole screen */
	struct picture		 kept[KEPT];
	struct bands		 dirty;		/* screen against frame */
	struct bands		 encode;	/* frame against cache */
	struct bands		 flying;	/* under way from the server */
	uint64_t		 nonce;
	uint64_t		 generation;	/* of the screen */
	uint64_t		 frame_generation;	/* 0: no frame */
	uint64_t		 frame_seq;	/* request that fetched it */
	uint64_t		 flying_generation;
	uint64_t		 clock;
	uint32_t		*frame;
	uint32_t		 width;		/* of frame and shared memory */
	uint32_t		 height;
	uint32_t		 flying_y;
	uint32_t		 flying_h;
	uint32_t		 segment;	/* 0: none */
	uint32_t		*shared;
	size_t			 shared_size;
	uint64_t		 flying_seq;
	unsigned int		 tries;
	int			 in_flight;
};

struct cursor {
	uint32_t		*pixels;	/* with alpha, premultiplied */
	int32_t			 x, y;		/* of its first pixel */
	uint32_t		 width;
	uint32_t		 height;
	uint32_t		 serial;
};

struct shot_op {
	struct op	 op;
	struct shot_want asked;
	struct shot_want want;		/* with all sizes filled in */
	capture_cb	*cb;
	struct cursor	 cursor;
	struct shot	 shot;
	uint64_t	 start;		/* requests sent before it */
	int		 waiting;	/* for what is in flight */
	int		 served;	/* told of what has landed */
};

static void	shot_undo(struct op *);
static void	shot_report(struct op *, enum problem);
static void	shot_try(struct shot_op *);
static int	capture_fly(struct capture *);

static const struct op_kind	shot_kind = { shot_undo, shot_report };

/*
 * Bands.
 */
static void
bands_set(struct bands *b, int64_t y, int64_t h)
{
	int64_t	i;

	if (y < 0) {
		h += y;
		y = 0;
	}
	if (y + h > SCREEN_MAX)
		h = SCREEN_MAX - y;
	if (h <= 0)
		return;
	for (i = y / ENCODE_BAND; i <= (y + h - 1) / ENCODE_BAND; i++)
		b->bit[i / 8] |= 1 << i % 8;
}

static void
bands_add(struct bands *b, const struct bands *more)
{
	size_t	i;

	for (i = 0; i < sizeof(b->bit); i++)
		b->bit[i] |= more->bit[i];
}

/* First row and number of rows that cover all; 0 when there is none. */
static uint32_t
bands_rows(const struct bands *b, uint32_t height, uint32_t *y)
{
	uint32_t	i, first = BANDS, end = 0;

	for (i = 0; i < BANDS; i++)
		if (b->bit[i / 8] & 1 << i % 8) {
			if (first == BANDS)
				first = i;
			end = i + 1;
		}
	*y = first * ENCODE_BAND;
	end *= ENCODE_BAND;
	if (end > height)
		end = height;
	return *y < end ? end - *y : 0;
}

/*
 * The life of a capture.
 */
static void
capture_idle_cb(int fd, short events, void *arg)
{
	struct capture	*c = arg;

	(void)fd;
	(void)events;
	if (c->in_flight)
		return;
	free(c->frame);
	c->frame = NULL;
	c->frame_generation = 0;
	encode_cache_free(c->cache);
	c->cache = encode_cache_new();
	if (c->shared != NULL)
		madvise(c->shared, c->shared_size, MADV_REMOVE);
}

struct capture *
capture_new(struct display *d)
{
	struct capture	*c = xcalloc(1, sizeof(*c));
	unsigned int	 i;

	c->d = d;
	c->cache = encode_cache_new();
	c->generation = 1;
	arc4random_buf(&c->nonce, sizeof(c->nonce));
	for (i = 0; i < KEPT; i++)
		c->kept[i].fd = -1;
	evtimer_assign(&c->idle, d->base, capture_idle_cb, c);
	return c;
}

static void
capture_drop_kept(struct capture *c)
{
	unsigned int	i;

	for (i = 0; i < KEPT; i++) {
		if (c->kept[i].fd != -1)
			close(c->kept[i].fd);
		c->kept[i].fd = -1;
		c->kept[i].tag = 0;
	}
}

static void
capture_unmap(struct capture *c)
{
	if (c->shared != NULL)
		munmap(c->shared, c->shared_size);
	c->shared = NULL;
	free(c->frame);
	c->frame = NULL;
	c->frame_generation = 0;
}

void
capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	event_del(&c->idle);
	capture_drop_kept(c);
	capture_unmap(c);
	encode_cache_free(c->cache);
	free(c);
}

uint64_t
capture_generation(const struct display *d)
{
	return d->capture == NULL ? 0 : d->capture->generation;
}

void
capture_damaged(struct capture *c, const struct rect *r)
{
	c->generation++;
	bands_set(&c->dirty, r->y, r->h);
}

/* What is in flight fails by itself, or is thrown away. */
void
capture_resized(struct capture *c)
{
	c->generation++;
	c->frame_generation = 0;
}

/*
 * Memory shared with the server.
 */
static void
capture_detach(struct capture *c)
{
	xcb_shm_detach_request_t	r;

	capture_unmap(c);
	if (c->segment == 0)
		return;
	memset(&r, 0, sizeof(r));
	r.major_opcode = c->d->ext[EXT_SHM].major;
	r.minor_opcode = XCB_SHM_DETACH;
	r.shmseg = c->segment;
	x_send(c->d->x, &r, sizeof(r), NULL, 0);
	c->segment = 0;
}

static void
capture_attached_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct capture	*c = arg;

	(void)reply;
	(void)len;
	if (problem == PROBLEM_INTERNAL)
		display_fail(c->d, "display_unfit");
}

/* The size is fixed by seals before the server gets to see it. */
static int
capture_memfd(size_t size)
{
	int	fd, saved_errno;

	if ((fd = memfd_create("screen", MFD_CLOEXEC | MFD_ALLOW_SEALING)) ==
	    -1)
		return -1;
	if (ftruncate(fd, size) == -1 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK |
	    F_SEAL_GROW | F_SEAL_SEAL) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

static int
capture_attach(struct capture *c)
{
	xcb_shm_attach_fd_request_t	r;
	struct display			*d = c->d;
	void				*p;
	int				 fd;

	if (c->shared != NULL && c->width == d->width &&
	    c->height == d->height)
		return 0;
	capture_detach(c);
	c->width = d->width;
	c->height = d->height;
	c->shared_size = (size_t)c->width * c->height * sizeof(*c->shared);
	if ((fd = capture_memfd(c->shared_size)) == -1) {
		log_warn("memory for the screen");
		return -1;
	}
	p = mmap(NULL, c->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	if (p == MAP_FAILED) {
		log_warn("memory for the screen");
		close(fd);
		return -1;
	}
	c->shared = p;
	c->segment = x_id(d->x);
	memset(&r, 0, sizeof(r));
	r.major_opcode = d->ext[EXT_SHM].major;
	r.minor_opcode = XCB_SHM_ATTACH_FD;
	r.shmseg = c->segment;
	x_send_fd(d->x, &r, sizeof(r), fd);
	x_watch(d->x, capture_attached_cb, c);
	return 0;
}

/*
 * Fetching.  The generation is taken before the request is sent: damage that
 * is heard of later may or may not be in the picture, so it counts as not.
 */
static void
capture_landed(struct capture *c)
{
	struct bands	all;
	uint32_t	y = c->flying_y;
	size_t		off = (size_t)y * c->width;

	memcpy(c->frame + off, c->shared + off,
	    (size_t)c->flying_h * c->width * sizeof(*c->frame));
	if (c->frame_generation == 0) {
		memset(&all, 0xff, sizeof(all));
		c->encode = all;
	} else
		bands_add(&c->encode, &c->flying);
	c->frame_generation = c->flying_generation;
	c->frame_seq = c->flying_seq;
	c->tries = 0;
}

/* Everybody who waited: an answer, or another flight. */
static void
capture_serve(struct capture *c, enum problem problem)
{
	struct display	*d = c->d;
	struct shot_op	*so;
	struct op	*op;

	display_enter(d);
	/* Those who start to wait again meanwhile are not meant. */
	TAILQ_FOREACH(op, &d->ops, entry)
		if (op->kind == &shot_kind) {
			so = (struct shot_op *)op;
			so->served = !so->waiting;
		}
again:
	TAILQ_FOREACH(op, &d->ops, entry) {
		so = (struct shot_op *)op;
		if (op->kind != &shot_kind || !so->waiting || so->served)
			continue;
		so->served = 1;
		so->waiting = 0;
		if (problem != PROBLEM_NONE)
			op_end(op, problem);
		else
			shot_try(so);
		if (d->closed)
			break;
		goto again;
	}
	display_leave(d);
}

static void
capture_image_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct capture			*c = arg;
	struct display			*d = c->d;
	xcb_shm_get_image_reply_t	 r;

	memset(&r, 0, sizeof(r));
	c->in_flight = 0;
	if (problem == PROBLEM_NONE) {
		if (len >= sizeof(r))
			memcpy(&r, reply, sizeof(r));
		if (r.depth != 24)
			problem = PROBLEM_INTERNAL;
	}
	if (problem == PROBLEM_NONE && (c->width != d->width ||
	    c->height != d->height))
		problem = PROBLEM_INTERNAL;
	if (problem == PROBLEM_INTERNAL && c->tries++ < TRIES) {
		/* The screen has another size now: all of it, again. */
		c->frame_generation = 0;
		capture_serve(c, PROBLEM_NONE);
		return;
	}
	if (problem == PROBLEM_NONE)
		capture_landed(c);
	else {
		bands_add(&c->dirty, &c->flying);
		c->tries = 0;
	}
	capture_serve(c, problem);
}

static int
capture_fly(struct capture *c)
{
	struct display			*d = c->d;
	xcb_shm_get_image_request_t	 r;

	if (capture_attach(c) == -1)
		return -1;
	if (c->frame == NULL) {
		c->frame = xreallocarray(NULL, c->shared_size, 1);
		c->frame_generation = 0;
	}
	if (c->frame_generation == 0)
		memset(&c->dirty, 0xff, sizeof(c->dirty));
	c->flying = c->dirty;
	memset(&c->dirty, 0, sizeof(c->dirty));
	c->flying_generation = c->generation;
	c->flying_h = bands_rows(&c->flying, c->height, &c->flying_y);
	if (c->flying_h == 0) {		/* drawn outside of the screen */
		c->flying_y = 0;
		c->flying_h = 1;
	}
	memset(&r, 0, sizeof(r));
	r.major_opcode = d->ext[EXT_SHM].major;
	r.minor_opcode = XCB_SHM_GET_IMAGE;
	r.drawable = d->root;
	r.y = c->flying_y;
	r.width = c->width;
	r.height = c->flying_h;
	r.plane_mask = ~(uint32_t)0;
	r.format = XCB_IMAGE_FORMAT_Z_PIXMAP;
	r.shmseg = c->segment;
	r.offset = (size_t)c->flying_y * c->width * sizeof(*c->shared);
	c->in_flight = 1;
	x_ask(d->x, &r, sizeof(r), NULL, 0, capture_image_cb, c);
	c->flying_seq = x_sent(d->x);
	return 0;
}

/*
 * Pictures.
 */
static uint64_t
mix(uint64_t h, uint64_t v)
{
	h ^= v + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2);
	h ^= h >> 30;
	h *= 0xbf58476d1ce4e5b9ULL;
	h ^= h >> 27;
	h *= 0x94d049bb133111ebULL;
	return h ^ h >> 31;
}

static uint64_t
shot_tag(const struct shot_op *so, uint64_t generation)
{
	const struct capture	*c = so->op.d->capture;
	const struct shot_want	*w = &so->want;
	uint64_t		 h = mix(c->nonce, generation);

	h = mix(h, (uint64_t)w->x << 32 | w->y);
	h = mix(h, (uint64_t)w->width << 32 | w->height);
	h = mix(h, (uint64_t)w->out_width << 32 | w->out_height);
	if (w->pointer) {
		h = mix(h, so->cursor.serial);
		h = mix(h, (uint64_t)(uint32_t)so->cursor.x << 32 |
		    (uint32_t)so->cursor.y);
	}
	return h != 0 ? h : 1;
}

static struct picture *
picture_find(struct capture *c, uint64_t tag)
{
	unsigned int	i;

	for (i = 0; i < KEPT; i++)
		if (c->kept[i].tag == tag) {
			c->kept[i].used = ++c->clock;
			return &c->kept[i];
		}
	return NULL;
}

/* The place of the picture that was not needed for longest. */
static struct picture *
picture_new(struct capture *c)
{
	struct picture	*p = &c->kept[0];
	unsigned int	 i;

	for (i = 1; i < KEPT; i++)
		if (c->kept[i].used < p->used)
			p = &c->kept[i];
	if (p->fd != -1)
		close(p->fd);
	memset(p, 0, sizeof(*p));
	p->fd = -1;
	p->used = ++c->clock;
	return p;
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
cursor_draw(struct capture *c, const struct cursor *cu, uint32_t *saved,
    int restore)
{
	uint32_t	*p;
	uint32_t	 i, j;
	int64_t		 x, y;

	for (j = 0; j < cu->height; j++)
		for (i = 0; i < cu->width; i++) {
			x = (int64_t)cu->x + i;
			y = (int64_t)cu->y + j;
			if (x < 0 || y < 0 || x >= c->width || y >= c->height)
				continue;
			p = &c->frame[y * c->width + x];
			if (restore) {
				*p = saved[(size_t)j * cu->width + i];
				continue;
			}
			saved[(size_t)j * cu->width + i] = *p;
			*p = blend(cu->pixels[(size_t)j * cu->width + i], *p);
		}
}

static int
picture_encode(struct capture *c, const struct shot_want *w,
    struct picture *p)
{
	struct encode_image	im, scaled;
	int			whole;

	im.pixels = c->frame + (size_t)w->y * c->width + w->x;
	im.width = w->width;
	im.height = w->height;
	im.stride = c->width;
	whole = w->width == c->width && w->height == c->height;
	if (w->out_width != im.width || w->out_height != im.height) {
		scale_image(&im, w->out_width, w->out_height, &scaled);
		p->fd = encode_png(&scaled, NULL, NULL, &p->size);
		free((void *)(uintptr_t)scaled.pixels);
	} else if (whole) {
		p->fd = encode_png(&im, c->cache, c->encode.bit, &p->size);
		if (p->fd != -1)
			memset(&c->encode, 0, sizeof(c->encode));
	} else
		p->fd = encode_png(&im, NULL, NULL, &p->size);
	p->width = w->out_width;
	p->height = w->out_height;
	return p->fd == -1 ? -1 : 0;
}

static struct picture *
shot_make(struct shot_op *so, uint64_t tag)
{
	struct capture	*c = so->op.d->capture;
	struct cursor	*cu = &so->cursor;
	struct picture	*p = picture_new(c);
	uint32_t	*saved = NULL;
	int		 rv;

	if (so->want.pointer && cu->pixels != NULL) {
		saved = xcalloc((size_t)cu->width * cu->height,
		    sizeof(*saved));
		cursor_draw(c, cu, saved, 0);
		bands_set(&c->encode, cu->y, cu->height);
	}
	rv = picture_encode(c, &so->want, p);
	if (saved != NULL) {
		cursor_draw(c, cu, saved, 1);
		bands_set(&c->encode, cu->y, cu->height);
		free(saved);
	}
	if (rv == -1) {
		log_warn("picture");
		return NULL;
	}
	p->generation = c->frame_generation;
	p->tag = tag;
	return p;
}

/*
 * The op.
 */
static void
shot_undo(struct op *op)
{
	struct shot_op	*so = (struct shot_op *)op;

	free(so->cursor.pixels);
	so->cursor.pixels = NULL;
}

static void
shot_report(struct op *op, enum problem problem)
{
	struct shot_op	*so = (struct shot_op *)op;

	so->cb(problem, problem == PROBLEM_NONE ? &so->shot : NULL, op->arg);
}

static void
shot_give(struct shot_op *so, const struct picture *p)
{
	so->shot.fd = p->fd;
	so->shot.width = p->width;
	so->shot.height = p->height;
	so->shot.size = p->size;
	so->shot.generation = p->generation;
	so->shot.tag = p->tag;
	op_end(&so->op, PROBLEM_NONE);
}

/* Sizes that were left to us, by the screen as it is now. */
static int
shot_fit(struct shot_op *so)
{
	struct shot_want	*w = &so->want;
	const struct display	*d = so->op.d;
	const char		*bad;

	*w = so->asked;
	if (w->width == 0 && w->height == 0) {
		w->width = d->width;
		w->height = d->height;
	}
	if (w->out_width == 0 && w->out_height == 0) {
		w->out_width = w->width;
		w->out_height = w->height;
	}
	return capture_check(so->op.d, w, &bad) == PROBLEM_NONE ? 0 : -1;
}

/* The screen is known up to now: by copy, by frame, or by a new one. */
static void
shot_try(struct shot_op *so)
{
	struct capture	*c = so->op.d->capture;
	struct picture	*p;
	struct timeval	 tv = { IDLE_S, 0 };
	uint64_t	 tag, generation = c->generation;

	event_add(&c->idle, &tv);
	if (shot_fit(so) == -1) {
		op_end(&so->op, PROBLEM_INVALID_FIELD);
		return;
	}
	if (c->frame_generation != 0 && c->frame_seq > so->start)
		generation = c->frame_generation;
	tag = shot_tag(so, generation);
	if (so->want.tag == tag) {
		so->shot.same = 1;
		so->shot.fd = -1;
		so->shot.generation = generation;
		so->shot.tag = tag;
		op_end(&so->op, PROBLEM_NONE);
	} else if ((p = picture_find(c, tag)) != NULL)
		shot_give(so, p);
	else if (c->frame_generation == generation &&
	    c->width == so->op.d->width && c->height == so->op.d->height) {
		if ((p = shot_make(so, tag)) != NULL)
			shot_give(so, p);
		else
			op_end(&so->op, PROBLEM_INTERNAL);
	} else if (c->in_flight || capture_fly(c) == 0)
		so->waiting = 1;
	else
		op_end(&so->op, PROBLEM_INTERNAL);
}

static void
shot_synced(struct op *op)
{
	shot_try((struct shot_op *)op);
}

static void
shot_cursor_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct shot_op				*so = arg;
	struct cursor				*cu = &so->cursor;
	xcb_xfixes_get_cursor_image_reply_t	 r;
	size_t					 n;

	if (problem == PROBLEM_NONE && len >= sizeof(r)) {
		memcpy(&r, reply, sizeof(r));
		n = (size_t)r.width * r.height;
		if (n > 0 && r.width <= CURSOR_MAX && r.height <= CURSOR_MAX &&
		    len >= sizeof(r) + n * sizeof(*cu->pixels)) {
			cu->width = r.width;
			cu->height = r.height;
			cu->x = (int32_t)r.x - r.xhot;
			cu->y = (int32_t)r.y - r.yhot;
			cu->serial = r.cursor_serial;
			cu->pixels = xreallocarray(NULL, n,
			    sizeof(*cu->pixels));
			memcpy(cu->pixels, (const uint8_t *)reply + sizeof(r),
			    n * sizeof(*cu->pixels));
		}
	} else if (problem != PROBLEM_INTERNAL && problem != PROBLEM_NONE) {
		op_end(&so->op, problem);
		return;
	}
	shot_try(so);
}

static void
shot_cursor(struct op *op)
{
	xcb_xfixes_get_cursor_image_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = op->d->ext[EXT_XFIXES].major;
	r.minor_opcode = XCB_XFIXES_GET_CURSOR_IMAGE;
	x_ask(op->d->x, &r, sizeof(r), NULL, 0, shot_cursor_cb, op);
}

enum problem
capture_check(struct display *d, const struct shot_want *w, const char **bad)
{
	*bad = "region";
	if ((w->width == 0) != (w->height == 0))
		return PROBLEM_INVALID_FIELD;
	if (w->width == 0 && (w->x != 0 || w->y != 0))
		return PROBLEM_INVALID_FIELD;
	if ((uint64_t)w->x + w->width > d->width ||
	    (uint64_t)w->y + w->height > d->height)
		return PROBLEM_INVALID_FIELD;
	*bad = "out_width";
	if (w->out_width > SCREEN_MAX ||
	    (w->out_width == 0 && w->out_height != 0))
		return PROBLEM_INVALID_FIELD;
	*bad = "out_height";
	if (w->out_height > SCREEN_MAX ||
	    (w->out_height == 0 && w->out_width != 0))
		return PROBLEM_INVALID_FIELD;
	*bad = NULL;
	return PROBLEM_NONE;
}

/* Its first answer says that all damage until now has been heard of. */
struct op *
capture_shot(struct display *d, const struct shot_want *want, capture_cb *cb,
    void *arg)
{
	struct shot_op	*so = xcalloc(1, sizeof(*so));

	op_init(&so->op, d, &shot_kind, NULL, arg);
	so->asked = so->want = *want;
	so->served = 1;
	so->cb = cb;
	so->shot.fd = -1;
	if (!d->usable) {
		op_fail(&so->op, PROBLEM_DESKTOP_FAILED);
		return &so->op;
	}
	so->start = x_sent(d->x);
	if (want->pointer)
		shot_cursor(&so->op);
	else
		op_sync(&so->op, shot_synced);
	return &so->op;
}
