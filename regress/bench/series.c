#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "series.h"

double
now_ms(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

void
series_add(struct series *s, double ms)
{
	if (s->v == NULL &&
	    (s->v = calloc(SERIES_MAX, sizeof(*s->v))) == NULL)
		err(1, NULL);
	if (s->n < SERIES_MAX)
		s->v[s->n++] = ms;
}

static int
compare(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
print(struct series *s)
{
	if (s == NULL || s->n == 0) {
		printf("\t0\t0\t0");
		return;
	}
	qsort(s->v, s->n, sizeof(*s->v), compare);
	printf("\t%zu\t%.6f\t%.6f", s->n, s->v[s->n / 2],
	    s->v[s->n * 99 / 100]);
}

void
series_row(const char *what, struct series *ours, const char *name,
    struct series *other, const double goal[3])
{
	printf("%s\tms", what);
	print(ours);
	printf("\t%s", name == NULL ? "-" : name);
	print(other);
	printf("\t%g\t%g\t%g\n", goal[0], goal[1], goal[2]);
	fflush(stdout);
}
