#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "link.h"
#include "output.h"
#include "paths.h"
#include "xmalloc.h"

#define ANSWER_MAX	(512 * 1024 * 1024)	/* batches carry pictures */
#define JSON_DEPTH	64

static int
no_permission(struct ctl *c)
{
	struct stat	 sb;
	struct group	*gr = NULL;

	if (stat(c->socket, &sb) == 0)
		gr = getgrgid(sb.st_gid);
	if (gr == NULL)
		return ctl_fail(c, "forbidden",
		    "permission denied: %s; try sudo, or ask for access to it",
		    c->socket);
	return ctl_fail(c, "forbidden",
	    "permission denied: %s belongs to group %s; to join it: "
	    "sudo usermod -a -G %s $USER, then log in again",
	    c->socket, gr->gr_name, gr->gr_name);
}

static int
no_connection(struct ctl *c)
{
	int	saved_errno = errno;

	if (*link_error() != '\0')
		return ctl_fail(c, "no_connection", "%s: %s", c->socket,
		    link_error());
	if (link_is_url(c->socket))
		return ctl_fail(c, "no_connection", "%s: %s%s", c->socket,
		    strerror(saved_errno), saved_errno == ECONNREFUSED ?
		    "; deskd.conf(5) says where it listens" : "");
	errno = saved_errno;
	switch (errno) {
	case EACCES:
	case EPERM:
		return no_permission(c);
	case ENOENT:
	case ECONNREFUSED:
		return ctl_fail(c, "not_running", "%s at %s; is deskd running? "
		    "sudo systemctl start deskd, or sudo make demo in the "
		    "source tree", errno == ENOENT ? "no socket" :
		    "nobody listens", c->socket);
	default:
		return ctl_fail(c, "no_connection", "%s: %s", c->socket,
		    strerror(errno));
	}
}

int
api_broken(struct ctl *c)
{
	ctl_fail(c, "no_answer", "%s", http_error(c->http));
	http_close(c->http);
	c->http = NULL;
	return -1;
}

int
api_connect(struct ctl *c)
{
	if (c->http != NULL && !http_reusable(c->http)) {
		http_close(c->http);
		c->http = NULL;
	}
	if (c->http == NULL && (c->http = http_open(c->socket)) == NULL)
		return no_connection(c);
	return 0;
}

int
api_ask(struct ctl *c, const struct http_request *r)
{
	int	status;

	if (api_connect(c) == -1)
		return -1;
	if ((status = http_ask(c->http, r)) == -1)
		return api_broken(c);
	return status;
}

static struct json_object *
parse(const char *text, size_t len)
{
	struct json_tokener	*t = json_tokener_new_ex(JSON_DEPTH);
	struct json_object	*o = NULL;

	if (t == NULL)
		fatalx("no memory");
	if (len <= INT32_MAX)
		o = json_tokener_parse_ex(t, text, (int)len);
	if (json_tokener_get_error(t) != json_tokener_success) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(t);
	return o;
}

int
api_problem(struct ctl *c, int status)
{
	struct json_object	*o;
	char			*body;
	size_t			 len;

	if ((body = http_slurp(c->http, 1024 * 1024, &len)) == NULL)
		return api_broken(c);
	o = parse(body, len);
	free(body);
	if (o == NULL || field_text(o, "code") == NULL)
		ctl_fail(c, "bad_answer", "deskd answered with status %d",
		    status);
	else if (c->json)
		output_json(stderr, o);
	else if (status == 401)
		ctl_fail(c, "unauthorized", "%s; DESKD_TOKEN or --token-file "
		    "gives it", field_or(o, "detail", "a token is needed"));
	else
		output_problem(c, o);
	if (o != NULL && strcmp(field_or(o, "code", ""), "not_found") == 0)
		ctl_suggest(c);
	json_object_put(o);
	return -1;
}

struct json_object *
api_request(struct ctl *c, const struct http_request *r)
{
	int	status;

	if ((status = api_ask(c, r)) == -1)
		return NULL;
	if (status < 200 || status > 299) {
		api_problem(c, status);
		return NULL;
	}
	return api_object(c);
}

struct json_object *
api_object(struct ctl *c)
{
	struct json_object	*o;
	char			*body;
	size_t			 len;

	if ((body = http_slurp(c->http, ANSWER_MAX, &len)) == NULL) {
		api_broken(c);
		return NULL;
	}
	o = len == 0 ? json_object_new_object() : parse(body, len);
	free(body);
	if (o == NULL || !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		ctl_fail(c, "bad_answer", "deskd answered with something "
		    "that is not JSON");
		return NULL;
	}
	return o;
}

__attribute__((__format__(__printf__, 4, 0)))
static struct json_object *
send_json(struct ctl *c, const char *method, struct json_object *body,
    const char *fmt, va_list ap)
{
	struct http_request	 r = { .method = method };
	struct json_object	*o;
	char			*target;

	if (vasprintf(&target, fmt, ap) == -1)
		fatal("vasprintf");
	r.target = target;
	if (body != NULL) {
		r.type = "application/json";
		r.body = json_object_to_json_string_ext(body,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		r.len = strlen(r.body);
	}
	o = api_request(c, &r);
	json_object_put(body);
	free(target);
	return o;
}

struct json_object *
api_get(struct ctl *c, const char *fmt, ...)
{
	struct json_object	*o;
	va_list			 ap;

	va_start(ap, fmt);
	o = send_json(c, "GET", NULL, fmt, ap);
	va_end(ap);
	return o;
}

struct json_object *
api_send(struct ctl *c, const char *method, struct json_object *body,
    const char *fmt, ...)
{
	struct json_object	*o;
	va_list			 ap;

	va_start(ap, fmt);
	o = send_json(c, method, body, fmt, ap);
	va_end(ap);
	return o;
}

struct json_object *
api_list(struct ctl *c, const char *fmt, ...)
{
	struct json_object	*all = json_object_new_array(), *page, *data;
	char			*base, *cursor = NULL;
	va_list			 ap;
	size_t			 i;
	int			 more = 1;

	va_start(ap, fmt);
	if (vasprintf(&base, fmt, ap) == -1)
		fatal("vasprintf");
	va_end(ap);
	while (more) {
		page = api_get(c, "%s%s%s", base,
		    cursor != NULL ? "&cursor=" : "",
		    cursor != NULL ? cursor : "");
		free(cursor);
		cursor = NULL;
		if (page == NULL) {
			json_object_put(all);
			all = NULL;
			break;
		}
		data = field(page, "data");
		for (i = 0; data != NULL && i < json_object_array_length(data);
		    i++)
			json_object_array_add(all, json_object_get(
			    json_object_array_get_idx(data, i)));
		if (field_text(page, "next_cursor") != NULL)
			cursor = http_encode(field_text(page, "next_cursor"));
		more = field_true(page, "has_more") && cursor != NULL;
		json_object_put(page);
	}
	free(cursor);
	free(base);
	return all;
}
