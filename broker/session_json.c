/* A session as the API shows it. */
#include <json-c/json.h>

#include "broker.h"
#include "monotime.h"
#include "session.h"

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name,
	    text == NULL || *text == '\0' ? NULL :
	    json_object_new_string(text));
}

static void
add_num(struct json_object *o, const char *name, uint64_t num)
{
	json_object_object_add(o, name, json_object_new_int64((int64_t)num));
}

static void
add_time(struct json_object *o, const char *name, int64_t ms)
{
	char	text[RFC3339_TEXT];

	if (ms == 0) {
		json_object_object_add(o, name, NULL);
		return;
	}
	walltime_text(ms, text);
	json_object_object_add(o, name, json_object_new_string(text));
}

/* Names come from the configuration: there is no passwd in our root. */
static struct json_object *
owner_json(uid_t uid)
{
	const struct conf_user	*u = conf_user(broker_conf(), uid);
	struct json_object	*o;

	o = json_object_new_object();
	add_num(o, "uid", uid);
	add_text(o, "name", u != NULL ? u->name : uid == 0 ? "root" : NULL);
	return o;
}

struct json_object *
desktop_json(const struct session_row *r)
{
	struct json_object	*o;

	if (!r->has_desktop)
		return NULL;
	o = json_object_new_object();
	add_num(o, "width", r->desktop.width);
	add_num(o, "height", r->desktop.height);
	add_num(o, "max_width", r->desktop.max_width);
	add_num(o, "max_height", r->desktop.max_height);
	add_num(o, "dpi", r->desktop.dpi);
	return o;
}

static struct json_object *
resources_json(const struct msg_resources *r)
{
	struct json_object	*o;

	o = json_object_new_object();
	add_num(o, "memory_bytes", r->memory);
	add_num(o, "cpu_percent", r->cpu_percent);
	add_num(o, "tasks", r->tasks);
	add_num(o, "disk_bytes", r->disk);
	return o;
}

static struct json_object *
timings_json(const struct session_row *r)
{
	struct json_object	*o;

	o = json_object_new_object();
	add_num(o, "setup_us", r->setup_us);
	add_num(o, "desktop_ms", r->desktop_ms);
	return o;
}

struct json_object *
session_json(const struct session *s)
{
	const struct session_row	*r = &s->row;
	struct json_object		*o;
	char				 id[SESSION_ID_TEXT];

	session_id_text(&r->id, id);
	o = json_object_new_object();
	add_text(o, "id", id);
	add_text(o, "name", r->name);
	json_object_object_add(o, "owner", owner_json(r->owner));
	add_text(o, "image", r->image);
	add_text(o, "state", state_name(r->state));
	add_text(o, "desired_state", state_name(r->desired));
	add_text(o, "state_reason", r->reason);
	add_text(o, "state_detail", r->detail);
	json_object_object_add(o, "desktop", desktop_json(r));
	json_object_object_add(o, "resources", resources_json(&r->resources));
	add_text(o, "network", "none");
	json_object_object_add(o, "env", json_object_get(r->env));
	json_object_object_add(o, "labels", json_object_get(r->labels));
	add_time(o, "created_at", r->created_at);
	add_time(o, "started_at", r->started_at);
	add_time(o, "stopped_at", r->stopped_at);
	add_time(o, "updated_at", r->updated_at);
	json_object_object_add(o, "timings", timings_json(r));
	return o;
}
