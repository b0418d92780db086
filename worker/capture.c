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

#include "bands.h"
#include "capture.h"
#include "display_state.h"
#include "gallery.h"
#include "log.h"
#include "xmalloc.h"

enum {
	IDLE_S		= 5,		/* then big buffers are given back */
	FORGET_S	= 60,		/* and then finished pictures */
	CURSOR_MAX	= 512,		/* pixels on a side */
	TRIES		= 3		/* the size may change under us */
};

struct capture {
	struct display		*d;
	struct event		 idle;
	struct gallery		*gallery;
	struct frame		 frame;
	struct bands		 dirty;		/* screen against frame */
	struct bands		 flying;	/* under way from the server */
	uint64_t		 nonce;
	uint64_t		 generation;	/* of the screen */
	uint64_t		 frame_seq;	/* request that fetched it */
	uint64_t		 flying_generation;
	uint32_t		 flying_y;
	uint32_t		 flying_h;
	uint32_t		 segment;	/* 0: none */
	uint32_t		*shared;	/* as large as the frame */
	size_t			 shared_size;
	uint64_t		 flying_seq;
	unsigned int		 tries;
	int			 in_flight;
	int			 fetched;	/* and nobody was told of it */
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
 * The life of a capture.
 */
static void
capture_rest(struct capture *c)
{
	free(c->frame.pixels);
	c->frame.pixels = NULL;
	c->frame.generation = 0;
	gallery_rest(c->gallery);
	if (c->shared != NULL)
		madvise(c->shared, c->shared_size, MADV_REMOVE);
}

static void
capture_idle_cb(int fd, short events, void *arg)
{
	struct capture	*c = arg;
	struct timeval	 tv = { FORGET_S - IDLE_S, 0 };

	(void)fd;
	(void)events;
	if (c->in_flight)
		return;
	if (c->frame.pixels != NULL) {
		capture_rest(c);
		event_add(&c->idle, &tv);
	} else
		gallery_close(c->gallery);
}

struct capture *
capture_new(struct display *d)
{
	struct capture	*c = xcalloc(1, sizeof(*c));

	c->d = d;
	c->gallery = gallery_new();
	c->generation = 1;
	arc4random_buf(&c->nonce, sizeof(c->nonce));
	evtimer_assign(&c->idle, d->base, capture_idle_cb, c);
	return c;
}

static void
capture_unmap(struct capture *c)
{
	if (c->shared != NULL)
		munmap(c->shared, c->shared_size);
	c->shared = NULL;
	free(c->frame.pixels);
	c->frame.pixels = NULL;
	c->frame.generation = 0;
}

void
capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	event_del(&c->idle);
	capture_unmap(c);
	gallery_free(c->gallery);
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
	c->frame.generation = 0;
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

	if (c->shared != NULL && c->frame.width == d->width &&
	    c->frame.height == d->height)
		return 0;
	capture_detach(c);
	c->frame.width = d->width;
	c->frame.height = d->height;
	c->shared_size = (size_t)c->frame.width * c->frame.height *
	    sizeof(*c->shared);
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
	size_t		off = (size_t)c->flying_y * c->frame.width;

	memcpy(c->frame.pixels + off, c->shared + off,
	    (size_t)c->flying_h * c->frame.width * sizeof(*c->frame.pixels));
	if (c->frame.generation == 0)
		bands_fill(&c->flying);
	gallery_stale(c->gallery, &c->flying);
	c->frame.generation = c->flying_generation;
	c->frame_seq = c->flying_seq;
	c->tries = 0;
	c->fetched = 1;
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
	if (problem == PROBLEM_NONE && (c->frame.width != d->width ||
	    c->frame.height != d->height))
		problem = PROBLEM_INTERNAL;
	if (problem == PROBLEM_INTERNAL && c->tries++ < TRIES) {
		/* The screen has another size now: all of it, again. */
		c->frame.generation = 0;
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
	if (c->frame.pixels == NULL) {
		c->frame.pixels = xreallocarray(NULL, c->shared_size, 1);
		c->frame.generation = 0;
	}
	if (c->frame.generation == 0)
		bands_fill(&c->dirty);
	c->flying = c->dirty;
	memset(&c->dirty, 0, sizeof(c->dirty));
	c->flying_generation = c->generation;
	c->flying_h = bands_rows(&c->flying, c->frame.height, &c->flying_y);
	if (c->flying_h == 0) {		/* drawn outside of the screen */
		c->flying_y = 0;
		c->flying_h = 1;
	}
	memset(&r, 0, sizeof(r));
	r.major_opcode = d->ext[EXT_SHM].major;
	r.minor_opcode = XCB_SHM_GET_IMAGE;
	r.drawable = d->root;
	r.y = c->flying_y;
	r.width = c->frame.width;
	r.height = c->flying_h;
	r.plane_mask = ~(uint32_t)0;
	r.format = XCB_IMAGE_FORMAT_Z_PIXMAP;
	r.shmseg = c->segment;
	r.offset = (size_t)c->flying_y * c->frame.width * sizeof(*c->shared);
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
	h = mix(h, (uint64_t)w->kind.format << 32 | w->kind.quality << 1 |
	    (w->kind.lossless != 0));
	if (w->pointer) {
		h = mix(h, so->cursor.serial);
		h = mix(h, (uint64_t)(uint32_t)so->cursor.x << 32 |
		    (uint32_t)so->cursor.y);
	}
	return h != 0 ? h : 1;
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

/* The picture, or the word that the asker has it. */
static void
shot_give(struct shot_op *so, const struct print *p, uint64_t generation,
    uint64_t tag)
{
	struct shot	*shot = &so->shot;

	shot->generation = generation;
	shot->tag = tag;
	shot->same = so->want.tag == tag;
	if (!shot->same) {
		shot->fd = p->fd;
		shot->width = p->want.out_width;
		shot->height = p->want.out_height;
		shot->size = p->size;
		shot->format = p->want.kind.format;
	}
	op_end(&so->op, PROBLEM_NONE);
}

/* What the frame shows now. */
static void
shot_make(struct shot_op *so, uint64_t tag)
{
	struct capture	*c = so->op.d->capture;
	struct print	*p;
	int		 made;

	p = gallery_make(c->gallery, &c->frame, &so->want, &so->cursor, tag,
	    &made);
	if (p == NULL) {
		log_warn("picture");
		op_end(&so->op, PROBLEM_INTERNAL);
		return;
	}
	if (c->fetched)
		so->shot.took |= SHOT_CAPTURED;
	if (made)
		so->shot.took |= SHOT_ENCODED;
	c->fetched = 0;
	shot_give(so, p, c->frame.generation, p->tag);
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
	struct frame	*f = &c->frame;
	struct print	*p;
	struct timeval	 tv = { IDLE_S, 0 };
	uint64_t	 tag, generation = c->generation;

	event_add(&c->idle, &tv);
	if (shot_fit(so) == -1) {
		op_end(&so->op, PROBLEM_INVALID_FIELD);
		return;
	}
	if (f->generation != 0 && c->frame_seq > so->start)
		generation = f->generation;
	p = gallery_find(c->gallery, &so->want);
	if (p != NULL && !print_is_right(p, generation, &so->cursor))
		p = NULL;
	tag = p != NULL ? p->tag : shot_tag(so, generation);
	if (so->want.tag == tag || (p != NULL && p->fd != -1))
		shot_give(so, p, generation, tag);
	else if (f->generation == generation &&
	    f->width == so->op.d->width && f->height == so->op.d->height)
		shot_make(so, tag);
	else if (c->in_flight || capture_fly(c) == 0)
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
	*bad = "format";
	if (!encode_kind_valid(&w->kind))
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
