/*
 * For shell tests: reads an answer's body and looks whether it is as the
 * API's description says.
 *
 *	openapi_check DESCRIPTION OPERATION STATUS TYPE < body
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "json_schema.h"
#include "xmalloc.h"

#define BODY_MAX	(16 * 1024 * 1024)

static struct json_object *
operation(struct json_object *doc, const char *id)
{
	const char	*name;

	json_object_object_foreach(member(doc, "paths"), path, item) {
		(void)path;
		json_object_object_foreach(item, method, op) {
			(void)method;
			name = json_object_get_string(member(op,
			    "operationId"));
			if (name != NULL && strcmp(name, id) == 0)
				return op;
		}
	}
	errx(1, "there is no operation %s", id);
}

/* By its type without parameters; files may have any. */
static struct json_object *
media(struct json_object *content, char *type)
{
	struct json_object	*m;

	type[strcspn(type, ";")] = '\0';
	if ((m = member(content, type)) == NULL)
		m = member(content, "application/octet-stream");
	if (m == NULL)
		errx(1, "the type %s is not described", type);
	return m;
}

int
main(int argc, char **argv)
{
	struct json_object	*doc, *answer, *content, *schema, *body;
	const char		*why;
	char			*text;
	size_t			 len;

	if (argc != 5)
		return 2;
	if ((doc = json_object_from_file(argv[1])) == NULL)
		errx(1, "%s", json_util_get_last_err());
	answer = member(member(operation(doc, argv[2]), "responses"), argv[3]);
	if (answer == NULL)
		errx(1, "the status %s is not described", argv[3]);
	text = xmalloc(BODY_MAX);
	len = fread(text, 1, BODY_MAX - 1, stdin);
	text[len] = '\0';
	if ((content = member(answer, "content")) == NULL) {
		if (len != 0)
			errx(1, "a body that is not described");
		return 0;
	}
	schema = member(media(content, argv[4]), "schema");
	if (strstr(argv[4], "json") == NULL || schema == NULL)
		return 0;
	if ((body = json_tokener_parse(text)) == NULL)
		errx(1, "no JSON: %.200s", text);
	if ((why = schema_check(doc, schema, body)) != NULL)
		errx(1, "%s", why);
	json_object_put(body);
	json_object_put(doc);
	free(text);
	return 0;
}
