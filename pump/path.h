/*
 * Paths as clients give them: absolute, or relative to the user's home.
 * Symbolic links are followed, links that only the kernel makes are not.
 */
#ifndef PATH_H
#define PATH_H

#include <limits.h>

/* A name and the directory that it is, or would be, in. */
struct place {
	char	*path;			/* absolute, as the client wrote it */
	int	 dir;
	char	 name[NAME_MAX + 1];
};

/* Allocated; no slash at the end.  NULL and errno for an empty one. */
char	*path_absolute(const char *);
/* A descriptor; never blocks, whatever it opens. */
int	 path_open(int, const char *, int);
/* The name is not looked at and may be of nothing; -1 and errno. */
int	 place_open(struct place *, const char *);
/*
 * The same, and where the name is a symbolic link, the place it leads to:
 * where a file of that path would be made.
 */
int	 place_follow(struct place *, const char *);
void	 place_close(struct place *);

#endif
