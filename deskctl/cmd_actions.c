#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "actions.h"
#include "api.h"
#include "ctl.h"
#include "field.h"
#include "input.h"
#include "output.h"
#include "xmalloc.h"

#define BATCH_MAX	(64 * 1024 * 1024)	/* deskd has its own */
#define BATCH_TIMEOUT	900	/* seconds: waits and holds take their time */

/* The first failure of a batch, in words. */
static int
check(struct ctl *c, struct json_object *answer)
{
	struct json_object	*results = field(answer, "results"), *o;
	size_t			 i;

	if (!json_object_is_type(results, json_type_array))
		return ctl_fail(c, "bad_answer", "no results in the answer");
	for (i = 0; i < json_object_array_length(results); i++) {
		o = json_object_array_get_idx(results, i);
		if (field_true(o, "ok"))
			continue;
		return ctl_fail(c, field_or(o, "error.code", "failed"),
		    "action %zu, %s: %s", i, field_or(o, "type", "?"),
		    field_or(o, "error.detail",
		    field_or(o, "error.code", "failed")));
	}
	return 0;
}

/* What an action answered beyond that it was done. */
static char *
details(struct json_object *o)
{
	char	*text;

	if (!field_true(o, "ok"))
		xasprintf(&text, "%s%s%s", field_or(o, "error.code", "failed"),
		    field_text(o, "error.detail") != NULL ? ": " : "",
		    field_or(o, "error.detail", ""));
	else if (field(o, "screenshot") != NULL)
		xasprintf(&text, "picture %lldx%lld%s",
		    (long long)field_int(o, "screenshot.width", 0),
		    (long long)field_int(o, "screenshot.height", 0),
		    field(o, "screenshot.settled") != NULL &&
		    !field_true(o, "screenshot.settled") ?
		    ", not settled" : "");
	else if (field(o, "x") != NULL)
		xasprintf(&text, "x=%lld y=%lld",
		    (long long)field_int(o, "x", 0),
		    (long long)field_int(o, "y", 0));
	else
		text = xstrdup("");
	return text;
}

static void
print_results(struct json_object *answer)
{
	static const char *const names[] = { "N", "TYPE", "OK", "MS",
	    "DETAILS" };
	struct json_object	*results = field(answer, "results"), *o;
	struct table		*t = table_new(5, names);
	char			 buf[TEXT_SHORT], *text;
	size_t			 i;

	table_right(t, 0);
	table_right(t, 3);
	for (i = 0; json_object_is_type(results, json_type_array) &&
	    i < json_object_array_length(results); i++) {
		o = json_object_array_get_idx(results, i);
		snprintf(buf, sizeof(buf), "%zu", i);
		table_add(t, buf);
		table_add(t, field_text(o, "type"));
		table_add(t, field_true(o, "ok") ? "yes" : "no");
		snprintf(buf, sizeof(buf), "%.1f",
		    field_double(o, "duration_ms", 0));
		table_add(t, buf);
		text = details(o);
		table_add(t, text);
		free(text);
	}
	table_print(t, stdout, 0);
	table_free(t);
}

static struct json_object *
post(struct ctl *c, const char *typed, const char *body, size_t len)
{
	struct http_request	 r = { .method = "POST",
				    .type = "application/json",
				    .body = body, .len = len,
				    .timeout = BATCH_TIMEOUT };
	struct json_object	*answer;
	char			*id, *target;

	if ((id = ctl_session(c, typed)) == NULL)
		return NULL;
	xasprintf(&target, "/v1/sessions/%s/actions", id);
	r.target = target;
	answer = api_request(c, &r);
	free(target);
	free(id);
	return answer;
}

int
actions_do(struct ctl *c, const char *typed, struct json_object *body)
{
	struct json_object	*answer;
	const char		*text;
	int			 status;

	text = json_object_to_json_string_ext(body,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	answer = post(c, typed, text, strlen(text));
	json_object_put(body);
	if (answer == NULL)
		return -1;
	if (c->json)
		output_json(stdout, answer);
	status = check(c, answer);
	json_object_put(answer);
	return status;
}

int
actions_raw(struct ctl *c, const char *typed, const char *body, size_t len)
{
	struct json_object	*answer;
	int			 status;

	if ((answer = post(c, typed, body, len)) == NULL)
		return -1;
	if (c->json)
		output_json(stdout, answer);
	else
		print_results(answer);
	status = check(c, answer);
	json_object_put(answer);
	return status;
}

int
cmd_actions(struct ctl *c, int argc, char **argv)
{
	char	*body;
	size_t	 len;
	int	 status;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 2, 2);
	body = input_text(c, argv[optind + 1], BATCH_MAX, &len);
	if (body == NULL)
		return -1;
	status = actions_raw(c, argv[optind], body, len);
	free(body);
	return status;
}
