/* Setting the screen's size to what was asked for, within what the server has. */
#ifndef RESIZE_H
#define RESIZE_H

struct display;
struct op;

/*
 * next is called from the loop with an op that it has to end; the size of
 * the display is then what the server says it is.  A size that cannot be
 * had is no failure.
 */
void	resize_start(struct display *, void (*)(struct op *));

#endif
