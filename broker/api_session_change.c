/* Sessions: changing, stopping, starting and deleting them. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "broker.h"
#include "check.h"
#include "field.h"
#include "http.h"
#include "json_number.h"
#include "life.h"
#include "quota.h"
#include "session.h"
#include "wait.h"
#include "wire.h"
#include "xmalloc.h"

#define STOP_WAIT	30000	/* ms */
#define DELETE_WAIT	60000

/* Bodies of POSTs that say nothing. */
static int
empty_body(struct request *r)
{
	struct fields	f;

	fields_begin(&f, request_json(r));
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	return 0;
}

static void
stopped(struct session *s, enum problem problem, void *arg)
{
	struct request	*r = arg;

	if (problem != PROBLEM_NONE)
		reply_refused(r, s, problem);
	else
		wait_for(s, r, 1U << STATE_STOPPED | 1U << STATE_FAILED |
		    1U << STATE_DELETED, WAIT_SESSION, STOP_WAIT);
}

void
api_session_stop(struct request *r)
{
	if (empty_body(r) == -1)
		return;
	request_defer(r, NULL, NULL);
	life_stop(request_session(r), request_uid(r), stopped, r);
}

static void
started(struct session *s, enum problem problem, void *arg)
{
	struct request	*r = arg;

	if (problem != PROBLEM_NONE)
		reply_refused(r, s, problem);
	else
		reply_json(r, 200, session_json(s));
}

void
api_session_start(struct request *r)
{
	if (empty_body(r) == -1)
		return;
	request_defer(r, NULL, NULL);
	life_start(request_session(r), request_uid(r), started, r);
}

static void
deleting(struct session *s, enum problem problem, void *arg)
{
	struct request	*r = arg;

	if (problem == PROBLEM_NOT_FOUND)
		reply_empty(r, 204);	/* somebody was faster */
	else if (problem != PROBLEM_NONE)
		reply_refused(r, s, problem);
	else
		wait_for(s, r, 1U << STATE_DELETED, WAIT_DELETED,
		    DELETE_WAIT);
}

void
api_session_delete(struct request *r)
{
	request_defer(r, NULL, NULL);
	life_delete(request_session(r), request_uid(r), deleting, r);
}

struct patch {
	struct request		*request;
	struct ulid		 id;
	struct life_patch	 change;
	struct msg_resources	 was;
	int			 told;	/* the supervisor has the new limits */
};

static void
tell_limits(const struct session *s, const struct msg_resources *limits,
    ask_cb *cb, void *arg)
{
	struct msg_session_set	set;

	memset(&set, 0, sizeof(set));
	set.resources = *limits;
	ask_once(broker_supervisor(), &s->row.id, cb, arg, MSG_SESSION_SET,
	    &set, sizeof(set), NULL, 0);
}

static void
patched(struct session *s, enum problem problem, void *arg)
{
	struct patch	*p = arg;

	if (problem == PROBLEM_NONE)
		reply_json(p->request, 200, session_json(s));
	else
		reply_refused(p->request, s, problem);
	/* What is enforced is what is stored. */
	if (problem != PROBLEM_NONE && p->told && s->live)
		tell_limits(s, &p->was, NULL, NULL);
	free(p);
}

static void
limits_answer(struct wire_msg *m, void *arg)
{
	struct patch	*p = arg;
	struct session	*s;

	if (m == NULL || m->hdr.type != MSG_OK) {
		reply_error(p->request, m);
		free(p);
		return;
	}
	if ((s = session_find(&p->id)) == NULL) {
		reply_problem(p->request, PROBLEM_NOT_FOUND, NULL,
		    "the session was deleted meanwhile");
		free(p);
		return;
	}
	p->told = 1;
	life_patch(s, request_uid(p->request), &p->change, patched, p);
}

/* -1: answered. */
static int
read_patch(struct request *r, const struct session *s, struct life_patch *c)
{
	struct fields	 f;
	struct session	*other;
	char		 why[SESSION_DETAIL];

	fields_begin(&f, request_json(r));
	c->name = check_name(&f);
	if (field_kind(&f, "name") == FIELD_NULL)
		c->name = "";
	c->labels = check_label_changes(&f, s->row.labels);
	check_resources(&f, &c->resources, 0);
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	if (c->name != NULL && *c->name != '\0' &&
	    (other = session_by_name(s->row.owner, c->name)) != NULL &&
	    other != s) {
		reply_refused(r, s, PROBLEM_CONFLICT);
		return -1;
	}
	if (session_holds(s) && c->resources.memory > s->row.resources.memory &&
	    quota_memory(s->row.owner, c->resources.memory -
	    s->row.resources.memory, why, sizeof(why)) == -1) {
		reply_problem(r, PROBLEM_LIMIT, "/resources/memory_bytes",
		    "%s", why);
		return -1;
	}
	return 0;
}

/* The limits as they would be; 0 when none of them changes. */
static int
new_limits(const struct msg_resources *was, const struct msg_resources *to,
    struct msg_resources *new)
{
	*new = *was;
	if (to->memory != 0)
		new->memory = to->memory;
	if (to->cpu_percent != 0)
		new->cpu_percent = to->cpu_percent;
	if (to->tasks != 0)
		new->tasks = to->tasks;
	return memcmp(was, new, sizeof(*new)) != 0;
}

void
api_session_patch(struct request *r)
{
	struct session		*s = request_session(r);
	struct life_patch	 change;
	struct msg_resources	 limits;
	struct patch		*p;

	memset(&change, 0, sizeof(change));
	if (read_patch(r, s, &change) == -1)
		return;
	p = xcalloc(1, sizeof(*p));
	p->request = r;
	p->id = s->row.id;
	p->change = change;
	p->was = s->row.resources;
	request_defer(r, NULL, NULL);
	if (!s->live || !new_limits(&p->was, &change.resources, &limits)) {
		life_patch(s, request_uid(r), &p->change, patched, p);
		return;
	}
	tell_limits(s, &limits, limits_answer, p);
}

static void
stats_gone(struct request *r, void *arg)
{
	(void)r;
	ask_free(arg);
}

static void
stats_answer(struct wire_msg *m, void *arg)
{
	const struct msg_session_stats	*st;
	struct request			*r = arg;
	struct json_object		*o;

	if (m == NULL || m->hdr.type != MSG_SESSION_STATS_DONE) {
		reply_error(r, m);
		return;
	}
	st = (const struct msg_session_stats *)m->data;
	o = json_object_new_object();
	json_object_object_add(o, "memory_bytes",
	    json_object_new_int64((int64_t)st->memory));
	json_object_object_add(o, "cpu_seconds",
	    json_millis((double)st->cpu_us / 1e6));
	json_object_object_add(o, "tasks", json_object_new_int64(st->tasks));
	json_object_object_add(o, "disk_used_bytes",
	    json_object_new_int64((int64_t)st->disk));
	json_object_object_add(o, "oom_kills",
	    json_object_new_int64(st->oom_kills));
	reply_json(r, 200, o);
}

void
api_session_stats(struct request *r)
{
	struct session	*s = request_session(r);
	struct ask	*a;

	if (!s->live) {
		reply_refused(r, s, PROBLEM_WRONG_STATE);
		return;
	}
	a = ask_once(broker_supervisor(), &s->row.id, stats_answer, r,
	    MSG_SESSION_STATS, NULL, 0, NULL, 0);
	request_defer(r, stats_gone, a);
}
