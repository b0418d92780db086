/*
 * Work on the store that takes long and may block: it is done by a thread of
 * its own, one at a time, and the main loop hears when it is over.
 */
#ifndef CHORE_H
#define CHORE_H

struct event_base;

/* run is the thread's; then over is called on the main loop.  -1: busy. */
int	chore_start(struct event_base *, void (*)(void *), void (*)(void *),
	    void *);

#endif
