#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <json.h>

#include "json_schema.h"
#include "log.h"
#include "openapi_rows.h"
#include "openapi_text.h"
#include "problem.h"
#include "route.h"
#include "xmalloc.h"

static char	why[1024];

__attribute__((__format__(__printf__, 1, 2)))
static const char *
wrong(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return why;
}

static struct json_object *
document(void)
{
	static struct json_object	*doc;
	char				*text;

	if (doc == NULL) {
		text = xstrndup((const char *)openapi_text, openapi_len);
		if ((doc = json_tokener_parse(text)) == NULL)
			fatalx("the description is no JSON");
		free(text);
	}
	return doc;
}

static const char *
text_of(struct json_object *o, const char *name)
{
	return json_object_get_string(member(o, name));
}

static struct json_object *
operation(const struct route *row)
{
	char	method[8];
	size_t	i;

	for (i = 0; row->method[i] != '\0' && i < sizeof(method) - 1; i++)
		method[i] = row->method[i] | 0x20;
	method[i] = '\0';
	return member(member(member(document(), "paths"), row->path), method);
}

static struct json_object *
resolved(struct json_object *o)
{
	struct json_object	*to = schema_resolve(document(), o);

	return to != NULL ? to : o;
}

/* The same names on both sides, in the query and in the path. */
static const char *
parameters(const struct route *row, struct json_object *op)
{
	struct json_object	*list = member(op, "parameters"), *p;
	const char		*name, *in, *q = row->query;
	char			 in_path[128];
	size_t			 i, described = 0, taken = 0;

	for (i = 0; i < json_object_array_length(list); i++) {
		p = resolved(json_object_array_get_idx(list, i));
		name = text_of(p, "name");
		in = text_of(p, "in");
		if (name == NULL || in == NULL || member(p, "schema") == NULL)
			return wrong("a parameter without name or schema");
		snprintf(in_path, sizeof(in_path), "{%s}", name);
		if (strcmp(in, "path") == 0 && strstr(row->path, in_path) ==
		    NULL)
			return wrong("%s is not in the path", name);
		if (strcmp(in, "query") == 0 && !route_takes(row, name))
			return wrong("the route does not take ?%s", name);
		described += strcmp(in, "query") == 0;
	}
	for (; q != NULL && *q != '\0'; q += strspn(q, " ")) {
		q += strcspn(q, " ");
		taken++;
	}
	if (described != taken)
		return wrong("%zu parameters of the query are described, not "
		    "%zu: %s", described, taken, row->query);
	return NULL;
}

static const char *
body(const struct route *row, struct json_object *op)
{
	struct json_object	*b = member(op, "requestBody");
	struct json_object	*json;
	unsigned int		 takes;

	takes = row->flags & (ROUTE_BODY | ROUTE_BODY_OPT | ROUTE_BODY_RAW);
	if ((takes != 0) != (b != NULL))
		return wrong("a body is %s", b == NULL ? "not described" :
		    "described, and not taken");
	if (b == NULL)
		return NULL;
	json = member(member(b, "content"), "application/json");
	if ((takes & ROUTE_BODY) != 0 && json == NULL)
		return wrong("a body of JSON is not described");
	if (json_object_get_boolean(member(b, "required")) !=
	    ((takes & ROUTE_BODY_OPT) == 0))
		return wrong("whether the body is required");
	return NULL;
}

static const char *
answers(const struct route *row, struct json_object *op)
{
	struct json_object	*list = member(op, "responses"), *stream;
	int			 good = 0, streams = 0;

	json_object_object_foreach(list, status, a) {
		if (text_of(a, "description") == NULL)
			return wrong("%s without a description", status);
		good += *status < '4';
		stream = member(member(a, "content"), "text/event-stream");
		streams |= stream != NULL;
	}
	if (good == 0)
		return wrong("no good answer");
	if (streams != ((row->flags & ROUTE_STREAM) != 0))
		return wrong("streams of events");
	return NULL;
}

const char *
openapi_row(const struct route *row)
{
	struct json_object	*op = operation(row), *list;
	const char		*scope = scope_name(row->scope), *text;

	if (op == NULL)
		return wrong("is not in openapi/");
	text = text_of(op, "x-scope");
	if (text == NULL || strcmp(text, scope) != 0)
		return wrong("x-scope is not %s", scope);
	if (text_of(op, "summary") == NULL || member(op, "tags") == NULL)
		return wrong("no summary, or no tags");
	list = member(op, "x-examples");
	if (list == NULL || json_object_array_length(list) == 0)
		return wrong("no example");
	if ((text = parameters(row, op)) == NULL &&
	    (text = body(row, op)) == NULL)
		text = answers(row, op);
	return text;
}

static int
has_row(const char *method, const char *path)
{
	size_t	i;

	for (i = 0; i < nroutes; i++)
		if (strcasecmp(routes[i].method, method) == 0 &&
		    strcmp(routes[i].path, path) == 0)
			return 1;
	return 0;
}

/* Codes are ours, and under their HTTP status. */
static const char *
codes(struct json_object *op)
{
	struct json_object	*list;
	const char		*code;
	unsigned int		 p;
	size_t			 i;

	json_object_object_foreach(member(op, "responses"), status, a) {
		list = member(member(member(member(member(member(a, "content"),
		    "application/problem+json"), "schema"), "properties"),
		    "code"), "enum");
		for (i = 0; list != NULL && i < json_object_array_length(list);
		    i++) {
			code = json_object_get_string(
			    json_object_array_get_idx(list, i));
			for (p = 1; p < PROBLEM__COUNT; p++)
				if (strcmp(problem_code(p), code) == 0)
					break;
			if (p == PROBLEM__COUNT ||
			    problem_status(p) != atoi(status))
				return wrong("%s under %s", code, status);
		}
	}
	return NULL;
}

/* Every "$ref" below means something. */
static const char *
references(struct json_object *o)
{
	const char	*bad = NULL;
	size_t		 i;

	if (json_object_is_type(o, json_type_array)) {
		for (i = 0; bad == NULL && i < json_object_array_length(o);
		    i++)
			bad = references(json_object_array_get_idx(o, i));
		return bad;
	}
	if (!json_object_is_type(o, json_type_object))
		return NULL;
	if (text_of(o, "$ref") != NULL &&
	    schema_resolve(document(), o) == NULL)
		return wrong("nothing is called %s", text_of(o, "$ref"));
	json_object_object_foreach(o, name, value) {
		(void)name;
		if (bad == NULL)
			bad = references(value);
	}
	return bad;
}

static const char *
components_used(void)
{
	char	ref[160];

	json_object_object_foreach(member(document(), "components"), kind,
	    list) {
		if (strcmp(kind, "securitySchemes") == 0)
			continue;
		json_object_object_foreach(list, name, o) {
			(void)o;
			snprintf(ref, sizeof(ref),
			    "{\"$ref\":\"#/components/%s/%s\"", kind, name);
			if (memmem(openapi_text, openapi_len, ref,
			    strlen(ref)) == NULL)
				return wrong("nobody uses %s", ref);
		}
	}
	return NULL;
}

static int
times_said(const char *name, const char *value)
{
	char		 text[160];
	const char	*p = (const char *)openapi_text;
	const char	*end = p + openapi_len;
	int		 n = 0;

	snprintf(text, sizeof(text), "\"%s\":\"%s\"", name, value);
	while ((p = memmem(p, (size_t)(end - p), text, strlen(text))) !=
	    NULL) {
		p++;
		n++;
	}
	return n;
}

const char *
openapi_whole(void)
{
	const char	*bad, *id;

	if (strcmp(text_of(document(), "openapi"), "3.1.0") != 0)
		return wrong("not OpenAPI 3.1.0");
	json_object_object_foreach(member(document(), "paths"), path, item) {
		json_object_object_foreach(item, method, op) {
			if (!has_row(method, path))
				return wrong("%s %s is no route", method,
				    path);
			id = text_of(op, "operationId");
			if (id == NULL || times_said("operationId", id) != 1)
				return wrong("%s %s: operationId", method,
				    path);
			if ((bad = codes(op)) != NULL)
				return bad;
		}
	}
	if ((bad = references(document())) != NULL)
		return bad;
	return components_used();
}

int
openapi_examples(const char **bad)
{
	struct json_object	*media;
	int			 n = 0;

	json_object_object_foreach(member(document(), "paths"), path, item) {
		json_object_object_foreach(item, method, op) {
			media = member(member(member(op, "requestBody"),
			    "content"), "application/json");
			if (member(media, "examples") == NULL)
				continue;
			json_object_object_foreach(member(media, "examples"),
			    name, e) {
				(void)name;
				*bad = schema_check(document(),
				    member(media, "schema"),
				    member(e, "value"));
				if (*bad != NULL) {
					*bad = wrong("%s %s: %s", method,
					    path, *bad);
					return -1;
				}
				n++;
			}
		}
	}
	return n;
}
