/*
 * Places of a kind that there are so many of in all, and so many of for one
 * user, so that nobody takes them all.
 */
#ifndef PLACES_H
#define PLACES_H

#include <sys/queue.h>
#include <sys/types.h>

struct request;

struct places {
	unsigned int		 max;
	unsigned int		 uid_max;
	const char		*what;		/* "streams" */
	unsigned int		 taken;
	SLIST_HEAD(, places_user) users;	/* who have any */
};

/* -1: none is free, and the request is answered. */
int	places_take(struct places *, struct request *);
/* Taken before, by another process: whatever the limits. */
void	places_hold(struct places *, uid_t);
void	places_leave(struct places *, uid_t);

#endif
