/*
 * The X protocol on a socket that never blocks.  libxcb is not used for
 * this: it waits without a limit inside its connection set-up, when the
 * socket is full, and when a server announces a long answer and sends only
 * a part of it.  Here a packet is looked at when all of it has come, and
 * every answer has a deadline.  The structs of requests and replies are
 * those of the xcb headers.
 */
#ifndef X_H
#define X_H

#include <stddef.h>
#include <stdint.h>

#include "problem.h"

struct event_base;
struct x;

#define X_REPLY_MAX	(2 * 1024 * 1024)	/* bytes of one packet */

struct x_setup {
	uint32_t	root;
	uint16_t	width;
	uint16_t	height;
	uint8_t		min_keycode;
	uint8_t		max_keycode;
};

struct x_conf {
	void	(*ready)(struct x *, const struct x_setup *, void *);
	void	(*event)(struct x *, const uint8_t [32], void *);
	/* After every waiter has been told.  The caller closes. */
	void	(*lost)(struct x *, const char *, void *);
	void	*arg;
	uint32_t timeout_ms;
};

/*
 * The answer, at least 32 bytes and as long as it says; NULL and
 * PROBLEM_INTERNAL (an X error), PROBLEM_DISPLAY_TIMEOUT or
 * PROBLEM_DESKTOP_FAILED (the connection is gone) otherwise.
 */
typedef void x_reply_cb(enum problem, const void *, size_t, void *);

struct x	*x_open(struct event_base *, const char *,
		    const struct x_conf *);
void		 x_close(struct x *);

/*
 * Requests.  Their length field is filled in here; data after the fixed part
 * is padded.  x_send and x_want only queue; x_ask, x_sync and x_flush write.
 */
void		 x_send(struct x *, void *, size_t, const void *, size_t);
void		 x_send_fd(struct x *, void *, size_t, int);	/* fd is taken */
void		 x_want(struct x *, void *, size_t, x_reply_cb *, void *);
void		 x_ask(struct x *, void *, size_t, const void *, size_t,
		    x_reply_cb *, void *);
void		 x_sync(struct x *, x_reply_cb *, void *);
void		 x_flush(struct x *);
/* For a request without an answer, sent last: told of its error, or none. */
void		 x_watch(struct x *, x_reply_cb *, void *);
void		 x_forget(struct x *, const void *);	/* by argument */
uint64_t	 x_sent(const struct x *);	/* number of the last request */
size_t		 x_queued(const struct x *);	/* bytes not written yet */
int		 x_stalled(const struct x *);	/* an answer is overdue */
uint32_t	 x_id(struct x *);

#endif
