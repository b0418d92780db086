/*
 * What changes a session's files, and is one question and one answer: make
 * a directory, move, copy, delete; and stat, which only looks.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base64.h"
#include "field.h"
#include "file.h"
#include "http.h"
#include "xmalloc.h"

struct change {
	struct file_work	 w;
	const char		*kind;		/* of its event; NULL: none */
	struct json_object	*head;
};

static void
change_free(struct change *c)
{
	json_object_put(c->head);
	file_work_free(&c->w);
}

static void
head(struct pump *p, struct json_object *o, void *arg)
{
	struct change	*c = arg;

	(void)p;
	c->head = json_object_get(o);
}

/* Of a copy and a move, where it came from; of a deletion, how much. */
static void
journal(const struct change *c, struct json_object *last)
{
	struct json_object	*entry = file_entry(last), *o, *old;

	old = file_entry(c->head);
	o = file_event(entry == NULL ? old : entry);
	if (entry != NULL && old != NULL) {
		file_copy_text(o, "from", old, "path");
		file_copy_text(o, "from_base64", old, "path_base64");
	}
	file_copy_number(o, last, "files");
	file_copy_number(o, last, "directories");
	file_copy_number(o, last, "bytes");
	file_journal(&c->w, c->kind, o);
}

static int
was_created(struct json_object *last)
{
	struct json_object	*v;

	return json_object_object_get_ex(last, "created", &v) &&
	    json_object_get_boolean(v);
}

static void
answer(struct change *c, struct request *r, struct json_object *last)
{
	struct json_object	*entry = file_entry(last);

	if (entry != NULL)
		file_headers(r, entry);
	if (c->kind == NULL) {
		entry = file_entry(c->head);
		if (entry == NULL) {
			reply_problem(r, PROBLEM_INTERNAL, NULL,
			    "deskd-pump said nothing of it");
			return;
		}
		file_headers(r, entry);
		reply_json(r, 200, json_object_get(entry));
	} else if (entry == NULL)
		reply_empty(r, 204);
	else {
		json_object_object_del(last, "done");
		reply_json(r, was_created(last) ? 201 : 200,
		    json_object_get(last));
	}
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *fault,
    void *arg)
{
	struct change	*c = arg;
	struct request	*r = c->w.r;

	(void)p;
	c->w.r = NULL;
	if (fault != NULL) {
		if (r != NULL)
			pump_refuse(r, fault);
	} else {
		if (c->kind != NULL)
			journal(c, last);
		if (r != NULL)
			answer(c, r, last);
	}
	change_free(c);
}

static void
begin(struct request *r, const struct pump_plan *plan, const char *kind)
{
	static const struct pump_calls	 calls = { head, NULL, end };
	struct change			*c;

	c = file_work_new(sizeof(*c), request_session(r), r);
	c->kind = kind;
	if (file_begin(&c->w, plan, &calls) == 0)
		request_defer(r, file_left, c);
}

void
api_file_stat(struct request *r)
{
	struct pump_plan	 plan = { .argv = { "stat" } };
	int			 follow = 1;

	if (file_query(r, &plan.argv[1], &plan) == -1 ||
	    query_bool(r, "follow", &follow) == -1)
		return;
	plan.argv[2] = follow ? "" : "1";
	begin(r, &plan, NULL);
}

void
api_file_delete(struct request *r)
{
	struct pump_plan	 plan = { .argv = { "delete" } };

	if (file_query(r, &plan.argv[1], &plan) == -1 ||
	    file_flag(r, "recursive", &plan.argv[2]) == -1)
		return;
	begin(r, &plan, "file.deleted");
}

/* Texts of a body that outlive its reading. */
struct paths {
	char	*text[2];
};

static void
paths_free(struct paths *p)
{
	free(p->text[0]);
	free(p->text[1]);
}

/* NAME, or NAME_base64 for what is not UTF-8. */
static void
read_path(struct fields *f, const char *name, const char *coded, char **path)
{
	const char	*text, *bytes;
	size_t		 len;
	char		*decoded;

	*path = NULL;
	text = field_string(f, name, 1, FILE_PATH_MAX, NULL);
	bytes = field_string(f, coded, 1, FILE_PATH_MAX * 2, NULL);
	if (text != NULL && bytes != NULL)
		fields_fail(f, coded, PROBLEM_INVALID_FIELD,
		    "%s or %s, not both", name, coded);
	else if (text != NULL)
		*path = xstrdup(text);
	else if (bytes == NULL)
		field_require(f, name);
	else {
		decoded = base64_decode(bytes, strlen(bytes), &len);
		if (decoded == NULL || len == 0 || len > FILE_PATH_MAX ||
		    memchr(decoded, '\0', len) != NULL)
			fields_fail(f, coded, PROBLEM_INVALID_FIELD,
			    "must be a path in base64 with its padding");
		else
			*path = xstrndup(decoded, len);
		free(decoded);
	}
}

static const char *
read_flag(struct fields *f, const char *name)
{
	return field_bool(f, name, 0) ? "1" : "";
}

static int
read_user(struct request *r, struct pump_plan *plan)
{
	static const char *const users[] = { "user", "root", NULL };

	return query_choice(r, "user", users, &plan->root) == -1 ? -1 : 0;
}

static void
check_mode(struct fields *f, const char *mode)
{
	size_t	n = strspn(mode, "01234567");

	if (n == 0 || n > 5 || mode[n] != '\0' ||
	    strtol(mode, NULL, 8) > 07777)
		fields_fail(f, "mode", PROBLEM_INVALID_FIELD,
		    "must be in octal, from 0 to 7777");
}

void
api_file_mkdir(struct request *r)
{
	struct pump_plan	 plan = { .argv = { "mkdir" } };
	struct fields		 f;
	struct paths		 p = { { NULL, NULL } };

	if (read_user(r, &plan) == -1)
		return;
	fields_begin(&f, request_json(r));
	read_path(&f, "path", "path_base64", &p.text[0]);
	plan.argv[1] = p.text[0];
	plan.argv[2] = field_string(&f, "mode", 1, 8, NULL);
	if (plan.argv[2] == NULL)
		plan.argv[2] = "";
	else
		check_mode(&f, plan.argv[2]);
	plan.argv[3] = read_flag(&f, "parents");
	if (fields_end(&f) == -1)
		fields_reply(&f, r);
	else
		begin(r, &plan, "file.created");
	paths_free(&p);
}

static void
from_to(struct request *r, const char *op, const char *kind)
{
	struct pump_plan	 plan = { .argv = { op } };
	struct fields		 f;
	struct paths		 p = { { NULL, NULL } };

	if (read_user(r, &plan) == -1)
		return;
	fields_begin(&f, request_json(r));
	read_path(&f, "from", "from_base64", &p.text[0]);
	read_path(&f, "to", "to_base64", &p.text[1]);
	plan.argv[1] = p.text[0];
	plan.argv[2] = p.text[1];
	plan.argv[3] = read_flag(&f, "overwrite");
	if (fields_end(&f) == -1)
		fields_reply(&f, r);
	else
		begin(r, &plan, kind);
	paths_free(&p);
}

void
api_file_move(struct request *r)
{
	from_to(r, "move", "file.moved");
}

void
api_file_copy(struct request *r)
{
	from_to(r, "copy", "file.copied");
}
