/*
 * Pointer and keys by XTEST.  An op ends when the server has carried it out.
 * Ops are independent; a caller who wants an order starts the next one when
 * the last has ended.  Coordinates are checked by the caller against the
 * size of the display, and limited again here.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdint.h>

#include "keysym.h"
#include "op.h"

struct display;

enum input_button {
	BUTTON_LEFT	= 1,
	BUTTON_MIDDLE	= 2,
	BUTTON_RIGHT	= 3,
	BUTTON_BACK	= 8,
	BUTTON_FORWARD	= 9
};

enum input_direction { SCROLL_UP = 4, SCROLL_DOWN, SCROLL_LEFT, SCROLL_RIGHT };

#define INPUT_HERE	INT32_MIN	/* as x: where the pointer is */
#define DRAG_POINTS_MAX	256

struct input_point {
	int32_t		x, y;
};

struct input_drag {
	const struct input_point *path;		/* copied */
	uint32_t		 npath;		/* 2..DRAG_POINTS_MAX */
	enum input_button	 button;
	uint32_t		 duration_ms;	/* 0: as fast as is sound */
	const struct key_combo	*modifiers;	/* or NULL; copied */
};

typedef void input_position_cb(enum problem, int32_t, int32_t, void *);

struct op *input_move(struct display *, int32_t, int32_t, op_cb *, void *);
/* x, y, button, clicks (1..3), modifiers or NULL */
struct op *input_click(struct display *, int32_t, int32_t, enum input_button,
	    unsigned int, const struct key_combo *, op_cb *, void *);
/* x, y, button, 1: down, 0: up */
struct op *input_button(struct display *, int32_t, int32_t, enum input_button,
	    int, op_cb *, void *);
struct op *input_drag(struct display *, const struct input_drag *, op_cb *,
	    void *);
/* x, y, direction, clicks, modifiers or NULL */
struct op *input_scroll(struct display *, int32_t, int32_t,
	    enum input_direction, unsigned int, const struct key_combo *,
	    op_cb *, void *);
/* Press all in order, release in reverse order; repeat 1..100. */
struct op *input_key(struct display *, const struct key_combo *, unsigned int,
	    op_cb *, void *);
struct op *input_key_down(struct display *, const struct key_combo *, op_cb *,
	    void *);
struct op *input_key_up(struct display *, const struct key_combo *, op_cb *,
	    void *);
struct op *input_hold(struct display *, const struct key_combo *, uint32_t,
	    op_cb *, void *);
struct op *input_position(struct display *, input_position_cb *, void *);

/*
 * Let go of every key and button that is held through this display.  Also
 * needed after a cancelled drag, hold or click; nothing is awaited.
 */
void	   input_release_all(struct display *);
int	   input_held(const struct display *);	/* how many */

#endif
