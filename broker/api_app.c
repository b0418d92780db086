/*
 * Applications: what is found inside a session by deskd-pump, whose word is
 * as good as the session's user can make it.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "app.h"
#include "http.h"
#include "pump.h"
#include "session.h"
#include "xmalloc.h"

#define APPS_MAX	4096
#define APPS_BYTES	((size_t)8 * 1024 * 1024)	/* as text; more is a lie */
#define SEEN_MAX	(2 * APPS_BYTES)	/* an end must come */
#define LINE_COST	256	/* of one to be read, in bytes at least */
#define SUFFIX		".desktop"

struct apps {
	struct request		*r;
	struct pump		*pump;
	char			 only[APP_ID_MAX];	/* or "" */
	struct json_object	*data;
	size_t			 bytes;
	size_t			 seen;		/* bytes, of all */
	int			 more;
};

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* No character of a name needs a NUL or a slash. */
int
app_param(struct request *r, char id[APP_ID_MAX])
{
	const char	*p = request_param(r, "app");
	size_t		 n = 0;
	int		 high, low, c;

	for (; *p != '\0' && n < APP_ID_MAX - 1; p++) {
		c = (unsigned char)*p;
		if (c == '%' && (high = hex(p[1])) != -1 &&
		    (low = hex(p[2])) != -1) {
			c = high << 4 | low;
			p += 2;
		}
		if (c == '\0' || c == '/')
			break;
		id[n++] = (char)c;
	}
	id[n] = '\0';
	if (*p == '\0')
		return 0;
	reply_problem(r, PROBLEM_NOT_FOUND, NULL,
	    "there is no such application");
	return -1;
}

static void
apps_free(struct apps *a)
{
	json_object_put(a->data);
	free(a);
}

static const char *
id_of(struct json_object *app)
{
	struct json_object	*id;

	if (!json_object_object_get_ex(app, "id", &id) ||
	    !json_object_is_type(id, json_type_string))
		return "";
	return json_object_get_string(id);
}

/* An id is known with its suffix and without. */
static int
is_wanted(const struct apps *a, const char *id)
{
	size_t	n = strlen(a->only);

	return n == 0 || strcmp(id, a->only) == 0 ||
	    (strncmp(id, a->only, n) == 0 && strcmp(id + n, SUFFIX) == 0);
}

static void
line(struct pump *p, struct json_object *app, void *arg)
{
	struct apps	*a = arg;
	size_t		 len;

	(void)json_object_to_json_string_length(app, JSON_C_TO_STRING_PLAIN,
	    &len);
	a->seen += len + LINE_COST;
	if (a->seen > SEEN_MAX) {
		pump_lied(p);
		return;
	}
	if (!is_wanted(a, id_of(app)))
		return;
	if (json_object_array_length(a->data) == APPS_MAX ||
	    len > APPS_BYTES - a->bytes) {
		a->more = 1;
		return;
	}
	a->bytes += len;
	json_object_array_add(a->data, json_object_get(app));
}

static void
reply_list(struct apps *a)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "data", json_object_get(a->data));
	json_object_object_add(o, "next_cursor", NULL);
	json_object_object_add(o, "has_more",
	    json_object_new_boolean(a->more));
	reply_json(a->r, 200, o);
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *f,
    void *arg)
{
	struct apps		*a = arg;
	struct json_object	*more;

	(void)p;
	if (json_object_object_get_ex(last, "more", &more) &&
	    json_object_get_boolean(more))
		a->more = 1;
	if (f != NULL)
		pump_refuse(a->r, f);
	else if (*a->only == '\0')
		reply_list(a);
	else if (json_object_array_length(a->data) > 0)
		reply_json(a->r, 200, json_object_get(
		    json_object_array_get_idx(a->data, 0)));
	else
		reply_problem(a->r, PROBLEM_NOT_FOUND, NULL,
		    "there is no such application");
	apps_free(a);
}

static void
gone(struct request *r, void *arg)
{
	struct apps	*a = arg;

	(void)r;
	pump_stop(a->pump);
	apps_free(a);
}

static void
ask(struct request *r, const char *only)
{
	static const struct pump_calls	 calls = { NULL, line, end };
	static const struct pump_plan	 plan = { .argv = { "apps" } };
	struct apps			*a = xcalloc(1, sizeof(*a));

	a->r = r;
	a->data = json_object_new_array();
	strlcpy(a->only, only, sizeof(a->only));
	a->pump = pump_start(request_session(r), r, &plan, &calls, a);
	if (a->pump == NULL)
		apps_free(a);
	else
		request_defer(r, gone, a);
}

void
api_app_list(struct request *r)
{
	ask(r, "");
}

void
api_app_show(struct request *r)
{
	char	id[APP_ID_MAX];

	if (app_param(r, id) == 0)
		ask(r, id);
}
