/*
 * What each action does: starts an op on the display (or a timer) and ends
 * at the gate when that has ended.
 */
#include <event2/event.h>

#include <json-c/json.h>

#include "action.h"
#include "op.h"
#include "type.h"
#include "worker.h"

static const enum input_button buttons[] = { BUTTON_LEFT, BUTTON_MIDDLE,
    BUTTON_RIGHT, BUTTON_BACK, BUTTON_FORWARD };
static const enum input_direction directions[] = { SCROLL_UP, SCROLL_DOWN,
    SCROLL_LEFT, SCROLL_RIGHT };

static struct display *
display(const struct action_run *r)
{
	return r->w->desktop.display;
}

static const struct action_args *
args(const struct action_run *r)
{
	return &r->action->args;
}

static int32_t
point_x(const struct action_run *r)
{
	return args(r)->x == ACTION_HERE ? INPUT_HERE : args(r)->x;
}

static const struct key_combo *
modifiers(const struct action_run *r)
{
	return args(r)->modifiers.n == 0 ? NULL : &args(r)->modifiers;
}

static void
op_done(enum problem problem, void *arg)
{
	struct action_run	*r = arg;

	r->op = NULL;
	gate_done(r->w, &r->deed, problem);
}

void
action_begin(struct worker *w, struct deed *d)
{
	struct action_run	*r = (struct action_run *)d;

	(void)w;
	r->action->row->start(r);
}

void
action_done(struct worker *w, struct deed *d, enum problem problem)
{
	struct action_run	*r = (struct action_run *)d;

	(void)w;
	r->ended(r, problem);
}

void
action_stop(struct action_run *r)
{
	op_cancel(r->op);
	r->op = NULL;
	picture_cancel(&r->picture);
	event_del(&r->timer);
}

void
action_move(struct action_run *r)
{
	r->op = input_move(display(r), args(r)->x, args(r)->y, op_done, r);
}

void
action_click(struct action_run *r)
{
	r->op = input_click(display(r), point_x(r), args(r)->y,
	    r->action->row->button, r->action->row->clicks, modifiers(r),
	    op_done, r);
}

void
action_button_down(struct action_run *r)
{
	r->op = input_button(display(r), point_x(r), args(r)->y,
	    buttons[args(r)->button], 1, op_done, r);
}

void
action_button_up(struct action_run *r)
{
	r->op = input_button(display(r), point_x(r), args(r)->y,
	    buttons[args(r)->button], 0, op_done, r);
}

static void
drag_from(struct action_run *r, int32_t x, int32_t y)
{
	struct input_point	line[2] = { { x, y },
				    { args(r)->x, args(r)->y } };
	struct input_drag	drag = {
		.path = args(r)->path != NULL ? args(r)->path : line,
		.npath = args(r)->path != NULL ? args(r)->npath : 2,
		.button = buttons[args(r)->button],
		.duration_ms = (uint32_t)args(r)->duration_ms,
		.modifiers = modifiers(r)
	};

	r->op = input_drag(display(r), &drag, op_done, r);
}

static void
drag_here_cb(enum problem problem, int32_t x, int32_t y, void *arg)
{
	struct action_run	*r = arg;

	r->op = NULL;
	if (problem != PROBLEM_NONE)
		gate_done(r->w, &r->deed, problem);
	else
		drag_from(r, x, y);
}

void
action_drag(struct action_run *r)
{
	if (args(r)->path == NULL && args(r)->start_x == ACTION_HERE)
		r->op = input_position(display(r), drag_here_cb, r);
	else
		drag_from(r, args(r)->start_x, args(r)->start_y);
}

void
action_scroll(struct action_run *r)
{
	r->op = input_scroll(display(r), point_x(r), args(r)->y,
	    directions[args(r)->direction], (unsigned int)args(r)->amount,
	    modifiers(r), op_done, r);
}

/* Several combinations: each once, all of them as often as asked for. */
static void
next_key(enum problem problem, void *arg)
{
	struct action_run	*r = arg;

	r->op = NULL;
	if (problem == PROBLEM_NONE && r->at == args(r)->nkeys) {
		r->at = 0;
		r->round++;
	}
	if (problem != PROBLEM_NONE ||
	    r->round == (unsigned int)args(r)->repeat) {
		gate_done(r->w, &r->deed, problem);
		return;
	}
	r->op = input_key(display(r), &args(r)->keys[r->at++], 1, next_key, r);
}

void
action_key(struct action_run *r)
{
	if (args(r)->nkeys == 1)
		r->op = input_key(display(r), args(r)->keys,
		    (unsigned int)args(r)->repeat, op_done, r);
	else
		next_key(PROBLEM_NONE, r);
}

void
action_key_down(struct action_run *r)
{
	r->op = input_key_down(display(r), args(r)->keys, op_done, r);
}

void
action_key_up(struct action_run *r)
{
	r->op = input_key_up(display(r), args(r)->keys, op_done, r);
}

void
action_hold(struct action_run *r)
{
	r->op = input_hold(display(r), args(r)->keys,
	    (uint32_t)args(r)->duration_ms, op_done, r);
}

void
action_type(struct action_run *r)
{
	r->op = type_text(display(r), args(r)->text.text, args(r)->text.len,
	    op_done, r);
}

static void
wait_cb(int fd, short events, void *arg)
{
	struct action_run	*r = arg;

	(void)fd;
	(void)events;
	gate_done(r->w, &r->deed, PROBLEM_NONE);
}

void
action_wait(struct action_run *r)
{
	int		ms = args(r)->duration_ms;
	struct timeval	tv = { .tv_sec = ms / 1000,
			    .tv_usec = (ms % 1000) * 1000 };

	event_assign(&r->timer, r->w->base, -1, 0, wait_cb, r);
	event_add(&r->timer, &tv);
}

static void
position_cb(enum problem problem, int32_t x, int32_t y, void *arg)
{
	struct action_run	*r = arg;

	r->op = NULL;
	if (problem == PROBLEM_NONE) {
		json_object_object_add(r->result, "x", json_object_new_int(x));
		json_object_object_add(r->result, "y", json_object_new_int(y));
	}
	gate_done(r->w, &r->deed, problem);
}

void
action_position(struct action_run *r)
{
	r->op = input_position(display(r), position_cb, r);
}

static void
look_cb(struct picture *p, enum problem problem, const struct shot *shot,
    int settled)
{
	struct action_run	*r = p->arg;

	if (shot != NULL)
		r->look(r, shot, settled);
	gate_done(r->w, &r->deed, problem);
}

void
action_look(struct action_run *r)
{
	const struct region	*from = &args(r)->region;
	struct shot_want	 want = {
		.x = from->x,
		.y = from->y,
		.width = from->width,
		.height = from->height,
		.out_width = (uint32_t)args(r)->out_width,
		.out_height = (uint32_t)args(r)->out_height,
		.pointer = args(r)->pointer,
		.kind = args(r)->kind
	};

	r->picture.cb = look_cb;
	r->picture.arg = r;
	picture_take(&r->picture, display(r), r->settle, &want);
}
