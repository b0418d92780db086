/* What the files about windows share with each other and with display.c. */
#ifndef WINDOW_STATE_H
#define WINDOW_STATE_H

#include <stddef.h>

#include "display_state.h"
#include "window.h"

/* window_prop.c: a property of a window, into the struct. */
#define WINDOW_PROPS	12	/* asked of each; the next only of one */

void	 window_prop_ask(struct display *, uint32_t, unsigned int,
	    x_reply_cb *, void *);
void	 window_prop_read(const struct display *, struct window *,
	    unsigned int, const void *, size_t);
/* Its startup id, of another window. */
void	 window_prop_ask_startup(struct display *, uint32_t, x_reply_cb *,
	    void *);
void	 window_prop_read_startup(struct window *, const void *, size_t);
/* Values of 32 bits: at most max of them; how many there are. */
uint32_t window_prop_values(const void *, size_t, uint32_t *, uint32_t);

/*
 * window_watch.c: looks at windows again and again, when something has
 * changed, until what is waited for is so or time is up.
 */
struct window_watch {
	struct op	 op;		/* first: it is one */
	struct op	*query;		/* under way, or NULL */
	uint32_t	 window;	/* only this one; 0: all */
	uint32_t	 limit_ms;
	struct monotime	 began;
	struct monotime	 asked;
	int64_t		 took_ms;	/* the last look */
	int		 changed;	/* since the last look was begun */
	int		 selects;	/* its events come to us */
	/* 1: it has ended the op; 0: it wants to look again. */
	int		(*look)(struct window_watch *,
			    const struct windows *);
	void		(*late)(struct window_watch *);
	window_cb	*cb;
	int		 has_found;
	struct window	 found;		/* for the callback */
	char		 detail[160];	/* in words, when it failed */
};

void	 window_watch_init(struct window_watch *, struct display *,
	    window_cb *, void *);
void	 window_watch_start(struct window_watch *);
void	 window_watch_select(struct window_watch *);
/* Both end the op and return 1. */
int	 window_watch_found(struct window_watch *, const struct window *);
int	 window_watch_fail(struct window_watch *, enum problem, const char *,
	    ...) __attribute__((__format__(__printf__, 3, 4)));

/* An event of display.c's that watches may be waiting for. */
void	 window_event(struct display *, const uint8_t [32]);

#endif
