/* The colour of a new desktop, behind all windows. */
#ifndef BACKGROUND_H
#define BACKGROUND_H

struct display;

/* Once per X server: what the user has put there since stays. */
void	background_start(struct display *);

#endif
