/* An argument list that grows; what it is made from is copied. */
#ifndef ARGS_H
#define ARGS_H

#include <stddef.h>

#define ARGS_BOUND	1024

struct args {
	char	**v;
	size_t	  n;
	size_t	  size;
};

void	args_add(struct args *, const char *);
void	args_free(struct args *);

/* exec.c: an Exec key and files become an argument list; else why not. */
struct desktop;
const char	*exec_expand(struct args *, const struct desktop *,
		    const char *, int, char **);

#endif
