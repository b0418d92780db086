#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "display_state.h"
#include "settle.h"
#include "settle_state.h"
#include "xmalloc.h"

/*
 * A caret blinks in one small place, at intervals a person can see, and a
 * clock ticks so.  A place where that has happened a few times is not
 * movement; a spinner draws far more often, and typing draws elsewhere each
 * time.
 */
enum {
	PLACES		= 8,
	CARET_WIDTH	= 128,
	CARET_HEIGHT	= 96,
	CARET_AREA	= 4096,
	BLINK_MIN_MS	= 200,
	BLINK_MAX_MS	= 1500,
	BLINKS		= 2	/* regular intervals before it is known */
};

struct place {
	struct rect	rect;
	struct monotime	last;
	unsigned int	regular;
};

struct settle {
	struct place	place[PLACES];
	struct monotime	moved;		/* last movement */
	struct monotime	drawn;		/* last drawing of any kind */
	uint64_t	generation;	/* of the last movement */
	int64_t		pause_ms;	/* longest since the mark */
	int		answered;	/* drawn upon since the mark */
};

struct settle_op {
	struct op		 op;
	struct settle_want	 want;
	settle_cb		*cb;
	struct monotime		 start;
	uint64_t		 since;
	uint64_t		 confirming;	/* generation before the sync */
	int			 settled;
};

static void	settle_report(struct op *, enum problem);
static void	settle_tick(struct op *);

static const struct op_kind	settle_kind = { NULL, settle_report };

struct settle *
settle_new(void)
{
	struct settle	*s = xcalloc(1, sizeof(*s));

	s->moved = s->drawn = monotime_now();
	s->answered = 1;
	return s;
}

void
settle_free(struct settle *s)
{
	free(s);
}

int64_t
settle_rest_ms(const struct display *d)
{
	return monotime_since_ms(d->settle->drawn);
}

int64_t
settle_pause_ms(const struct display *d)
{
	return d->settle->pause_ms;
}

int
settle_drawn(const struct display *d)
{
	return d->settle->answered;
}

void
settle_mark(struct display *d)
{
	d->settle->drawn = monotime_now();
	d->settle->pause_ms = 0;
	d->settle->answered = 0;
}

static int
rect_same(const struct rect *a, const struct rect *b)
{
	return abs(a->x - b->x) <= 2 && abs(a->y - b->y) <= 2 &&
	    abs(a->w - b->w) <= 4 && abs(a->h - b->h) <= 4;
}

/* Remembers the place; is it a caret's, by what was seen before? */
static int
settle_blinks(struct settle *s, const struct rect *r)
{
	struct place	*p, *oldest = &s->place[0];
	int64_t		 ms;
	unsigned int	 i;

	if (r->w > CARET_WIDTH || r->h > CARET_HEIGHT ||
	    (int64_t)r->w * r->h > CARET_AREA)
		return 0;
	for (i = 0; i < PLACES; i++) {
		p = &s->place[i];
		if (p->last.ns < oldest->last.ns)
			oldest = p;
		if (p->last.ns == 0 || !rect_same(&p->rect, r))
			continue;
		ms = monotime_since_ms(p->last);
		p->last = monotime_now();
		if (ms < BLINK_MIN_MS || ms > BLINK_MAX_MS)
			p->regular = 0;
		else if (p->regular < BLINKS)
			p->regular++;
		return p->regular >= BLINKS;
	}
	oldest->rect = *r;
	oldest->last = monotime_now();
	oldest->regular = 0;
	return 0;
}

void
settle_damaged(struct display *d, const struct rect *r)
{
	struct settle		*s = d->settle;
	struct settle_op	*so;
	struct op		*op;

	if (monotime_since_ms(s->drawn) > s->pause_ms)
		s->pause_ms = monotime_since_ms(s->drawn);
	s->drawn = monotime_now();
	s->answered = 1;
	if (settle_blinks(s, r))
		return;
	s->moved = s->drawn;
	s->generation = capture_generation(d);
	/* Those who have been waiting for the first change. */
	TAILQ_FOREACH(op, &d->ops, entry) {
		so = (struct settle_op *)op;
		if (op->kind == &settle_kind && so->want.change &&
		    op->tick == settle_tick && op->failed == PROBLEM_NONE) {
			so->want.change = 0;
			op_after(op, so->want.quiet_ms, settle_tick);
		}
	}
}

static void
settle_report(struct op *op, enum problem problem)
{
	struct settle_op	*so = (struct settle_op *)op;

	so->cb(problem, problem == PROBLEM_NONE && so->settled,
	    problem == PROBLEM_DESKTOP_FAILED ? 0 :
	    capture_generation(op->d), op->arg);
}

/* All that was drawn before the answer has been heard of. */
static void
settle_confirmed(struct op *op)
{
	struct settle_op	*so = (struct settle_op *)op;

	if (op->d->settle->generation != so->confirming) {
		settle_tick(op);
		return;
	}
	so->settled = 1;
	op_end(op, PROBLEM_NONE);
}

static void
settle_tick(struct op *op)
{
	struct settle_op	*so = (struct settle_op *)op;
	struct settle		*s = op->d->settle;
	int64_t			 left, rest;

	left = (int64_t)so->want.limit_ms - monotime_since_ms(so->start);
	if (left <= 0) {
		op_end(op, x_stalled(op->d->x) ? PROBLEM_DISPLAY_TIMEOUT :
		    PROBLEM_NONE);
		return;
	}
	if (so->want.change && s->generation > so->since)
		so->want.change = 0;
	if (so->want.change) {
		op_after(op, left, settle_tick);
		return;
	}
	rest = monotime_since_ms(s->moved.ns > so->start.ns ? s->moved :
	    so->start);
	if (rest >= so->want.quiet_ms) {
		so->confirming = s->generation;
		op_sync(op, settle_confirmed);
		return;
	}
	rest = so->want.quiet_ms - rest;
	op_after(op, rest < left ? rest : left, settle_tick);
}

struct op *
settle_wait(struct display *d, const struct settle_want *want, settle_cb *cb,
    void *arg)
{
	struct settle_op	*so = xcalloc(1, sizeof(*so));

	op_init(&so->op, d, &settle_kind, NULL, arg);
	so->want = *want;
	so->cb = cb;
	so->start = monotime_now();
	if (!d->usable) {
		op_fail(&so->op, PROBLEM_DESKTOP_FAILED);
		return &so->op;
	}
	so->since = want->since != 0 ? want->since : capture_generation(d);
	/* First hear of what was drawn already. */
	op_sync(&so->op, settle_tick);
	so->op.tick = NULL;
	return &so->op;
}
