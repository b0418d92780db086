/* Times of one thing done again and again, and a row of the table. */
#ifndef SERIES_H
#define SERIES_H

#include <stddef.h>

#define SERIES_MAX	200000

struct series {
	size_t	 n;
	double	*v;		/* milliseconds */
};

double	 now_ms(void);
void	 series_add(struct series *, double);
/*
 * A line for table.awk: what, unit, n, p50 and p99 of ours; name, n, p50 and
 * p99 of the other (NULL: none); goals of our p50 and p99, 0 for none, and
 * how many times the other is to be beaten.
 */
void	 series_row(const char *what, struct series *ours, const char *name,
	    struct series *other, const double goal[3]);

#endif
