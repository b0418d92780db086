/* show, stop, start, rm, set: one session as a whole. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "resources.h"
#include "wait.h"
#include "xmalloc.h"

static const struct option start_options[] = {
	{ "wait",	no_argument,		NULL, 'w' },
	{ "timeout",	required_argument,	NULL, 'T' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

static const struct option set_options[] = {
	{ "name",	required_argument,	NULL, 'n' },
	{ "label",	required_argument,	NULL, 'l' },
	{ "memory",	required_argument,	NULL, 'M' },
	{ "cpu",	required_argument,	NULL, 'c' },
	{ "tasks",	required_argument,	NULL, 't' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

int
cmd_show(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;
	char			*id;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 1, 1);
	if ((id = ctl_session(c, argv[optind])) == NULL)
		return -1;
	o = api_get(c, "/v1/sessions/%s", id);
	free(id);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else
		output_session(o);
	json_object_put(o);
	return 0;
}

/* deskd answers in time, even when the session is not there yet. */
static int
too_slow(struct json_object *o)
{
	return field_true(o, "timed_out") ||
	    strcmp(field_or(o, "state", ""), "stopping") == 0;
}

/* Every session is tried; the exit status says whether all went well. */
static int
each(struct ctl *c, int argc, char **argv,
    struct json_object *(*one)(struct ctl *, const char *))
{
	struct json_object	*o;
	char			*id;
	int			 i, status = 0;

	ctl_operands(c, argc - optind, 1, -1);
	for (i = optind; i < argc; i++) {
		o = NULL;
		if ((id = ctl_session(c, argv[i])) != NULL)
			o = one(c, id);
		free(id);
		if (o == NULL)
			status = -1;
		else if (c->json)
			output_json(stdout, o);
		if (o != NULL && too_slow(o))
			status = ctl_fail(c, "timeout", "%s is still %s",
			    argv[i], field_or(o, "state", "there"));
		json_object_put(o);
	}
	return status;
}

static struct json_object *
stop_one(struct ctl *c, const char *id)
{
	return api_send(c, "POST", NULL, "/v1/sessions/%s/stop", id);
}

int
cmd_stop(struct ctl *c, int argc, char **argv)
{
	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	return each(c, argc, argv, stop_one);
}

static struct json_object *
delete_one(struct ctl *c, const char *id)
{
	struct json_object	*o;

	o = api_send(c, "DELETE", NULL, "/v1/sessions/%s", id);
	if (o != NULL) {
		put_text(o, "id", id);
		put_true(o, "deleted");
	}
	return o;
}

int
cmd_rm(struct ctl *c, int argc, char **argv)
{
	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	return each(c, argc, argv, delete_one);
}

static struct json_object *
start_one(struct ctl *c, const char *id)
{
	return api_send(c, "POST", NULL, "/v1/sessions/%s/start", id);
}

int
cmd_start(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;
	const char		*why;
	char			*id;
	double			 timeout = WAIT_DEFAULT;
	int			 ch, i, wait = 0, status, json = 0;

	while ((ch = ctl_option(c, argc, argv, "wT:", start_options)) != -1) {
		wait = 1;
		if (ch == 'T' &&
		    parse_seconds(optarg, WAIT_MAX, &timeout, &why) == -1)
			ctl_usage(c, "-T %s %s", optarg, why);
	}
	if (!wait)
		return each(c, argc, argv, start_one);
	/* All are asked to start before any is waited for. */
	json = c->json;
	c->json = 0;
	status = each(c, argc, argv, start_one);
	c->json = json;
	for (i = optind; status == 0 && i < argc; i++) {
		o = NULL;
		if ((id = ctl_session(c, argv[i])) != NULL)
			o = wait_running(c, id, timeout);
		free(id);
		if (o == NULL)
			status = -1;
		else if (json)
			output_json(stdout, o);
		json_object_put(o);
	}
	return status;
}

/* KEY=VALUE, or KEY- to take it away. */
static void
label_option(struct ctl *c, struct json_object *body, char *arg)
{
	size_t	len = strlen(arg);

	if (strchr(arg, '=') != NULL || len < 2 || arg[len - 1] != '-') {
		pair_option(c, body, "labels", 'l', arg);
		return;
	}
	arg[len - 1] = '\0';
	put(put_object(body, "labels"), arg, NULL);
}

int
cmd_set(struct ctl *c, int argc, char **argv)
{
	struct json_object	*body = json_object_new_object(), *o;
	char			*id;
	int			 ch;

	while ((ch = ctl_option(c, argc, argv, "n:l:M:c:t:",
	    set_options)) != -1) {
		if (resource_option(c, body, ch, optarg))
			continue;
		if (ch == 'n')
			put_text(body, "name", optarg);
		else
			label_option(c, body, optarg);
	}
	ctl_operands(c, argc - optind, 1, 1);
	if (json_object_object_length(body) == 0)
		ctl_usage(c, "nothing to change");
	if ((id = ctl_session(c, argv[optind])) == NULL) {
		json_object_put(body);
		return -1;
	}
	o = api_send(c, "PATCH", body, "/v1/sessions/%s", id);
	free(id);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	json_object_put(o);
	return 0;
}
