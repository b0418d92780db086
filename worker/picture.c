#include <stddef.h>

#include "op.h"
#include "picture.h"

static void
shot_cb(enum problem problem, const struct shot *shot, void *arg)
{
	struct picture	*p = arg;

	p->op = NULL;
	p->cb(p, problem, problem == PROBLEM_NONE ? shot : NULL, p->settled);
}

static void
settled_cb(enum problem problem, int settled, uint64_t generation, void *arg)
{
	struct picture	*p = arg;

	(void)generation;
	p->op = NULL;
	p->settled = settled;
	if (problem != PROBLEM_NONE || !p->is_wanted)
		p->cb(p, problem, NULL, settled);
	else
		p->op = capture_shot(p->display, &p->want, shot_cb, p);
}

void
picture_take(struct picture *p, struct display *display,
    const struct settle_want *settle, const struct shot_want *want)
{
	p->display = display;
	p->settled = 1;
	p->is_wanted = want != NULL;
	if (want != NULL)
		p->want = *want;
	if (settle != NULL)
		p->op = settle_wait(display, settle, settled_cb, p);
	else
		p->op = capture_shot(display, &p->want, shot_cb, p);
}

void
picture_cancel(struct picture *p)
{
	op_cancel(p->op);
	p->op = NULL;
}
