/* Actions on windows: how they are named, and what is done to them. */
#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "action.h"
#include "window.h"
#include "worker.h"
#include "xmalloc.h"

#define MATCH_ANY	1	/* its place in the list of words */

int
field_window(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	uint32_t	*window = to;

	(void)f;
	if (!json_object_is_type(value, json_type_string))
		return field_fail(at, PROBLEM_INVALID_FIELD, "must be text");
	*window = window_id_parse(json_object_get_string(value));
	if (*window == 0)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be the id of a window");
	return 0;
}

/* Into the whole struct action_args: a list is more than one member. */
int
field_windows(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	struct action_args	*args = to;
	struct field_at		 here;
	size_t			 n, i;

	if (!json_object_is_type(value, json_type_array))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be a list of windows");
	n = json_object_array_length(value);
	if (n > (size_t)f->max)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must have at most %" PRId64 " windows", f->max);
	if (n == 0)
		return 0;
	args->not_in = xcalloc(n, sizeof(*args->not_in));
	args->nnot_in = (unsigned int)n;
	for (i = 0; i < n; i++) {
		here = field_element(at, i);
		if (field_window(NULL, json_object_array_get_idx(value, i),
		    &here, &args->not_in[i]) == -1)
			return -1;
	}
	return 0;
}

/* Seconds, into milliseconds. */
int
field_timeout(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	int	*ms = to;
	double	 seconds;

	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be a number");
	seconds = json_object_get_double(value);
	if (!(seconds >= 0 && seconds * 1000 <= (double)f->max))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be from 0 to %" PRId64, f->max / 1000);
	*ms = (int)(seconds * 1000);
	return 0;
}

static void
done_cb(enum problem problem, const char *detail, const struct window *window,
    void *arg)
{
	struct action_run	*r = arg;

	r->op = NULL;
	if (window != NULL)
		json_object_object_add(r->result, "window",
		    window_json(window));
	if (detail != NULL)
		strlcpy(r->detail, detail, sizeof(r->detail));
	gate_done(r->w, &r->deed, problem);
}

static void
act(struct action_run *r, enum window_deed deed)
{
	const struct action_args	*args = &r->action->args;
	struct window_want		 want = {
		.window = args->window,
		.deed = deed,
		.x = args->x,
		.y = args->y,
		.width = (uint32_t)args->width,
		.height = (uint32_t)args->height
	};

	r->op = window_act(r->w->desktop.display, &want, done_cb, r);
}

void
action_window_focus(struct action_run *r)
{
	act(r, WINDOW_FOCUS);
}

void
action_window_move(struct action_run *r)
{
	act(r, WINDOW_MOVE);
}

void
action_window_resize(struct action_run *r)
{
	act(r, WINDOW_RESIZE);
}

void
action_window_maximize(struct action_run *r)
{
	act(r, WINDOW_MAXIMIZE);
}

void
action_window_minimize(struct action_run *r)
{
	act(r, WINDOW_MINIMIZE);
}

void
action_window_restore(struct action_run *r)
{
	act(r, WINDOW_RESTORE);
}

void
action_window_close(struct action_run *r)
{
	act(r, WINDOW_CLOSE);
}

void
action_window_wait(struct action_run *r)
{
	const struct action_args	*args = &r->action->args;
	struct window_match		 match = {
		.title = args->title.text,
		.class = args->class.text,
		.startup_id = args->startup_id.text,
		.pid = (uint32_t)args->pid,
		.not_in = args->not_in,
		.nnot_in = args->nnot_in,
		.any = args->match == MATCH_ANY,
		.limit_ms = (uint32_t)args->timeout_ms
	};

	r->op = window_wait(r->w->desktop.display, &match, done_cb, r);
}
