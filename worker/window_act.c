/*
 * What can be done to a window: the window manager is asked, by a message as
 * EWMH has it, and then looked at until it has done so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xcb/xproto.h>

#include "window_state.h"
#include "xmalloc.h"

#define ACT_MS		5000	/* for the manager, or a program that closes */
#define STAYS_MS	1000	/* where it was put, though not as asked */

#define FROM_PAGER	2	/* whose wishes count as the user's */
#define STATE_REMOVE	0
#define STATE_ADD	1
#define GRAVITY_STATIC	10	/* of the program's area, not the frame */
#define ICONIC_STATE	3
#define HAS_X		(1 << 8)
#define HAS_Y		(1 << 9)
#define HAS_WIDTH	(1 << 10)
#define HAS_HEIGHT	(1 << 11)
#define MAXIMIZED	(1U << WINDOW_MAXIMIZED_VERT | \
			    1U << WINDOW_MAXIMIZED_HORZ)
#define AWAY		(1U << WINDOW_MINIMIZED | 1U << WINDOW_HIDDEN)

struct act {
	struct window_watch	 watch;		/* first: it is one */
	struct window_want	 want;
	int			 asked;		/* the manager */
	int			 has_moved;	/* since it was asked */
	struct window		 last;		/* where it was seen */
	struct monotime		 since;		/* it has been there */
};

static const char *const	deed_names[] = {
	[WINDOW_FOCUS]		= "focused",
	[WINDOW_MOVE]		= "moved",
	[WINDOW_RESIZE]		= "resized",
	[WINDOW_MAXIMIZE]	= "maximized",
	[WINDOW_MINIMIZE]	= "minimized",
	[WINDOW_RESTORE]	= "restored",
	[WINDOW_CLOSE]		= "closed"
};

static void
tell_manager(const struct act *a, enum atom type, uint32_t v0, uint32_t v1,
    uint32_t v2, uint32_t v3, uint32_t v4)
{
	struct display			*d = a->watch.op.d;
	xcb_send_event_request_t	 r;
	xcb_client_message_event_t	 e;

	memset(&e, 0, sizeof(e));
	e.response_type = XCB_CLIENT_MESSAGE;
	e.format = 32;
	e.window = a->want.window;
	e.type = d->atom[type];
	e.data.data32[0] = v0;
	e.data.data32[1] = v1;
	e.data.data32[2] = v2;
	e.data.data32[3] = v3;
	e.data.data32[4] = v4;
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_SEND_EVENT;
	r.destination = d->root;
	r.event_mask = XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT |
	    XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
	memcpy(r.event, &e, sizeof(r.event));
	x_send(d->x, &r, sizeof(r), NULL, 0);
}

static void
tell_maximized(const struct act *a, uint32_t how)
{
	const uint32_t	*atom = a->watch.op.d->atom;

	tell_manager(a, ATOM_NET_WM_STATE, how,
	    atom[ATOM_STATE_MAXIMIZED_VERT], atom[ATOM_STATE_MAXIMIZED_HORZ],
	    FROM_PAGER, 0);
}

static void
tell_restore(const struct act *a, unsigned int state)
{
	if ((state & 1U << WINDOW_FULLSCREEN) != 0)
		tell_manager(a, ATOM_NET_WM_STATE, STATE_REMOVE,
		    a->watch.op.d->atom[ATOM_STATE_FULLSCREEN], 0, FROM_PAGER,
		    0);
	if ((state & MAXIMIZED) != 0)
		tell_maximized(a, STATE_REMOVE);
	/* A window comes back by being the active one. */
	if ((state & AWAY) != 0)
		tell_manager(a, ATOM_ACTIVE_WINDOW, FROM_PAGER, 0, 0, 0, 0);
}

static void
tell(const struct act *a, unsigned int state)
{
	const struct window_want	*want = &a->want;

	switch (want->deed) {
	case WINDOW_FOCUS:
		tell_manager(a, ATOM_ACTIVE_WINDOW, FROM_PAGER, 0, 0, 0, 0);
		break;
	case WINDOW_MOVE:
		tell_manager(a, ATOM_MOVERESIZE_WINDOW, GRAVITY_STATIC |
		    HAS_X | HAS_Y | FROM_PAGER << 12, (uint32_t)want->x,
		    (uint32_t)want->y, 0, 0);
		break;
	case WINDOW_RESIZE:
		tell_manager(a, ATOM_MOVERESIZE_WINDOW, GRAVITY_STATIC |
		    HAS_WIDTH | HAS_HEIGHT | FROM_PAGER << 12, 0, 0,
		    want->width, want->height);
		break;
	case WINDOW_MAXIMIZE:
		tell_maximized(a, STATE_ADD);
		break;
	case WINDOW_MINIMIZE:
		tell_manager(a, ATOM_WM_CHANGE_STATE, ICONIC_STATE, 0, 0, 0,
		    0);
		break;
	case WINDOW_RESTORE:
		tell_restore(a, state);
		break;
	case WINDOW_CLOSE:
		tell_manager(a, ATOM_CLOSE_WINDOW, 0, FROM_PAGER, 0, 0, 0);
		break;
	}
}

/* A length as the manager may give it: by the steps the window wants. */
static uint32_t
length(uint32_t want, uint32_t min, uint32_t max, uint32_t base,
    uint32_t step)
{
	if (want < min)
		want = min;
	if (max != 0 && max >= min && want > max)
		want = max;
	if (step > 1 && want > base)
		want -= (want - base) % step;
	return want;
}

static int
has_size(const struct window *w, uint32_t width, uint32_t height)
{
	const struct window_hints	*h = &w->hints;

	if (w->width == width && w->height == height)
		return 1;
	return w->width == length(width, h->min_width, h->max_width,
	    h->base_width, h->width_inc) &&
	    w->height == length(height, h->min_height, h->max_height,
	    h->base_height, h->height_inc);
}

static int
is_so(const struct window_want *want, const struct window *w)
{
	switch (want->deed) {
	case WINDOW_FOCUS:
		return (w->state & 1U << WINDOW_FOCUSED) != 0 &&
		    (w->state & AWAY) == 0;
	case WINDOW_MOVE:
		return w->x == want->x && w->y == want->y;
	case WINDOW_RESIZE:
		return has_size(w, want->width, want->height);
	case WINDOW_MAXIMIZE:
		return (w->state & MAXIMIZED) == MAXIMIZED &&
		    (w->state & AWAY) == 0;
	case WINDOW_MINIMIZE:
		return (w->state & AWAY) != 0;
	case WINDOW_RESTORE:
		return (w->state & (AWAY | MAXIMIZED |
		    1U << WINDOW_FULLSCREEN)) == 0;
	case WINDOW_CLOSE:
		break;
	}
	return 0;
}

static int
same_place(const struct window *a, const struct window *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width &&
	    a->height == b->height;
}

/* A manager may keep windows on the screen, or sizes to its taste. */
static int
is_kept(struct act *a, const struct window *w)
{
	if (a->want.deed != WINDOW_MOVE && a->want.deed != WINDOW_RESIZE)
		return 0;
	if (!same_place(&a->last, w)) {
		a->has_moved = 1;
		a->last = *w;
		a->since = monotime_now();
	}
	return a->has_moved && monotime_since_ms(a->since) >= STAYS_MS;
}

static int
fail_kept(struct act *a)
{
	const struct window	*w = &a->last;

	return window_watch_fail(&a->watch, PROBLEM_CONFLICT, "the window "
	    "manager gave the window another place or size: %" PRIu32 "x%"
	    PRIu32 " at %" PRId32 ",%" PRId32, w->width, w->height, w->x,
	    w->y);
}

/* What no manager does, or each in its own way. */
static int
is_fixed(const struct act *a, const struct window *w)
{
	return (a->want.deed == WINDOW_MOVE || a->want.deed == WINDOW_RESIZE)
	    && (w->state & (MAXIMIZED | 1U << WINDOW_FULLSCREEN)) != 0;
}

static int
ask_manager(struct act *a, const struct window *w)
{
	if (is_fixed(a, w))
		return window_watch_fail(&a->watch, PROBLEM_CONFLICT,
		    "the window is maximized or fills the screen; restore "
		    "it first");
	a->asked = 1;
	a->last = *w;
	window_watch_select(&a->watch);
	tell(a, w->state);
	/* The next look is right behind it. */
	a->watch.changed = 1;
	return 0;
}

static int
act_look(struct window_watch *watch, const struct windows *seen)
{
	struct act	*a = (struct act *)watch;

	if (!seen->has_wm)
		return a->asked ? 0 : window_watch_fail(watch,
		    PROBLEM_UNAVAILABLE, "the session has no window manager "
		    "now");
	if (seen->n == 0) {
		if (a->asked && a->want.deed == WINDOW_CLOSE)
			return window_watch_found(watch, NULL);
		return window_watch_fail(watch, PROBLEM_NOT_FOUND,
		    a->asked ? "the window has been closed" :
		    "there is no such window");
	}
	watch->has_found = 1;
	watch->found = seen->list[0];
	if (is_so(&a->want, &seen->list[0]))
		return window_watch_found(watch, &seen->list[0]);
	if (!a->asked)
		return ask_manager(a, &seen->list[0]);
	return is_kept(a, &seen->list[0]) ? fail_kept(a) : 0;
}

static void
act_late(struct window_watch *watch)
{
	const struct act	*a = (struct act *)watch;
	const struct window	*w = &watch->found;

	switch (a->want.deed) {
	case WINDOW_MOVE:
		window_watch_fail(watch, PROBLEM_TIMEOUT, "the window was "
		    "not moved there; it is at %" PRId32 ",%" PRId32, w->x,
		    w->y);
		break;
	case WINDOW_RESIZE:
		window_watch_fail(watch, PROBLEM_TIMEOUT, "the window was "
		    "not made that size; it is %" PRIu32 "x%" PRIu32, w->width,
		    w->height);
		break;
	case WINDOW_CLOSE:
		window_watch_fail(watch, PROBLEM_TIMEOUT, "the window did "
		    "not close; its program may be asking something");
		break;
	default:
		window_watch_fail(watch, PROBLEM_TIMEOUT, "the window was "
		    "not %s", deed_names[a->want.deed]);
		break;
	}
}

struct op *
window_act(struct display *d, const struct window_want *want, window_cb *cb,
    void *arg)
{
	struct act	*a = xcalloc(1, sizeof(*a));

	window_watch_init(&a->watch, d, cb, arg);
	a->want = *want;
	a->watch.window = want->window;
	a->watch.limit_ms = ACT_MS;
	a->watch.look = act_look;
	a->watch.late = act_late;
	window_watch_start(&a->watch);
	return &a->watch.op;
}
