/* One output stream of a program, on its way into an answer. */
#ifndef EXEC_PIPE_H
#define EXEC_PIPE_H

#include <event2/event_struct.h>
#include <stddef.h>

#include "http.h"

struct json_object;

#define PIPE_KEEP	(1024 * 1024)	/* bytes of a waiting answer */

struct exec_pipe {
	const char	*name;		/* "stdout" */
	int		 fd;		/* -1: ended */
	struct event	 readable;
	struct stream_wait room;	/* for its client to read on */
	struct stream	*stream;	/* NULL: kept */
	char		*kept;
	size_t		 len;
	size_t		 size;
	int		 truncated;
	int		 paused;
	char		 part[4];	/* of a character */
	size_t		 npart;
	void		(*ended)(void *);
	void		*arg;
};

/* Takes the descriptor; ended is called once, from the loop. */
void	pipe_start(struct exec_pipe *, int, struct stream *);
void	pipe_stop(struct exec_pipe *);
/* What there is by now, without waiting; a part of a character, too. */
void	pipe_flush(struct exec_pipe *);
struct json_object *pipe_text(const struct exec_pipe *);
void	pipe_clear(struct exec_pipe *);

#endif
