/* Mouse and keyboard: each command is one action, or a small batch. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "actions.h"
#include "ctl.h"
#include "field.h"
#include "input.h"
#include "parse.h"
#include "xmalloc.h"

#define COORDINATE_MIN	(-100000)	/* deskd says which are on the screen */
#define COORDINATE_MAX	100000
#define TYPE_MAX	(1024 * 1024)

#define LONG_MODIFIERS	{ "modifiers",	required_argument,	NULL, 'm' }
#define LONG_BUTTON	{ "button",	required_argument,	NULL, 'b' }
#define LONG_END	{ "help",	no_argument,		NULL, 'h' }, \
			{ "json",	no_argument,		NULL, 'j' }, \
			{ NULL,		0,			NULL, 0 }

static struct json_object *
action(const char *type)
{
	struct json_object	*o = json_object_new_object();

	put_text(o, "type", type);
	return o;
}

static int
coordinate(struct ctl *c, const char *arg)
{
	const char	*why;
	int		 n;

	if (parse_int(arg, COORDINATE_MIN, COORDINATE_MAX, &n, &why) == -1)
		ctl_usage(c, "coordinate %s %s", arg, why);
	return n;
}

static void
put_point(struct ctl *c, struct json_object *o, char **argv)
{
	put_int(o, "x", coordinate(c, argv[0]));
	put_int(o, "y", coordinate(c, argv[1]));
}

int
cmd_move(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 3, 3);
	o = action("mouse_move");
	put_point(c, o, argv + optind + 1);
	return actions_do(c, argv[optind], o);
}

/* The action for so many clicks of a button; NULL: it takes a batch. */
static const char *
click_type(const char *button, int count)
{
	static const char *const left[] = { "left_click", "double_click",
	    "triple_click" };

	if (strcmp(button, "left") == 0)
		return left[count - 1];
	if (strcmp(button, "middle") == 0)
		return "middle_click";
	if (strcmp(button, "right") == 0)
		return "right_click";
	if (strcmp(button, "back") == 0)
		return "back_click";
	if (strcmp(button, "forward") == 0)
		return "forward_click";
	return NULL;
}

static struct json_object *
click(struct ctl *c, const char *type, const char *modifiers, int argc,
    char **argv)
{
	struct json_object	*o = action(type);

	if (argc == 3)
		put_point(c, o, argv + 1);
	if (modifiers != NULL)
		put_text(o, "modifiers", modifiers);
	return o;
}

int
cmd_click(struct ctl *c, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "count",	required_argument,	NULL, 'n' },
		LONG_BUTTON, LONG_MODIFIERS, LONG_END
	};
	struct json_object	*batch, *list;
	const char		*button = "left", *modifiers = NULL, *type;
	const char		*why;
	int			 ch, i, count = 1;

	while ((ch = ctl_option(c, argc, argv, "b:n:m:",
	    long_options)) != -1) {
		if (ch == 'b')
			button = optarg;
		else if (ch == 'm')
			modifiers = optarg;
		else if (parse_int(optarg, 1, 3, &count, &why) == -1)
			ctl_usage(c, "-n %s %s", optarg, why);
	}
	argc -= optind;
	argv += optind;
	ctl_operands(c, argc, 1, 3);
	if (argc == 2)
		ctl_usage(c, "X without Y");
	if ((type = click_type(button, count)) == NULL)
		ctl_usage(c, "no button %s; there are left, middle, right, "
		    "back and forward", button);
	if (count == 1 || strcmp(button, "left") == 0)
		return actions_do(c, argv[0], click(c, type, modifiers, argc,
		    argv));
	list = json_object_new_array();
	for (i = 0; i < count; i++)
		json_object_array_add(list, click(c, type, modifiers, argc,
		    argv));
	batch = json_object_new_object();
	put(batch, "actions", list);
	return actions_do(c, argv[0], batch);
}

int
cmd_drag(struct ctl *c, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "duration",	required_argument,	NULL, 'd' },
		LONG_BUTTON, LONG_MODIFIERS, LONG_END
	};
	struct json_object	*o = action("drag"), *path, *point;
	const char		*why;
	int			 ch, i, ms;

	while ((ch = ctl_option(c, argc, argv, "b:m:d:",
	    long_options)) != -1) {
		if (ch == 'b')
			put_text(o, "button", optarg);
		else if (ch == 'm')
			put_text(o, "modifiers", optarg);
		else if (parse_int(optarg, 0, 60000, &ms, &why) == -1)
			ctl_usage(c, "-d %s %s", optarg, why);
		else
			put_int(o, "duration_ms", ms);
	}
	argc -= optind;
	argv += optind;
	ctl_operands(c, argc, 5, -1);
	if (argc % 2 == 0)
		ctl_usage(c, "X without Y");
	path = json_object_new_array();
	for (i = 1; i < argc; i += 2) {
		point = json_object_new_array();
		json_object_array_add(point,
		    json_object_new_int(coordinate(c, argv[i])));
		json_object_array_add(point,
		    json_object_new_int(coordinate(c, argv[i + 1])));
		json_object_array_add(path, point);
	}
	put(o, "path", path);
	return actions_do(c, argv[0], o);
}

int
cmd_scroll(struct ctl *c, int argc, char **argv)
{
	static const struct option long_options[] = {
		LONG_MODIFIERS, LONG_END
	};
	struct json_object	*o = action("scroll");
	const char		*why;
	int			 amount = 1;

	while (ctl_option(c, argc, argv, "m:", long_options) != -1)
		put_text(o, "modifiers", optarg);
	argc -= optind;
	argv += optind;
	ctl_operands(c, argc, 2, 5);
	if (strcmp(argv[1], "up") != 0 && strcmp(argv[1], "down") != 0 &&
	    strcmp(argv[1], "left") != 0 && strcmp(argv[1], "right") != 0)
		ctl_usage(c, "no direction %s; there are up, down, left and "
		    "right", argv[1]);
	put_text(o, "direction", argv[1]);
	/* Three: an amount.  Four: a point.  Five: both. */
	if (argc % 2 == 1 &&
	    parse_int(argv[2], 1, 100, &amount, &why) == -1)
		ctl_usage(c, "amount %s %s", argv[2], why);
	put_int(o, "amount", amount);
	if (argc >= 4)
		put_point(c, o, argv + argc - 2);
	return actions_do(c, argv[0], o);
}

static char *
join(int argc, char **argv)
{
	char	*text, *old;
	int	 i;

	text = xstrdup(argv[0]);
	for (i = 1; i < argc; i++) {
		old = text;
		xasprintf(&text, "%s %s", old, argv[i]);
		free(old);
	}
	return text;
}

int
cmd_type(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;
	char			*text;
	size_t			 len;

	/* Behind the session all is text, even what looks like options. */
	while (ctl_option(c, argc, argv, "+", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 2, -1);
	argc -= optind;
	argv += optind;
	if (argc > 2 && strcmp(argv[1], "--") == 0) {
		argv[1] = argv[0];
		argc--;
		argv++;
		text = join(argc - 1, argv + 1);
	} else if (argc == 2 && strcmp(argv[1], "-") == 0)
		text = input_text(c, "-", TYPE_MAX, &len);
	else
		text = join(argc - 1, argv + 1);
	if (text == NULL)
		return -1;
	if (!input_is_utf8(text, strlen(text))) {
		free(text);
		return ctl_fail(c, "not_text", "the text is not UTF-8");
	}
	o = action("type");
	put_text(o, "text", text);
	free(text);
	return actions_do(c, argv[0], o);
}

int
cmd_key(struct ctl *c, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "repeat",	required_argument,	NULL, 'r' },
		LONG_END
	};
	struct json_object	*o = action("key");
	const char		*why;
	char			*keys;
	int			 n;

	while (ctl_option(c, argc, argv, "r:", long_options) != -1) {
		if (parse_int(optarg, 1, 100, &n, &why) == -1)
			ctl_usage(c, "-r %s %s", optarg, why);
		put_int(o, "repeat", n);
	}
	ctl_operands(c, argc - optind, 2, -1);
	keys = join(argc - optind - 1, argv + optind + 1);
	put_text(o, "keys", keys);
	free(keys);
	return actions_do(c, argv[optind], o);
}
