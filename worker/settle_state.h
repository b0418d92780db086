/* For the X side only: what the screen did after something was sent. */
#ifndef SETTLE_STATE_H
#define SETTLE_STATE_H

#include <stdint.h>

struct display;

/*
 * Something was sent now that programs will draw in answer to.  From here
 * on: has anything been drawn, how long ago was the last of it, and what was
 * the longest pause before something came.
 */
void	settle_mark(struct display *);
int	settle_drawn(const struct display *);
int64_t	settle_rest_ms(const struct display *);
int64_t	settle_pause_ms(const struct display *);

#endif
