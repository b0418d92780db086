#include <stdlib.h>
#include <string.h>

#include <xcb/xcb.h>
#include <xcb/xproto.h>

#include "display_state.h"
#include "ping.h"
#include "probe.h"
#include "settle_state.h"
#include "window_state.h"
#include "xmalloc.h"

enum { PING_PROTOCOLS_MAX = 32, PING_LOOK_MS = 8 };

struct ping {
	TAILQ_ENTRY(ping)  entry;
	struct op	  *op;
	void		 (*next)(struct op *);
	struct monotime	   since;
	uint32_t	   window;
	uint32_t	   serial;	/* 0: no ping under way */
	int		   wait;
};

static void	ping_drain(struct op *);

static struct ping *
ping_of(struct op *op)
{
	struct ping	*p;

	TAILQ_FOREACH(p, &op->d->pings, entry)
		if (p->op == op)
			return p;
	return NULL;
}

void
ping_forget(struct op *op)
{
	struct ping	*p = ping_of(op);

	if (p == NULL)
		return;
	TAILQ_REMOVE(&op->d->pings, p, entry);
	free(p);
}

static void
ping_done(struct op *op)
{
	struct ping	*p = ping_of(op);
	void		(*next)(struct op *) = p->next;

	event_del(&op->timer);
	ping_forget(op);
	next(op);
}

/*
 * No ping is offered: what is drawn must have come to rest, for longer than
 * it has rested before in answer to the same input.  Where nothing at all was
 * drawn, the program may not have had its turn yet.  A busy machine makes
 * that a guess; a probe makes sure, where the program answers it.
 */
static int64_t
ping_rest_wanted(const struct display *d)
{
	int64_t	ms = settle_drawn(d) ? settle_pause_ms(d) * 3 : PING_REST_MAX;

	if (ms < PING_REST_MS)
		ms = PING_REST_MS;
	return ms < PING_REST_MAX ? ms : PING_REST_MAX;
}

static void
ping_drain(struct op *op)
{
	struct ping	*p = ping_of(op);
	int64_t		 left;

	left = ping_rest_wanted(op->d) - settle_rest_ms(op->d);
	if (!p->wait) {
		ping_done(op);
		return;
	}
	if (left <= 0 || monotime_since_ms(p->since) >= PING_LIMIT_MS) {
		probe_start(op, p->window, ping_done);
		return;
	}
	/* What is wanted changes with the next thing drawn. */
	op_after(op, left < PING_LOOK_MS ? left : PING_LOOK_MS, ping_drain);
}

/* Busy for so long: from now on this window is waited for less. */
static void
ping_late(struct op *op)
{
	op->d->deaf = ping_of(op)->window;
	ping_done(op);
}

static void
ping_send(struct ping *p)
{
	struct display			*d = p->op->d;
	xcb_send_event_request_t	 r;
	xcb_client_message_event_t	 e;

	if (++d->ping_serial == 0)
		d->ping_serial = 1;
	p->serial = d->ping_serial;
	memset(&e, 0, sizeof(e));
	e.response_type = XCB_CLIENT_MESSAGE;
	e.format = 32;
	e.window = p->window;
	e.type = d->atom[ATOM_WM_PROTOCOLS];
	e.data.data32[0] = d->atom[ATOM_WM_PING];
	e.data.data32[1] = p->serial;	/* comes back unchanged */
	e.data.data32[2] = p->window;
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_SEND_EVENT;
	r.destination = p->window;
	memcpy(r.event, &e, sizeof(r.event));
	x_send(d->x, &r, sizeof(r), NULL, 0);
	x_flush(d->x);
	op_after(p->op, p->window == d->deaf ? PING_LIMIT_MS : PROBE_LIMIT_MS,
	    ping_late);
}

static void
ping_protocols_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct op	*op = arg;
	struct ping	*p = ping_of(op);
	uint32_t	 atoms[PING_PROTOCOLS_MAX], n = 0, i;

	if (problem == PROBLEM_NONE)
		n = window_prop_values(reply, len, atoms, PING_PROTOCOLS_MAX);
	else if (problem != PROBLEM_INTERNAL) {
		op_end(op, problem);
		return;
	}
	for (i = 0; i < n; i++)
		if (atoms[i] == op->d->atom[ATOM_WM_PING]) {
			ping_send(p);
			return;
		}
	ping_drain(op);
}

static void
ping_ask(struct op *op, uint32_t window, uint32_t property, uint32_t type,
    uint32_t max, x_reply_cb *cb)
{
	xcb_get_property_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_PROPERTY;
	r.window = window;
	r.property = property;
	r.type = type;
	r.long_length = max;
	x_ask(op->d->x, &r, sizeof(r), NULL, 0, cb, op);
}

static void
ping_window_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct op	*op = arg;
	struct ping	*p = ping_of(op);

	if (problem != PROBLEM_NONE && problem != PROBLEM_INTERNAL) {
		op_end(op, problem);
		return;
	}
	if (problem != PROBLEM_NONE ||
	    window_prop_values(reply, len, &p->window, 1) != 1 || p->window == 0) {
		ping_drain(op);
		return;
	}
	ping_ask(op, p->window, op->d->atom[ATOM_WM_PROTOCOLS], XCB_ATOM_ATOM,
	    PING_PROTOCOLS_MAX, ping_protocols_cb);
}

void
ping_active(struct op *op, int wait, void (*next)(struct op *))
{
	struct ping	*p = xcalloc(1, sizeof(*p));

	p->op = op;
	p->next = next;
	p->since = monotime_now();
	p->wait = wait;
	TAILQ_INSERT_TAIL(&op->d->pings, p, entry);
	ping_ask(op, op->d->root, op->d->atom[ATOM_ACTIVE_WINDOW],
	    XCB_ATOM_WINDOW, 1, ping_window_cb);
}

void
ping_message(struct display *d, const unsigned char event[32])
{
	xcb_client_message_event_t	 e;
	struct ping			*p;

	memcpy(&e, event, sizeof(e));
	if (e.type != d->atom[ATOM_WM_PROTOCOLS] || e.format != 32 ||
	    e.data.data32[0] != d->atom[ATOM_WM_PING])
		return;
	TAILQ_FOREACH(p, &d->pings, entry)
		if (p->serial != 0 && p->serial == e.data.data32[1] &&
		    p->window == e.data.data32[2]) {
			if (d->deaf == p->window)
				d->deaf = 0;
			ping_done(p->op);
			return;
		}
}
