#include <stdio.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "progress.h"
#include "wait.h"
#include "xmalloc.h"

#define STEP	15.0	/* one request; deskd answers sooner when it is so */

static double
now(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct json_object *
ask(struct ctl *c, const char *id, double limit)
{
	struct json_object	*o = NULL;
	double			 end = now() + limit, left;

	for (left = limit; left > 0; left = end - now()) {
		json_object_put(o);
		o = api_get(c, "/v1/sessions/%s?wait_for=running&timeout=%.3f",
		    id, left < STEP ? left : STEP);
		if (o == NULL || !field_true(o, "timed_out"))
			break;
	}
	return o;
}

struct json_object *
wait_running(struct ctl *c, const char *id, double limit)
{
	struct json_object	*o;
	struct progress		 p;
	const char		*state, *reason, *detail;

	progress_start(&p, c, "waiting for the session to run");
	o = ask(c, id, limit);
	progress_end(&p, c);
	if (o == NULL)
		return NULL;
	state = field_or(o, "state", "?");
	if (strcmp(state, "running") == 0)
		return o;
	reason = field_text(o, "state_reason");
	detail = field_text(o, "state_detail");
	if (field_true(o, "timed_out"))
		ctl_fail(c, "timeout", "%s is still %s after %g s; deskctl "
		    "show %s says more", id, state, limit, id);
	else
		ctl_fail(c, "session_failed", "%s is %s%s%s%s%s", id, state,
		    reason != NULL ? ": " : "", reason != NULL ? reason : "",
		    detail != NULL ? ": " : "", detail != NULL ? detail : "");
	json_object_put(o);
	return NULL;
}
