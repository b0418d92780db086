/*
 * Has a window's program handled all that it was sent?  For those that offer
 * no ping: a corner of the window is said to need drawing, which a program
 * hears after everything sent before, and what it draws there answers.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdint.h>

struct display;
struct op;

#define PROBE_LIMIT_MS	3000	/* then this window is not asked again */

/* One at a time; next is called from the loop, if need be at once. */
void	probe_start(struct op *, uint32_t, void (*)(struct op *));
void	probe_forget(struct op *);
/* Is this what the probe waits for, or no business of anyone else? */
void	probe_damaged(struct display *, const unsigned char [32]);

#endif
