/* A body: never more of it than the route takes, and only good JSON. */
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "http_private.h"
#include "json_read.h"
#include "xmalloc.h"

#define DISCARD_MAX	(4 * 1024 * 1024)	/* then the line is cut */

static void
drop(struct request *r)
{
	free(r->body);
	r->body = NULL;
	r->body_len = r->body_size = 0;
}

static void
grow(struct request *r, size_t need)
{
	size_t size = r->body_size == 0 ? 1024 : r->body_size;

	while (size < need)
		size *= 2;
	if (size > r->route->body_max)
		size = r->route->body_max;
	r->body = xreallocarray(r->body, size, 1);
	r->body_size = size;
}

/* -1: the client sends without end, and is left. */
int
body_take(struct request *r, const char *data, size_t len)
{
	r->body_seen += len;
	if (r->refused != PROBLEM_NONE)
		return r->body_seen > DISCARD_MAX ? -1 : 0;
	if (r->body_seen > r->route->body_max) {
		drop(r);
		refuse(r, PROBLEM_TOO_LARGE,
		    "a body may have %zu bytes here", r->route->body_max);
		return 0;
	}
	if (r->body_seen > r->body_size)
		grow(r, r->body_seen);
	memcpy(r->body + r->body_len, data, len);
	r->body_len += len;
	return 0;
}

int
body_parse(struct request *r)
{
	struct json_error error;

	if (r->as_is)
		return 0;
	if (r->body_len == 0) {
		if ((r->route->flags & ROUTE_BODY) == 0)
			return 0;
		reply_problem(r, PROBLEM_BAD_JSON, NULL,
		    "a JSON object is required");
		return -1;
	}
	r->json = json_read(r->body, r->body_len, &error);
	if (r->json == NULL) {
		reply_problem(r, PROBLEM_BAD_JSON, NULL, "byte %zu: %s",
		    error.at, error.what);
		return -1;
	}
	if (!json_object_is_type(r->json, json_type_object)) {
		reply_problem(r, PROBLEM_BAD_JSON, NULL,
		    "must be a JSON object");
		return -1;
	}
	return 0;
}
