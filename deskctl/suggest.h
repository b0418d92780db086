/* What a person may have meant. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

struct suggest {
	const char	*typed;
	const char	*best;		/* NULL: nothing is near enough */
	size_t		 distance;
};

size_t	suggest_distance(const char *, const char *);
void	suggest_start(struct suggest *, const char *);
void	suggest_try(struct suggest *, const char *);	/* text must live on */

#endif
