/* Wishes: what clients may want of a session, and when. */
#include <json-c/json.h>
#include <string.h>

#include "check.h"
#include "life.h"
#include "monotime.h"
#include "move.h"
#include "quota.h"

static struct json_object *
desired_json(enum session_state desired)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "desired_state",
	    json_object_new_string(state_name(desired)));
	return o;
}

static struct json_object *
created_json(const struct session_row *r)
{
	struct json_object	*o = json_object_new_object();

	if (r->name[0] != '\0')
		json_object_object_add(o, "name",
		    json_object_new_string(r->name));
	json_object_object_add(o, "image", json_object_new_string(r->image));
	json_object_object_add(o, "memory_bytes",
	    json_object_new_int64((int64_t)r->resources.memory));
	return o;
}

void
life_create(const struct session_row *row, life_cb *done, void *arg)
{
	struct move	*m;

	m = move_new("session.created", row->owner);
	m->data = created_json(row);
	m->done = done;
	m->arg = arg;
	move_start(session_new(row), m);
}

static void
clear_reason(struct session_row *r)
{
	r->reason[0] = r->detail[0] = '\0';
}

static enum problem
start_prepare(struct session *s, struct session_row *r, struct move *m)
{
	char	why[SESSION_DETAIL];

	switch (r->state) {
	case STATE_STOPPED:
	case STATE_FAILED:
		break;
	case STATE_CREATING:
	case STATE_STARTING:
	case STATE_RUNNING:
		m->kind[0] = '\0';
		return PROBLEM_NONE;
	default:
		return PROBLEM_WRONG_STATE;
	}
	if (r->desired == STATE_DELETED)
		return PROBLEM_WRONG_STATE;
	if (quota_memory(r->owner, r->resources.memory, why,
	    sizeof(why)) == -1)
		return PROBLEM_LIMIT;
	s->reserved = 1;
	r->state = STATE_STARTING;
	r->desired = STATE_RUNNING;
	clear_reason(r);
	return PROBLEM_NONE;
}

void
life_start(struct session *s, uid_t actor, life_cb *done, void *arg)
{
	struct move	*m;

	m = move_new("session.starting", actor);
	m->prepare = start_prepare;
	m->done = done;
	m->arg = arg;
	move_start(s, m);
}

static enum problem
stop_prepare(struct session *s, struct session_row *r, struct move *m)
{
	(void)s;
	switch (r->state) {
	case STATE_CREATING:
	case STATE_STARTING:
	case STATE_RUNNING:
		r->state = STATE_STOPPING;
		r->desired = STATE_STOPPED;
		clear_reason(r);
		return PROBLEM_NONE;
	case STATE_STOPPING:
	case STATE_STOPPED:
		m->kind[0] = '\0';
		return PROBLEM_NONE;
	default:
		return PROBLEM_WRONG_STATE;
	}
}

void
life_stop(struct session *s, uid_t actor, life_cb *done, void *arg)
{
	struct move	*m;

	m = move_new("session.stopping", actor);
	m->prepare = stop_prepare;
	m->done = done;
	m->arg = arg;
	move_start(s, m);
}

/* The wish is stored before anything is destroyed, and outlives us. */
static enum problem
delete_prepare(struct session *s, struct session_row *r, struct move *m)
{
	/* Asking again tries again. */
	if (s->delete_failed)
		s->delete_failed = s->delete_sent = 0;
	if (r->desired == STATE_DELETED) {
		m->kind[0] = '\0';
		return PROBLEM_NONE;
	}
	r->desired = STATE_DELETED;
	switch (r->state) {
	case STATE_CREATING:
	case STATE_STARTING:
	case STATE_RUNNING:
		strlcpy(m->kind, "session.stopping", sizeof(m->kind));
		r->state = STATE_STOPPING;
		clear_reason(r);
		break;
	default:
		break;
	}
	return PROBLEM_NONE;
}

void
life_delete(struct session *s, uid_t actor, life_cb *done, void *arg)
{
	struct move	*m;

	m = move_new("session.updated", actor);
	m->data = desired_json(STATE_DELETED);
	m->prepare = delete_prepare;
	m->done = done;
	m->arg = arg;
	move_start(s, m);
}

static void
set_name(struct session_row *r, const char *name, struct json_object *data)
{
	if (strcmp(r->name, name) == 0)
		return;
	strlcpy(r->name, name, sizeof(r->name));
	json_object_object_add(data, "name", json_object_new_string(name));
}

static int
set_labels(struct session_row *r, struct json_object *changes,
    struct json_object *data)
{
	struct json_object	*labels = labels_changed(r->labels, changes);

	if (labels == NULL)
		return -1;
	if (json_object_equal(r->labels, labels)) {
		json_object_put(labels);
		return 0;
	}
	json_object_put(r->labels);
	r->labels = labels;
	json_object_object_add(data, "labels", json_object_get(labels));
	return 0;
}

static void
set_resources(struct session_row *r, const struct msg_resources *to,
    struct json_object *data)
{
	struct msg_resources	*was = &r->resources;

	if (to->memory != 0 && to->memory != was->memory) {
		was->memory = to->memory;
		json_object_object_add(data, "memory_bytes",
		    json_object_new_int64((int64_t)to->memory));
	}
	if (to->cpu_percent != 0 && to->cpu_percent != was->cpu_percent) {
		was->cpu_percent = to->cpu_percent;
		json_object_object_add(data, "cpu_percent",
		    json_object_new_int64(to->cpu_percent));
	}
	if (to->tasks != 0 && to->tasks != was->tasks) {
		was->tasks = to->tasks;
		json_object_object_add(data, "tasks",
		    json_object_new_int64(to->tasks));
	}
}

static enum problem
patch_prepare(struct session *s, struct session_row *r, struct move *m)
{
	const struct life_patch	*p = m->change;
	struct session		*other;

	if (r->desired == STATE_DELETED)
		return PROBLEM_WRONG_STATE;
	if (p->name != NULL && *p->name != '\0' &&
	    (other = session_by_name(r->owner, p->name)) != NULL &&
	    other != s)
		return PROBLEM_CONFLICT;
	m->data = json_object_new_object();
	if (p->name != NULL)
		set_name(r, p->name, m->data);
	/* Another change may have come first and filled the place. */
	if (p->labels != NULL && set_labels(r, p->labels, m->data) == -1)
		return PROBLEM_INVALID_FIELD;
	set_resources(r, &p->resources, m->data);
	if (json_object_object_length(m->data) == 0)
		m->kind[0] = '\0';
	return PROBLEM_NONE;
}

void
life_patch(struct session *s, uid_t actor, const struct life_patch *p,
    life_cb *done, void *arg)
{
	struct move	*m;

	m = move_new("session.updated", actor);
	m->prepare = patch_prepare;
	m->change = p;
	m->done = done;
	m->arg = arg;
	move_start(s, m);
}
