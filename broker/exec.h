/*
 * A program run in a session for a client: its streams are pipes that the
 * worker handed over, its answer one JSON object or a stream of events.
 */
#ifndef EXEC_H
#define EXEC_H

#include <sys/types.h>

#include <stddef.h>

#include "msg.h"

struct request;
struct session;

struct exec_plan {
	struct msg_exec	 head;
	const char	*tail;		/* as the message has it */
	size_t		 tail_len;
	const char	*program;
	const char	*input;		/* for its stdin */
	size_t		 input_len;
	void		*decoded;	/* input, when it is ours to free */
	int		 streamed;
};

/* Answers the request, now or when the program has ended. */
void	exec_start(struct session *, struct request *,
	    const struct exec_plan *);

#endif
