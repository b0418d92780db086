/* The row of a session, and the names of its states. */
#include <json-c/json.h>
#include <string.h>

#include "session.h"

static const char *const state_names[STATE__COUNT] = {
	[STATE_CREATING] = "creating",
	[STATE_RUNNING] = "running",
	[STATE_STOPPING] = "stopping",
	[STATE_STOPPED] = "stopped",
	[STATE_STARTING] = "starting",
	[STATE_FAILED] = "failed",
	[STATE_DELETED] = "deleted"
};

const char *
state_name(enum session_state state)
{
	return state_names[state];
}

enum session_state
state_parse(const char *name)
{
	int	i;

	for (i = STATE_CREATING; i < STATE__COUNT; i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum session_state)i;
	return 0;
}

void
row_copy(struct session_row *to, const struct session_row *from)
{
	*to = *from;
	json_object_get(to->env);
	json_object_get(to->labels);
}

void
row_clear(struct session_row *r)
{
	json_object_put(r->env);
	json_object_put(r->labels);
	memset(r, 0, sizeof(*r));
}
