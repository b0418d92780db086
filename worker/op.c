#include <stdlib.h>
#include <string.h>

#include "display_state.h"
#include "op.h"
#include "ping.h"
#include "probe.h"

static void
op_timer_cb(int fd, short events, void *arg)
{
	struct op	*op = arg;

	(void)fd;
	(void)events;
	if (op->failed != PROBLEM_NONE)
		op_end(op, op->failed);
	else if (op->tick != NULL)
		op->tick(op);
}

void
op_init(struct op *op, struct display *d, const struct op_kind *kind,
    op_cb *cb, void *arg)
{
	op->d = d;
	op->kind = kind;
	op->cb = cb;
	op->arg = arg;
	evtimer_assign(&op->timer, d->base, op_timer_cb, op);
	TAILQ_INSERT_TAIL(&d->ops, op, entry);
}

/* Out of the way of everything that could still call it. */
static void
op_detach(struct op *op)
{
	TAILQ_REMOVE(&op->d->ops, op, entry);
	event_del(&op->timer);
	x_forget(op->d->x, op);
	ping_forget(op);
	probe_forget(op);
	if (op->kind->undo != NULL)
		op->kind->undo(op);
}

/* The callback may close the display, so nothing of it is used after. */
void
op_end(struct op *op, enum problem problem)
{
	op_detach(op);
	if (op->kind->report != NULL)
		op->kind->report(op, problem);
	else if (op->cb != NULL)
		op->cb(problem, op->arg);
	free(op);
}

void
op_cancel(struct op *op)
{
	if (op == NULL)
		return;
	op_detach(op);
	free(op);
}

void
ops_free(struct ops *ops)
{
	struct op	*op;

	while ((op = TAILQ_FIRST(ops)) != NULL)
		op_cancel(op);
}

void
op_fail(struct op *op, enum problem problem)
{
	op->failed = problem;
	x_forget(op->d->x, op);
	op_after(op, 0, NULL);
}

void
op_after(struct op *op, uint32_t ms, void (*tick)(struct op *))
{
	struct timeval	tv;

	op->tick = tick;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	event_add(&op->timer, &tv);
}

static void
op_sync_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct op	*op = arg;

	(void)reply;
	(void)len;
	if (problem != PROBLEM_NONE)
		op_end(op, problem);
	else
		op->next(op);
}

void
op_sync(struct op *op, void (*next)(struct op *))
{
	op->next = next;
	x_sync(op->d->x, op_sync_cb, op);
}

/*
 * A server that does not answer gets nothing new to do: what is sent to it
 * now would happen at some later time, long after its asker was told that
 * it failed.
 */
void
op_start(struct op *op, void (*run)(struct op *))
{
	if (!op->d->usable)
		op_fail(op, PROBLEM_DESKTOP_FAILED);
	else if (x_stalled(op->d->x))
		op_sync(op, run);
	else
		run(op);
}
