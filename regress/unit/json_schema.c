#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "json_schema.h"

#define DEPTH_MAX	40

struct checker {
	struct json_object	*doc;
	char			 why[1024];
	char			 at[512];	/* pointer of the value */
	int			 depth;
};

static int	check(struct checker *, struct json_object *,
		    struct json_object *, int);

struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object	*value;

	return json_object_is_type(o, json_type_object) &&
	    json_object_object_get_ex(o, name, &value) ? value : NULL;
}

struct json_object *
schema_resolve(struct json_object *doc, struct json_object *schema)
{
	const char		*ref, *p;
	struct json_object	*o = doc;
	char			 name[128];
	size_t			 n;

	ref = json_object_get_string(member(schema, "$ref"));
	if (ref == NULL || strncmp(ref, "#/", 2) != 0)
		return NULL;
	for (p = ref + 2; *p != '\0'; p += n + (p[n] == '/')) {
		n = strcspn(p, "/");
		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		o = member(o, name);
	}
	return o;
}

__attribute__((__format__(__printf__, 2, 3)))
static int
wrong(struct checker *c, const char *fmt, ...)
{
	va_list	ap;
	int	n;

	n = snprintf(c->why, sizeof(c->why), "%s: ",
	    *c->at == '\0' ? "/" : c->at);
	va_start(ap, fmt);
	vsnprintf(c->why + n, sizeof(c->why) - (size_t)n, fmt, ap);
	va_end(ap);
	return -1;
}

static int
is_type(struct json_object *value, const char *name)
{
	double	d;

	switch (json_object_get_type(value)) {
	case json_type_null:
		return strcmp(name, "null") == 0;
	case json_type_boolean:
		return strcmp(name, "boolean") == 0;
	case json_type_int:
		return strcmp(name, "integer") == 0 ||
		    strcmp(name, "number") == 0;
	case json_type_double:
		d = json_object_get_double(value);
		return strcmp(name, "number") == 0 ||
		    (strcmp(name, "integer") == 0 && d == (double)(int64_t)d);
	case json_type_object:
		return strcmp(name, "object") == 0;
	case json_type_array:
		return strcmp(name, "array") == 0;
	default:
		return strcmp(name, "string") == 0;
	}
}

static int
check_type(struct checker *c, struct json_object *type,
    struct json_object *value)
{
	size_t	i;

	if (json_object_is_type(type, json_type_string))
		return is_type(value, json_object_get_string(type)) ? 0 :
		    wrong(c, "is not of type %s", json_object_get_string(type));
	for (i = 0; i < json_object_array_length(type); i++)
		if (is_type(value, json_object_get_string(
		    json_object_array_get_idx(type, i))))
			return 0;
	return wrong(c, "is not one of %s", json_object_get_string(type));
}

static int
check_enum(struct checker *c, struct json_object *list,
    struct json_object *value)
{
	size_t	i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (json_object_equal(json_object_array_get_idx(list, i),
		    value))
			return 0;
	return wrong(c, "%s is not one of %s", json_object_get_string(value),
	    json_object_get_string(list));
}

static int
check_pattern(struct checker *c, const char *pattern,
    struct json_object *value)
{
	regex_t	re;
	int	rv;

	if (!json_object_is_type(value, json_type_string))
		return 0;
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return wrong(c, "bad pattern %s", pattern);
	rv = regexec(&re, json_object_get_string(value), 0, NULL, 0);
	regfree(&re);
	return rv == 0 ? 0 : wrong(c, "%s does not match %s",
	    json_object_get_string(value), pattern);
}

/* The number that minimum and its like are about. */
static int
check_limit(struct checker *c, const char *name, struct json_object *limit,
    struct json_object *value)
{
	double	have, want = json_object_get_double(limit);
	int	is_min = strncmp(name, "min", 3) == 0;

	switch (json_object_get_type(value)) {
	case json_type_int:
	case json_type_double:
		have = json_object_get_double(value);
		break;
	case json_type_string:
		have = json_object_get_string_len(value);
		break;
	case json_type_array:
		have = (double)json_object_array_length(value);
		break;
	default:
		return 0;
	}
	if (is_min ? have >= want : have <= want)
		return 0;
	return wrong(c, "%s is %g, not %g", name, want, have);
}

/* At one step below; the place is put back afterwards. */
static int
check_below(struct checker *c, struct json_object *schema,
    struct json_object *value, const char *name, size_t i)
{
	size_t	len = strlen(c->at);
	int	rv;

	if (name != NULL)
		snprintf(c->at + len, sizeof(c->at) - len, "/%s", name);
	else
		snprintf(c->at + len, sizeof(c->at) - len, "/%zu", i);
	rv = check(c, schema, value, 1);
	c->at[len] = '\0';
	return rv;
}

static int
check_items(struct checker *c, struct json_object *schema,
    struct json_object *value)
{
	size_t	i;

	if (!json_object_is_type(value, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(value); i++)
		if (check_below(c, schema, json_object_array_get_idx(value,
		    i), NULL, i) == -1)
			return -1;
	return 0;
}

static int
check_properties(struct checker *c, struct json_object *properties,
    struct json_object *value)
{
	struct json_object	*v;

	if (!json_object_is_type(value, json_type_object))
		return 0;
	json_object_object_foreach(properties, name, schema)
		if (json_object_object_get_ex(value, name, &v) &&
		    check_below(c, schema, v, name, 0) == -1)
			return -1;
	return 0;
}

static int
check_required(struct checker *c, struct json_object *list,
    struct json_object *value)
{
	const char	*name;
	size_t		 i;

	if (!json_object_is_type(value, json_type_object))
		return 0;
	for (i = 0; i < json_object_array_length(list); i++) {
		name = json_object_get_string(json_object_array_get_idx(list,
		    i));
		if (!json_object_object_get_ex(value, name, NULL))
			return wrong(c, "lacks %s", name);
	}
	return 0;
}

static int
check_one_of(struct checker *c, struct json_object *list,
    struct json_object *value)
{
	size_t	i, n = 0;
	char	last[sizeof(c->why)] = "";

	for (i = 0; i < json_object_array_length(list); i++) {
		if (check(c, json_object_array_get_idx(list, i), value, 1) ==
		    0)
			n++;
		else
			memcpy(last, c->why, sizeof(last));
	}
	if (n == 1)
		return 0;
	return wrong(c, "%zu alternatives fit; at last: %.300s", n, last);
}

static int
check_all_of(struct checker *c, struct json_object *list,
    struct json_object *value)
{
	size_t	i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (check(c, json_object_array_get_idx(list, i), value, 0) ==
		    -1)
			return -1;
	return 0;
}

static int
check_more(struct checker *c, struct json_object *schema,
    struct json_object *more, struct json_object *value)
{
	struct json_object	*known = member(schema, "properties");

	if (!json_object_is_type(value, json_type_object))
		return 0;
	json_object_object_foreach(value, name, v) {
		if (member(known, name) != NULL)
			continue;
		if (json_object_is_type(more, json_type_boolean)) {
			if (!json_object_get_boolean(more))
				return wrong(c, "%s is not described", name);
		} else if (check_below(c, more, v, name, 0) == -1)
			return -1;
	}
	return 0;
}

static int
check_keyword(struct checker *c, struct json_object *schema, const char *name,
    struct json_object *says, struct json_object *value)
{
	static const char *const	silent[] = {
		"description", "default", "format", "contentEncoding", NULL
	};
	size_t				i;

	if (strcmp(name, "$ref") == 0) {
		if (schema_resolve(c->doc, schema) == NULL)
			return wrong(c, "nothing is called %s",
			    json_object_get_string(says));
		return check(c, schema_resolve(c->doc, schema), value, 0);
	}
	if (strcmp(name, "type") == 0)
		return check_type(c, says, value);
	if (strcmp(name, "enum") == 0)
		return check_enum(c, says, value);
	if (strcmp(name, "pattern") == 0)
		return check_pattern(c, json_object_get_string(says), value);
	if (strncmp(name, "min", 3) == 0 || strncmp(name, "max", 3) == 0)
		return check_limit(c, name, says, value);
	if (strcmp(name, "items") == 0)
		return check_items(c, says, value);
	if (strcmp(name, "properties") == 0)
		return check_properties(c, says, value);
	if (strcmp(name, "required") == 0)
		return check_required(c, says, value);
	if (strcmp(name, "oneOf") == 0)
		return check_one_of(c, says, value);
	if (strcmp(name, "allOf") == 0)
		return check_all_of(c, says, value);
	if (strcmp(name, "additionalProperties") == 0)
		return check_more(c, schema, says, value);
	for (i = 0; silent[i] != NULL; i++)
		if (strcmp(name, silent[i]) == 0)
			return 0;
	return wrong(c, "a schema says %s, which is not understood", name);
}

/* Does the schema, or what it is made of, name this member (or any)? */
static int
names(struct checker *c, struct json_object *schema, const char *name)
{
	static const char *const	lists[] = { "allOf", "oneOf", NULL };
	struct json_object		*list, *ref;
	size_t				 i, k;

	if (member(schema, "additionalProperties") != NULL ||
	    member(member(schema, "properties"), name) != NULL)
		return 1;
	if ((ref = schema_resolve(c->doc, schema)) != NULL &&
	    names(c, ref, name))
		return 1;
	for (k = 0; lists[k] != NULL; k++) {
		list = member(schema, lists[k]);
		for (i = 0; list != NULL && i < json_object_array_length(list);
		    i++)
			if (names(c, json_object_array_get_idx(list, i), name))
				return 1;
	}
	return 0;
}

/* Says it anything of members?  A bare "required" does not. */
static int
is_shape(struct json_object *schema)
{
	return member(schema, "properties") != NULL ||
	    member(schema, "$ref") != NULL || member(schema, "allOf") != NULL;
}

static int
check(struct checker *c, struct json_object *schema, struct json_object *value,
    int closed)
{
	int	rv = 0;

	if (++c->depth > DEPTH_MAX)
		return wrong(c, "too deep");
	json_object_object_foreach(schema, name, says)
		if (rv == 0)
			rv = check_keyword(c, schema, name, says, value);
	if (rv == 0 && closed && json_object_is_type(value, json_type_object)
	    && is_shape(schema)) {
		json_object_object_foreach(value, key, v) {
			(void)v;
			if (rv == 0 && !names(c, schema, key))
				rv = wrong(c, "%s is not described", key);
		}
	}
	c->depth--;
	return rv;
}

const char *
schema_check(struct json_object *doc, struct json_object *schema,
    struct json_object *value)
{
	static struct checker	c;

	memset(&c, 0, sizeof(c));
	c.doc = doc;
	return check(&c, schema, value, 1) == 0 ? NULL : c.why;
}
