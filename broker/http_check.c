/*
 * What a request must pass before its handler sees it, in this order:
 * path, method, scope, owner, parameters, content type, length.  The first
 * refusal stands; it is answered when the body has been read.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_private.h"
#include "session.h"
#include "utf8.h"
#include "xmalloc.h"

int
refuse(struct request *r, enum problem problem, const char *fmt, ...)
{
	va_list ap;

	if (r->refused != PROBLEM_NONE)
		return -1;
	r->refused = problem;
	va_start(ap, fmt);
	if (vasprintf(&r->refusal, fmt, ap) == -1)
		r->refusal = xstrdup("");
	va_end(ap);
	return -1;
}

static int
check_route(struct request *r)
{
	char allow[ALLOW_MAX];

	r->route = route_find(r->method, r->uri, &r->params, allow);
	if (r->route != NULL)
		return 0;
	if (*allow == '\0')
		return refuse(r, PROBLEM_NOT_FOUND, "no such path");
	reply_header(r, "Allow", allow);
	return refuse(r, PROBLEM_METHOD, "this path has %s", allow);
}

static int
check_scope(struct request *r)
{
	if (r->route->scope == SCOPE_ADMIN && !r->admin)
		return refuse(r, PROBLEM_FORBIDDEN, "for admins only");
	return 0;
}

static int
check_owner(struct request *r)
{
	const char *id;
	struct ulid ulid;

	if (r->route->owner != OWNER_SESSION)
		return 0;
	if ((id = request_param(r, "id")) != NULL &&
	    session_id_parse(&ulid, id) == 0)
		r->session = session_find(&ulid);
	/* Another's session looks like none. */
	if (r->session == NULL ||
	    !session_visible(r->session, r->uid, r->admin)) {
		r->session = NULL;
		return refuse(r, PROBLEM_NOT_FOUND, "no such session");
	}
	return 0;
}

/* A path in a session may be any bytes; all else is UTF-8. */
static int
is_text(const struct request *r, const struct pair *q)
{
	if ((r->route->flags & ROUTE_PATH) && strcmp(q->name, "path") == 0)
		return 1;
	return utf8_valid(q->name, strlen(q->name)) &&
	    utf8_valid(q->value, strlen(q->value));
}

static int
check_query(struct request *r)
{
	size_t i;

	if (r->query_wrong != NULL)
		return refuse(r, PROBLEM_INVALID_PARAMETER, "query: %s",
		    r->query_wrong);
	for (i = 0; i < r->nquery; i++)
		if (!is_text(r, &r->query[i]))
			return refuse(r, PROBLEM_INVALID_PARAMETER,
			    "query: not UTF-8");
	for (i = 0; i < r->nquery; i++)
		if (!route_takes(r->route, r->query[i].name))
			return refuse(r, PROBLEM_INVALID_PARAMETER,
			    "%.64s: no such parameter here",
			    r->query[i].name);
	return 0;
}

/* What the headers say of a body; MHD has checked their form. */
static void
note_body(struct request *r)
{
	const char *length;
	char *end;
	long long n;

	r->declared = -1;
	if (request_header(r, "Transfer-Encoding") != NULL) {
		r->has_body = 1;
		return;
	}
	r->declared = 0;
	if ((length = request_header(r, "Content-Length")) == NULL)
		return;
	errno = 0;
	n = strtoll(length, &end, 10);
	if (errno != 0 || n < 0)
		n = INT64_MAX;
	r->declared = n;
	r->has_body = n != 0;
}

static int
is_json(const char *type)
{
	static const char json[] = "application/json";

	if (type == NULL || strncasecmp(type, json, sizeof(json) - 1) != 0)
		return 0;
	type += sizeof(json) - 1;
	return *type == '\0' || *type == ';' || *type == ' ' || *type == '\t';
}

static int
check_body(struct request *r)
{
	if (!r->has_body)
		return 0;
	if ((r->route->flags & (ROUTE_BODY | ROUTE_BODY_OPT |
	    ROUTE_BODY_RAW)) == 0)
		return refuse(r, PROBLEM_TOO_LARGE, "no body is taken here");
	r->as_is = (r->route->flags & ROUTE_BODY_ANY) != 0 &&
	    !is_json(request_header(r, "Content-Type"));
	if ((r->route->flags & ROUTE_BODY_RAW) == 0 && !r->as_is &&
	    !is_json(request_header(r, "Content-Type")))
		return refuse(r, PROBLEM_UNSUPPORTED_TYPE,
		    "a body must be application/json");
	if (r->declared > (int64_t)r->route->body_max)
		return refuse(r, PROBLEM_TOO_LARGE,
		    "a body may have %zu bytes here", r->route->body_max);
	return 0;
}

int
check_headers(struct request *r)
{
	note_body(r);
	if (check_route(r) == -1 || check_scope(r) == -1 ||
	    check_owner(r) == -1 || check_query(r) == -1)
		return -1;
	return check_body(r);
}

/* Notes the Idempotency-Key of a POST. */
int
check_key(struct request *r)
{
	const char *key, *p;

	if (strcmp(r->method, "POST") != 0 ||
	    (key = request_header(r, "Idempotency-Key")) == NULL)
		return 0;
	for (p = key; *p > ' ' && *p < 0x7f; p++)
		continue;
	if (*p != '\0' || p == key || p - key > KEY_MAX) {
		reply_problem(r, PROBLEM_INVALID_PARAMETER, NULL,
		    "Idempotency-Key: must have 1 to %d visible characters",
		    KEY_MAX);
		return -1;
	}
	r->key = xstrdup(key);
	return 0;
}
