/* What deskd is and how it does: for people, probes and dashboards. */
#include <sys/types.h>

#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "broker.h"
#include "field.h"
#include "http.h"
#include "metrics.h"
#include "session.h"
#include "sizes.h"

static void
add_int(struct json_object *o, const char *name, uint64_t n)
{
	json_object_object_add(o, name, json_object_new_uint64(n));
}

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

void
api_healthz(struct request *r)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "status", "ok");
	reply_json(r, 200, o);
}

void
api_readyz(struct request *r)
{
	struct json_object *o;
	const char *why = "starting";

	if (broker_ready(&why) != 0) {
		reply_problem(r, PROBLEM_UNAVAILABLE, NULL, "%s", why);
		return;
	}
	o = json_object_new_object();
	add_text(o, "status", "ready");
	reply_json(r, 200, o);
}

void
api_metrics(struct request *r)
{
	size_t len;
	char *text;

	text = metrics_text(request_http(r), &len);
	reply_bytes(r, 200, "application/openmetrics-text; version=1.0.0; "
	    "charset=utf-8", text, len);
	free(text);
}

static struct json_object *
cgroup_json(const struct msg_system *m)
{
	static const struct {
		unsigned int	 flag;
		const char	*name;
	} controllers[] = {
		{ SYSTEM_CGROUP_MEMORY,	"memory" },
		{ SYSTEM_CGROUP_CPU,	"cpu" },
		{ SYSTEM_CGROUP_PIDS,	"pids" },
		{ SYSTEM_CGROUP_IO,	"io" },
		{ SYSTEM_CGROUP_FREEZE,	"freezer" }
	};
	struct json_object *list = json_object_new_array();
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (m->flags & controllers[i].flag)
			json_object_array_add(list,
			    json_object_new_string(controllers[i].name));
	add_int(o, "version", m->cgroup_version);
	json_object_object_add(o, "controllers", list);
	return o;
}

static struct json_object *
images_json(const struct conf *conf)
{
	struct json_object *list = json_object_new_array();
	const struct conf_image *image;
	struct json_object *o;

	TAILQ_FOREACH(image, &conf->images, entry) {
		o = json_object_new_object();
		add_text(o, "name", image->name);
		add_text(o, "type", image->type == IMAGE_HOST ? "host" :
		    "directory");
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
defaults_json(const struct conf *conf)
{
	const struct msg_conf_defaults *d = &conf->defaults;
	struct json_object *desktop = json_object_new_object();
	struct json_object *resources = json_object_new_object();
	struct json_object *o = json_object_new_object();

	add_text(o, "image", conf->image);
	add_int(desktop, "width", d->desktop.width);
	add_int(desktop, "height", d->desktop.height);
	add_int(desktop, "max_width", d->desktop.max_width);
	add_int(desktop, "max_height", d->desktop.max_height);
	add_int(desktop, "dpi", d->desktop.dpi);
	json_object_object_add(o, "desktop", desktop);
	add_int(resources, "memory_bytes", d->resources.memory);
	add_int(resources, "cpu_percent", d->resources.cpu_percent);
	add_int(resources, "tasks", d->resources.tasks);
	add_int(resources, "disk_bytes", d->resources.disk);
	json_object_object_add(o, "resources", resources);
	return o;
}

/* The machine's, and the asker's own. */
static struct json_object *
limits_json(const struct conf *conf, const struct conf_user *user)
{
	const struct msg_conf_defaults *d = &conf->defaults;
	struct json_object *o = json_object_new_object();

	add_int(o, "max_sessions", d->max_sessions);
	add_int(o, "user_sessions", user != NULL ? user->sessions :
	    d->user_sessions);
	add_int(o, "user_memory_bytes", user != NULL ? user->memory :
	    d->user_memory);
	add_int(o, "actions", ACTIONS_MAX);
	add_int(o, "actions_body_bytes", ACTIONS_BODY_MAX);
	add_int(o, "type_text_characters", TYPE_TEXT_MAX);
	add_int(o, "screen_min", SCREEN_MIN);
	add_int(o, "screen_max", SCREEN_MAX);
	return o;
}

static struct json_object *
user_json(const struct request *r, const struct conf_user *user)
{
	struct json_object *o = json_object_new_object();

	add_int(o, "uid", request_uid(r));
	if (user != NULL)
		add_text(o, "name", user->name);
	else
		json_object_object_add(o, "name", request_uid(r) == 0 ?
		    json_object_new_string("root") : NULL);
	json_object_object_add(o, "admin",
	    json_object_new_boolean(request_admin(r)));
	return o;
}

static struct json_object *
sessions_json(void)
{
	struct json_object *o = json_object_new_object();
	struct session_counts counts;

	session_counts(&counts);
	add_int(o, "total", counts.total);
	add_int(o, "running", counts.running);
	return o;
}

void
api_system(struct request *r)
{
	const struct system_facts *facts = broker_system();
	const struct conf *conf = broker_conf();
	const struct conf_user *user = conf_user(conf, request_uid(r));
	struct json_object *o = json_object_new_object();

	add_text(o, "version", PACKAGE_VERSION);
	add_int(o, "protocol", MSG_PROTOCOL);
	add_text(o, "kernel", facts->kernel);
	json_object_object_add(o, "cgroup", cgroup_json(&facts->m));
	add_int(o, "landlock_abi", facts->m.landlock_abi);
	add_text(o, "seccomp", facts->m.flags & SYSTEM_SECCOMP_KILL ?
	    "kill" : "errno");
	add_int(o, "cpus", facts->m.cpus);
	add_int(o, "memory_bytes", facts->m.memory);
	json_object_object_add(o, "images", images_json(conf));
	json_object_object_add(o, "defaults", defaults_json(conf));
	json_object_object_add(o, "limits", limits_json(conf, user));
	json_object_object_add(o, "sessions", sessions_json());
	json_object_object_add(o, "user", user_json(r, user));
	reply_json(r, 200, o);
}

/* Answered before all stops; the sessions' owners are told by events. */
void
api_system_shutdown(struct request *r)
{
	struct json_object *o;
	struct fields f;

	fields_begin(&f, request_json(r));
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return;
	}
	broker_shutdown(request_uid(r));
	o = json_object_new_object();
	add_text(o, "status", "stopping");
	reply_json(r, 202, o);
}
