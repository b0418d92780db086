/*
 * Windows: what there is comes from the worker as it sees it; what is done
 * to one is an action as any other.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "field.h"
#include "http.h"
#include "peer.h"
#include "session.h"
#include "sizes.h"
#include "windows.h"
#include "wire.h"
#include "xmalloc.h"

static void
no_window(struct request *r)
{
	reply_problem(r, PROBLEM_NOT_FOUND, NULL, "there is no such window");
}

static void
too_busy(struct request *r)
{
	reply_problem(r, PROBLEM_BUSY, NULL,
	    "too much is asked of this session at once");
}

static void
reply_list(struct request *r, struct json_object *list, uint64_t total)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "data", list);
	json_object_object_add(o, "next_cursor", NULL);
	json_object_object_add(o, "has_more",
	    json_object_new_boolean(total > WINDOWS_MAX));
	reply_json(r, 200, o);
}

static void
reply_one(struct request *r, struct json_object *list)
{
	struct json_object	*o;

	o = windows_find(list, request_param(r, "window"));
	if (o == NULL)
		no_window(r);
	else
		reply_json(r, 200, json_object_get(o));
	json_object_put(list);
}

static void
listed(struct wire_msg *m, void *arg)
{
	struct request		*r = arg;
	struct json_object	*list;
	uint64_t		 total;

	if (m == NULL || m->hdr.type == MSG_ERROR) {
		reply_error(r, m);
		return;
	}
	if (m->hdr.type != MSG_WINDOWS_DONE ||
	    (list = windows_read(m, &total)) == NULL) {
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "the session's worker sent no usable list");
		return;
	}
	if (request_param(r, "window") == NULL)
		reply_list(r, list, total);
	else
		reply_one(r, list);
}

static void
list_gone(struct request *r, void *arg)
{
	(void)r;
	ask_free(arg);
}

void
api_window_list(struct request *r)
{
	struct session	*s = request_session(r);
	struct ask	*a;

	if (need_running(r, s) == -1)
		return;
	a = ask_once(s->worker, &s->row.id, listed, r, MSG_WINDOWS, NULL, 0,
	    NULL, 0);
	if (a == NULL)
		too_busy(r);
	else
		request_defer(r, list_gone, a);
}

void
api_window_show(struct request *r)
{
	api_window_list(r);
}

static void
acted(enum problem problem, const char *detail, struct json_object *result,
    void *arg)
{
	struct request		*r = arg;
	struct json_object	*window;

	if (problem == PROBLEM_UNAVAILABLE)
		reply_header(r, "Retry-After", "1");
	if (problem != PROBLEM_NONE)
		reply_problem(r, problem, NULL, "%s",
		    detail != NULL ? detail : problem_title(problem));
	else if (json_object_object_get_ex(result, "window", &window))
		reply_json(r, 200, json_object_get(window));
	else
		reply_empty(r, 204);
}

static void
act_gone(struct request *r, void *arg)
{
	(void)r;
	act_cancel(arg);
}

/* Takes the action, which gets its name and window here. */
static void
act(struct request *r, const char *type, struct json_object *action)
{
	const char	*window = request_param(r, "window");
	struct session	*s = request_session(r);
	struct act	*a;

	if (!window_named(window) || need_running(r, s) == -1) {
		json_object_put(action);
		if (!window_named(window))
			no_window(r);
		return;
	}
	json_object_object_add(action, "type", json_object_new_string(type));
	json_object_object_add(action, "window",
	    json_object_new_string(window));
	a = act_start(s, request_uid(r), action, acted, r);
	if (a == NULL)
		too_busy(r);
	else
		request_defer(r, act_gone, a);
}

static void
copy_int(struct fields *f, const char *name, int64_t min,
    struct json_object *to)
{
	int64_t	n;

	field_require(f, name);
	n = field_int(f, name, min, WINDOW_PLACE_MAX, min);
	json_object_object_add(to, name, json_object_new_int64(n));
}

void
api_window_act(struct request *r)
{
	static const char *const names[] = { "focus", "move", "resize",
	    "maximize", "minimize", "restore", "close", NULL };
	static const char *const types[] = { "window_focus", "window_move",
	    "window_resize", "window_maximize", "window_minimize",
	    "window_restore", "window_close" };
	struct json_object	*action = json_object_new_object();
	struct fields		 f;
	int			 i;

	fields_begin(&f, request_json(r));
	field_require(&f, "action");
	i = field_choice(&f, "action", names, 0);
	if (strcmp(names[i], "move") == 0) {
		copy_int(&f, "x", -WINDOW_PLACE_MAX, action);
		copy_int(&f, "y", -WINDOW_PLACE_MAX, action);
	} else if (strcmp(names[i], "resize") == 0) {
		copy_int(&f, "width", 1, action);
		copy_int(&f, "height", 1, action);
	}
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		json_object_put(action);
		return;
	}
	act(r, types[i], action);
}

void
api_window_close(struct request *r)
{
	act(r, "window_close", json_object_new_object());
}
