/*
 * Owning a selection.  Each claim has a window of its own, whose first
 * PropertyNotify tells the server's time: a selection may be claimed only
 * with that.  What is owned lives as long as this connection.
 */
#include <stdlib.h>
#include <string.h>

#include "clip_state.h"
#include "xmalloc.h"

struct clip_claim {
	struct op			 op;	/* first: it is one */
	TAILQ_ENTRY(clip_claim)		 entry;
	enum clip_selection		 selection;
	uint32_t			 window;	/* 0: owned by now */
	uint32_t			 taken;		/* the same, then */
	struct clip_bytes		*bytes;
};

struct clips *
clips_new(void)
{
	struct clips	*c = xcalloc(1, sizeof(*c));

	TAILQ_INIT(&c->claims);
	TAILQ_INIT(&c->readings);
	TAILQ_INIT(&c->sends);
	return c;
}

uint32_t
clip_selection_atom(const struct display *d, enum clip_selection selection)
{
	return selection == CLIP_PRIMARY ? XCB_ATOM_PRIMARY :
	    d->atom[ATOM_CLIPBOARD];
}

uint32_t
clip_window(struct display *d)
{
	struct {
		xcb_create_window_request_t	r;
		uint32_t			mask;
	} cw;

	memset(&cw, 0, sizeof(cw));
	cw.r.major_opcode = XCB_CREATE_WINDOW;
	cw.r.wid = x_id(d->x);
	cw.r.parent = d->root;
	cw.r.x = cw.r.y = -10;
	cw.r.width = cw.r.height = 1;
	cw.r._class = XCB_WINDOW_CLASS_INPUT_ONLY;
	cw.r.value_mask = XCB_CW_EVENT_MASK;
	cw.mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
	x_send(d->x, &cw, sizeof(cw), NULL, 0);
	return cw.r.wid;
}

void
clip_window_end(struct display *d, uint32_t window)
{
	xcb_destroy_window_request_t	r;

	if (window == 0 || !d->usable)
		return;
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_DESTROY_WINDOW;
	r.window = window;
	x_send(d->x, &r, sizeof(r), NULL, 0);
	x_flush(d->x);
}

static void
owned_drop(struct display *d, struct clip_owned *o)
{
	clip_window_end(d, o->window);
	clip_bytes_free(o->bytes);
	memset(o, 0, sizeof(*o));
}

void
clips_free(struct display *d)
{
	if (d->clips == NULL)
		return;
	clip_sends_free(d);
	owned_drop(d, &d->clips->owned[0]);
	owned_drop(d, &d->clips->owned[1]);
	free(d->clips);
	d->clips = NULL;
}

static void
claim_undo(struct op *op)
{
	struct clip_claim	*c = (struct clip_claim *)op;

	TAILQ_REMOVE(&op->d->clips->claims, c, entry);
	clip_window_end(op->d, c->window);
	clip_bytes_free(c->bytes);
}

static const struct op_kind	claim_kind = { .undo = claim_undo };

static void
claim_late(struct op *op)
{
	op_end(op, PROBLEM_DISPLAY_TIMEOUT);
}

static void
claim_set(struct display *d, enum clip_selection selection, uint32_t window,
    uint32_t time)
{
	xcb_set_selection_owner_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_SET_SELECTION_OWNER;
	r.owner = window;
	r.selection = clip_selection_atom(d, selection);
	r.time = time;
	x_send(d->x, &r, sizeof(r), NULL, 0);
}

/* A program that claimed it at a later time has it. */
static void
claim_owner_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct op			*op = arg;
	struct clip_claim		*c = arg;
	struct clip_owned		*o;
	xcb_get_selection_owner_reply_t	 r;

	o = &op->d->clips->owned[c->selection - 1];
	memset(&r, 0, sizeof(r));
	if (problem == PROBLEM_NONE && len >= sizeof(r))
		memcpy(&r, reply, sizeof(r));
	if (problem == PROBLEM_NONE && r.owner != c->taken) {
		problem = PROBLEM_CONFLICT;
		if (o->window == c->taken)
			owned_drop(op->d, o);
	}
	op_end(op, problem);
}

/* It is ours from here on: a request for it may come before the answer. */
static void
claim_timed(struct clip_claim *c, uint32_t time)
{
	struct display				*d = c->op.d;
	struct clip_owned			*o, was;
	xcb_get_selection_owner_request_t	 r;

	event_del(&c->op.timer);
	o = &d->clips->owned[c->selection - 1];
	was = *o;
	claim_set(d, c->selection, c->window, time);
	o->window = c->taken = c->window;
	o->time = time;
	o->bytes = clip_bytes_hold(c->bytes);
	c->window = 0;
	owned_drop(d, &was);
	clip_send_old(d);
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_SELECTION_OWNER;
	r.selection = clip_selection_atom(d, c->selection);
	x_ask(d->x, &r, sizeof(r), NULL, 0, claim_owner_cb, &c->op);
}

static void
claim_cleared(struct op *op)
{
	op_end(op, PROBLEM_NONE);
}

static void
claim_start(struct op *op)
{
	struct clip_claim		*c = (struct clip_claim *)op;
	struct display			*d = op->d;
	xcb_change_property_request_t	 r;

	if (c->bytes == NULL) {
		owned_drop(d, &d->clips->owned[c->selection - 1]);
		claim_set(d, c->selection, XCB_NONE, XCB_CURRENT_TIME);
		op_sync(op, claim_cleared);
		return;
	}
	c->window = clip_window(d);
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_CHANGE_PROPERTY;
	r.mode = XCB_PROP_MODE_APPEND;
	r.window = c->window;
	r.property = d->atom[ATOM_CLIP];
	r.type = XCB_ATOM_STRING;
	r.format = 8;
	x_send(d->x, &r, sizeof(r), NULL, 0);
	x_flush(d->x);
	op_after(op, DISPLAY_TIMEOUT_MS, claim_late);
}

struct op *
clip_own(struct display *d, enum clip_selection selection,
    struct clip_bytes *bytes, op_cb *cb, void *arg)
{
	struct clip_claim	*c = xcalloc(1, sizeof(*c));

	op_init(&c->op, d, &claim_kind, cb, arg);
	TAILQ_INSERT_TAIL(&d->clips->claims, c, entry);
	c->selection = selection;
	if (bytes != NULL)
		c->bytes = clip_bytes_hold(bytes);
	op_start(&c->op, claim_start);
	return &c->op;
}

static int
own_property(struct display *d, const uint8_t *p)
{
	xcb_property_notify_event_t	 e;
	struct clip_claim		*c;

	memcpy(&e, p, sizeof(e));
	TAILQ_FOREACH(c, &d->clips->claims, entry)
		if (c->window != 0 && c->window == e.window) {
			claim_timed(c, e.time);
			return 1;
		}
	return 0;
}

static void
own_clear(struct display *d, const uint8_t *p)
{
	xcb_selection_clear_event_t	 e;
	struct clip_owned		*o;
	int				 i;

	memcpy(&e, p, sizeof(e));
	for (i = 0; i < 2; i++) {
		o = &d->clips->owned[i];
		if (o->window != 0 && o->window == e.owner &&
		    clip_selection_atom(d, i + 1) == e.selection)
			owned_drop(d, o);
	}
	clip_send_old(d);
}

/* All but a SelectionNotify come from the server, or are a lie. */
void
clip_event(struct display *d, const uint8_t p[32])
{
	if ((p[0] & 0x80) != 0 && (p[0] & 0x7f) != XCB_SELECTION_NOTIFY)
		return;
	switch (p[0] & 0x7f) {
	case XCB_SELECTION_CLEAR:
		own_clear(d, p);
		break;
	case XCB_SELECTION_REQUEST:
		clip_answer(d, p);
		break;
	case XCB_SELECTION_NOTIFY:
		(void)clip_read_event(d, p);
		break;
	case XCB_PROPERTY_NOTIFY:
		if (!own_property(d, p) && !clip_read_event(d, p))
			(void)clip_send_event(d, p);
		break;
	case XCB_DESTROY_NOTIFY:
		(void)clip_send_event(d, p);
		break;
	default:
		break;
	}
}
