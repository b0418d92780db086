/* What a program is started with: an EXEC message taken apart and made. */
#ifndef EXEC_ARGS_H
#define EXEC_ARGS_H

#include <stddef.h>

#include "msg.h"

struct wire_msg;

/* What an EXEC message says, checked; its texts stay there. */
struct exec_args {
	struct msg_exec	 head;
	const char	*cwd;
	const char	*args;		/* argv, one text after the other */
	size_t		 args_len;
	const char	**env;		/* head.envc, into the message */
};

/* A tail of cwd, argv and environment. */
struct exec_tail {
	char	buf[MSG_MAX];
	size_t	len;
	int	is_full;
};

/* NULL, or what makes it no message of ours. */
const char	*exec_args_read(struct exec_args *, struct wire_msg *);
/* The same of the texts alone; the head is there already. */
const char	*exec_args_texts(struct exec_args *, struct msg_tail *);
void		 exec_args_clear(struct exec_args *);

/*
 * The same with a session's variables put before the request's, which win.
 * -1 when it is too large for a message.
 */
int		 exec_args_merge(const struct exec_args *, char *const *,
		    uint32_t, struct msg_exec *, struct exec_tail *);

#endif
