/*
 * Names below a directory, for paths of strangers: no "..", not absolute,
 * through no symbolic link.
 */
#ifndef BENEATH_H
#define BENEATH_H

#include <limits.h>
#include <stddef.h>

struct beneath {
	int	dir;			/* of the last name; the caller closes */
	char	name[NAME_MAX + 1];	/* "": it is the top itself */
};

/*
 * Without "." and doubled slashes, allocated; NULL and errno: EINVAL for a
 * path that leads out, ENAMETOOLONG.
 */
char	*beneath_clean(const char *);
/* Of a clean path; what is missing on the way is made when that is asked. */
int	 beneath_open(struct beneath *, int, const char *, int);
int	 beneath_openat(int, const char *, int);	/* any clean path */

#endif
