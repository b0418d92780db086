/*
 * One thing under way on the display: a click, a text, a picture, a wait.
 * Every function here that takes a callback returns its struct op.  The
 * callback is called exactly once, always from the event loop and never
 * before the function has returned; by then the op is gone.  An op that is
 * cancelled is gone at once and its callback is never called.
 */
#ifndef OP_H
#define OP_H

#include "problem.h"

struct op;

typedef void op_cb(enum problem, void *);

void	op_cancel(struct op *);		/* accepts NULL */

#endif
