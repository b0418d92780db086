#include <string.h>

#include <json-c/json.h>

#include "field.h"
#include "xmalloc.h"

#define NAME_MAX_FIELD	64

struct json_object *
field(struct json_object *o, const char *path)
{
	char		 name[NAME_MAX_FIELD];
	const char	*dot;
	size_t		 n;

	while (o != NULL) {
		dot = strchr(path, '.');
		n = dot != NULL ? (size_t)(dot - path) : strlen(path);
		if (n >= sizeof(name) ||
		    !json_object_is_type(o, json_type_object))
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		if (!json_object_object_get_ex(o, name, &o))
			return NULL;
		if (dot == NULL)
			return o;
		path = dot + 1;
	}
	return NULL;
}

const char *
field_text(struct json_object *o, const char *path)
{
	o = field(o, path);
	return json_object_is_type(o, json_type_string) ?
	    json_object_get_string(o) : NULL;
}

const char *
field_or(struct json_object *o, const char *path, const char *otherwise)
{
	const char	*text = field_text(o, path);

	return text != NULL ? text : otherwise;
}

int64_t
field_int(struct json_object *o, const char *path, int64_t otherwise)
{
	o = field(o, path);
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double) ?
	    json_object_get_int64(o) : otherwise;
}

double
field_double(struct json_object *o, const char *path, double otherwise)
{
	o = field(o, path);
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double) ?
	    json_object_get_double(o) : otherwise;
}

int
field_true(struct json_object *o, const char *path)
{
	o = field(o, path);
	return json_object_is_type(o, json_type_boolean) &&
	    json_object_get_boolean(o);
}

void
put(struct json_object *o, const char *name, struct json_object *value)
{
	if (json_object_object_add(o, name, value) != 0)
		fatalx("no memory");
}

void
put_text(struct json_object *o, const char *name, const char *text)
{
	put(o, name, json_object_new_string(text));
}

void
put_int(struct json_object *o, const char *name, int64_t n)
{
	put(o, name, json_object_new_int64(n));
}

void
put_double(struct json_object *o, const char *name, double d)
{
	put(o, name, json_object_new_double(d));
}

void
put_true(struct json_object *o, const char *name)
{
	put(o, name, json_object_new_boolean(1));
}

struct json_object *
put_object(struct json_object *o, const char *name)
{
	struct json_object	*member;

	if (!json_object_object_get_ex(o, name, &member)) {
		member = json_object_new_object();
		put(o, name, member);
	}
	return member;
}
