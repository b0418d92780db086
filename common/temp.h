/*
 * A file that takes its name only when it is whole.  Where the file system
 * can, it has none until then, and what kills us leaves nothing.
 */
#ifndef TEMP_H
#define TEMP_H

#include <sys/types.h>

#define TEMP_NAME	32

struct temp {
	int	fd;
	int	dir;			/* the caller's */
	char	name[TEMP_NAME];	/* "": it has none */
};

void	temp_name(char [TEMP_NAME]);	/* one that nobody has */
int	temp_open(struct temp *, int, mode_t);
/*
 * Under this name, in place of what has it or not (EEXIST).  On failure the
 * file is still there, for temp_close.
 */
int	temp_commit(struct temp *, const char *, int);
void	temp_close(struct temp *);	/* removed, unless committed */

#endif
