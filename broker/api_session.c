/* Sessions: making, listing and looking at them. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "broker.h"
#include "check.h"
#include "field.h"
#include "http.h"
#include "life.h"
#include "monotime.h"
#include "quota.h"
#include "session.h"
#include "wait.h"

#define LIST_DEFAULT	50
#define LIST_MAX	500
#define WAIT_DEFAULT	30.0
#define WAIT_MAX	600.0

static struct json_object *
map_or_empty(struct json_object *map)
{
	return map == NULL ? json_object_new_object() : json_object_get(map);
}

/* The body over the configuration's defaults; -1: answered. */
static int
read_row(struct request *r, struct session_row *row)
{
	const struct conf	*c = broker_conf();
	const struct conf_image	*image;
	struct json_object	*env, *labels;
	struct fields		 f;
	const char		*name, *image_name;

	fields_begin(&f, request_json(r));
	row->resources = c->defaults.resources;
	row->desktop = c->defaults.desktop;
	name = check_name(&f);
	image_name = field_string(&f, "image", 1, NAME_MAX_LEN, c->image);
	image = conf_image(c, image_name);
	if (image == NULL)
		fields_fail(&f, "image", PROBLEM_NO_SUCH_IMAGE,
		    "no image of this name is configured");
	row->has_desktop = check_desktop(&f, &row->desktop);
	check_resources(&f, &row->resources, 1);
	env = check_env(&f);
	labels = check_labels(&f);
	if (strcmp(field_string(&f, "network", 0, NAME_MAX_LEN, "none"),
	    "none") != 0)
		fields_fail(&f, "network", PROBLEM_INVALID_FIELD,
		    "only \"none\" is offered");
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	if (name != NULL)
		strlcpy(row->name, name, sizeof(row->name));
	strlcpy(row->image, image->name, sizeof(row->image));
	if (!row->has_desktop)
		memset(&row->desktop, 0, sizeof(row->desktop));
	row->env = map_or_empty(env);
	row->labels = map_or_empty(labels);
	return 0;
}

static void
created(struct session *s, enum problem problem, void *arg)
{
	struct request	*r = arg;
	char		 where[sizeof("/v1/sessions/") + SESSION_ID_TEXT];
	char		 id[SESSION_ID_TEXT];

	if (problem != PROBLEM_NONE) {
		reply_refused(r, s, problem);
		return;
	}
	session_id_text(&s->row.id, id);
	snprintf(where, sizeof(where), "/v1/sessions/%s", id);
	reply_header(r, "Location", where);
	reply_json(r, 201, session_json(s));
}

void
api_session_create(struct request *r)
{
	struct session_row	row;
	char			why[SESSION_DETAIL];

	memset(&row, 0, sizeof(row));
	row.owner = request_uid(r);
	if (read_row(r, &row) == -1)
		return;
	if (row.name[0] != '\0' &&
	    session_by_name(row.owner, row.name) != NULL) {
		reply_problem(r, PROBLEM_CONFLICT, "/name",
		    "you have a session of this name");
	} else if (quota_create(row.owner, row.resources.memory, why,
	    sizeof(why)) == -1) {
		reply_problem(r, PROBLEM_LIMIT, NULL, "%s", why);
	} else {
		ulid_make(&row.id);
		row.state = STATE_CREATING;
		row.desired = STATE_RUNNING;
		row.created_at = row.updated_at = walltime_ms();
		/* Made even when the client leaves: it is journaled. */
		request_defer(r, NULL, NULL);
		life_create(&row, created, r);
	}
	row_clear(&row);
}

struct filter {
	enum session_state	 state;		/* 0: any */
	const char		*name;
	char			 key[64];
	const char		*value;		/* NULL: no label asked for */
	uid_t			 uid;
	int			 admin;
};

static int
matches(const struct session *s, const struct filter *f)
{
	struct json_object	*o;

	if (!session_visible(s, f->uid, f->admin))
		return 0;
	if (f->state != 0 && s->row.state != f->state)
		return 0;
	if (f->name != NULL && strcmp(s->row.name, f->name) != 0)
		return 0;
	if (f->value == NULL)
		return 1;
	return json_object_object_get_ex(s->row.labels, f->key, &o) &&
	    strcmp(json_object_get_string(o), f->value) == 0;
}

static int
read_label(struct request *r, struct filter *f)
{
	const char	*label, *colon;

	switch (query_text(r, "label", 512, &label)) {
	case -1:
		return -1;
	case 0:
		return 0;
	}
	if ((colon = strchr(label, ':')) == NULL ||
	    (size_t)(colon - label) >= sizeof(f->key)) {
		query_refuse(r, "label", "must be name:value");
		return -1;
	}
	memcpy(f->key, label, (size_t)(colon - label));
	f->value = colon + 1;
	return 0;
}

static int
read_state(struct request *r, const char *param, enum session_state *state)
{
	const char	*text;

	switch (query_text(r, param, 32, &text)) {
	case -1:
		return -1;
	case 0:
		return 0;
	}
	if ((*state = state_parse(text)) == 0) {
		query_refuse(r, param, "no such state");
		return -1;
	}
	return 0;
}

static int
read_cursor(struct request *r, struct session **from)
{
	const char	*text;
	struct ulid	 id;

	*from = session_newest();
	switch (query_text(r, "cursor", SESSION_ID_LEN, &text)) {
	case -1:
		return -1;
	case 0:
		return 0;
	}
	if (session_id_parse(&id, text) == -1) {
		query_refuse(r, "cursor", "not a cursor of this list");
		return -1;
	}
	*from = session_before(&id);
	return 0;
}

static struct json_object *
page(struct session *s, const struct filter *f, int64_t limit)
{
	struct json_object	*o, *data;
	struct session		*last = NULL;
	char			 id[SESSION_ID_TEXT];
	int			 more = 0;

	data = json_object_new_array();
	for (; s != NULL; s = session_older(s)) {
		if (!matches(s, f))
			continue;
		if (limit-- == 0) {
			more = 1;
			break;
		}
		json_object_array_add(data, session_json(s));
		last = s;
	}
	o = json_object_new_object();
	json_object_object_add(o, "data", data);
	if (more)
		session_id_text(&last->row.id, id);
	json_object_object_add(o, "next_cursor",
	    more ? json_object_new_string(id) : NULL);
	json_object_object_add(o, "has_more", json_object_new_boolean(more));
	return o;
}

void
api_session_list(struct request *r)
{
	struct filter	 f;
	struct session	*from;
	int64_t		 limit = LIST_DEFAULT;

	memset(&f, 0, sizeof(f));
	f.uid = request_uid(r);
	f.admin = request_admin(r);
	if (read_state(r, "state", &f.state) == -1 ||
	    read_label(r, &f) == -1 ||
	    query_text(r, "name", NAME_MAX_LEN, &f.name) == -1 ||
	    query_int(r, "limit", 1, LIST_MAX, &limit) == -1 ||
	    read_cursor(r, &from) == -1)
		return;
	reply_json(r, 200, page(from, &f, limit));
}

void
api_session_show(struct request *r)
{
	struct session		*s = request_session(r);
	enum session_state	 state = 0;
	double			 timeout = WAIT_DEFAULT;
	unsigned int		 states;
	int			 given;

	given = query_number(r, "timeout", 0, WAIT_MAX, &timeout);
	if (given == -1 || read_state(r, "wait_for", &state) == -1)
		return;
	if (state == 0 && given) {
		query_refuse(r, "timeout", "goes with wait_for");
		return;
	}
	if (state == 0) {
		reply_json(r, 200, session_json(s));
		return;
	}
	/* From these nothing leads to another state by itself. */
	states = 1U << state | 1U << STATE_DELETED;
	if (state != STATE_DELETED)
		states |= 1U << STATE_FAILED;
	wait_for(s, r, states, WAIT_SHOW, (int64_t)(timeout * 1000));
}
