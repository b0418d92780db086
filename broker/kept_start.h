/* Starting a program that is kept, and asking init one thing about one. */
#ifndef KEPT_START_H
#define KEPT_START_H

#include "msg.h"

struct json_object;
struct program;
struct request;
struct session;
struct wire_msg;

#define TERMINAL_MAX	1000	/* columns, rows */

/*
 * Starts a program for a request.  Called once: with it as the API shows it,
 * which is to be put, and its pid; or with NULL and what reply_error takes.
 * -1: it cannot be, and the request is answered.
 */
typedef void kept_started_cb(struct json_object *, uint32_t,
		    const struct wire_msg *, void *);

int	kept_start(struct session *, struct request *,
	    const struct msg_kept_start *, const struct program *,
	    kept_started_cb *, void *);

/* Starts what the body says; answers with 201 and what it is. */
void	kept_create(struct request *, uint32_t);
/* For the program that the path names, in a session that runs. */
void	kept_one(struct request *, uint32_t, void (*)(struct session *,
	    struct request *, uint32_t, const struct ulid *));
void	kept_delete(struct session *, struct request *, uint32_t,
	    const struct ulid *);
/* One message; MSG_OK is answered with 204. */
void	kept_do(struct session *, struct request *, enum msg_type,
	    const void *, size_t);

#endif
