/* Tokens: making, listing and revoking them. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "broker.h"
#include "check.h"
#include "field.h"
#include "http.h"
#include "journal.h"
#include "monotime.h"
#include "route.h"
#include "time_read.h"
#include "token.h"
#include "xmalloc.h"

#define LIST_DEFAULT	50
#define LIST_MAX	500
#define LIFE_MAX	(10LL * 366 * 24 * 60 * 60)	/* seconds */
#define UID_LAST	0xfffffffdLL

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name,
	    *text == '\0' ? NULL : json_object_new_string(text));
}

static void
add_time(struct json_object *o, const char *name, int64_t ms)
{
	char	text[RFC3339_TEXT] = "";

	if (ms != 0)
		walltime_text(ms, text);
	add_text(o, name, text);
}

static void
add_id(struct json_object *o, const char *name, const struct ulid *id)
{
	char	text[TOKEN_ID] = "";

	if (!ulid_is_zero(id))
		token_id_text(id, text);
	add_text(o, name, text);
}

static struct json_object *
scopes_json(unsigned int scopes)
{
	struct json_object	*list = json_object_new_array();
	enum route_scope	 s;

	for (s = SCOPE_READ; s <= SCOPE_ADMIN; s++)
		if (scopes & SCOPE_BIT(s))
			json_object_array_add(list,
			    json_object_new_string(scope_name(s)));
	return list;
}

/* Nothing of the secret is in it. */
static struct json_object *
token_json(const struct token_row *t)
{
	struct json_object	*o = json_object_new_object();
	struct json_object	*user = json_object_new_object();

	json_object_object_add(user, "uid", json_object_new_int64(t->user));
	add_id(o, "id", &t->id);
	add_text(o, "name", t->name);
	json_object_object_add(o, "user", user);
	json_object_object_add(o, "scopes", scopes_json(t->scopes));
	add_id(o, "parent_id", &t->parent);
	add_time(o, "created_at", t->created_at);
	add_time(o, "expires_at", t->expires_at);
	add_time(o, "last_used_at", t->last_used_at);
	add_time(o, "revoked_at", t->revoked_at);
	return o;
}

static void
read_scopes(struct request *r, struct fields *f, struct token_row *t)
{
	struct json_object	*list;
	enum route_scope	 s;
	const char		*text;
	size_t			 i;

	field_require(f, "scopes");
	list = field_texts(f, "scopes", SCOPE_ADMIN, 16);
	for (i = 0; list != NULL && i < json_object_array_length(list); i++) {
		text = json_object_get_string(
		    json_object_array_get_idx(list, i));
		if ((s = scope_parse(text)) == SCOPE_NONE)
			fields_fail(f, "scopes", PROBLEM_INVALID_FIELD,
			    "\"%.16s\" is none of read, view, control, write "
			    "and admin", text);
		else if ((request_scopes(r) & SCOPE_BIT(s)) == 0)
			fields_fail(f, "scopes", PROBLEM_SCOPE,
			    "\"%s\" is more than the token that asks may do",
			    text);
		else
			t->scopes |= SCOPE_BIT(s);
	}
	if (list != NULL && t->scopes == 0)
		fields_fail(f, "scopes", PROBLEM_INVALID_FIELD,
		    "a token without a scope is good for nothing");
}

/* The end that was asked for, and which field says so. */
static const char *
asked_end(struct fields *f, struct token_row *t)
{
	int64_t		 now = t->created_at, seconds;
	const char	*text;

	seconds = field_int(f, "expires_in", 1, LIFE_MAX, 0);
	text = field_string(f, "expires_at", 1, 64, NULL);
	if (seconds != 0 && text != NULL)
		fields_fail(f, "expires_at", PROBLEM_INVALID_FIELD,
		    "expires_in is given already");
	if (seconds != 0)
		t->expires_at = now + seconds * 1000;
	if (text == NULL)
		return "expires_in";
	if (time_read(text, &t->expires_at) == -1)
		fields_fail(f, "expires_at", PROBLEM_INVALID_FIELD,
		    "must be a time like 2031-01-31T12:00:00Z");
	else if (t->expires_at <= now ||
	    t->expires_at > now + LIFE_MAX * 1000)
		fields_fail(f, "expires_at", PROBLEM_INVALID_FIELD,
		    "must lie in the next ten years");
	return "expires_at";
}

static void
read_end(struct request *r, struct fields *f, struct token_row *t)
{
	const struct token_row	*own = token_find(request_principal(r));
	const char		*name = asked_end(f, t);

	if (own == NULL || own->expires_at == 0)
		return;
	if (t->expires_at == 0)
		t->expires_at = own->expires_at;
	else if (t->expires_at > own->expires_at)
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "the token that asks does not live so long");
}

static void
read_user(struct request *r, struct fields *f, struct token_row *t)
{
	t->user = (uid_t)field_int(f, "user", 0, UID_LAST,
	    (int64_t)request_uid(r));
	if (t->user != request_uid(r) && !request_admin(r))
		fields_fail(f, "user", PROBLEM_FORBIDDEN,
		    "only an admin makes tokens for others");
	else if ((t->scopes & SCOPE_BIT(SCOPE_ADMIN)) != 0 &&
	    !broker_admin(t->user))
		fields_fail(f, "scopes", PROBLEM_INVALID_FIELD,
		    "\"admin\" is for admins, and this user is none");
}

static int
read_row(struct request *r, struct token_row *t)
{
	struct fields	 f;
	const char	*name;

	memset(t, 0, sizeof(*t));
	t->created_at = walltime_ms();
	t->parent = *request_principal(r);
	fields_begin(&f, request_json(r));
	if ((name = check_name(&f)) != NULL)
		strlcpy(t->name, name, sizeof(t->name));
	read_scopes(r, &f, t);
	read_end(r, &f, t);
	read_user(r, &f, t);
	if (fields_end(&f) == 0)
		return 0;
	fields_reply(&f, r);
	return -1;
}

/* What the journal tells of a token. */
static void
add_event(struct entry *e, const char *kind, struct request *r,
    const struct token_row *t)
{
	struct json_object	*o = json_object_new_object();

	add_id(o, "token_id", &t->id);
	add_text(o, "name", t->name);
	json_object_object_add(o, "user", json_object_new_int64(t->user));
	json_object_object_add(o, "scopes", scopes_json(t->scopes));
	add_time(o, "expires_at", t->expires_at);
	entry_user_event(e, kind, t->user, (int64_t)request_uid(r), o);
}

struct making {
	struct request	*r;
	struct ulid	 id;
	char		 secret[TOKEN_SECRET];
};

static void
made(int ok, void *arg)
{
	const struct token_row	*t;
	struct json_object	*o;
	struct making		*m = arg;
	char			 where[sizeof("/v1/tokens/") + TOKEN_ID];
	char			 id[TOKEN_ID];

	if (!ok)
		token_remove(&m->id);
	if (!ok || (t = token_find(&m->id)) == NULL)
		reply_problem(m->r, PROBLEM_DISK, NULL,
		    "the token cannot be stored");
	else {
		token_id_text(&m->id, id);
		snprintf(where, sizeof(where), "/v1/tokens/%s", id);
		reply_header(m->r, "Location", where);
		o = token_json(t);
		add_text(o, "secret", m->secret);
		reply_json(m->r, 201, o);
	}
	explicit_bzero(m, sizeof(*m));
	free(m);
}

void
api_token_create(struct request *r)
{
	struct token_row	 row;
	struct making		*m;
	struct entry		*e;
	const char		*why;

	if (read_row(r, &row) == -1)
		return;
	if ((why = token_no_room(row.user)) != NULL) {
		reply_problem(r, PROBLEM_LIMIT, NULL, "%s", why);
		return;
	}
	m = xcalloc(1, sizeof(*m));
	m->r = r;
	ulid_make(&row.id);
	m->id = row.id;
	token_make(m->secret);
	(void)token_hash(m->secret, row.hash);
	token_add(&row);
	e = entry_new(STORE_FULL);
	txn_token(entry_txn(e), &row);
	add_event(e, "token.created", r, &row);
	request_defer(r, NULL, NULL);
	entry_commit(e, made, m);
}

/* His own, or anybody's for an admin. */
static int
visible(const struct request *r, const struct token_row *t)
{
	return request_admin(r) || t->user == request_uid(r);
}

static const struct token_row *
wanted(struct request *r)
{
	const struct token_row	*t;
	struct ulid		 id;

	if (token_id_parse(&id, request_param(r, "token")) == 0 &&
	    (t = token_find(&id)) != NULL && visible(r, t))
		return t;
	reply_problem(r, PROBLEM_NOT_FOUND, NULL, "no such token");
	return NULL;
}

static int
read_cursor(struct request *r, const struct token_row **from)
{
	const char	*text;
	struct ulid	 id;

	*from = token_older(NULL);
	switch (query_text(r, "cursor", TOKEN_ID - 1, &text)) {
	case -1:
		return -1;
	case 0:
		return 0;
	}
	if (token_id_parse(&id, text) == -1) {
		query_refuse(r, "cursor", "not a cursor of this list");
		return -1;
	}
	*from = token_before(&id);
	return 0;
}

void
api_token_list(struct request *r)
{
	const struct token_row	*t, *last = NULL;
	struct json_object	*o, *data;
	int64_t			 limit = LIST_DEFAULT;
	char			 id[TOKEN_ID] = "";
	int			 more = 0;

	if (query_int(r, "limit", 1, LIST_MAX, &limit) == -1 ||
	    read_cursor(r, &t) == -1)
		return;
	data = json_object_new_array();
	for (; t != NULL && !more; t = token_older(t)) {
		if (!visible(r, t))
			continue;
		if (limit-- == 0) {
			more = 1;
			break;
		}
		json_object_array_add(data, token_json(t));
		last = t;
	}
	if (more)
		token_id_text(&last->id, id);
	o = json_object_new_object();
	json_object_object_add(o, "data", data);
	add_text(o, "next_cursor", id);
	json_object_object_add(o, "has_more", json_object_new_boolean(more));
	reply_json(r, 200, o);
}

void
api_token_show(struct request *r)
{
	const struct token_row	*t;

	if ((t = wanted(r)) != NULL)
		reply_json(r, 200, token_json(t));
}

static void
revoked(int ok, void *arg)
{
	struct request	*r = arg;

	if (ok)
		reply_empty(r, 204);
	else
		reply_problem(r, PROBLEM_DISK, NULL, "it is revoked now, but "
		    "that cannot be stored: ask again");
}

void
api_token_revoke(struct request *r)
{
	const struct token_row	*t;
	struct entry		*e;

	if ((t = wanted(r)) == NULL)
		return;
	/* The answer comes even when this is the token that asks. */
	request_set_parting(r);
	e = entry_new(STORE_FULL);
	if (t->revoked_at == 0)
		add_event(e, "token.revoked", r, t);
	token_revoke(&t->id, entry_txn(e));
	request_defer(r, NULL, NULL);
	entry_commit(e, revoked, r);
}
