/* spawn: a program that runs on by itself, its output kept. */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "resources.h"

#define TIMEOUT_MAX	(7 * 24 * 3600.0)

static const struct option spawn_options[] = {
	{ "name",	required_argument,	NULL, 'n' },
	{ "user",	required_argument,	NULL, 'u' },
	{ "cwd",	required_argument,	NULL, 'C' },
	{ "env",	required_argument,	NULL, 'e' },
	{ "keep",	required_argument,	NULL, 'K' },
	{ "timeout",	required_argument,	NULL, 'T' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

static void
keep_option(struct ctl *c, struct json_object *body, const char *arg)
{
	const char	*why;
	uint64_t	 size;

	if (parse_size(arg, &size, &why) == -1)
		ctl_usage(c, "-K %s %s", arg, why);
	put_int(body, "keep_bytes", (int64_t)size);
}

/* Options before the session and between it and the command. */
static void
options(struct ctl *c, struct json_object *body, int argc, char **argv)
{
	const char	*why;
	double		 seconds;
	int		 ch;

	while ((ch = ctl_option(c, argc, argv, "+n:u:C:e:K:T:",
	    spawn_options)) != -1) {
		if (ch == 'n')
			put_text(body, "name", optarg);
		else if (ch == 'u')
			put_text(body, "user", optarg);
		else if (ch == 'C')
			put_text(body, "cwd", optarg);
		else if (ch == 'e')
			pair_option(c, body, "env", ch, optarg);
		else if (ch == 'K')
			keep_option(c, body, optarg);
		else if (parse_seconds(optarg, TIMEOUT_MAX, &seconds,
		    &why) == -1)
			ctl_usage(c, "-T %s %s", optarg, why);
		else
			put_double(body, "timeout_seconds", seconds);
	}
}

int
cmd_spawn(struct ctl *c, int argc, char **argv)
{
	struct json_object	*body = json_object_new_object(), *o = NULL;
	struct json_object	*list = json_object_new_array();
	const char		*typed;
	char			*id;
	int			 i;

	options(c, body, argc, argv);
	ctl_operands(c, argc - optind, 2, -1);
	typed = argv[optind];
	argc -= optind;
	argv += optind;
	optind = 0;		/* the session stands where a name would */
	options(c, body, argc, argv);
	for (i = optind; i < argc; i++)
		json_object_array_add(list, json_object_new_string(argv[i]));
	put(body, "argv", list);
	if (optind == argc)
		ctl_usage(c, "no command");
	if ((id = ctl_session(c, typed)) != NULL)
		o = api_send(c, "POST", body, "/v1/sessions/%s/processes", id);
	else
		json_object_put(body);
	free(id);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else
		printf("%s\n", field_or(o, "id", "-"));
	json_object_put(o);
	return 0;
}
