/* Waiting for a window. */
#include <string.h>
#include <strings.h>

#include "window_state.h"
#include "xmalloc.h"

/*
 * A window that is new but says nothing of what it belongs to is taken when
 * a better one has not come by then: its program was started by a script.
 */
#define BETTER_MS	1000

struct wait {
	struct window_watch	 watch;		/* first: it is one */
	struct window_match	 match;
	struct monotime		 since;		/* other is seen */
	uint32_t		 other;		/* that may have to do */
};

static int
is_old(const struct window_match *m, uint32_t id)
{
	unsigned int	i;

	for (i = 0; i < m->nnot_in; i++)
		if (m->not_in[i] == id)
			return 1;
	return 0;
}

/* What comes and goes beside a program's real windows. */
static int
is_passing(const struct window *w)
{
	return w->type != WINDOW_NORMAL && w->type != WINDOW_DIALOG &&
	    w->type != WINDOW_UTILITY;
}

static int
is_class(const struct window *w, const char *class)
{
	return strcasecmp(w->class, class) == 0 ||
	    strcasecmp(w->instance, class) == 0;
}

/* How many of the wishes it meets; *of is how many there are. */
static unsigned int
meets(const struct window_match *m, const struct window *w, unsigned int *of)
{
	unsigned int	n = 0;

	*of = (m->title != NULL) + (m->class != NULL) +
	    (m->startup_id != NULL) + (m->pid != 0);
	if (m->title != NULL && strstr(w->title, m->title) != NULL)
		n++;
	if (m->class != NULL && is_class(w, m->class))
		n++;
	if (m->startup_id != NULL && strcmp(w->startup_id, m->startup_id) == 0)
		n++;
	if (m->pid != 0 && w->pid == m->pid)
		n++;
	return n;
}

static int
take_other(struct wait *wt, const struct window *other)
{
	if (other == NULL || !wt->match.any) {
		wt->other = 0;
		return 0;
	}
	if (wt->other != other->id) {
		wt->other = other->id;
		wt->since = monotime_now();
	}
	if (monotime_since_ms(wt->since) < BETTER_MS)
		return 0;
	return window_watch_found(&wt->watch, other);
}

static int
wait_look(struct window_watch *watch, const struct windows *seen)
{
	struct wait		*wt = (struct wait *)watch;
	const struct window	*w, *other = NULL;
	unsigned int		 i, n, of;

	for (i = 0; i < seen->n; i++) {
		w = &seen->list[i];
		if (is_old(&wt->match, w->id) || is_passing(w))
			continue;
		n = meets(&wt->match, w, &of);
		if (wt->match.any ? n > 0 : n == of)
			return window_watch_found(watch, w);
		/* The oldest of those that were not there. */
		if (other == NULL || other->id != wt->other)
			other = w;
	}
	return take_other(wt, other);
}

static void
wait_late(struct window_watch *watch)
{
	window_watch_fail(watch, PROBLEM_TIMEOUT,
	    "no such window came in time");
}

struct op *
window_wait(struct display *d, const struct window_match *match,
    window_cb *cb, void *arg)
{
	struct wait	*wt = xcalloc(1, sizeof(*wt));

	window_watch_init(&wt->watch, d, cb, arg);
	wt->match = *match;
	wt->watch.limit_ms = match->limit_ms;
	wt->watch.look = wait_look;
	wt->watch.late = wait_late;
	window_watch_start(&wt->watch);
	return &wt->watch.op;
}
