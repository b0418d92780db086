/*
 * Attached to a program that init keeps: its output as packets, input for
 * it.  The way of the bytes is a socket between us and init; what comes is
 * checked, and one that talks nonsense is closed.
 */
#ifndef KEPT_LINK_H
#define KEPT_LINK_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "kept.h"
#include "msg.h"

struct kept_link;
struct session;
struct wire_msg;

struct kept_calls {
	/* Attached: what it is, and the offset of the first byte to come. */
	void	(*attached)(const struct msg_kept_stream *, void *);
	/*
	 * KEPT_OUTPUT, _ERROR, _NOW, _LOST, _TAKEN, or _END, whose bytes
	 * are a struct kept_end.  NULL when it never has output.
	 */
	void	(*packet)(const struct kept_packet *, const void *, void *);
	/* After kept_input took less than all: try again.  May be NULL. */
	void	(*room)(void *);
	/*
	 * It is over, and freed after this call: after KEPT_END; without
	 * KEPT_FOLLOW after KEPT_NOW; when removed; or, before attached,
	 * with the MSG_ERROR that says why, or NULL when the worker is gone.
	 */
	void	(*gone)(struct wire_msg *, void *);
};

/*
 * Flags KEPT_READ_ONLY and so on; the offset to start at.  All calls come
 * from the loop, none from here.  NULL when too much is asked of the
 * worker, or there is none.
 */
struct kept_link *kept_attach(struct session *, const struct ulid *,
		    uint32_t, uint64_t, uid_t, const struct kept_calls *,
		    void *);
/* No call comes after it; may be called from one.  NULL is fine. */
void		 kept_detach(struct kept_link *);

/* How many bytes were taken now, perhaps none; room follows if not all. */
size_t		 kept_input(struct kept_link *, const void *, size_t);
/* After all input was taken: end of its stdin.  -1: not now, room follows. */
int		 kept_input_end(struct kept_link *);

/* Reads no more packets, until it is to go on; init is not held up. */
void		 kept_pause(struct kept_link *);
void		 kept_resume(struct kept_link *);

/* Of the terminal; what becomes of it the program sees. */
void		 kept_resize(struct kept_link *, unsigned int, unsigned int);

#endif
