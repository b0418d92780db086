/*
 * One action done by a session's worker for a call that is more than that:
 * it passes the same gate as those that clients send.
 */
#ifndef ACT_H
#define ACT_H

#include <sys/types.h>

#include "problem.h"

struct act;
struct json_object;
struct session;

/*
 * Called once, and not after act_cancel.  The detail is in words, or NULL;
 * the result, when there was no problem, an object.  Both are borrowed.
 */
typedef void act_cb(enum problem, const char *, struct json_object *, void *);

/* Takes the action.  NULL: the worker has too much to do, or is not there. */
struct act	*act_start(struct session *, uid_t, struct json_object *,
		    act_cb *, void *);
void		 act_cancel(struct act *);	/* NULL is fine */

#endif
