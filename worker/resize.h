/* The screen's size, within what the server was started with. */
#ifndef RESIZE_H
#define RESIZE_H

#include <stdint.h>

#include "op.h"

struct display;

/*
 * At set-up, to the size of the display's conf.  The function is called
 * from the loop with an op that it has to end; the size of the display is
 * then what the server says it is.  A size that cannot be had is no failure,
 * and one that was set by a worker before this one stays.
 */
void		 resize_start(struct display *, void (*)(struct op *));

/* Ends when server and pictures have the new size; INTERNAL: refused. */
struct op	*display_resize(struct display *, uint32_t, uint32_t, op_cb *,
		    void *);

#endif
