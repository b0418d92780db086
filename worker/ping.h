/*
 * Has the active window's program handled all that it was sent?  Asked by
 * _NET_WM_PING where the program offers it; else by waiting until what it
 * draws has come to rest.
 */
#ifndef PING_H
#define PING_H

struct display;
struct op;

#define PING_REST_MS	40	/* of rest, where no ping is offered */
#define PING_REST_MAX	250	/* on a machine that is slow to draw */
#define PING_LIMIT_MS	500	/* for a window that was late before */

/* At most one per op; next is called from the loop.  wait 0: ping or nothing. */
void	ping_active(struct op *, int, void (*)(struct op *));
void	ping_forget(struct op *);
void	ping_message(struct display *, const unsigned char [32]);

#endif
