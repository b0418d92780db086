/* The clipboard, in and out, and the size of the screen. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "input.h"
#include "output.h"
#include "parse.h"
#include "xmalloc.h"

#define TEXT_BYTES	(16 * 1024 * 1024)	/* deskd says which are too many */
#define PNG_BYTES	(64 * 1024 * 1024)

static const struct option long_options[] = {
	{ "file",	required_argument,	NULL, 'f' },
	{ "png",	no_argument,		NULL, 'P' },
	{ "primary",	no_argument,		NULL, 'p' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

struct clip {
	const char	*file;		/* NULL: standard input or output */
	int		 png;
	int		 primary;
};

static char *
target(struct ctl *c, const struct clip *clip, const char *typed)
{
	char	*id, *text;

	if ((id = ctl_session(c, typed)) == NULL)
		return NULL;
	xasprintf(&text, "/v1/sessions/%s/clipboard?selection=%s", id,
	    clip->primary ? "primary" : "clipboard");
	free(id);
	return text;
}

static int
write_file(struct ctl *c, const char *path, const char *p, size_t len)
{
	FILE	*fp = stdout;
	int	 bad;

	if (path != NULL && (fp = fopen(path, "we")) == NULL)
		return ctl_fail(c, "file", "%s: %s", path, strerror(errno));
	bad = fwrite(p, 1, len, fp) != len;
	if (path != NULL)
		bad |= fclose(fp) != 0;
	else
		bad |= fflush(fp) != 0;
	if (bad)
		return ctl_fail(c, "file", "%s: %s",
		    path == NULL ? "standard output" : path, strerror(errno));
	return 0;
}

/* With -j the text itself, or where a picture went. */
static int
give(struct ctl *c, const struct clip *clip, const char *p, size_t len)
{
	struct json_object	*o;

	if (!c->json || clip->file != NULL || clip->png)
		if (write_file(c, clip->file, p, len) == -1)
			return -1;
	if (!c->json || (clip->png && clip->file == NULL))
		return 0;
	o = json_object_new_object();
	put_text(o, "media_type", clip->png ? "image/png" : "text/plain");
	put_int(o, "bytes", (int64_t)len);
	if (clip->file != NULL)
		put_text(o, "file", clip->file);
	else
		put(o, "text", json_object_new_string_len(p, (int)len));
	output_json(stdout, o);
	json_object_put(o);
	return 0;
}

static int
clip_get(struct ctl *c, const struct clip *clip, char **argv, int argc)
{
	struct http_request	 r = { .method = "GET" };
	char			*to, *body;
	size_t			 len;
	int			 status;

	if (argc != 1)
		ctl_usage(c, "get takes a session only");
	if (clip->png && clip->file == NULL && isatty(STDOUT_FILENO))
		ctl_usage(c, "a picture on a terminal helps nobody; "
		    "use -f FILE");
	if ((to = target(c, clip, argv[0])) == NULL)
		return -1;
	r.target = to;
	r.accept = clip->png ? "image/png, application/problem+json" :
	    "text/plain, application/problem+json";
	status = api_ask(c, &r);
	free(to);
	if (status == -1)
		return -1;
	if (status == 204)
		return ctl_fail(c, "empty", "there is nothing in it");
	if (status != 200)
		return api_problem(c, status);
	if ((body = http_slurp(c->http, PNG_BYTES, &len)) == NULL)
		return api_broken(c);
	status = give(c, clip, body, len);
	free(body);
	return status;
}

static char *
join(int argc, char **argv, size_t *len)
{
	char	*text = xstrdup(argv[0]), *old;
	int	 i;

	for (i = 1; i < argc; i++) {
		old = text;
		xasprintf(&text, "%s %s", old, argv[i]);
		free(old);
	}
	*len = strlen(text);
	return text;
}

/* What is to be set: words, a file, or standard input. */
static char *
take(struct ctl *c, const struct clip *clip, char **argv, int argc,
    size_t *len)
{
	const char	*path = clip->file == NULL ? "-" : clip->file;

	if (argc > 0 && (argc > 1 || strcmp(argv[0], "-") != 0)) {
		if (clip->png || clip->file != NULL)
			ctl_usage(c, "either words or a file");
		return join(argc, argv, len);
	}
	return input_bytes(c, path, clip->png ? PNG_BYTES : TEXT_BYTES, len);
}

static int
clip_set(struct ctl *c, const struct clip *clip, char **argv, int argc)
{
	struct http_request	 r = { .method = "PUT" };
	struct json_object	*o;
	char			*to, *body;

	if (argc == 1 && clip->file == NULL)
		ctl_usage(c, "words, - or -f FILE are missing");
	if ((body = take(c, clip, argv + 1, argc - 1, &r.len)) == NULL)
		return -1;
	if ((to = target(c, clip, argv[0])) == NULL) {
		free(body);
		return -1;
	}
	r.target = to;
	r.type = clip->png ? "image/png" : "text/plain;charset=utf-8";
	r.body = body;
	o = api_request(c, &r);
	json_object_put(o);
	free(to);
	free(body);
	return o == NULL ? -1 : 0;
}

static int
clip_clear(struct ctl *c, const struct clip *clip, char **argv, int argc)
{
	struct http_request	 r = { .method = "DELETE" };
	struct json_object	*o;
	char			*to;

	if (argc != 1)
		ctl_usage(c, "clear takes a session only");
	if ((to = target(c, clip, argv[0])) == NULL)
		return -1;
	r.target = to;
	o = api_request(c, &r);
	json_object_put(o);
	free(to);
	return o == NULL ? -1 : 0;
}

int
cmd_clip(struct ctl *c, int argc, char **argv)
{
	struct clip	 clip = { .file = NULL };
	const char	*what;
	int		 ch;

	/* Behind the session all is text, even what looks like options. */
	while ((ch = ctl_option(c, argc, argv, "+f:Pp", long_options)) != -1) {
		if (ch == 'f')
			clip.file = strcmp(optarg, "-") == 0 ? NULL : optarg;
		else if (ch == 'P')
			clip.png = 1;
		else
			clip.primary = 1;
	}
	ctl_operands(c, argc - optind, 2, -1);
	what = argv[optind];
	argc -= optind + 1;
	argv += optind + 1;
	if (strcmp(what, "get") == 0)
		return clip_get(c, &clip, argv, argc);
	if (strcmp(what, "set") == 0)
		return clip_set(c, &clip, argv, argc);
	if (strcmp(what, "clear") == 0)
		return clip_clear(c, &clip, argv, argc);
	ctl_usage(c, "get, set or clear, and not %s", what);
}

int
cmd_resize(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o = json_object_new_object();
	struct geometry		 g;
	const char		*why;
	char			*id;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 2, 2);
	if (parse_geometry(argv[optind + 1], &g, &why) == -1)
		ctl_usage(c, "size %s %s", argv[optind + 1], why);
	put_int(o, "width", g.width);
	put_int(o, "height", g.height);
	if ((id = ctl_session(c, argv[optind])) == NULL) {
		json_object_put(o);
		return -1;
	}
	o = api_send(c, "PATCH", o, "/v1/sessions/%s/display", id);
	free(id);
	if (o == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	json_object_put(o);
	return 0;
}
