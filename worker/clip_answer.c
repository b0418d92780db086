/*
 * Answers to programs that ask for a selection of ours.  What is queued for
 * the X server is bounded: a program that asks faster than answers can be
 * written is refused, and then not answered at all.
 */
#include <stdlib.h>
#include <string.h>

#include "clip_state.h"
#include "xmalloc.h"

#define DIRECT_MAX	(64 * 1024)		/* bytes in one property */
#define QUEUED_MAX	(1024 * 1024)		/* then it is refused */
#define SILENT_MAX	(4 * 1024 * 1024)	/* then it is ignored */
#define TARGETS_MAX	12

void
clip_put(struct display *d, uint32_t window, uint32_t property,
    uint32_t type, uint8_t format, const void *p, size_t len)
{
	xcb_change_property_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_CHANGE_PROPERTY;
	r.mode = XCB_PROP_MODE_REPLACE;
	r.window = window;
	r.property = property;
	r.type = type;
	r.format = format;
	r.data_len = (uint32_t)(len / (format / 8));
	x_send(d->x, &r, sizeof(r), p, len);
}

void
clip_notify(struct display *d, const xcb_selection_request_event_t *e,
    uint32_t property)
{
	xcb_send_event_request_t	r;
	xcb_selection_notify_event_t	n;

	memset(&n, 0, sizeof(n));
	n.response_type = XCB_SELECTION_NOTIFY;
	n.time = e->time;
	n.requestor = e->requestor;
	n.selection = e->selection;
	n.target = e->target;
	n.property = property;
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_SEND_EVENT;
	r.destination = e->requestor;
	memcpy(r.event, &n, sizeof(n));
	x_send(d->x, &r, sizeof(r), NULL, 0);
}

static void
put_targets(struct display *d, const xcb_selection_request_event_t *e,
    uint32_t property, enum clip_type type)
{
	uint32_t	list[TARGETS_MAX];
	size_t		n = 0;

	list[n++] = d->atom[ATOM_TARGETS];
	list[n++] = d->atom[ATOM_TIMESTAMP];
	if (type == CLIP_PNG)
		list[n++] = d->atom[ATOM_IMAGE_PNG];
	else {
		list[n++] = d->atom[ATOM_UTF8_STRING];
		list[n++] = d->atom[ATOM_TEXT_PLAIN_UTF8];
		list[n++] = d->atom[ATOM_TEXT_PLAIN];
		list[n++] = XCB_ATOM_STRING;
		list[n++] = d->atom[ATOM_TEXT];
	}
	clip_put(d, e->requestor, property, XCB_ATOM_ATOM, 32, list,
	    n * sizeof(list[0]));
}

/* What a target gives, and of which type it then is; NULL: it is not had. */
static struct clip_bytes *
converted(struct display *d, struct clip_bytes *b, uint32_t target,
    uint32_t *type)
{
	*type = target;
	if (b->type == CLIP_PNG)
		return target == d->atom[ATOM_IMAGE_PNG] ? b : NULL;
	if (target == d->atom[ATOM_UTF8_STRING] ||
	    target == d->atom[ATOM_TEXT_PLAIN_UTF8] ||
	    target == d->atom[ATOM_TEXT_PLAIN])
		return b;
	if (target == d->atom[ATOM_TEXT]) {
		*type = d->atom[ATOM_UTF8_STRING];
		return b;
	}
	return target == XCB_ATOM_STRING ? clip_bytes_latin1(b) : NULL;
}

/* 0: done; 1: it tells when; -1: refused. */
static int
put(struct display *d, const struct clip_owned *o,
    const xcb_selection_request_event_t *e)
{
	struct clip_bytes	*b;
	uint32_t		 type;

	if (e->target == d->atom[ATOM_TARGETS]) {
		put_targets(d, e, e->property, o->bytes->type);
		return 0;
	}
	if (e->target == d->atom[ATOM_TIMESTAMP]) {
		clip_put(d, e->requestor, e->property, XCB_ATOM_INTEGER, 32,
		    &o->time, sizeof(o->time));
		return 0;
	}
	if ((b = converted(d, o->bytes, e->target, &type)) == NULL)
		return -1;
	if (b->len > DIRECT_MAX)
		return clip_send(d, e, type, b) == -1 ? -1 : 1;
	clip_put(d, e->requestor, e->property, type, 8, b->p, b->len);
	return 0;
}

/* A request of a time before the selection was ours is for another owner. */
static struct clip_owned *
asked(struct display *d, const xcb_selection_request_event_t *e)
{
	struct clip_owned	*o;
	int			 i;

	for (i = 0; i < 2; i++) {
		o = &d->clips->owned[i];
		if (o->window != 0 && o->window == e->owner &&
		    e->selection == clip_selection_atom(d, i + 1) &&
		    (e->time == XCB_CURRENT_TIME ||
		    (int32_t)(e->time - o->time) >= 0))
			return o;
	}
	return NULL;
}

void
clip_answer(struct display *d, const uint8_t p[32])
{
	xcb_selection_request_event_t	 e;
	struct clip_owned		*o;
	int				 done = -1;

	memcpy(&e, p, sizeof(e));
	if (x_queued(d->x) > SILENT_MAX)
		return;
	if (e.property == XCB_NONE)
		e.property = e.target;	/* of a client of old */
	if (x_queued(d->x) <= QUEUED_MAX && (o = asked(d, &e)) != NULL)
		done = put(d, o, &e);
	if (done != 1)
		clip_notify(d, &e, done == -1 ? XCB_NONE : e.property);
	x_flush(d->x);
}
