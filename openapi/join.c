/*
 * Puts the description of the API together while deskd is built: fragments,
 * one for each resource, become one OpenAPI document, written as C.
 *
 *	join FRAGMENT.json ... > openapi_text.c
 *
 * Fragments leave out what follows from the rest, and that is added here:
 * parameters of the path and the key of a POST; the problems that every such
 * operation can have, and from the codes of problems their HTTP status and
 * title; from the example of an operation the example of its body.
 */
#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "problem.h"

#define CODES_MAX	64

/* Problems of one operation, each once. */
struct codes {
	enum problem	code[CODES_MAX];
	size_t		n;
};

static struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object	*value;

	return json_object_object_get_ex(o, name, &value) ? value : NULL;
}

/* The object of this name, made when it is not there. */
static struct json_object *
object_in(struct json_object *o, const char *name)
{
	struct json_object	*value = member(o, name);

	if (value == NULL) {
		value = json_object_new_object();
		json_object_object_add(o, name, value);
	}
	return value;
}

__attribute__((__format__(__printf__, 1, 2)))
static struct json_object *
text(const char *fmt, ...)
{
	char	buf[512];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return json_object_new_string(buf);
}

static struct json_object *
reference(const char *kind, const char *name)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "$ref", text("#/components/%s/%s", kind,
	    name));
	return o;
}

/* Objects are joined member by member; anything else may be there once. */
static void
join(struct json_object *to, struct json_object *from, const char *where)
{
	json_object_object_foreach(from, name, value) {
		struct json_object	*old = member(to, name);

		if (old == NULL)
			json_object_object_add(to, name,
			    json_object_get(value));
		else if (json_object_is_type(old, json_type_object) &&
		    json_object_is_type(value, json_type_object))
			join(old, value, name);
		else
			errx(1, "%s: %s is there twice", where, name);
	}
}

static enum problem
code_of(const char *name)
{
	unsigned int	i;

	for (i = PROBLEM_NONE + 1; i < PROBLEM__COUNT; i++)
		if (strcmp(problem_code(i), name) == 0)
			return i;
	errx(1, "no problem has the code %s", name);
}

static void
codes_add(struct codes *c, enum problem code)
{
	size_t	i;

	for (i = 0; i < c->n; i++)
		if (c->code[i] == code)
			return;
	if (c->n == CODES_MAX)
		errx(1, "too many problems");
	c->code[c->n++] = code;
}

/* What any operation with such a path, query or body can answer. */
static void
codes_usual(struct codes *c, const char *path, const char *method,
    struct json_object *op)
{
	struct json_object	*body = member(op, "requestBody");
	const char		*scope;

	scope = json_object_get_string(member(op, "x-scope"));
	codes_add(c, PROBLEM_INTERNAL);
	codes_add(c, PROBLEM_INVALID_PARAMETER);
	if (scope != NULL && strcmp(scope, "none") != 0) {
		codes_add(c, PROBLEM_UNAUTHORIZED);
		codes_add(c, PROBLEM_FORBIDDEN);
		codes_add(c, PROBLEM_SCOPE);
	}
	if (strstr(path, "/{") != NULL)
		codes_add(c, PROBLEM_NOT_FOUND);
	if (strcmp(method, "post") == 0) {
		codes_add(c, PROBLEM_CONFLICT);
		codes_add(c, PROBLEM_IDEMPOTENCY);
	}
	if (member(member(body, "content"), "application/json") == NULL)
		return;
	codes_add(c, PROBLEM_BAD_JSON);
	codes_add(c, PROBLEM_INVALID_FIELD);
	codes_add(c, PROBLEM_UNKNOWN_FIELD);
	codes_add(c, PROBLEM_TOO_LARGE);
	codes_add(c, PROBLEM_UNSUPPORTED_TYPE);
}

/* Problems of one HTTP status, as its answer. */
static struct json_object *
problem_answer(const struct codes *c, int status)
{
	struct json_object	*o = json_object_new_object();
	struct json_object	*schema = reference("schemas", "Problem");
	struct json_object	*list = json_object_new_array();
	char			 titles[512] = "";
	size_t			 i;

	for (i = 0; i < c->n; i++) {
		if (problem_status(c->code[i]) != status)
			continue;
		json_object_array_add(list, text("%s",
		    problem_code(c->code[i])));
		snprintf(titles + strlen(titles),
		    sizeof(titles) - strlen(titles), "%s%s",
		    *titles == '\0' ? "" : "; ", problem_title(c->code[i]));
	}
	json_object_object_add(object_in(object_in(schema, "properties"),
	    "code"), "enum", list);
	json_object_object_add(o, "description", text("%s.", titles));
	json_object_object_add(object_in(object_in(o, "content"),
	    "application/problem+json"), "schema", schema);
	return o;
}

static void
add_problems(const char *path, const char *method, struct json_object *op)
{
	struct json_object	*answers = object_in(op, "responses");
	struct json_object	*given = member(op, "x-problems");
	struct codes		 c = { .n = 0 };
	char			 status[8];
	size_t			 i;

	codes_usual(&c, path, method, op);
	for (i = 0; given != NULL && i < json_object_array_length(given); i++)
		codes_add(&c, code_of(json_object_get_string(
		    json_object_array_get_idx(given, i))));
	json_object_object_del(op, "x-problems");
	for (i = 0; i < c.n; i++) {
		snprintf(status, sizeof(status), "%d",
		    problem_status(c.code[i]));
		if (member(answers, status) == NULL)
			json_object_object_add(answers, status,
			    problem_answer(&c, problem_status(c.code[i])));
	}
}

/* Each {name} is described once, among the components, as path_name. */
static void
add_parameters(const char *path, const char *method, struct json_object *op)
{
	struct json_object	*list = member(op, "parameters");
	char			 name[64];
	size_t			 len;

	if (list == NULL) {
		list = json_object_new_array();
		json_object_object_add(op, "parameters", list);
	}
	if (strcmp(method, "post") == 0)
		json_object_array_add(list, reference("parameters",
		    "idempotency_key"));
	while ((path = strchr(path, '{')) != NULL) {
		len = strcspn(++path, "}");
		snprintf(name, sizeof(name), "path_%.*s", (int)len, path);
		json_object_array_add(list, reference("parameters", name));
	}
}

/* Of the examples of the whole, those that have a body of JSON. */
static void
add_body_examples(struct json_object *op)
{
	struct json_object	*list = member(op, "x-examples"), *e, *media;
	char			 name[32];
	size_t			 i;

	media = member(member(member(op, "requestBody"), "content"),
	    "application/json");
	for (i = 0; media != NULL && list != NULL &&
	    i < json_object_array_length(list); i++) {
		e = member(json_object_array_get_idx(list, i), "body");
		if (e == NULL)
			continue;
		snprintf(name, sizeof(name), "example_%zu", i + 1);
		json_object_object_add(object_in(object_in(media, "examples"),
		    name), "value", json_object_get(e));
	}
}

static void
complete(struct json_object *doc)
{
	struct json_object	*scope;

	json_object_object_foreach(member(doc, "paths"), path, item) {
		json_object_object_foreach(item, method, op) {
			add_parameters(path, method, op);
			add_body_examples(op);
			add_problems(path, method, op);
			scope = member(op, "x-scope");
			if (scope != NULL && strcmp("none",
			    json_object_get_string(scope)) == 0)
				json_object_object_add(op, "security",
				    json_object_new_array());
		}
	}
	json_object_object_add(member(doc, "info"), "version",
	    json_object_new_string(PACKAGE_VERSION));
}

/* FNV-1a: another document has another tag. */
static uint64_t
hash(const char *p)
{
	uint64_t	h = 0xcbf29ce484222325ULL;

	for (; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3ULL;
	return h;
}

static void
write_c(const char *json)
{
	size_t	i, len = strlen(json);

	printf("/* Made by openapi/join.c. */\n#include \"openapi_text.h\"\n\n"
	    "const char\topenapi_etag[] = \"\\\"%016llx\\\"\";\n"
	    "const size_t\topenapi_len = %zu;\n"
	    "const unsigned char\topenapi_text[] = {",
	    (unsigned long long)hash(json), len);
	for (i = 0; i < len; i++)
		printf("%s%u,", i % 16 == 0 ? "\n\t" : " ",
		    (unsigned char)json[i]);
	printf("\n};\n");
}

int
main(int argc, char **argv)
{
	struct json_object	*doc = json_object_new_object(), *part;
	int			 i;

	for (i = 1; i < argc; i++) {
		if ((part = json_object_from_file(argv[i])) == NULL)
			errx(1, "%s", json_util_get_last_err());
		join(doc, part, argv[i]);
		json_object_put(part);
	}
	complete(doc);
	write_c(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(doc);
	if (fflush(stdout) == EOF)
		err(1, "standard output");
	return 0;
}
