#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <xcb/xproto.h>
#include <xcb/xtest.h>
#include <xkbcommon/xkbcommon.h>

#include "display_state.h"
#include "input.h"
#include "keymap.h"
#include "ping.h"
#include "xmalloc.h"

enum {
	KEYS		= 256,
	BUTTONS		= 16,
	COMBO_CODES	= KEY_COMBO_MAX * 2,
	DRAG_TICK_MS	= 6,	/* one motion of a drag after the other */
	DRAG_STEP	= 10,	/* pixels in one motion, when in no hurry */
	DRAG_STEPS_MIN	= 8,
	DRAG_STEPS_MAX	= 40,
	DRAG_MOTIONS_MAX = 5000
};

/* What is held down through this display. */
struct input {
	uint8_t	key[KEYS];
	uint8_t	button[BUTTONS];
};

enum input_what {
	WHAT_MOVE, WHAT_CLICK, WHAT_BUTTON, WHAT_SCROLL, WHAT_KEY,
	WHAT_KEY_DOWN, WHAT_KEY_UP, WHAT_HOLD, WHAT_DRAG
};

struct input_op {
	struct op	 op;
	enum input_what	 what;
	int32_t		 x, y;
	uint8_t		 button;
	int		 down;
	unsigned int	 times;
	uint32_t	 ms;
	struct key_combo combo;
	uint8_t		 code[COMBO_CODES];
	unsigned int	 codes;
	int		 holding;	/* undo: let go of codes and button */
	/* A drag: */
	struct monotime	 start;
	double		 length;
	double		 done;		/* of length */
	uint32_t	 point;		/* next one to reach */
	uint32_t	 npath;
	struct input_point path[];
};

static void	input_undo(struct op *);
static void	input_drag_tick(struct op *);

static const struct op_kind	input_kind = { input_undo, NULL };

struct input *
input_new(void)
{
	return xcalloc(1, sizeof(struct input));
}

void
input_free(struct input *in)
{
	free(in);
}

/* One event, as if a device had made it. */
void
input_send(struct display *d, uint8_t type, uint8_t detail, uint32_t delay,
    int32_t x, int32_t y)
{
	xcb_test_fake_input_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = d->ext[EXT_XTEST].major;
	r.minor_opcode = XCB_TEST_FAKE_INPUT;
	r.type = type;
	r.detail = detail;
	r.time = delay;
	if (type == XCB_MOTION_NOTIFY) {
		r.root = d->root;
		r.rootX = x;
		r.rootY = y;
	}
	x_send(d->x, &r, sizeof(r), NULL, 0);
}

void
input_press(struct display *d, uint8_t code, int down)
{
	d->input->key[code] = down;
	input_send(d, down ? XCB_KEY_PRESS : XCB_KEY_RELEASE, code, 0, 0, 0);
}

static void
input_press_button(struct display *d, uint8_t button, int down)
{
	if (button < BUTTONS)
		d->input->button[button] = down;
	input_send(d, down ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, button, 0,
	    0, 0);
}

static int32_t
clamp(int32_t v, uint32_t limit)
{
	if (v < 0)
		return 0;
	return (uint32_t)v < limit ? v : (int32_t)limit - 1;
}

static void
input_motion(struct display *d, int32_t x, int32_t y)
{
	if (x == INPUT_HERE)
		return;
	input_send(d, XCB_MOTION_NOTIFY, 0, 0, clamp(x, d->width),
	    clamp(y, d->height));
}

static void
input_combo(struct input_op *io, int down)
{
	unsigned int	i;

	for (i = 0; i < io->codes; i++)
		input_press(io->op.d, io->code[down ? i : io->codes - 1 - i],
		    down);
}

/* An op that was cut off does not leave its keys and buttons down. */
static void
input_undo(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;

	if (!io->holding || !op->d->usable)
		return;
	io->holding = 0;
	if (io->what == WHAT_DRAG)
		input_press_button(op->d, io->button, 0);
	input_combo(io, 0);
	x_flush(op->d->x);
}

static void
input_done(struct op *op)
{
	op_end(op, PROBLEM_NONE);
}

/*
 * Doing.
 */
static void
input_click_run(struct input_op *io)
{
	struct display	*d = io->op.d;
	unsigned int	 i;

	input_motion(d, io->x, io->y);
	input_combo(io, 1);
	for (i = 0; i < io->times; i++) {
		input_press_button(d, io->button, 1);
		input_press_button(d, io->button, 0);
	}
	input_combo(io, 0);
}

static void
input_hold_end(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;

	io->holding = 0;
	input_combo(io, 0);
	op_sync(op, input_done);
}

static void
input_hold_wait(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;

	op_after(op, io->ms, input_hold_end);
}

/* Codes are known, keys have been given their characters: do it. */
static void
input_run(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;
	struct display	*d = op->d;
	unsigned int	 i;

	switch (io->what) {
	case WHAT_MOVE:
		input_motion(d, io->x, io->y);
		break;
	case WHAT_CLICK:
	case WHAT_SCROLL:
		input_click_run(io);
		break;
	case WHAT_BUTTON:
		input_motion(d, io->x, io->y);
		input_press_button(d, io->button, io->down);
		break;
	case WHAT_KEY:
		for (i = 0; i < io->times; i++) {
			input_combo(io, 1);
			input_combo(io, 0);
		}
		break;
	case WHAT_KEY_DOWN:
	case WHAT_KEY_UP:
		input_combo(io, io->what == WHAT_KEY_DOWN);
		break;
	case WHAT_HOLD:
		io->holding = 1;
		input_combo(io, 1);
		op_sync(op, input_hold_wait);
		return;
	case WHAT_DRAG:
		io->holding = 1;
		input_motion(d, io->path[0].x, io->path[0].y);
		input_combo(io, 1);
		input_press_button(d, io->button, 1);
		io->start = monotime_now();
		io->point = 1;
		op_after(op, DRAG_TICK_MS, input_drag_tick);
		x_flush(d->x);
		return;
	}
	op_sync(op, input_done);
}

static void
input_add_code(struct input_op *io, uint8_t code)
{
	unsigned int	i;

	for (i = 0; i < io->codes; i++)
		if (io->code[i] == code)
			return;
	if (io->codes < COMBO_CODES)
		io->code[io->codes++] = code;
}

/* Every keysym has a key by now, or the combo cannot be pressed. */
static void
input_codes(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;
	struct key	 key, shift;
	unsigned int	 i;

	for (i = 0; i < io->combo.n; i++) {
		if (keymap_find(op->d->keymap, io->combo.sym[i], &key) == -1) {
			op_fail(op, PROBLEM_UNKNOWN_KEY);
			return;
		}
		if (key.shift && keymap_find(op->d->keymap, XKB_KEY_Shift_L,
		    &shift) == 0)
			input_add_code(io, shift.code);
		input_add_code(io, key.code);
	}
	input_run(op);
}

static void
input_bind(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;
	struct keymap	*km = op->d->keymap;
	uint32_t	 missing[KEY_COMBO_MAX];
	unsigned int	 i, n = 0;
	struct key	 key;

	for (i = 0; i < io->combo.n; i++)
		if (keymap_find(km, io->combo.sym[i], &key) == -1)
			missing[n++] = io->combo.sym[i];
	if (n > 0) {
		keymap_plan(km, missing, n);
		keymap_commit(km);
	}
	input_codes(op);
}

/* A key that no keyboard has is lent a spare one, as for typing. */
static void
input_prepare(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;
	struct key	 key;
	unsigned int	 i;

	for (i = 0; i < io->combo.n; i++)
		if (!keysym_is_modifier(io->combo.sym[i]) &&
		    keymap_find(op->d->keymap, io->combo.sym[i], &key) == -1) {
			keymap_probe(op->d->keymap);
			ping_active(op, 1, input_bind);
			return;
		}
	input_codes(op);
}

/*
 * Asking.
 */
static struct input_op *
input_op_new(struct display *d, enum input_what what, uint32_t npath,
    const struct key_combo *combo, op_cb *cb, void *arg)
{
	struct input_op	*io;

	io = xcalloc(1, sizeof(*io) + npath * sizeof(io->path[0]));
	op_init(&io->op, d, &input_kind, cb, arg);
	io->what = what;
	io->x = io->y = INPUT_HERE;
	io->npath = npath;
	if (combo != NULL)
		io->combo = *combo;
	if (io->combo.n > KEY_COMBO_MAX)
		io->combo.n = KEY_COMBO_MAX;
	return io;
}

static struct op *
input_go(struct input_op *io)
{
	op_start(&io->op, input_prepare);
	return &io->op;
}

struct op *
input_move(struct display *d, int32_t x, int32_t y, op_cb *cb, void *arg)
{
	struct input_op	*io = input_op_new(d, WHAT_MOVE, 0, NULL, cb, arg);

	io->x = x;
	io->y = y;
	return input_go(io);
}

struct op *
input_click(struct display *d, int32_t x, int32_t y, enum input_button button,
    unsigned int times, const struct key_combo *combo, op_cb *cb, void *arg)
{
	struct input_op	*io = input_op_new(d, WHAT_CLICK, 0, combo, cb, arg);

	io->x = x;
	io->y = y;
	io->button = button;
	io->times = times;
	return input_go(io);
}

struct op *
input_button(struct display *d, int32_t x, int32_t y,
    enum input_button button, int down, op_cb *cb, void *arg)
{
	struct input_op	*io = input_op_new(d, WHAT_BUTTON, 0, NULL, cb, arg);

	io->x = x;
	io->y = y;
	io->button = button;
	io->down = down;
	return input_go(io);
}

struct op *
input_scroll(struct display *d, int32_t x, int32_t y,
    enum input_direction direction, unsigned int times,
    const struct key_combo *combo, op_cb *cb, void *arg)
{
	struct input_op	*io = input_op_new(d, WHAT_SCROLL, 0, combo, cb, arg);

	io->x = x;
	io->y = y;
	io->button = direction;
	io->times = times;
	return input_go(io);
}

struct op *
input_key(struct display *d, const struct key_combo *combo,
    unsigned int times, op_cb *cb, void *arg)
{
	struct input_op	*io = input_op_new(d, WHAT_KEY, 0, combo, cb, arg);

	io->times = times;
	return input_go(io);
}

struct op *
input_key_down(struct display *d, const struct key_combo *combo, op_cb *cb,
    void *arg)
{
	return input_go(input_op_new(d, WHAT_KEY_DOWN, 0, combo, cb, arg));
}

struct op *
input_key_up(struct display *d, const struct key_combo *combo, op_cb *cb,
    void *arg)
{
	return input_go(input_op_new(d, WHAT_KEY_UP, 0, combo, cb, arg));
}

struct op *
input_hold(struct display *d, const struct key_combo *combo, uint32_t ms,
    op_cb *cb, void *arg)
{
	struct input_op	*io = input_op_new(d, WHAT_HOLD, 0, combo, cb, arg);

	io->ms = ms;
	return input_go(io);
}

/*
 * Dragging: the path is walked in steps over the time given, passing
 * through every point of it.
 */
static double
drag_distance(const struct input_point *a, const struct input_point *b)
{
	return hypot((double)b->x - a->x, (double)b->y - a->y);
}

struct op *
input_drag(struct display *d, const struct input_drag *drag, op_cb *cb,
    void *arg)
{
	struct input_op	*io;
	double		 steps;
	uint32_t	 i, n = drag->npath;

	if (n > DRAG_POINTS_MAX)
		n = DRAG_POINTS_MAX;
	io = input_op_new(d, WHAT_DRAG, n, drag->modifiers, cb, arg);
	memcpy(io->path, drag->path, n * sizeof(io->path[0]));
	for (i = 1; i < n; i++)
		io->length += drag_distance(&io->path[i - 1], &io->path[i]);
	io->button = drag->button;
	io->ms = drag->duration_ms;
	if (io->ms == 0) {
		steps = io->length / DRAG_STEP;
		if (steps < DRAG_STEPS_MIN)
			steps = DRAG_STEPS_MIN;
		if (steps > DRAG_STEPS_MAX)
			steps = DRAG_STEPS_MAX;
		io->ms = steps * DRAG_TICK_MS;
	}
	if (n < 2) {
		op_fail(&io->op, PROBLEM_INVALID_FIELD);
		return &io->op;
	}
	return input_go(io);
}

static void
drag_end(struct op *op)
{
	struct input_op	*io = (struct input_op *)op;

	io->holding = 0;
	input_press_button(op->d, io->button, 0);
	input_combo(io, 0);
	op_sync(op, input_done);
}

/* As far along the path as the time that has passed. */
static void
input_drag_tick(struct op *op)
{
	struct input_op		*io = (struct input_op *)op;
	const struct input_point *a, *b;
	double			 goal, left;

	goal = io->length * monotime_since_ms(io->start) / io->ms;
	if (monotime_since_ms(io->start) >= io->ms)
		goal = io->length;
	while (io->point < io->npath) {
		a = &io->path[io->point - 1];
		b = &io->path[io->point];
		left = drag_distance(a, b);
		if (io->done + left > goal && goal < io->length) {
			input_motion(op->d, a->x + lround((b->x - a->x) *
			    (goal - io->done) / left), a->y +
			    lround((b->y - a->y) * (goal - io->done) / left));
			break;
		}
		input_motion(op->d, b->x, b->y);
		io->done += left;
		io->point++;
	}
	x_flush(op->d->x);
	/* The program sees the pointer at rest before the button goes up. */
	op_after(op, DRAG_TICK_MS, io->point < io->npath ? input_drag_tick :
	    drag_end);
}

/*
 * Where the pointer is.
 */
struct position_op {
	struct op		 op;
	input_position_cb	*cb;
	int32_t			 x, y;
};

static void
position_report(struct op *op, enum problem problem)
{
	struct position_op	*po = (struct position_op *)op;

	po->cb(problem, po->x, po->y, op->arg);
}

static const struct op_kind	position_kind = { NULL, position_report };

static void
position_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct position_op		*po = arg;
	xcb_query_pointer_reply_t	 r;

	if (problem == PROBLEM_NONE && len < sizeof(r))
		problem = PROBLEM_INTERNAL;
	if (problem == PROBLEM_NONE) {
		memcpy(&r, reply, sizeof(r));
		po->x = clamp(r.root_x, po->op.d->width);
		po->y = clamp(r.root_y, po->op.d->height);
	}
	op_end(&po->op, problem);
}

static void
position_run(struct op *op)
{
	xcb_query_pointer_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_QUERY_POINTER;
	r.window = op->d->root;
	x_ask(op->d->x, &r, sizeof(r), NULL, 0, position_cb, op);
}

struct op *
input_position(struct display *d, input_position_cb *cb, void *arg)
{
	struct position_op	*po = xcalloc(1, sizeof(*po));

	op_init(&po->op, d, &position_kind, NULL, arg);
	po->cb = cb;
	op_start(&po->op, position_run);
	return &po->op;
}

/*
 * Letting go.
 */
void
input_release_all(struct display *d)
{
	unsigned int	i;

	if (!d->usable)
		return;
	for (i = 0; i < BUTTONS; i++)
		if (d->input->button[i])
			input_press_button(d, i, 0);
	for (i = 0; i < KEYS; i++)
		if (d->input->key[i])
			input_press(d, i, 0);
	x_flush(d->x);
}

static void
recover_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct display			*d = arg;
	xcb_query_keymap_reply_t	 r;
	unsigned int			 i;

	if (problem != PROBLEM_NONE || len < sizeof(r))
		return;
	memcpy(&r, reply, sizeof(r));
	for (i = 0; i < KEYS; i++)
		if (r.keys[i / 8] & 1U << i % 8)
			input_press(d, i, 0);
	/* QueryPointer tells of five; one that is up stays up. */
	for (i = BUTTON_LEFT; i <= BUTTON_FORWARD; i++)
		input_press_button(d, i, 0);
	x_flush(d->x);
}

/*
 * What a worker before us held down stays down after its end, and nobody
 * else would ever let go of it.
 */
void
input_recover(struct display *d)
{
	xcb_query_keymap_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_QUERY_KEYMAP;
	x_ask(d->x, &r, sizeof(r), NULL, 0, recover_cb, d);
}

int
input_held(const struct display *d)
{
	unsigned int	i;
	int		n = 0;

	if (d->input == NULL)
		return 0;
	for (i = 0; i < BUTTONS; i++)
		n += d->input->button[i];
	for (i = 0; i < KEYS; i++)
		n += d->input->key[i];
	return n;
}
