/*
 * deskd-pump at work in a session for somebody: one operation on its files,
 * processes or applications.  What it says is as good as a session's user
 * can make it: he may trace it.
 */
#ifndef PUMP_H
#define PUMP_H

#include <stddef.h>

#include "problem.h"

struct json_object;
struct pump;
struct request;
struct session;

#define PUMP_ARGS	40

struct pump_plan {
	const char	*argv[PUMP_ARGS];	/* the operation first; NULL ends */
	int		 root;			/* as the session's root */
	/* Does not end before its asker does; counted by itself. */
	int		 endless;
};

/* What went wrong; texts are valid during the call. */
struct pump_fault {
	enum problem	 problem;
	const char	*pointer;	/* or NULL */
	const char	*detail;
};

/*
 * All from the loop.  Objects are borrowed.  Inside of any but end the pump
 * may be stopped; after end it must not be touched.
 */
struct pump_calls {
	/* The first word of one that began well; NULL: it does not matter. */
	void	(*head)(struct pump *, struct json_object *, void *);
	/* Each object on its output; NULL: pump_output is taken by head. */
	void	(*line)(struct pump *, struct json_object *, void *);
	/* Once: its last word, or what was wrong. */
	void	(*end)(struct pump *, struct json_object *,
		    const struct pump_fault *, void *);
};

/*
 * NULL: it cannot be tried now, and the request is answered.  Else calls
 * come later; the request is only counted with, and not kept.
 */
struct pump	*pump_start(struct session *, struct request *,
		    const struct pump_plan *, const struct pump_calls *,
		    void *);
/* From head on, once each: descriptors that become the caller's. */
int		 pump_input(struct pump *);
int		 pump_output(struct pump *);
/* No more lines for a while; and on with them. */
void		 pump_hold(struct pump *);
void		 pump_go_on(struct pump *);
/*
 * From line: what it wrote is no answer, such as one that never ends.  It is
 * killed, and end is called in here.
 */
void		 pump_lied(struct pump *);
/*
 * Nobody waits any more: it is killed, and no call comes after this.  For
 * operations that only look.
 */
void		 pump_stop(struct pump *);
/*
 * The same for those that change something: it may end or undo its work,
 * and end comes.
 */
void		 pump_leave(struct pump *);

/* Answers what a fault was. */
void		 pump_refuse(struct request *, const struct pump_fault *);

#endif
