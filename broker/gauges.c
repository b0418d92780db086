/* What /metrics shows of sessions and the store. */
#include "metrics.h"
#include "session.h"
#include "store.h"

static uint64_t
in_state(const struct metrics_gauge *g)
{
	struct session_counts	c;

	session_counts(&c);
	return c.by_state[g->arg];
}

static uint64_t
queued(const struct metrics_gauge *g)
{
	(void)g;
	return store_queued();
}

#define HELP	"Sessions by state."
#define STATE(name, state) \
	{ "sessions", "state=\"" name "\"", HELP, in_state, state }

const struct metrics_gauge metrics_gauges[] = {
	STATE("creating", STATE_CREATING),
	STATE("running", STATE_RUNNING),
	STATE("stopping", STATE_STOPPING),
	STATE("stopped", STATE_STOPPED),
	STATE("starting", STATE_STARTING),
	STATE("failed", STATE_FAILED),
	{ "store_queued", NULL, "Changes waiting for the disk.", queued, 0 }
};

const size_t nmetrics_gauges =
    sizeof(metrics_gauges) / sizeof(metrics_gauges[0]);
