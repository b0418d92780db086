/* The directories that are watched, and by which paths. */
#ifndef WATCHES_H
#define WATCHES_H

#include <stddef.h>

#define WATCHES_MAX	8192

struct entry;

struct watched {
	int	 wd;
	char	*path;
};

struct watches {
	int		 fd;
	int		 recursive;
	int		 top;		/* its wd */
	int		 full;
	struct watched	*v;		/* sorted by wd, as they are given */
	size_t		 n;
	size_t		 size;
};

void	 watches_init(struct watches *, int);
int	 watches_top(struct watches *, const char *, struct entry *);
/* A new directory and all below; the call is told what is found there. */
int	 watches_add(struct watches *, const char *,
	    void (*)(void *, const char *, int), void *);
const char *watches_path(const struct watches *, int);
int	 watches_is_top(const struct watches *, int);
void	 watches_move(struct watches *, const char *, const char *);
void	 watches_drop(struct watches *, const char *);	/* and all below */
void	 watches_ignored(struct watches *, int);
int	 watches_problem(const struct watches *);	/* says it; -1 */
void	 watches_free(struct watches *);

#endif
