/* file ls, stat, mkdir, mv, cp, rm, watch: one word after another. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "file_print.h"
#include "output.h"
#include "remote_path.h"
#include "sse.h"
#include "xmalloc.h"

#define TREE_SECONDS	3600

static const struct option long_options[] = {
	{ "long",	no_argument,		NULL, 'l' },
	{ "parents",	no_argument,		NULL, 'p' },
	{ "force",	no_argument,		NULL, 'f' },
	{ "recursive",	no_argument,		NULL, 'r' },
	{ "user",	required_argument,	NULL, 'u' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

struct file {
	const char	*word;
	const char	*flags;		/* that it takes */
	int		 min;		/* paths */
	int		 max;		/* -1: any */
	int		(*run)(struct ctl *, const struct file *, int,
			    char **);
	/* As given. */
	struct remote_path remote;
	int		 is_long;
	int		 parents;
	int		 force;
	int		 recursive;
};

static int
show(struct ctl *c, struct json_object *o, void (*print)(struct json_object *))
{
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else if (print != NULL)
		print(o);
	json_object_put(o);
	return 0;
}

static char *
url(const struct file *f, const char *route, const char *path)
{
	struct remote_path	p = f->remote;

	p.path = (char *)(uintptr_t)path;
	return remote_url(&p, route);
}

static int
file_ls(struct ctl *c, const struct file *f, int argc, char **argv)
{
	struct json_object	*all;
	char			*target;

	target = url(f, "", argc == 0 ? "." : argv[0]);
	all = api_list(c, "%s&limit=1000", target);
	free(target);
	if (all == NULL)
		return -1;
	if (c->json)
		output_json(stdout, all);
	else
		file_print_list(all, f->is_long);
	json_object_put(all);
	return 0;
}

/* Each path is tried; the exit status says whether all went well. */
static int
file_stat(struct ctl *c, const struct file *f, int argc, char **argv)
{
	char	*target;
	int	 i, rv = 0;

	for (i = 0; i < argc; i++) {
		c->path = argv[i];
		target = url(f, "/stat", argv[i]);
		if (show(c, api_get(c, "%s&follow=false", target),
		    file_print) == -1)
			rv = -1;
		free(target);
	}
	return rv;
}

/* Whole trees may be copied and deleted: that takes its time. */
static struct json_object *
change(struct ctl *c, const char *method, const char *target,
    struct json_object *body)
{
	struct http_request	 r = { .method = method, .target = target,
				    .timeout = TREE_SECONDS };
	struct json_object	*o;

	if (body != NULL) {
		r.type = "application/json";
		r.body = json_object_to_json_string_ext(body,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		r.len = strlen(r.body);
	}
	o = api_request(c, &r);
	json_object_put(body);
	return o;
}

static struct json_object *
post(struct ctl *c, const struct file *f, const char *what,
    struct json_object *body)
{
	struct json_object	*o;
	char			*target;

	xasprintf(&target, "/v1/sessions/%s/files/%s%s", f->remote.id, what,
	    f->remote.root ? "?user=root" : "");
	o = change(c, "POST", target, body);
	free(target);
	return o;
}

static int
file_mkdir(struct ctl *c, const struct file *f, int argc, char **argv)
{
	struct json_object	*body;
	int			 i, rv = 0;

	for (i = 0; i < argc; i++) {
		c->path = argv[i];
		body = json_object_new_object();
		put_path(body, "path", argv[i]);
		if (f->parents)
			put_true(body, "parents");
		if (show(c, post(c, f, "mkdir", body), NULL) == -1)
			rv = -1;
	}
	return rv;
}

/* Into a directory that is there, under the old name, as mv has it. */
static char *
enter(struct ctl *c, const struct file *f, const char *from, const char *to)
{
	struct remote_path	 p = f->remote;
	const char		*type;
	char			*name;

	p.path = xstrdup(to);
	c->path = to;
	type = remote_type(c, &p);
	c->path = from;
	if (type == NULL) {
		free(p.path);
		return NULL;
	}
	if (strcmp(type, "directory") == 0) {
		name = path_name(from);
		if (*name != '\0')
			remote_enter(&p, name);
		free(name);
	}
	return p.path;
}

static int
file_pair(struct ctl *c, const struct file *f, int argc, char **argv)
{
	struct json_object	*body;
	char			*to;

	(void)argc;
	if ((to = enter(c, f, argv[0], argv[1])) == NULL)
		return -1;
	body = json_object_new_object();
	put_path(body, "from", argv[0]);
	put_path(body, "to", to);
	free(to);
	if (f->force)
		put_true(body, "overwrite");
	return show(c, post(c, f, strcmp(f->word, "mv") == 0 ? "move" :
	    "copy", body), NULL);
}

static int
file_rm(struct ctl *c, const struct file *f, int argc, char **argv)
{
	struct json_object	*o;
	char			*base, *target;
	int			 i, rv = 0;

	for (i = 0; i < argc; i++) {
		c->path = argv[i];
		base = url(f, "", argv[i]);
		xasprintf(&target, "%s%s", base,
		    f->recursive ? "&recursive=true" : "");
		o = change(c, "DELETE", target, NULL);
		free(target);
		free(base);
		if (o == NULL)
			rv = -1;
		json_object_put(o);
	}
	return rv;
}

static int
follow(struct ctl *c)
{
	struct json_object	*o;
	struct sse		 s;
	int			 n;

	sse_start(&s, c->http);
	while ((n = sse_next(&s)) == 1) {
		if ((o = json_tokener_parse(s.data)) == NULL)
			continue;
		put_text(o, "event", s.event);
		if (c->json)
			output_json(stdout, o);
		else if (strcmp(s.event, "error") == 0)
			ctl_fail(c, field_or(o, "code", "error"),
			    "what was watched is gone");
		else
			file_print_event(o);
		fflush(stdout);
		json_object_put(o);
	}
	sse_free(&s);
	return n == -1 ? api_broken(c) : -1;
}

static int
file_watch(struct ctl *c, const struct file *f, int argc, char **argv)
{
	struct http_request	 r = { .method = "GET",
				    .accept = "text/event-stream" };
	char			*target, *base;
	int			 status;

	base = url(f, "/watch", argc == 0 ? "." : argv[0]);
	xasprintf(&target, "%s%s", base,
	    f->recursive ? "&recursive=true" : "");
	r.target = target;
	status = api_ask(c, &r);
	free(target);
	free(base);
	if (status == -1)
		return -1;
	return status == 200 ? follow(c) : api_problem(c, status);
}

static const struct file words[] = {
	{ .word = "ls", .flags = "l", .max = 1, .run = file_ls },
	{ .word = "stat", .min = 1, .max = -1, .run = file_stat },
	{ .word = "mkdir", .flags = "p", .min = 1, .max = -1,
	    .run = file_mkdir },
	{ .word = "mv", .flags = "f", .min = 2, .max = 2, .run = file_pair },
	{ .word = "cp", .flags = "f", .min = 2, .max = 2, .run = file_pair },
	{ .word = "rm", .flags = "r", .min = 1, .max = -1, .run = file_rm },
	{ .word = "watch", .flags = "r", .max = 1, .run = file_watch }
};

static void
option(struct ctl *c, struct file *f, int ch)
{
	if (ch == 'u') {
		if (strcmp(optarg, "root") == 0)
			f->remote.root = 1;
		else if (strcmp(optarg, "user") != 0)
			ctl_usage(c, "-u is user or root");
		return;
	}
	if (f->word != NULL && (f->flags == NULL ||
	    strchr(f->flags, ch) == NULL))
		ctl_usage(c, "%s has no option -%c", f->word, ch);
	if (ch == 'l')
		f->is_long = 1;
	else if (ch == 'p')
		f->parents = 1;
	else if (ch == 'f')
		f->force = 1;
	else
		f->recursive = 1;
}

static void
choose(struct ctl *c, struct file *f, const char *word)
{
	struct remote_path	remote = f->remote;
	size_t			i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			break;
	if (i == sizeof(words) / sizeof(words[0]))
		ctl_usage(c, "%s is none of ls, stat, mkdir, mv, cp, rm, "
		    "watch", word);
	*f = words[i];
	f->remote = remote;
}

int
cmd_file(struct ctl *c, int argc, char **argv)
{
	struct file	 f;
	const char	*session;
	int		 ch, rv;

	memset(&f, 0, sizeof(f));
	while ((ch = ctl_option(c, argc, argv, "+u:", long_options)) != -1)
		option(c, &f, ch);
	ctl_operands(c, argc - optind, 1, -1);
	choose(c, &f, argv[optind]);
	argc -= optind;
	argv += optind;
	optind = 0;		/* the word stands where a name would */
	while ((ch = ctl_option(c, argc, argv, "lpfru:", long_options)) != -1)
		option(c, &f, ch);
	argc -= optind;
	argv += optind;
	ctl_operands(c, argc, f.min + 1, f.max == -1 ? -1 : f.max + 1);
	session = argv[0];
	c->path = argc > 1 ? argv[1] : NULL;
	if (remote_open(c, &f.remote, session, NULL) == -1)
		return -1;
	rv = f.run(c, &f, argc - 1, argv + 1);
	remote_free(&f.remote);
	return rv;
}
