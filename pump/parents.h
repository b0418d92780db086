/* Directories made on the way to a path, and taken back when it fails. */
#ifndef PARENTS_H
#define PARENTS_H

struct parents {
	char		*path;		/* absolute */
	unsigned int	 made;		/* the last so many directories */
};

/* Those above the last name of the path, where they are missing. */
int	parents_make(struct parents *, const char *);
void	parents_undo(struct parents *);	/* those that are empty */
void	parents_free(struct parents *);

#endif
