/* cp: files and directories into a session and out of one. */
#include <sys/stat.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "cp.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "part.h"

static const struct option long_options[] = {
	{ "recursive",	no_argument,		NULL, 'r' },
	{ "user",	required_argument,	NULL, 'u' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

/* In JSON only: a copy that went well needs no words. */
void
cp_report(struct ctl *c, const char *from, const char *to, long long bytes,
    struct json_object *counts)
{
	struct json_object	*o;

	if (!c->json)
		return;
	o = json_object_new_object();
	put_text(o, "from", from);
	put_text(o, "to", to);
	put_int(o, "bytes", bytes);
	if (counts != NULL) {
		json_object_object_foreach(counts, key, value)
			put(o, key, json_object_get(value));
	}
	output_json(stdout, o);
	json_object_put(o);
}

static int
is_directory(const char *path)
{
	struct stat	st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
upload(struct ctl *c, struct cp *p, const char *from, const char *to)
{
	if (remote_parse(c, &p->remote, to) == -1)
		return -1;
	p->local = from;
	if (strcmp(from, "-") == 0 || !is_directory(from))
		return cp_put(c, p);
	if (!p->whole)
		return ctl_fail(c, "is_a_directory",
		    "%s is a directory; -r copies it", from);
	return cp_put_tree(c, p);
}

static int
download(struct ctl *c, struct cp *p, const char *from, const char *to)
{
	const char	*type;

	if (remote_parse(c, &p->remote, from) == -1)
		return -1;
	p->local = to;
	if (!p->whole)
		return cp_get(c, p);
	if ((type = remote_type(c, &p->remote)) == NULL)
		return -1;
	return strcmp(type, "directory") == 0 ? cp_get_tree(c, p) :
	    cp_get(c, p);
}

int
cmd_cp(struct ctl *c, int argc, char **argv)
{
	struct cp	 p;
	const char	*from, *to;
	int		 ch, rv;

	memset(&p, 0, sizeof(p));
	while ((ch = ctl_option(c, argc, argv, "ru:", long_options)) != -1) {
		if (ch == 'r')
			p.whole = 1;
		else if (strcmp(optarg, "root") == 0)
			p.remote.root = 1;
		else if (strcmp(optarg, "user") != 0)
			ctl_usage(c, "-u is user or root");
	}
	ctl_operands(c, argc - optind, 2, 2);
	from = argv[optind];
	to = argv[optind + 1];
	if ((remote_colon(from) == NULL) == (remote_colon(to) == NULL))
		ctl_usage(c, remote_colon(from) == NULL ?
		    "one of them must be SESSION:PATH" :
		    "only one of them may be in a session; deskctl file cp "
		    "copies inside one");
	rv = remote_colon(to) != NULL ? upload(c, &p, from, to) :
	    download(c, &p, from, to);
	remote_free(&p.remote);
	interrupt_end();
	return rv;
}
