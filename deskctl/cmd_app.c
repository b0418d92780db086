/* apps, launch: applications of a session. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "resources.h"
#include "xmalloc.h"

#define TIMEOUT_MAX	300

static const struct option apps_options[] = {
	{ "all",	no_argument,		NULL, 'a' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

static const struct option launch_options[] = {
	{ "env",	required_argument,	NULL, 'e' },
	{ "timeout",	required_argument,	NULL, 'T' },
	{ "no-wait",	no_argument,		NULL, 'W' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

static void
print_table(struct json_object *list, int all)
{
	static const char *const names[] = { "ID", "NAME", "COMMENT" };
	struct table		*t = table_new(3, names);
	struct json_object	*o;
	size_t			 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (!all && field_true(o, "no_display"))
			continue;
		table_add(t, field_text(o, "id"));
		table_add(t, field_text(o, "name"));
		table_add(t, field_text(o, "comment"));
	}
	table_print(t, stdout, 0);
	table_free(t);
}

int
cmd_apps(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o, *list;
	char			*id;
	int			 all = 0;

	while (ctl_option(c, argc, argv, "a", apps_options) != -1)
		all = 1;
	ctl_operands(c, argc - optind, 1, 1);
	if ((id = ctl_session(c, argv[optind])) == NULL)
		return -1;
	o = api_get(c, "/v1/sessions/%s/apps", id);
	free(id);
	if (o == NULL)
		return -1;
	list = field(o, "data");
	if (c->json && list != NULL)
		output_json(stdout, list);
	else if (json_object_is_type(list, json_type_array))
		print_table(list, all);
	json_object_put(o);
	return 0;
}

/* deskd answers in the time that it was given, or soon after. */
static struct json_object *
launch(struct ctl *c, struct json_object *body, const char *typed,
    const char *app)
{
	struct http_request	 r = { .method = "POST",
				    .type = "application/json",
				    .timeout = TIMEOUT_MAX + 60 };
	struct json_object	*o;
	char			*id, *name, *target;

	if ((id = ctl_session(c, typed)) == NULL)
		return NULL;
	name = http_encode(app);
	xasprintf(&target, "/v1/sessions/%s/apps/%s/launch", id, name);
	r.target = target;
	r.body = json_object_to_json_string_ext(body,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	r.len = strlen(r.body);
	o = api_request(c, &r);
	free(target);
	free(name);
	free(id);
	return o;
}

/* Says which process it is and, if it was waited for, which window. */
int
cmd_launch(struct ctl *c, int argc, char **argv)
{
	struct json_object	*body = json_object_new_object(), *files, *o;
	const char		*why;
	double			 timeout;
	int			 ch, i;

	while ((ch = ctl_option(c, argc, argv, "+e:T:W",
	    launch_options)) != -1) {
		if (ch == 'e')
			pair_option(c, body, "env", 'e', optarg);
		else if (ch == 'W')
			put(body, "wait", json_object_new_boolean(0));
		else if (parse_seconds(optarg, TIMEOUT_MAX, &timeout,
		    &why) == -1)
			ctl_usage(c, "-T %s %s", optarg, why);
		else
			put_double(body, "timeout_seconds", timeout);
	}
	argc -= optind;
	argv += optind;
	ctl_operands(c, argc, 2, -1);
	if (argc > 2) {
		files = json_object_new_array();
		for (i = 2; i < argc; i++)
			json_object_array_add(files,
			    json_object_new_string(argv[i]));
		put(body, "files", files);
	}
	o = launch(c, body, argv[0], argv[1]);
	json_object_put(body);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else
		printf("%s%s%s\n", field_or(o, "process.id", "-"),
		    field_text(o, "window.id") != NULL ? " " : "",
		    field_or(o, "window.id", ""));
	json_object_put(o);
	return 0;
}
