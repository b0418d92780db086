/* The capabilities the supervisor keeps; the list and reasons are in caps.c. */
#ifndef CAPS_H
#define CAPS_H

#include <sys/types.h>

void	caps_drop(void);
/*
 * New files are this id's from now on, with all our capabilities; 0 is back
 * to normal.
 */
int	caps_files_as(uid_t);

#endif
