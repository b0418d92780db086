#include <getopt.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "resources.h"
#include "wait.h"
#include "xmalloc.h"

static const struct option long_options[] = {
	{ "geometry",	required_argument,	NULL, 'g' },
	{ "max-geometry", required_argument,	NULL, 'm' },
	{ "dpi",	required_argument,	NULL, 'd' },
	{ "no-desktop",	no_argument,		NULL, 'X' },
	{ "image",	required_argument,	NULL, 'i' },
	{ "name",	required_argument,	NULL, 'n' },
	{ "memory",	required_argument,	NULL, 'M' },
	{ "cpu",	required_argument,	NULL, 'c' },
	{ "tasks",	required_argument,	NULL, 't' },
	{ "disk",	required_argument,	NULL, 'D' },
	{ "env",	required_argument,	NULL, 'e' },
	{ "label",	required_argument,	NULL, 'l' },
	{ "wait",	no_argument,		NULL, 'w' },
	{ "timeout",	required_argument,	NULL, 'T' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

struct create {
	struct json_object	*body;
	int			 no_desktop;
	int			 wait;
	double			 timeout;
};

static void
geometry_option(struct ctl *c, struct create *r, int ch)
{
	struct json_object	*o = put_object(r->body, "desktop");
	struct geometry		 g;
	const char		*why;

	if (parse_geometry(optarg, &g, &why) == -1)
		ctl_usage(c, "geometry %s %s", optarg, why);
	put_int(o, ch == 'g' ? "width" : "max_width", g.width);
	put_int(o, ch == 'g' ? "height" : "max_height", g.height);
}

static void
create_option(struct ctl *c, struct create *r, int ch)
{
	const char	*why;
	int		 n;

	if (resource_option(c, r->body, ch, optarg))
		return;
	switch (ch) {
	case 'g':
	case 'm':
		geometry_option(c, r, ch);
		break;
	case 'd':
		if (parse_int(optarg, 1, 10000, &n, &why) == -1)
			ctl_usage(c, "-d %s %s", optarg, why);
		put_int(put_object(r->body, "desktop"), "dpi", n);
		break;
	case 'X':
		r->no_desktop = 1;
		break;
	case 'i':
		put_text(r->body, "image", optarg);
		break;
	case 'n':
		put_text(r->body, "name", optarg);
		break;
	case 'e':
		pair_option(c, r->body, "env", ch, optarg);
		break;
	case 'l':
		pair_option(c, r->body, "labels", ch, optarg);
		break;
	case 'w':
		r->wait = 1;
		break;
	case 'T':
		if (parse_seconds(optarg, WAIT_MAX, &r->timeout, &why) == -1)
			ctl_usage(c, "-T %s %s", optarg, why);
		r->wait = 1;
		break;
	}
}

static int
create(struct ctl *c, struct create *r)
{
	struct json_object	*o;
	char			*id;

	if ((o = api_send(c, "POST", r->body, "/v1/sessions")) == NULL)
		return -1;
	id = xstrdup(field_or(o, "id", ""));
	/* The id comes first: who does not wait to the end still has it. */
	if (!c->json) {
		printf("%s\n", id);
		fflush(stdout);
	}
	if (r->wait) {
		json_object_put(o);
		o = wait_running(c, id, r->timeout);
	}
	free(id);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	json_object_put(o);
	return 0;
}

int
cmd_create(struct ctl *c, int argc, char **argv)
{
	struct create	r = { .timeout = WAIT_DEFAULT };
	int		ch;

	r.body = json_object_new_object();
	while ((ch = ctl_option(c, argc, argv, "g:m:d:Xi:n:M:c:t:D:e:l:wT:",
	    long_options)) != -1)
		create_option(c, &r, ch);
	ctl_operands(c, argc - optind, 0, 0);
	if (r.no_desktop && field(r.body, "desktop") != NULL)
		ctl_usage(c, "-X is no desktop: it has no geometry");
	if (r.no_desktop)
		put(r.body, "desktop", NULL);
	return create(c, &r);
}
