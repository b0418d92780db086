#include <stdlib.h>
#include <string.h>

#include <xcb/xproto.h>
#include <xkbcommon/xkbcommon.h>

#include "display_state.h"
#include "keymap.h"
#include "keysym.h"
#include "sizes.h"
#include "ping.h"
#include "settle_state.h"
#include "type.h"
#include "xmalloc.h"

/*
 * A key may get another character only when the program has handled all
 * earlier ones: programs read the keyboard when they hear that it changed,
 * and translate what is still in their queue with what they read.  So the
 * text is typed in chunks for which no key has to change twice.
 */
enum {
	TYPE_SLICE	= 256	/* characters between two answers */
};

struct type {
	struct op	 op;
	int		 shifted;	/* we hold shift */
	int		 unlocked;	/* we switched caps lock off */
	uint8_t		 shift;		/* key codes */
	uint8_t		 caps;
	size_t		 n;
	size_t		 done;
	size_t		 chunk;		/* end of what can be typed now */
	uint32_t	 sym[];
};

static void	type_undo(struct op *);
static void	type_chunk(struct op *);
static void	type_slice(struct op *);

static const struct op_kind	type_kind = { type_undo, NULL };

enum problem
type_check(const char *text, size_t len, size_t *chars, size_t *offset)
{
	size_t	at, used, n = 0;
	int32_t	c;

	for (at = 0; at < len; at += used, n++) {
		c = utf8_next(text + at, len - at, &used);
		if (c == -1 || keysym_char(c) == 0) {
			if (offset != NULL)
				*offset = at;
			return PROBLEM_UNTYPABLE;
		}
	}
	if (chars != NULL)
		*chars = n;
	return n > TYPE_TEXT_MAX ? PROBLEM_TOO_LARGE : PROBLEM_NONE;
}

static void
type_shift(struct type *t, int on)
{
	if (t->shifted == on || t->shift == 0)
		return;
	t->shifted = on;
	input_press(t->op.d, t->shift, on);
}

static void
type_tap(struct display *d, uint8_t code)
{
	input_send(d, XCB_KEY_PRESS, code, 0, 0, 0);
	input_send(d, XCB_KEY_RELEASE, code, 0, 0, 0);
}

/* Leaves the keyboard as it was found. */
static void
type_undo(struct op *op)
{
	struct type	*t = (struct type *)op;

	if (!op->d->usable)
		return;
	keymap_drop_plan(op->d->keymap);
	type_shift(t, 0);
	if (t->unlocked)
		type_tap(op->d, t->caps);
	t->unlocked = 0;
	x_flush(op->d->x);
}

static void
type_done(struct op *op)
{
	op_end(op, PROBLEM_NONE);
}

static void
type_end(struct type *t)
{
	type_undo(&t->op);
	op_sync(&t->op, type_done);
}

/* Some characters, then wait until the server has had them. */
static void
type_slice(struct op *op)
{
	struct type	*t = (struct type *)op;
	struct key	 key;
	size_t		 end = t->done + TYPE_SLICE;

	if (end > t->chunk)
		end = t->chunk;
	settle_mark(op->d);
	for (; t->done < end; t->done++) {
		if (keymap_find_text(op->d->keymap, t->sym[t->done],
		    &key) == -1) {
			/* Somebody else changed the keyboard: plan anew. */
			t->chunk = t->done;
			break;
		}
		type_shift(t, key.shift);
		type_tap(op->d, key.code);
	}
	type_shift(t, 0);
	if (t->done < t->chunk)
		op_sync(op, type_slice);
	else if (t->done < t->n)
		op_sync(op, type_chunk);
	else
		type_end(t);
}

static void
type_bind(struct op *op)
{
	struct type	*t = (struct type *)op;
	struct keymap	*km = op->d->keymap;
	int		 takes;

	/* The keyboard may have changed while we waited: plan anew. */
	t->chunk = t->done + keymap_plan(km, t->sym + t->done,
	    t->n - t->done);
	takes = keymap_takes(km);
	keymap_commit(km);
	if (t->chunk == t->done)
		op_end(op, PROBLEM_UNTYPABLE);	/* no spare keys at all */
	else if (takes)
		ping_active(op, 0, type_slice);
	else
		type_slice(op);
}

static void
type_chunk(struct op *op)
{
	struct type	*t = (struct type *)op;
	struct keymap	*km = op->d->keymap;
	size_t		 n;

	if (t->done == t->n) {
		type_end(t);
		return;
	}
	n = keymap_plan(km, t->sym + t->done, t->n - t->done);
	if (keymap_takes(km)) {
		keymap_drop_plan(km);
		ping_active(op, 1, type_bind);
		return;
	}
	if (n == 0) {
		op_end(op, PROBLEM_UNTYPABLE);
		return;
	}
	keymap_commit(km);
	t->chunk = t->done + n;
	type_slice(op);
}

/* With caps lock on, every letter would come out wrong. */
static void
type_state_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct type			*t = arg;
	struct keymap			*km = t->op.d->keymap;
	xcb_query_pointer_reply_t	 r;
	struct key			 key;

	if (problem == PROBLEM_NONE && (len < sizeof(r) ||
	    !keymap_loaded(km)))
		problem = PROBLEM_INTERNAL;
	if (problem != PROBLEM_NONE) {
		op_end(&t->op, problem);
		return;
	}
	memcpy(&r, reply, sizeof(r));
	if (keymap_find(km, XKB_KEY_Shift_L, &key) == 0)
		t->shift = key.code;
	if ((r.mask & XCB_MOD_MASK_LOCK) != 0 &&
	    keymap_find(km, XKB_KEY_Caps_Lock, &key) == 0) {
		t->caps = key.code;
		t->unlocked = 1;
		type_tap(t->op.d, t->caps);
	}
	type_chunk(&t->op);
}

static void
type_run(struct op *op)
{
	struct type			*t = (struct type *)op;
	xcb_query_pointer_request_t	 r;
	struct key			 key;
	size_t				 i;

	for (i = 0; i < t->n; i++)
		if (keymap_find_text(op->d->keymap, t->sym[i], &key) == -1) {
			keymap_probe(op->d->keymap);
			break;
		}
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_QUERY_POINTER;
	r.window = op->d->root;
	x_ask(op->d->x, &r, sizeof(r), NULL, 0, type_state_cb, op);
}

struct op *
type_text(struct display *d, const char *text, size_t len, op_cb *cb,
    void *arg)
{
	struct type	*t;
	enum problem	 problem;
	size_t		 chars = 0, at, used;
	int32_t		 c;

	problem = type_check(text, len, &chars, NULL);
	if (problem != PROBLEM_NONE)
		chars = 0;
	t = xcalloc(1, sizeof(*t) + chars * sizeof(t->sym[0]));
	op_init(&t->op, d, &type_kind, cb, arg);
	if (problem != PROBLEM_NONE) {
		op_fail(&t->op, problem);
		return &t->op;
	}
	for (at = 0; at < len; at += used) {
		c = utf8_next(text + at, len - at, &used);
		/* A line that ends in both ends once. */
		if (c == '\r' && at + 1 < len && text[at + 1] == '\n')
			continue;
		t->sym[t->n++] = keysym_char(c);
	}
	op_start(&t->op, type_run);
	return &t->op;
}
