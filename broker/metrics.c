/*
 * Counters of the HTTP side and their text.  Routes are rows of a table,
 * so labels come from us and never from a client.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "metrics.h"
#include "route.h"
#include "xmalloc.h"

/* Upper ends in microseconds; the last bucket has none. */
static const int64_t bounds[] = { 500, 1000, 2500, 5000, 10000, 25000, 50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000 };

#define NBOUNDS	(sizeof(bounds) / sizeof(bounds[0]))
#define CLASSES	5		/* 1xx to 5xx */

struct counts {
	uint64_t	by_class[CLASSES];
	uint64_t	bucket[NBOUNDS + 1];
	uint64_t	sum_us;
};

static struct counts	*table;		/* a row per route, one for none */
static uint64_t		 refused, dropped, captured, encoded;

static struct counts *
row(size_t i)
{
	if (table == NULL)
		table = xcalloc(nroutes + 1, sizeof(*table));
	return &table[i];
}

void
metrics_request(const struct route *route, int status, int64_t us)
{
	struct counts *c;
	size_t i;

	c = row(route == NULL ? nroutes : (size_t)(route - routes));
	if (status >= 100 && status < 600)
		c->by_class[status / 100 - 1]++;
	if (us < 0)
		us = 0;
	for (i = 0; i < NBOUNDS && us > bounds[i]; i++)
		continue;
	c->bucket[i]++;
	c->sum_us += (uint64_t)us;
}

void
metrics_refused(void)
{
	refused++;
}

void
metrics_dropped(void)
{
	dropped++;
}

void
metrics_shot(int was_captured, int was_encoded)
{
	captured += was_captured != 0;
	encoded += was_encoded != 0;
}

static void
labels(FILE *f, size_t i)
{
	if (i == nroutes)
		fputs("method=\"\",route=\"\"", f);
	else
		fprintf(f, "method=\"%s\",route=\"%s\"", routes[i].method,
		    routes[i].path);
}

static void
family(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# TYPE deskd_%s %s\n# HELP deskd_%s %s\n", name, type,
	    name, help);
}

static void
requests(FILE *f)
{
	const struct counts *c;
	size_t i, k;

	family(f, "http_requests", "counter", "Requests answered.");
	for (i = 0; i <= nroutes; i++) {
		c = row(i);
		for (k = 0; k < CLASSES; k++) {
			if (c->by_class[k] == 0)
				continue;
			fputs("deskd_http_requests_total{", f);
			labels(f, i);
			fprintf(f, ",class=\"%zuxx\"} %" PRIu64 "\n", k + 1,
			    c->by_class[k]);
		}
	}
}

/* Whole microseconds as seconds, without a detour through a double. */
static void
seconds(FILE *f, uint64_t us)
{
	fprintf(f, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}

static void
histogram(FILE *f, size_t i)
{
	const struct counts *c = row(i);
	uint64_t n = 0;
	size_t k;

	for (k = 0; k <= NBOUNDS; k++) {
		n += c->bucket[k];
		fputs("deskd_http_request_duration_seconds_bucket{", f);
		labels(f, i);
		fputs(",le=\"", f);
		if (k == NBOUNDS)
			fputs("+Inf", f);
		else
			seconds(f, (uint64_t)bounds[k]);
		fprintf(f, "\"} %" PRIu64 "\n", n);
	}
	fputs("deskd_http_request_duration_seconds_count{", f);
	labels(f, i);
	fprintf(f, "} %" PRIu64 "\n", n);
	fputs("deskd_http_request_duration_seconds_sum{", f);
	labels(f, i);
	fputs("} ", f);
	seconds(f, c->sum_us);
	fputs("\n", f);
}

static int
was_used(size_t i)
{
	const struct counts *c = row(i);
	size_t k;

	for (k = 0; k <= NBOUNDS; k++)
		if (c->bucket[k] != 0)
			return 1;
	return 0;
}

static void
durations(FILE *f)
{
	size_t i;

	fputs("# TYPE deskd_http_request_duration_seconds histogram\n"
	    "# UNIT deskd_http_request_duration_seconds seconds\n"
	    "# HELP deskd_http_request_duration_seconds From the first line "
	    "to the start of the answer.\n", f);
	for (i = 0; i <= nroutes; i++)
		if (was_used(i))
			histogram(f, i);
}

static void
gauges(FILE *f)
{
	const struct metrics_gauge *g;
	size_t i;

	for (i = 0; i < nmetrics_gauges; i++) {
		g = &metrics_gauges[i];
		if (i == 0 || strcmp(g->name, g[-1].name) != 0)
			family(f, g->name, "gauge", g->help);
		fprintf(f, "deskd_%s", g->name);
		if (g->label != NULL)
			fprintf(f, "{%s}", g->label);
		fprintf(f, " %" PRIu64 "\n", g->value(g));
	}
}

char *
metrics_text(const struct http *h, size_t *len)
{
	char *text = NULL;
	FILE *f;

	if ((f = open_memstream(&text, len)) == NULL)
		fatal("open_memstream");
	requests(f);
	durations(f);
	family(f, "http_connections", "gauge", "Open connections.");
	fprintf(f, "deskd_http_connections %zu\n", http_open(h));
	family(f, "http_streams", "gauge", "Open event streams.");
	fprintf(f, "deskd_http_streams %zu\n", http_streams(h));
	family(f, "http_websockets", "gauge", "Open WebSockets.");
	fprintf(f, "deskd_http_websockets %zu\n", http_sockets(h));
	family(f, "http_connections_refused", "counter",
	    "Connections over a user's limit.");
	fprintf(f, "deskd_http_connections_refused_total %" PRIu64 "\n",
	    refused);
	family(f, "http_streams_dropped", "counter",
	    "Streams and WebSockets whose client did not read.");
	fprintf(f, "deskd_http_streams_dropped_total %" PRIu64 "\n", dropped);
	family(f, "screen_captures", "counter",
	    "Screenshots that pixels were fetched for.");
	fprintf(f, "deskd_screen_captures_total %" PRIu64 "\n", captured);
	family(f, "pictures_encoded", "counter",
	    "Screenshots that a picture was made for.");
	fprintf(f, "deskd_pictures_encoded_total %" PRIu64 "\n", encoded);
	gauges(f);
	fputs("# EOF\n", f);
	if (fclose(f) != 0)
		fatal("open_memstream");
	return text;
}
