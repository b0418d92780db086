/*
 * The worker's connection to its session's X server.  All that comes from
 * there is hostile: lengths and numbers are checked, nothing is waited for
 * without a deadline, and the loop is never blocked.  A server that does not
 * answer makes operations end with PROBLEM_DISPLAY_TIMEOUT; when it answers
 * again, everything works again.
 */
#ifndef DISPLAY_H
#define DISPLAY_H

#include <stdint.h>

#include "op.h"

struct event_base;
struct display;

#define DISPLAY_TIMEOUT_MS	5000	/* for one answer */
#define DISPLAY_WM_MS		10000	/* then it is ready without one */

struct display_conf {
	const char	*path;		/* of the server's socket */
	uint32_t	 width;		/* wanted; 0: as the server has it */
	uint32_t	 height;
	uint32_t	 dpi;		/* 0: 96 */
	uint32_t	 timeout_ms;	/* 0: DISPLAY_TIMEOUT_MS */
	uint32_t	 wm_ms;		/* 0: DISPLAY_WM_MS */
	/*
	 * The display can be used and a window manager answers, or the
	 * limit has passed without one.
	 */
	void		(*ready)(struct display *, void *);
	/*
	 * The connection is gone (reason: snake_case).  Ops under way end
	 * with PROBLEM_DESKTOP_FAILED first.  The caller closes.
	 */
	void		(*lost)(struct display *, const char *, void *);
	void		*arg;
};

/* NULL with errno when nobody listens there (yet). */
struct display	*display_open(struct event_base *, const struct display_conf *);
void		 display_close(struct display *);	/* ops go uncalled */
int		 display_is_ready(const struct display *);
int		 display_has_wm(const struct display *);
uint32_t	 display_width(const struct display *);
uint32_t	 display_height(const struct display *);

/* Ends when the server has carried out all that was sent before. */
struct op	*display_sync(struct display *, op_cb *, void *);

#endif
