/*
 * What /metrics shows: counts kept by the HTTP side, and gauges that are
 * read when somebody asks.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A gauge the broker offers.  Rows of one name stand together and differ
 * in their label, as state="running".
 */
struct metrics_gauge {
	const char	*name;		/* without the leading deskd_ */
	const char	*label;		/* or NULL */
	const char	*help;
	uint64_t	(*value)(const struct metrics_gauge *);
	int		 arg;
};

extern const struct metrics_gauge metrics_gauges[];	/* gauges.c */
extern const size_t		  nmetrics_gauges;

struct http;
struct route;

/* A request has been answered: its route (NULL: none), status, time. */
void	 metrics_request(const struct route *, int, int64_t);
void	 metrics_refused(void);		/* a connection over a limit */
void	 metrics_dropped(void);		/* a stream its client did not read */
/* A screenshot took a capture, or an encoding, of its own. */
void	 metrics_shot(int, int);
/* The whole text in OpenMetrics 1.0; the caller frees it. */
char	*metrics_text(const struct http *, size_t *);

#endif
