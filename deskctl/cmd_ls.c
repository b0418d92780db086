#include <getopt.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "xmalloc.h"

static const struct option long_options[] = {
	{ "all",	no_argument,		NULL, 'a' },
	{ "label",	required_argument,	NULL, 'l' },
	{ "quiet",	no_argument,		NULL, 'q' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

/* Labels asked for, KEY=VALUE each. */
struct labels {
	struct json_object	*want;
	char			*target;	/* with the first of them */
};

/*
 * deskd looks for one label; when there are more, only the sessions that
 * have that one are looked at here.
 */
static void
add_label(struct ctl *c, struct labels *l, char *arg)
{
	const char	*why;
	char		*value, *old = l->target, *k, *v;

	if (parse_pair(arg, &value, &why) == -1)
		ctl_usage(c, "-l %s %s", arg, why);
	if (json_object_object_length(l->want) == 0) {
		k = http_encode(arg);
		v = http_encode(value);
		xasprintf(&l->target, "%s&label=%s:%s", old, k, v);
		free(k);
		free(v);
		free(old);
	}
	put_text(l->want, arg, value);
}

static int
has_labels(struct json_object *session, struct json_object *want)
{
	struct json_object	*labels = field(session, "labels"), *has;

	json_object_object_foreach(want, key, value) {
		if (!json_object_object_get_ex(labels, key, &has) ||
		    !json_object_equal(has, value))
			return 0;
	}
	return 1;
}

static void
row(struct table *t, struct json_object *o)
{
	char	 geometry[TEXT_SHORT] = "none", buf[TEXT_SHORT];

	if (field(o, "desktop") != NULL)
		snprintf(geometry, sizeof(geometry), "%lldx%lld",
		    (long long)field_int(o, "desktop.width", 0),
		    (long long)field_int(o, "desktop.height", 0));
	table_add(t, field_text(o, "id"));
	table_add(t, field_text(o, "name"));
	table_add(t, text_owner(buf, o));
	table_add(t, field_text(o, "state"));
	table_add(t, field_text(o, "image"));
	table_add(t, geometry);
	table_add(t, text_size(buf, (uint64_t)field_int(o,
	    "resources.memory_bytes", 0)));
	table_add(t, text_age(buf, field_text(o, "created_at")));
}

static void
print_table(struct json_object *all)
{
	static const char *const names[] = { "ID", "NAME", "OWNER", "STATE",
	    "IMAGE", "DESKTOP", "MEMORY", "AGE" };
	struct table	*t = table_new(8, names);

	table_right(t, 6);
	table_right(t, 7);
	output_rows(t, all, row);
}

/* Takes out what has not all the labels. */
static void
sift(struct json_object *all, struct json_object *want)
{
	size_t	i = 0;

	while (i < json_object_array_length(all)) {
		if (has_labels(json_object_array_get_idx(all, i), want))
			i++;
		else
			json_object_array_del_idx(all, i, 1);
	}
}

int
cmd_ls(struct ctl *c, int argc, char **argv)
{
	struct labels		 l = { .target = NULL };
	struct json_object	*all;
	int			 ch, quiet = 0;

	l.want = json_object_new_object();
	l.target = xstrdup("/v1/sessions?limit=100");
	while ((ch = ctl_option(c, argc, argv, "al:q", long_options)) != -1) {
		if (ch == 'q')
			quiet = 1;
		else if (ch == 'l')	/* -a is the default */
			add_label(c, &l, optarg);
	}
	ctl_operands(c, argc - optind, 0, 0);
	all = api_list(c, "%s", l.target);
	free(l.target);
	if (all == NULL) {
		json_object_put(l.want);
		return -1;
	}
	sift(all, l.want);
	json_object_put(l.want);
	if (quiet)
		output_ids(all);
	else if (c->json)
		output_json(stdout, all);
	else
		print_table(all);
	json_object_put(all);
	return 0;
}
