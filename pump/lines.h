/* Lines for descriptor 1, gathered. */
#ifndef LINES_H
#define LINES_H

struct json;

void	lines_put(struct json *);	/* ends and frees it */
int	lines_flush(void);		/* -1: one could not be written */

#endif
