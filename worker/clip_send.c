/*
 * What is too large for one request goes in parts (INCR): the requestor
 * takes each by deleting the property.  One that does not is given up; there
 * are never more than a few.
 */
#include <stdlib.h>
#include <string.h>

#include "clip_state.h"
#include "xmalloc.h"

#define SENDS_MAX	16
#define OLD_MAX		2		/* of what is not owned any more */
#define PART		(64 * 1024)
#define PART_MS		5000		/* to take one */
#define QUEUED_MAX	(1024 * 1024)	/* of all that is not written */

struct clip_send {
	TAILQ_ENTRY(clip_send)		 entry;
	struct display			*d;
	xcb_selection_request_event_t	 e;
	uint32_t			 type;
	uint32_t			 mask;	/* ours of its window, before */
	int				 is_begun;
	struct clip_bytes		*bytes;
	size_t				 off;
	struct event			 timer;
};

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

static struct clip_send *
other_of(struct clip_send *s)
{
	struct clip_send	*o;

	TAILQ_FOREACH(o, &s->d->clips->sends, entry)
		if (o != s && o->is_begun &&
		    o->e.requestor == s->e.requestor)
			return o;
	return NULL;
}

static void
send_free(struct clip_send *s, int is_window_there)
{
	struct display	*d = s->d;

	if (is_window_there && s->is_begun && d->usable &&
	    other_of(s) == NULL) {
		select_events(d, s->e.requestor, s->mask);
		x_flush(d->x);
	}
	TAILQ_REMOVE(&d->clips->sends, s, entry);
	d->clips->nsends--;
	event_del(&s->timer);
	x_forget(d->x, s);
	clip_bytes_free(s->bytes);
	free(s);
}

void
clip_sends_free(struct display *d)
{
	struct clip_send	*s;

	while ((s = TAILQ_FIRST(&d->clips->sends)) != NULL)
		send_free(s, 0);
}

static int
is_owned(const struct display *d, const struct clip_bytes *b)
{
	const struct clip_bytes	*o;
	int			 i;

	for (i = 0; i < 2; i++)
		if ((o = d->clips->owned[i].bytes) != NULL &&
		    (o == b || o->latin1 == b))
			return 1;
	return 0;
}

/* The newest go on to their end, so that memory is bounded. */
void
clip_send_old(struct display *d)
{
	struct clip_send	*s, *before;
	unsigned int		 n = 0;

	for (s = TAILQ_LAST(&d->clips->sends, clip_send_list); s != NULL;
	    s = before) {
		before = TAILQ_PREV(s, clip_send_list, entry);
		if (!is_owned(d, s->bytes) && ++n > OLD_MAX)
			send_free(s, 1);
	}
}

static void
late_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	send_free(arg, 1);
}

static void
send_wait(struct clip_send *s)
{
	static const struct timeval	tv = { PART_MS / 1000, 0 };

	event_add(&s->timer, &tv);
}

static void
send_begin(struct clip_send *s)
{
	struct display	*d = s->d;
	uint32_t	 size = (uint32_t)s->bytes->len;

	s->is_begun = 1;
	select_events(d, s->e.requestor, s->mask |
	    XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_STRUCTURE_NOTIFY);
	clip_put(d, s->e.requestor, s->e.property, d->atom[ATOM_INCR], 32,
	    &size, sizeof(size));
	clip_notify(d, &s->e, s->e.property);
	x_flush(d->x);
	send_wait(s);
}

/* Events that we want of this window for another reason stay as they are. */
static void
attributes_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct clip_send			*s = arg, *o;
	xcb_get_window_attributes_reply_t	 r;

	if (problem != PROBLEM_NONE || len < sizeof(r)) {
		send_free(s, 0);
		return;
	}
	memcpy(&r, reply, sizeof(r));
	o = other_of(s);
	s->mask = o != NULL ? o->mask : r.your_event_mask;
	send_begin(s);
}

int
clip_send(struct display *d, const xcb_selection_request_event_t *e,
    uint32_t type, struct clip_bytes *bytes)
{
	xcb_get_window_attributes_request_t	 r;
	struct clip_send			*s;

	if (d->clips->nsends >= SENDS_MAX || e->requestor == d->root)
		return -1;
	TAILQ_FOREACH(s, &d->clips->sends, entry)
		if (s->e.requestor == e->requestor &&
		    s->e.property == e->property)
			return -1;
	s = xcalloc(1, sizeof(*s));
	s->d = d;
	s->e = *e;
	s->type = type;
	s->bytes = clip_bytes_hold(bytes);
	evtimer_assign(&s->timer, d->base, late_cb, s);
	TAILQ_INSERT_TAIL(&d->clips->sends, s, entry);
	d->clips->nsends++;
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_WINDOW_ATTRIBUTES;
	r.window = e->requestor;
	x_ask(d->x, &r, sizeof(r), NULL, 0, attributes_cb, s);
	return 0;
}

/* The last part is an empty one. */
static void
send_part(struct clip_send *s)
{
	size_t	n = s->bytes->len - s->off;

	if (n > PART)
		n = PART;
	/* One that deletes faster than we write does not read, either. */
	if (x_queued(s->d->x) > QUEUED_MAX) {
		send_free(s, 1);
		return;
	}
	clip_put(s->d, s->e.requestor, s->e.property, s->type, 8,
	    s->bytes->p + s->off, n);
	x_flush(s->d->x);
	s->off += n;
	if (n == 0)
		send_free(s, 1);
	else
		send_wait(s);
}

int
clip_send_event(struct display *d, const uint8_t p[32])
{
	xcb_property_notify_event_t	 e;
	xcb_destroy_notify_event_t	 gone;
	struct clip_send		*s, *next;
	int				 is_gone;

	memcpy(&e, p, sizeof(e));
	memcpy(&gone, p, sizeof(gone));
	is_gone = (p[0] & 0x7f) == XCB_DESTROY_NOTIFY;
	for (s = TAILQ_FIRST(&d->clips->sends); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->is_begun)
			continue;
		if (is_gone && gone.window == s->e.requestor)
			send_free(s, 0);
		else if (!is_gone && e.window == s->e.requestor &&
		    e.atom == s->e.property &&
		    e.state == XCB_PROPERTY_DELETE) {
			send_part(s);
			return 1;
		}
	}
	return 0;
}
