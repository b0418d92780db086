/* What copy, move and delete do with whole trees; errno on failure. */
#ifndef TREE_H
#define TREE_H

#include <stdint.h>

struct tree_count {
	uint64_t	files;		/* all that is no directory */
	uint64_t	directories;
	uint64_t	bytes;
	uint64_t	skipped;	/* sockets and devices */
};

/* All below a name in a directory, and the name. */
int	tree_delete(int, const char *, struct tree_count *);
/* The same with what is ours: a directory's mode is not in the way. */
int	tree_discard(int, const char *);
/* From a name to one that must not be there yet. */
int	tree_copy(int, const char *, int, const char *, struct tree_count *);
/* The same under a name of its own first, then in place of what is there. */
int	tree_copy_to(int, const char *, int, const char *, int,
	    struct tree_count *);
int	tree_place(int, const char *, const char *, int);
/* A name becomes another's, on another file system as well. */
int	tree_move(int, const char *, int, const char *, int);
/* Whether the second directory is the named one or below it. */
int	tree_inside(int, const char *, int);

#endif
