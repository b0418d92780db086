/* windows, window: what stands on the screen, and doing things to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "xmalloc.h"

#define PLACE_MAX	16383

/* "focused, maximized" */
static char *
states(struct json_object *o)
{
	struct json_object	*list = field(o, "state");
	char			*text = xstrdup(""), *old;
	size_t			 i;

	if (!json_object_is_type(list, json_type_array))
		return text;
	for (i = 0; i < json_object_array_length(list); i++) {
		old = text;
		xasprintf(&text, "%s%s%s", old, *old != '\0' ? "," : "",
		    json_object_get_string(
		    json_object_array_get_idx(list, i)));
		free(old);
	}
	return text;
}

static void
row(struct table *t, struct json_object *o)
{
	char	buf[64], *text;

	table_add(t, field_text(o, "id"));
	table_add(t, field_text(o, "title"));
	table_add(t, field_text(o, "class"));
	snprintf(buf, sizeof(buf), "%lld", (long long)field_int(o, "pid", 0));
	table_add(t, field_int(o, "pid", 0) > 0 ? buf : "-");
	snprintf(buf, sizeof(buf), "%lldx%lld",
	    (long long)field_int(o, "width", 0),
	    (long long)field_int(o, "height", 0));
	table_add(t, buf);
	snprintf(buf, sizeof(buf), "%lld,%lld",
	    (long long)field_int(o, "x", 0), (long long)field_int(o, "y", 0));
	table_add(t, buf);
	text = states(o);
	table_add(t, *text != '\0' ? text : "-");
	free(text);
}

static void
print_table(struct json_object *list)
{
	static const char *const names[] = { "ID", "TITLE", "CLASS", "PID",
	    "SIZE", "PLACE", "STATE" };
	struct table	*t = table_new(7, names);

	output_rows(t, list, row);
}

int
cmd_windows(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o, *list;
	char			*id;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 1, 1);
	if ((id = ctl_session(c, argv[optind])) == NULL)
		return -1;
	o = api_get(c, "/v1/sessions/%s/windows", id);
	free(id);
	if (o == NULL)
		return -1;
	list = field(o, "data");
	if (c->json && list != NULL)
		output_json(stdout, list);
	else if (json_object_is_type(list, json_type_array))
		print_table(list);
	json_object_put(o);
	return 0;
}

/* What can be done, and which numbers that takes. */
static const struct deed {
	const char	*name;
	const char	*action;
	const char	*numbers[2];
	int		 min;
} deeds[] = {
	{ "focus", "focus", { NULL, NULL }, 0 },
	{ "move", "move", { "x", "y" }, -PLACE_MAX },
	{ "resize", "resize", { "width", "height" }, 1 },
	{ "max", "maximize", { NULL, NULL }, 0 },
	{ "min", "minimize", { NULL, NULL }, 0 },
	{ "restore", "restore", { NULL, NULL }, 0 },
	{ "close", "close", { NULL, NULL }, 0 }
};

static const struct deed *
find(struct ctl *c, const char *name)
{
	size_t	i;

	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].name, name) == 0 ||
		    strcmp(deeds[i].action, name) == 0)
			return &deeds[i];
	ctl_usage(c, "nothing is called %s; there are focus, move, resize, "
	    "max, min, restore and close", name);
}

/* A negative number behind the window is no option. */
int
cmd_window(struct ctl *c, int argc, char **argv)
{
	struct json_object	*body = json_object_new_object(), *o;
	const struct deed	*deed;
	const char		*why;
	char			*id, *window;
	int			 i, n, numbers;

	while (ctl_option(c, argc, argv, "+", NULL) != -1)
		;
	argc -= optind;
	argv += optind;
	ctl_operands(c, argc, 3, 5);
	deed = find(c, argv[0]);
	numbers = deed->numbers[0] != NULL ? 2 : 0;
	ctl_operands(c, argc, 3 + numbers, 3 + numbers);
	put_text(body, "action", deed->action);
	for (i = 0; i < numbers; i++) {
		if (parse_int(argv[3 + i], deed->min, PLACE_MAX, &n,
		    &why) == -1)
			ctl_usage(c, "%s %s", argv[3 + i], why);
		put_int(body, deed->numbers[i], n);
	}
	if ((id = ctl_session(c, argv[1])) == NULL) {
		json_object_put(body);
		return -1;
	}
	window = http_encode(argv[2]);
	o = api_send(c, "POST", body, "/v1/sessions/%s/windows/%s", id,
	    window);
	free(window);
	free(id);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	json_object_put(o);
	return 0;
}
