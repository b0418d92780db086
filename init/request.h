/* What a program is to be started with, as the worker asks for it. */
#ifndef REQUEST_H
#define REQUEST_H

#include <sys/types.h>

#include <stddef.h>

#include "init.h"
#include "msg.h"
#include "problem.h"

/* A request, its counts checked. */
struct request {
	struct msg_exec	 m;
	const char	*cwd;
	char		**argv;		/* into the message; ends in NULL */
	struct env	 env;
	int		 nameless;	/* a variable without a name */
};

/* Why not, in the terms of the API. */
struct refusal {
	enum problem	 problem;
	const char	*pointer;
	char		 detail[256];
};

/*
 * A payload that begins with a struct msg_exec, its length, and that of the
 * struct before its texts.  NULL, or what is wrong with bytes that no good
 * worker sends.  What a client may have written (no name, no argument) is
 * refused later and costs the worker nothing.
 */
const char	*request_read(struct request *, const void *, size_t, size_t);
void		 request_free(struct request *);
int		 request_refuse(const struct request *, struct refusal *);
int		 refuse(struct refusal *, enum problem, const char *,
		    const char *);	/* returns 1 */
/* The pid, its streams and its status for launch_state; or -1. */
pid_t		 request_launch(const struct request *, struct stdio *,
		    int *, struct refusal *);
/* A launch that failed later. */
void		 request_fault(const struct launch_fault *, struct refusal *);

#endif
