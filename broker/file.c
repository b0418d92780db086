#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "field.h"
#include "file.h"
#include "http.h"
#include "journal.h"
#include "xmalloc.h"

/* The path, and the operation's path and user in the plan. */
int
file_query(struct request *r, const char **path, struct pump_plan *plan)
{
	static const char *const users[] = { "user", "root", NULL };

	if (query_choice(r, "user", users, &plan->root) == -1)
		return -1;
	if ((*path = request_query(r, "path")) == NULL || **path == '\0') {
		query_refuse(r, "path", "is required");
		return -1;
	}
	if (strlen(*path) > FILE_PATH_MAX) {
		query_refuse(r, "path", "must have at most %d bytes",
		    FILE_PATH_MAX);
		return -1;
	}
	return 0;
}

int
file_flag(struct request *r, const char *name, const char **text)
{
	int	flag = 0;

	if (query_bool(r, name, &flag) == -1)
		return -1;
	*text = flag ? "1" : "";
	return 0;
}

int
file_mode(struct request *r, const char **mode)
{
	size_t	n;

	*mode = "";
	if (query_text(r, "mode", SIZE_MAX, mode) == -1)
		return -1;
	n = strspn(*mode, "01234567");
	if (**mode == '\0' && request_query(r, "mode") == NULL)
		return 0;
	if (n >= 1 && n <= 5 && (*mode)[n] == '\0' &&
	    strtol(*mode, NULL, 8) <= 07777)
		return 0;
	query_refuse(r, "mode", "must be in octal, from 0 to 7777");
	return -1;
}

const char *
file_header(struct request *r, const char *name)
{
	const char	*value = request_header(r, name);

	return value == NULL ? "" : value;
}

void *
file_work_new(size_t size, const struct session *s, struct request *r)
{
	struct file_work	*w = xcalloc(1, size);

	w->r = r;
	w->uid = request_uid(r);
	w->token = *request_principal(r);
	row_copy(&w->row, &s->row);
	return w;
}

void
file_work_free(struct file_work *w)
{
	row_clear(&w->row);
	free(w);
}

int
file_begin(struct file_work *w, const struct pump_plan *plan,
    const struct pump_calls *calls)
{
	w->pump = pump_start(request_session(w->r), w->r, plan, calls, w);
	if (w->pump != NULL)
		return 0;
	file_work_free(w);
	return -1;
}

void
file_left(struct request *r, void *arg)
{
	struct file_work	*w = arg;

	(void)r;
	w->r = NULL;
	pump_leave(w->pump);
}

const char *
file_text(struct json_object *o, const char *name)
{
	struct json_object	*v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

int64_t
file_number(struct json_object *o, const char *name)
{
	struct json_object	*v;
	int64_t			 n;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_int))
		return 0;
	n = json_object_get_int64(v);
	/* No file is larger, and sums of two stay numbers. */
	return n < 0 || n > INT64_MAX / 4 ? 0 : n;
}

struct json_object *
file_entry(struct json_object *o)
{
	struct json_object	*e;

	if (o == NULL || !json_object_object_get_ex(o, "entry", &e) ||
	    !json_object_is_type(e, json_type_object))
		return NULL;
	return e;
}

int
file_time(struct json_object *entry, int64_t *seconds)
{
	const char	*text = file_text(entry, "modified_at");
	struct tm	 tm;

	memset(&tm, 0, sizeof(tm));
	if (text == NULL || strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return -1;
	*seconds = timegm(&tm);
	return 0;
}

/* Visible characters and no more: it came out of a session. */
static int
is_tag(const char *tag)
{
	size_t	i;

	for (i = 0; tag[i] != '\0'; i++)
		if (tag[i] <= ' ' || tag[i] >= 0x7f)
			return 0;
	return i >= 2 && i < FILE_TAG_MAX && tag[0] == '"' &&
	    tag[i - 1] == '"';
}

void
file_headers(struct request *r, struct json_object *entry)
{
	const char	*tag = file_text(entry, "etag");
	char		 text[64];
	struct tm	 tm;
	int64_t		 seconds;
	time_t		 t;

	if (tag != NULL && is_tag(tag))
		reply_header(r, "ETag", tag);
	if (file_time(entry, &seconds) == -1)
		return;
	t = (time_t)seconds;
	if (gmtime_r(&t, &tm) != NULL && strftime(text, sizeof(text),
	    "%a, %d %b %Y %H:%M:%S GMT", &tm) != 0)
		reply_header(r, "Last-Modified", text);
}

/* Whoever reads events has room for what a path can be, and no more. */
void
file_copy_text(struct json_object *to, const char *name,
    struct json_object *from, const char *member)
{
	const char	*text = file_text(from, member);

	if (text != NULL && strlen(text) <= FILE_TEXT_MAX)
		json_object_object_add(to, name,
		    json_object_new_string(text));
}

void
file_copy_number(struct json_object *to, struct json_object *from,
    const char *name)
{
	struct json_object	*v;

	if (json_object_object_get_ex(from, name, &v) &&
	    json_object_is_type(v, json_type_int))
		json_object_object_add(to, name, json_object_get(v));
}

struct json_object *
file_event(struct json_object *entry)
{
	struct json_object	*o = json_object_new_object();

	if (entry == NULL)
		return o;
	file_copy_text(o, "path", entry, "path");
	file_copy_text(o, "path_base64", entry, "path_base64");
	file_copy_text(o, "type", entry, "type");
	file_copy_number(o, entry, "size");
	return o;
}

void
file_journal(const struct file_work *w, const char *kind,
    struct json_object *data)
{
	journal_event_by(STORE_NORMAL, kind, &w->row, w->uid, &w->token,
	    data);
}
