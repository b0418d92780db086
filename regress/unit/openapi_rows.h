/* Whether the API's description and its routing table say the same. */
#ifndef OPENAPI_ROWS_H
#define OPENAPI_ROWS_H

#include <stddef.h>

struct route;

/* NULL, or what is wrong with the description of this row: static. */
const char	*openapi_row(const struct route *);
/* The same of the whole: everything in it that has no row, or no sense. */
const char	*openapi_whole(void);
/* Of the examples of bodies, how many; -1 when one is not as described. */
int		 openapi_examples(const char **);

#endif
