/* What a client may say of a program to be run: its fields, as a message. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stddef.h>

#include "msg.h"

struct fields;

struct program {
	struct msg_exec	 head;		/* flags, argc and envc */
	char		 texts[EXEC_ARGS_BYTES];	/* cwd, argv, env */
	size_t		 len;
	int		 full;
	const char	*name;		/* argv[0], borrowed; or NULL */
};

/*
 * Members argv or command, cwd, env and user; what is wrong with them is
 * found by fields_end.  Without the flag there may be no program.
 */
void	program_read(struct fields *, struct program *, int);

#endif
