#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "field.h"
#include "file.h"
#include "file_list.h"
#include "http.h"
#include "xmalloc.h"

#define NAME_BYTES	255
#define MEMBERS_MAX	32	/* of an entry */
#define PAGE_BYTES	(16 * 1024 * 1024)	/* as text; more is a lie */

struct list {
	struct file_work	 w;
	struct json_object	*data;
	size_t			 bytes;
	int64_t			 limit;
	char			*after;		/* the last name so far */
};

static void
list_free(struct list *l)
{
	json_object_put(l->data);
	free(l->after);
	file_work_free(&l->w);
}

/* A name as hexadecimal digits: any bytes, and safe in a URL. */
static char *
cursor_of(const char *name)
{
	static const char	 hex[] = "0123456789abcdef";
	char			*text = xmalloc(strlen(name) * 2 + 1), *p = text;

	for (; *name != '\0'; name++) {
		*p++ = hex[(unsigned char)*name >> 4];
		*p++ = hex[*name & 15];
	}
	*p = '\0';
	return text;
}

char *
file_cursor(struct request *r)
{
	const char	*text = request_query(r, "cursor");
	size_t		 i, n;
	char		*name, pair[3] = "";

	if (text == NULL)
		return xstrdup("");
	n = strlen(text);
	if (n == 0 || n % 2 != 0 || n / 2 > NAME_BYTES ||
	    strspn(text, "0123456789abcdef") != n) {
		query_refuse(r, "cursor", "must be a next_cursor");
		return NULL;
	}
	name = xmalloc(n / 2 + 1);
	for (i = 0; i < n / 2; i++) {
		memcpy(pair, text + 2 * i, 2);
		name[i] = (char)strtol(pair, NULL, 16);
	}
	name[n / 2] = '\0';
	return name;
}

/* Exact bytes of the entry's name, allocated; NULL: it has none. */
static char *
name_of(struct json_object *entry)
{
	const char	*text = file_text(entry, "name_base64");
	char		*name, *bytes;
	size_t		 len;

	if (text == NULL) {
		text = file_text(entry, "name");
		return text == NULL ? NULL : xstrdup(text);
	}
	if ((bytes = base64_decode(text, strlen(text), &len)) == NULL)
		return NULL;
	name = xstrndup(bytes, len);
	free(bytes);
	return name;
}

/* Small once it is parsed, too: a text can hold many empty objects. */
static int
is_flat(struct json_object *entry)
{
	if (json_object_object_length(entry) > MEMBERS_MAX)
		return 0;
	json_object_object_foreach(entry, name, value) {
		(void)name;
		if (json_object_is_type(value, json_type_object) ||
		    json_object_is_type(value, json_type_array))
			return 0;
	}
	return 1;
}

static void
line(struct pump *p, struct json_object *entry, void *arg)
{
	struct list	*l = arg;
	char		*name = name_of(entry);
	size_t		 len;

	(void)json_object_to_json_string_length(entry,
	    JSON_C_TO_STRING_PLAIN, &len);
	l->bytes += len;
	if (name == NULL || strlen(name) > NAME_BYTES ||
	    l->bytes > PAGE_BYTES || !is_flat(entry) ||
	    (int64_t)json_object_array_length(l->data) >= l->limit) {
		free(name);
		pump_lied(p);
		return;
	}
	free(l->after);
	l->after = name;
	json_object_array_add(l->data, json_object_get(entry));
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *fault,
    void *arg)
{
	struct list		*l = arg;
	struct request		*r = l->w.r;
	struct json_object	*o, *v;
	char			*cursor;
	int			 more;

	(void)p;
	if (fault != NULL) {
		pump_refuse(r, fault);
		list_free(l);
		return;
	}
	more = json_object_object_get_ex(last, "more", &v) &&
	    json_object_get_boolean(v);
	o = json_object_new_object();
	json_object_object_add(o, "data", json_object_get(l->data));
	cursor = more ? cursor_of(l->after) : NULL;
	json_object_object_add(o, "next_cursor",
	    more ? json_object_new_string(cursor) : NULL);
	json_object_object_add(o, "has_more", json_object_new_boolean(more));
	free(cursor);
	reply_json(r, 200, o);
	list_free(l);
}

static void
gone(struct request *r, void *arg)
{
	struct list	*l = arg;

	(void)r;
	pump_stop(l->w.pump);
	list_free(l);
}

void
file_list(struct session *s, struct request *r, const char *path,
    const char *after, int64_t limit, int root)
{
	static const struct pump_calls	 calls = { NULL, line, end };
	struct pump_plan		 plan = { .root = root };
	struct list			*l = file_work_new(sizeof(*l), s, r);
	char				 text[24];

	snprintf(text, sizeof(text), "%lld", (long long)limit);
	plan.argv[0] = "list";
	plan.argv[1] = path;
	plan.argv[2] = after;
	plan.argv[3] = text;
	l->data = json_object_new_array();
	l->after = xstrdup(after);
	l->limit = limit;
	request_defer(r, gone, l);
	l->w.pump = pump_start(s, r, &plan, &calls, l);
	if (l->w.pump == NULL)
		list_free(l);
}
