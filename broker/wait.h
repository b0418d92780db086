/* Requests that wait until a session is in a state, or time is up. */
#ifndef WAIT_H
#define WAIT_H

#include "session.h"

struct request;

#define WAITERS_MAX	256	/* in all */
#define USER_WAITERS	96

/*
 * The states that end the wait, as bits (1 << STATE_...).  How the request
 * is answered: with the session, or with 204 when it is deleted.
 */
enum wait_answer { WAIT_SESSION, WAIT_SHOW, WAIT_DELETED };

/* Answers the request now or later. */
void	wait_for(struct session *, struct request *, unsigned int,
	    enum wait_answer, int64_t);		/* ms */
void	wait_check(struct session *);
/* The session is going away. */
void	wait_end(struct session *);
/* Ends the waits for its deletion: it was refused. */
void	wait_refuse(struct session *, enum problem, const char *);

#endif
