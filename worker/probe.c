#include <stdlib.h>
#include <string.h>

#include <xcb/damage.h>
#include <xcb/xproto.h>

#include "display_state.h"
#include "probe.h"
#include "xmalloc.h"

/*
 * The corner is the one that is written last in most windows, and an answer
 * is small: what scrolls or is drawn as a whole does not count as one.
 */
enum {
	PROBE_SIZE	= 8,
	PROBE_INSET	= 16,
	PROBE_ANSWER	= 64,	/* the longest side of one */
	PROBE_DEPTH	= 6	/* of windows inside windows */
};

struct probe {
	struct op	 *op;
	void		(*next)(struct op *);
	uint32_t	  top;		/* what was asked about */
	uint32_t	  window;	/* what is drawn upon in the corner */
	uint32_t	  damage;	/* 0: not asked yet */
	int32_t		  corner_x, corner_y;	/* in top */
	int32_t		  x, y;		/* the same place in window */
	int		  depth;
};

static void	probe_descend(struct op *);

static struct probe *
probe_of(struct op *op)
{
	struct probe	*p = op->d->probe;

	return p != NULL && p->op == op ? p : NULL;
}

void
probe_forget(struct op *op)
{
	struct probe			*p = probe_of(op);
	xcb_damage_destroy_request_t	 r;

	if (p == NULL)
		return;
	if (p->damage != 0 && op->d->usable) {
		memset(&r, 0, sizeof(r));
		r.major_opcode = op->d->ext[EXT_DAMAGE].major;
		r.minor_opcode = XCB_DAMAGE_DESTROY;
		r.damage = p->damage;
		x_send(op->d->x, &r, sizeof(r), NULL, 0);
	}
	op->d->probe = NULL;
	free(p);
}

static void
probe_done(struct op *op)
{
	void	(*next)(struct op *) = probe_of(op)->next;

	event_del(&op->timer);
	probe_forget(op);
	next(op);
}

/* It does not draw when it is told to, or has stopped. */
static void
probe_deaf(struct op *op)
{
	op->d->deaf = probe_of(op)->top;
	probe_done(op);
}

static void
probe_send(struct op *op)
{
	struct display			*d = op->d;
	struct probe			*p = probe_of(op);
	xcb_damage_create_request_t	 dc;
	xcb_send_event_request_t	 r;
	xcb_expose_event_t		 e;

	p->damage = x_id(d->x);
	memset(&dc, 0, sizeof(dc));
	dc.major_opcode = d->ext[EXT_DAMAGE].major;
	dc.minor_opcode = XCB_DAMAGE_CREATE;
	dc.damage = p->damage;
	dc.drawable = p->window;
	dc.level = XCB_DAMAGE_REPORT_LEVEL_RAW_RECTANGLES;
	x_send(d->x, &dc, sizeof(dc), NULL, 0);
	memset(&e, 0, sizeof(e));
	e.response_type = XCB_EXPOSE;
	e.window = p->window;
	e.x = (uint16_t)p->x;
	e.y = (uint16_t)p->y;
	e.width = e.height = PROBE_SIZE;
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_SEND_EVENT;
	r.destination = p->window;
	r.event_mask = XCB_EVENT_MASK_EXPOSURE;
	memcpy(r.event, &e, sizeof(e));
	x_send(d->x, &r, sizeof(r), NULL, 0);
	x_flush(d->x);
	op_after(op, PROBE_LIMIT_MS, probe_deaf);
}

static void
probe_descend_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct op				*op = arg;
	struct probe				*p = probe_of(op);
	xcb_translate_coordinates_reply_t	 r;

	if (problem == PROBLEM_INTERNAL || (problem == PROBLEM_NONE &&
	    len < sizeof(r))) {
		probe_done(op);
		return;
	}
	if (problem != PROBLEM_NONE) {
		op_end(op, problem);
		return;
	}
	memcpy(&r, reply, sizeof(r));
	p->x = r.dst_x;
	p->y = r.dst_y;
	if (p->x < 0 || p->y < 0)
		probe_done(op);
	else if (r.child == 0 || ++p->depth == PROBE_DEPTH)
		probe_send(op);
	else {
		p->window = r.child;
		probe_descend(op);
	}
}

/* The corner as the window inside sees it, and what lies there in that. */
static void
probe_descend(struct op *op)
{
	struct probe				*p = probe_of(op);
	xcb_translate_coordinates_request_t	 r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_TRANSLATE_COORDINATES;
	r.src_window = p->top;
	r.dst_window = p->window;
	r.src_x = (int16_t)p->corner_x;
	r.src_y = (int16_t)p->corner_y;
	x_ask(op->d->x, &r, sizeof(r), NULL, 0, probe_descend_cb, op);
}

static void
probe_size_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct op			*op = arg;
	struct probe			*p;
	xcb_get_geometry_reply_t	 g;

	if (problem != PROBLEM_NONE && problem != PROBLEM_INTERNAL) {
		op_end(op, problem);
		return;
	}
	memset(&g, 0, sizeof(g));
	if (problem == PROBLEM_NONE && len >= sizeof(g))
		memcpy(&g, reply, sizeof(g));
	if (g.width <= PROBE_INSET || g.height <= PROBE_INSET ||
	    g.width > INT16_MAX || g.height > INT16_MAX) {
		probe_done(op);
		return;
	}
	p = probe_of(op);
	p->corner_x = g.width - PROBE_INSET;
	p->corner_y = g.height - PROBE_INSET;
	probe_descend(op);
}

void
probe_start(struct op *op, uint32_t window, void (*next)(struct op *))
{
	struct display			*d = op->d;
	struct probe			*p;
	xcb_get_geometry_request_t	 g;

	if (d->probe != NULL || window == 0 || window == d->deaf) {
		next(op);
		return;
	}
	d->probe = p = xcalloc(1, sizeof(*p));
	p->op = op;
	p->next = next;
	p->top = p->window = window;
	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GET_GEOMETRY;
	g.drawable = window;
	x_ask(d->x, &g, sizeof(g), NULL, 0, probe_size_cb, op);
}

void
probe_damaged(struct display *d, const unsigned char event[32])
{
	struct probe			*p = d->probe;
	xcb_damage_notify_event_t	 e;

	memcpy(&e, event, sizeof(e));
	if (p == NULL || p->damage == 0 || e.damage != p->damage ||
	    e.area.width > PROBE_ANSWER || e.area.height > PROBE_ANSWER ||
	    e.area.x >= p->x + PROBE_SIZE || e.area.y >= p->y + PROBE_SIZE ||
	    e.area.x + e.area.width <= p->x ||
	    e.area.y + e.area.height <= p->y)
		return;
	probe_done(p->op);
}
