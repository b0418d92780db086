/* Texts out of a pipe, line by line; the writer may be anybody. */
#ifndef LINES_H
#define LINES_H

#include <event2/event_struct.h>
#include <stddef.h>

struct lines {
	int		 fd;		/* -1: ended, or never begun */
	struct event	 readable;
	int		 held;
	char		*buf;
	size_t		 len;
	size_t		 max;		/* bytes of one line */
	/* A line without its end; 0, or -1 when lines was stopped by it. */
	int		(*line)(const char *, size_t, void *);
	/* Once, from the loop: 1 at its end, 0 when a line was too long. */
	void		(*ended)(int, void *);
	void		*arg;
};

/* Takes the descriptor; max, line, ended and arg are set by the caller. */
void	lines_start(struct lines *, int);
void	lines_stop(struct lines *);
/* No more lines until they are let go on. */
void	lines_hold(struct lines *);
void	lines_go_on(struct lines *);

#endif
