/*
 * Reading a selection: what its owner offers (TARGETS), then the best of
 * that, as one property or as many (INCR).  Each reading has a window of its
 * own; an answer of the owner has a deadline, and so has all of it.
 */
#include <stdlib.h>
#include <string.h>

#include "clip_state.h"
#include "sizes.h"
#include "xmalloc.h"

#define PART_WORDS	(256 * 1024)	/* of a property, in one reply */

enum step { STEP_IDLE, STEP_TARGETS, STEP_DATA, STEP_INCR };

/* What can be read, best first. */
enum kind { KIND_UTF8, KIND_PLAIN_UTF8, KIND_STRING, KIND_PLAIN, KIND_PNG,
    KIND__COUNT };

struct clip_reading {
	struct op			 op;	/* first: it is one */
	TAILQ_ENTRY(clip_reading)	 entry;
	enum clip_selection		 selection;
	uint32_t			 wanted;	/* type, 0: any */
	uint32_t			 window;
	enum step			 step;		/* that is waited for */
	int				 is_incr;
	int				 offered[KIND__COUNT];
	int				 at;		/* kind that was asked */
	uint32_t			 target;	/* and its atom */
	uint32_t			 type;		/* of what came */
	uint32_t			 offset;	/* words of the property */
	struct monotime			 began;
	uint8_t				*p;
	size_t				 len;
	struct clip_bytes		*bytes;		/* the result */
	const char			*detail;
	clip_read_cb			*cb;
	void				*arg;
};

static void	read_property(struct clip_reading *);

static void
reading_undo(struct op *op)
{
	struct clip_reading	*r = (struct clip_reading *)op;

	TAILQ_REMOVE(&op->d->clips->readings, r, entry);
	clip_window_end(op->d, r->window);
	free(r->p);
	r->p = NULL;
}

static void
reading_report(struct op *op, enum problem problem)
{
	struct clip_reading	*r = (struct clip_reading *)op;

	r->cb(problem, problem == PROBLEM_NONE ? r->bytes : NULL, r->detail,
	    r->arg);
	clip_bytes_free(r->bytes);
}

static const struct op_kind	reading_kind = {
	.undo = reading_undo, .report = reading_report
};

static void
reading_end(struct clip_reading *r, enum problem problem, const char *detail)
{
	r->detail = detail;
	op_end(&r->op, problem);
}

static void
misbehaves(struct clip_reading *r, const char *detail)
{
	reading_end(r, PROBLEM_SELECTION, detail);
}

static void
reading_late(struct op *op)
{
	reading_end((struct clip_reading *)op, PROBLEM_TIMEOUT,
	    "the program that owns the selection does not answer");
}

static void
reading_wait(struct clip_reading *r, enum step step)
{
	int64_t	left = CLIP_TOTAL_MS - monotime_since_ms(r->began);

	r->step = step;
	if (left < 0)
		left = 0;
	op_after(&r->op, left < CLIP_STEP_MS ? (uint32_t)left : CLIP_STEP_MS,
	    reading_late);
}

static uint32_t
kind_atom(const struct display *d, int kind)
{
	static const enum atom	atoms[KIND__COUNT] = {
		[KIND_UTF8] = ATOM_UTF8_STRING,
		[KIND_PLAIN_UTF8] = ATOM_TEXT_PLAIN_UTF8,
		[KIND_PLAIN] = ATOM_TEXT_PLAIN,
		[KIND_PNG] = ATOM_IMAGE_PNG
	};

	return kind == KIND_STRING ? XCB_ATOM_STRING : d->atom[atoms[kind]];
}

static enum clip_type
kind_type(int kind)
{
	return kind == KIND_PNG ? CLIP_PNG : CLIP_TEXT;
}

static size_t
size_max(const struct clip_reading *r)
{
	return kind_type(r->at) == CLIP_PNG ? CLIP_PNG_MAX : CLIP_TEXT_MAX;
}

static void
convert(struct clip_reading *r, uint32_t target, enum step step)
{
	struct display				*d = r->op.d;
	xcb_convert_selection_request_t		 c;

	memset(&c, 0, sizeof(c));
	c.major_opcode = XCB_CONVERT_SELECTION;
	c.requestor = r->window;
	c.selection = clip_selection_atom(d, r->selection);
	c.target = r->target = target;
	c.property = d->atom[ATOM_CLIP];
	c.time = XCB_CURRENT_TIME;
	x_send(d->x, &c, sizeof(c), NULL, 0);
	x_flush(d->x);
	reading_wait(r, step);
}

static void
convert_next(struct clip_reading *r)
{
	for (r->at++; r->at < KIND__COUNT; r->at++)
		if (r->offered[r->at] && (r->wanted == 0 ||
		    r->wanted == kind_type(r->at))) {
			convert(r, kind_atom(r->op.d, r->at), STEP_DATA);
			return;
		}
	reading_end(r, PROBLEM_NOT_ACCEPTABLE, r->wanted == CLIP_TEXT ?
	    "what is selected cannot be had as text" :
	    r->wanted == CLIP_PNG ?
	    "what is selected cannot be had as a PNG" :
	    "what is selected is neither text nor a PNG");
}

/* An owner that does not know TARGETS is asked for the usual ones. */
static void
refused(struct clip_reading *r)
{
	if (r->step == STEP_TARGETS)
		r->offered[KIND_UTF8] = r->offered[KIND_STRING] =
		    r->offered[KIND_PNG] = 1;
	convert_next(r);
}

static void
take_targets(struct clip_reading *r, const xcb_get_property_reply_t *g,
    const uint8_t *p)
{
	uint32_t	atom, i;
	int		kind;

	if (g->format != 32 || (g->type != XCB_ATOM_ATOM &&
	    g->type != r->op.d->atom[ATOM_TARGETS])) {
		misbehaves(r, "its list of types is none");
		return;
	}
	for (i = 0; i < g->value_len; i++) {
		memcpy(&atom, p + (size_t)i * 4, sizeof(atom));
		for (kind = 0; kind < KIND__COUNT; kind++)
			if (atom == kind_atom(r->op.d, kind))
				r->offered[kind] = 1;
	}
	convert_next(r);
}

/* Text may come under another of the names that text has. */
static int
type_fits(const struct clip_reading *r, uint32_t type)
{
	int	kind;

	for (kind = 0; kind < KIND__COUNT; kind++)
		if (type == kind_atom(r->op.d, kind))
			return kind_type(kind) == kind_type(r->at);
	return 0;
}

static void
complete(struct clip_reading *r)
{
	struct display	*d = r->op.d;
	int		 is_latin1;

	is_latin1 = r->type == XCB_ATOM_STRING ||
	    (r->type == d->atom[ATOM_TEXT_PLAIN] &&
	    !clip_is_utf8(r->p, r->len));
	if (kind_type(r->at) == CLIP_TEXT && is_latin1) {
		r->bytes = clip_bytes_from_latin1(r->p, r->len);
		if (r->bytes == NULL) {
			reading_end(r, PROBLEM_TOO_LARGE,
			    "the text is larger than can be read");
			return;
		}
	} else if (r->len > 0) {
		r->bytes = clip_bytes_new(kind_type(r->at), r->p, r->len);
		r->p = NULL;
	}
	reading_end(r, PROBLEM_NONE, NULL);
}

/* An INCR property has a lower bound of the size; its data come later. */
static void
take_incr(struct clip_reading *r, const xcb_get_property_reply_t *g,
    const uint8_t *p)
{
	uint32_t	size = 0;

	if (g->format == 32 && g->value_len > 0)
		memcpy(&size, p, sizeof(size));
	if (size > size_max(r)) {
		reading_end(r, PROBLEM_TOO_LARGE,
		    "what is selected is larger than can be read");
		return;
	}
	r->is_incr = 1;
	reading_wait(r, STEP_INCR);
}

static void
take_data(struct clip_reading *r, const xcb_get_property_reply_t *g,
    const uint8_t *p)
{
	size_t	n = g->value_len;

	if (!r->is_incr && r->offset == 0 &&
	    g->type == r->op.d->atom[ATOM_INCR]) {
		take_incr(r, g, p);
		return;
	}
	if (n > 0 && (g->format != 8 || !type_fits(r, g->type) ||
	    (r->len > 0 && g->type != r->type))) {
		misbehaves(r, "what it gives has another type than was asked "
		    "for");
		return;
	}
	if (n > size_max(r) - r->len || g->bytes_after > size_max(r)) {
		reading_end(r, PROBLEM_TOO_LARGE,
		    "what is selected is larger than can be read");
		return;
	}
	if (n > 0) {
		r->p = xreallocarray(r->p, r->len + n, 1);
		memcpy(r->p + r->len, p, n);
		r->len += n;
		r->type = g->type;
	}
	if (g->bytes_after > 0 && n > 0) {
		r->offset += g->value_len / 4;
		read_property(r);
	} else if (r->is_incr && (n > 0 || r->offset > 0)) {
		reading_wait(r, STEP_INCR);
	} else
		complete(r);
}

static void
property_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct op			*op = arg;
	struct clip_reading		*r = arg;
	xcb_get_property_reply_t	 g;
	const uint8_t			*p = reply;

	if (problem != PROBLEM_NONE) {
		reading_end(r, problem, NULL);
		return;
	}
	memset(&g, 0, sizeof(g));
	if (len >= sizeof(g))
		memcpy(&g, reply, sizeof(g));
	if (len < sizeof(g) ||
	    len - sizeof(g) < (uint64_t)g.value_len * g.format / 8) {
		op_end(op, PROBLEM_INTERNAL);
		return;
	}
	if (g.type == XCB_ATOM_NONE)
		misbehaves(r, "it gives nothing");
	else if (r->step == STEP_TARGETS)
		take_targets(r, &g, p + sizeof(g));
	else
		take_data(r, &g, p + sizeof(g));
}

/* Deleted with its last part. */
static void
read_property(struct clip_reading *r)
{
	struct display			*d = r->op.d;
	xcb_get_property_request_t	 g;

	event_del(&r->op.timer);
	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GET_PROPERTY;
	g._delete = 1;
	g.window = r->window;
	g.property = d->atom[ATOM_CLIP];
	g.type = XCB_GET_PROPERTY_TYPE_ANY;
	g.long_offset = r->offset;
	g.long_length = PART_WORDS;
	x_ask(d->x, &g, sizeof(g), NULL, 0, property_cb, &r->op);
}

static void
owner_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct op			*op = arg;
	struct clip_reading		*r = arg;
	struct clip_owned		*o;
	xcb_get_selection_owner_reply_t	 g;

	if (problem != PROBLEM_NONE || len < sizeof(g)) {
		op_end(op, problem != PROBLEM_NONE ? problem :
		    PROBLEM_INTERNAL);
		return;
	}
	memcpy(&g, reply, sizeof(g));
	if (g.owner == XCB_NONE) {
		op_end(op, PROBLEM_NONE);
		return;
	}
	o = &op->d->clips->owned[r->selection - 1];
	if (g.owner != o->window) {
		r->window = clip_window(op->d);
		convert(r, op->d->atom[ATOM_TARGETS], STEP_TARGETS);
	} else if (r->wanted != 0 && r->wanted != o->bytes->type) {
		r->at = KIND__COUNT;
		convert_next(r);
	} else {
		r->bytes = clip_bytes_hold(o->bytes);
		op_end(op, PROBLEM_NONE);
	}
}

static void
reading_start(struct op *op)
{
	struct clip_reading			*r = (struct clip_reading *)op;
	struct display				*d = op->d;
	xcb_get_selection_owner_request_t	 g;

	r->began = monotime_now();
	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GET_SELECTION_OWNER;
	g.selection = clip_selection_atom(d, r->selection);
	x_ask(d->x, &g, sizeof(g), NULL, 0, owner_cb, op);
}

struct op *
clip_read(struct display *d, enum clip_selection selection, uint32_t wanted,
    clip_read_cb *cb, void *arg)
{
	struct clip_reading	*r = xcalloc(1, sizeof(*r));

	op_init(&r->op, d, &reading_kind, NULL, NULL);
	TAILQ_INSERT_TAIL(&d->clips->readings, r, entry);
	r->selection = selection;
	r->wanted = wanted;
	r->at = -1;
	r->cb = cb;
	r->arg = arg;
	op_start(&r->op, reading_start);
	return &r->op;
}

static int
notified(struct clip_reading *r, const xcb_selection_notify_event_t *e)
{
	if (e->requestor != r->window || e->target != r->target ||
	    (r->step != STEP_TARGETS && r->step != STEP_DATA) ||
	    !event_pending(&r->op.timer, EV_TIMEOUT, NULL))
		return 0;
	if (e->property == XCB_NONE)
		refused(r);
	else {
		r->offset = 0;
		read_property(r);
	}
	return 1;
}

static int
appeared(struct clip_reading *r, const xcb_property_notify_event_t *e)
{
	if (e->window != r->window || r->step != STEP_INCR ||
	    e->atom != r->op.d->atom[ATOM_CLIP] ||
	    e->state != XCB_PROPERTY_NEW_VALUE ||
	    !event_pending(&r->op.timer, EV_TIMEOUT, NULL))
		return 0;
	r->offset = 0;
	read_property(r);
	return 1;
}

int
clip_read_event(struct display *d, const uint8_t p[32])
{
	xcb_selection_notify_event_t	 s;
	xcb_property_notify_event_t	 e;
	struct clip_reading		*r;

	memcpy(&s, p, sizeof(s));
	memcpy(&e, p, sizeof(e));
	TAILQ_FOREACH(r, &d->clips->readings, entry) {
		if (r->window == 0)
			continue;
		if ((p[0] & 0x7f) == XCB_SELECTION_NOTIFY ?
		    notified(r, &s) : appeared(r, &e))
			return 1;
	}
	return 0;
}
