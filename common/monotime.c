#include <stdio.h>
#include <time.h>

#include "monotime.h"

struct monotime
monotime_now(void)
{
	struct timespec	ts;
	struct monotime	now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now.ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	return now;
}

int64_t
monotime_since_us(struct monotime then)
{
	return (monotime_now().ns - then.ns) / 1000;
}

int64_t
monotime_since_ms(struct monotime then)
{
	return (monotime_now().ns - then.ns) / 1000000;
}

int64_t
walltime_ms(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* RFC 3339 in UTC with milliseconds. */
void
walltime_text(int64_t ms, char text[RFC3339_TEXT])
{
	time_t		t = (time_t)(ms / 1000);
	struct tm	tm;
	char		date[24];

	gmtime_r(&t, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, RFC3339_TEXT, "%s.%03dZ", date, (int)(ms % 1000));
}
