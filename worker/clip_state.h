/* What the clip_*.c files share; nobody else includes this. */
#ifndef CLIP_STATE_H
#define CLIP_STATE_H

#include <sys/queue.h>

#include <xcb/xproto.h>

#include "clip.h"
#include "display_state.h"

struct clip_claim;
struct clip_reading;
struct clip_send;

TAILQ_HEAD(clip_send_list, clip_send);

/* A selection that is ours.  The window has no other use. */
struct clip_owned {
	uint32_t		 window;	/* 0: it is not ours */
	uint32_t		 time;
	struct clip_bytes	*bytes;
};

struct clips {
	struct clip_owned		 owned[2];	/* by selection - 1 */
	TAILQ_HEAD(, clip_claim)	 claims;
	TAILQ_HEAD(, clip_reading)	 readings;
	struct clip_send_list		 sends;
	unsigned int			 nsends;
};

/* clip_own.c */
uint32_t clip_selection_atom(const struct display *, enum clip_selection);
uint32_t clip_window(struct display *);
void	 clip_window_end(struct display *, uint32_t);

/* clip_read.c: 1 when the event was for a reading. */
int	 clip_read_event(struct display *, const uint8_t [32]);

/* clip_answer.c */
void	 clip_answer(struct display *, const uint8_t [32]);
void	 clip_notify(struct display *, const xcb_selection_request_event_t *,
	    uint32_t);		/* property; 0: refused */
void	 clip_put(struct display *, uint32_t, uint32_t, uint32_t, uint8_t,
	    const void *, size_t);	/* window, property, type, format */

/* clip_send.c: what is too large for one request. */
int	 clip_send(struct display *, const xcb_selection_request_event_t *,
	    uint32_t, struct clip_bytes *);
int	 clip_send_event(struct display *, const uint8_t [32]);
void	 clip_send_old(struct display *);	/* those not owned any more */
void	 clip_sends_free(struct display *);

#endif
