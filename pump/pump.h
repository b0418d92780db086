/*
 * deskd-pump: one operation on a session's files, processes or applications,
 * with the rights of who runs it.  Nothing here is a wall; the session is.
 *
 *	deskd-pump OPERATION ARGUMENT...	(an empty one is not given)
 *
 * Descriptor 2 is the word: JSON objects, one per line.  The first is the
 * head, the last on success {"done": true, ...}; {"problem": CODE, "pointer",
 * "detail"} may take the place of any.  Nothing is written to 1 before the
 * head.  Descriptor 1 has bytes, or one JSON object per line.  Descriptor 0
 * brings frames (frame.h).  The status is 0 only after done.
 */
#ifndef PUMP_H
#define PUMP_H

#include "problem.h"

/* Arguments without the operation's name; missing ones are "". */
typedef int	op_run(int, char **);

op_run	op_app;
op_run	op_apps;
op_run	op_archive;
op_run	op_copy;
op_run	op_delete;
op_run	op_extract;
op_run	op_list;
op_run	op_mkdir;
op_run	op_move;
op_run	op_ps;
op_run	op_read;
op_run	op_signal;
op_run	op_stat;
op_run	op_watch;
op_run	op_write;

/* say.c: the word, and lines on descriptor 1. */
struct json;

void	say_line(int, struct json *);		/* ends and frees it */
void	say_head(void);				/* one without members */
void	say_done(void);				/* the same */
/* These return -1, so that what fails can return them. */
int	say_problem(enum problem, const char *, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));
int	say_errno(const char *, const char *);	/* pointer, what failed */
/* A flag ("", "0", "1") or a number of the caller's; -1 after a problem. */
int	say_flag(const char *, const char *);
int	say_number(const char *, const char *, unsigned long long *);
int	say_mode(const char *, const char *, int *);	/* octal; -1: none */

#endif
