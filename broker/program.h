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

/*
 * The same by hand: first the directory, then arguments, then variables.
 * What does not fit sets full.
 */
void	program_begin(struct program *, const char *);
void	program_arg(struct program *, const char *);
void	program_variable(struct program *, const char *, const char *);

#endif
