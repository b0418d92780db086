#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <xcb/xproto.h>

#include "window_state.h"

/*
 * Events make us look again, but a program that makes one after the other
 * shall not keep us busy: each look is followed by a rest as long as it took
 * and a little more.  Not all that matters has an event that comes to us.
 */
enum { REST_MS = 3, LOOK_MS = 100, LOOK_TIMES = 10 };

static void	watch_undo(struct op *);
static void	watch_report(struct op *, enum problem);
static void	watch_tick(struct op *);

static const struct op_kind	watch_kind = { watch_undo, watch_report };

static void
select_events(struct display *d, uint32_t window, uint32_t mask)
{
	struct {
		xcb_change_window_attributes_request_t	r;
		uint32_t				mask;
	} cw;

	memset(&cw, 0, sizeof(cw));
	cw.r.major_opcode = XCB_CHANGE_WINDOW_ATTRIBUTES;
	cw.r.window = window;
	cw.r.value_mask = XCB_CW_EVENT_MASK;
	cw.mask = mask;
	x_send(d->x, &cw, sizeof(cw), NULL, 0);
}

static void
watch_undo(struct op *op)
{
	struct window_watch	*w = (struct window_watch *)op;

	op_cancel(w->query);
	w->query = NULL;
	if (w->selects) {
		select_events(op->d, w->window, 0);
		x_flush(op->d->x);
	}
	w->selects = 0;
}

static void
watch_report(struct op *op, enum problem problem)
{
	struct window_watch	*w = (struct window_watch *)op;

	w->cb(problem, w->detail[0] != '\0' ? w->detail : NULL,
	    problem == PROBLEM_NONE && w->has_found ? &w->found : NULL,
	    op->arg);
}

int
window_watch_found(struct window_watch *w, const struct window *found)
{
	w->has_found = found != NULL;
	if (found != NULL)
		w->found = *found;
	op_end(&w->op, PROBLEM_NONE);
	return 1;
}

int
window_watch_fail(struct window_watch *w, enum problem problem,
    const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(w->detail, sizeof(w->detail), fmt, ap);
	va_end(ap);
	op_end(&w->op, problem);
	return 1;
}

void
window_watch_select(struct window_watch *w)
{
	w->selects = 1;
	select_events(w->op.d, w->window, XCB_EVENT_MASK_PROPERTY_CHANGE |
	    XCB_EVENT_MASK_STRUCTURE_NOTIFY);
}

static int64_t
watch_rest_ms(const struct window_watch *w)
{
	int64_t	ms = w->took_ms * LOOK_TIMES;

	if (w->changed)
		return w->took_ms + REST_MS;
	return ms > LOOK_MS ? ms : LOOK_MS;
}

static void
watch_seen_cb(enum problem problem, const struct windows *seen, void *arg)
{
	struct window_watch	*w = arg;

	w->query = NULL;
	w->took_ms = monotime_since_ms(w->asked);
	if (problem != PROBLEM_NONE) {
		op_end(&w->op, problem);
		return;
	}
	if (w->look(w, seen))
		return;
	if (monotime_since_ms(w->began) >= w->limit_ms)
		w->late(w);
	else
		op_after(&w->op, (uint32_t)watch_rest_ms(w), watch_tick);
}

/*
 * Time is up only after a last look, so that a machine that stood still has
 * its chance, unless the server is what stands still.
 */
static void
watch_tick(struct op *op)
{
	struct window_watch	*w = (struct window_watch *)op;

	if (w->query != NULL)
		return;
	w->changed = 0;
	w->asked = monotime_now();
	w->query = windows_query(op->d, w->window, watch_seen_cb, w);
}

void
window_watch_init(struct window_watch *w, struct display *d, window_cb *cb,
    void *arg)
{
	op_init(&w->op, d, &watch_kind, NULL, arg);
	w->cb = cb;
	w->began = monotime_now();
}

void
window_watch_start(struct window_watch *w)
{
	op_start(&w->op, watch_tick);
}

/* Whose event it is, as far as a watch cares: 0 is the root's. */
static int
event_window(const struct display *d, const uint8_t *p, uint32_t *window)
{
	xcb_property_notify_event_t	property;
	xcb_configure_notify_event_t	other;

	switch (p[0] & 0x7f) {
	case XCB_PROPERTY_NOTIFY:
		memcpy(&property, p, sizeof(property));
		*window = property.window;
		break;
	case XCB_CONFIGURE_NOTIFY:
	case XCB_MAP_NOTIFY:
	case XCB_UNMAP_NOTIFY:
	case XCB_DESTROY_NOTIFY:
	case XCB_REPARENT_NOTIFY:
		/* The window stands in the same place of all of them. */
		memcpy(&other, p, sizeof(other));
		*window = other.window;
		break;
	default:
		return 0;
	}
	if (*window == d->root)
		*window = 0;
	return 1;
}

void
window_event(struct display *d, const uint8_t p[32])
{
	struct window_watch	*w;
	struct op		*op;
	uint32_t		 window;

	if (!event_window(d, p, &window))
		return;
	TAILQ_FOREACH(op, &d->ops, entry) {
		w = (struct window_watch *)op;
		if (op->kind != &watch_kind || op->failed != PROBLEM_NONE ||
		    (window != 0 && window != w->window) || w->changed)
			continue;
		w->changed = 1;
		if (w->query == NULL && op->tick == watch_tick)
			op_after(op, (uint32_t)watch_rest_ms(w), watch_tick);
	}
}
