/*
 * MULTIPLE: several targets in one request.  Which ones stands in a property
 * of the requestor, which has to be read first; those that cannot be had
 * become None there.
 */
#include <stdlib.h>
#include <string.h>

#include "clip_state.h"
#include "xmalloc.h"

#define PAIRS_MAX	16
#define MULTIPLES_MAX	16	/* being read at one time */

struct clip_multiple {
	TAILQ_ENTRY(clip_multiple)	 entry;
	struct display			*d;
	xcb_selection_request_event_t	 e;
};

static void
multiple_free(struct clip_multiple *m)
{
	TAILQ_REMOVE(&m->d->clips->multiples, m, entry);
	m->d->clips->nmultiples--;
	x_forget(m->d->x, m);
	free(m);
}

void
clip_multiples_free(struct display *d)
{
	while (!TAILQ_EMPTY(&d->clips->multiples))
		multiple_free(TAILQ_FIRST(&d->clips->multiples));
}

static void
put_pairs(struct clip_multiple *m, const uint8_t *p, uint32_t n,
    uint32_t type)
{
	xcb_selection_request_event_t	one = m->e;
	uint32_t			pairs[PAIRS_MAX][2], i;

	memcpy(pairs, p, n * sizeof(pairs[0]));
	for (i = 0; i < n; i++) {
		one.target = pairs[i][0];
		one.property = pairs[i][1];
		if (one.property == XCB_NONE ||
		    clip_put_small(m->d, &one) == -1)
			pairs[i][1] = XCB_NONE;
	}
	clip_put(m->d, m->e.requestor, m->e.property, type, 32, pairs,
	    n * sizeof(pairs[0]));
}

static void
property_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct clip_multiple		*m = arg;
	xcb_get_property_reply_t	 g;
	int				 good;

	memset(&g, 0, sizeof(g));
	if (problem == PROBLEM_NONE && len >= sizeof(g))
		memcpy(&g, reply, sizeof(g));
	good = g.format == 32 && g.value_len > 0 && g.value_len % 2 == 0 &&
	    g.bytes_after == 0 && g.value_len <= 2 * PAIRS_MAX &&
	    len - sizeof(g) >= (size_t)g.value_len * 4;
	if (good)
		put_pairs(m, (const uint8_t *)reply + sizeof(g),
		    g.value_len / 2, g.type);
	clip_notify(m->d, &m->e, good ? m->e.property : XCB_NONE);
	x_flush(m->d->x);
	multiple_free(m);
}

int
clip_multiple(struct display *d, const xcb_selection_request_event_t *e)
{
	xcb_get_property_request_t	 g;
	struct clip_multiple		*m;

	if (d->clips->nmultiples >= MULTIPLES_MAX)
		return -1;
	m = xcalloc(1, sizeof(*m));
	m->d = d;
	m->e = *e;
	TAILQ_INSERT_TAIL(&d->clips->multiples, m, entry);
	d->clips->nmultiples++;
	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GET_PROPERTY;
	g.window = e->requestor;
	g.property = e->property;
	g.type = XCB_GET_PROPERTY_TYPE_ANY;
	g.long_length = 2 * PAIRS_MAX;
	x_ask(d->x, &g, sizeof(g), NULL, 0, property_cb, m);
	return 1;
}
