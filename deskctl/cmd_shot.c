#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "xmalloc.h"

static const struct option long_options[] = {
	{ "output",	required_argument,	NULL, 'o' },
	{ "region",	required_argument,	NULL, 'r' },
	{ "scale",	required_argument,	NULL, 's' },
	{ "pointer",	no_argument,		NULL, 'p' },
	{ "format",	required_argument,	NULL, 'f' },
	{ "quality",	required_argument,	NULL, 'q' },
	{ "lossless",	no_argument,		NULL, 'l' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

/* Formats, and how the names of their files end. */
static const struct {
	const char	*name;
	const char	*suffix;
} formats[] = {
	{ "png", ".png" }, { "jpeg", ".jpg" }, { "jpeg", ".jpeg" },
	{ "webp", ".webp" }
};
#define NFORMATS	(sizeof(formats) / sizeof(formats[0]))

struct shot {
	char	*query;		/* after the format */
	const char *output;	/* as typed */
	size_t	 format;	/* in formats; NFORMATS: not said */
	char	*path;		/* NULL: standard output */
	char	*part;		/* what is written until it is whole */
	int	 fd;
	long	 bytes;
};

static void
add_region(struct ctl *c, struct shot *s, const char *arg)
{
	struct region	 r;
	const char	*why;
	char		*old = s->query;

	if (parse_region(arg, &r, &why) == -1)
		ctl_usage(c, "region %s %s", arg, why);
	xasprintf(&s->query, "%s&region=%d,%d,%d,%d", old, r.x, r.y,
	    r.width, r.height);
	free(old);
}

static void
add_scale(struct ctl *c, struct shot *s, const char *arg)
{
	struct geometry	 g;
	const char	*why;
	char		*old = s->query;
	double		 f;

	if (strpbrk(arg, "xX") != NULL) {
		if (parse_geometry(arg, &g, &why) == -1)
			ctl_usage(c, "scale %s %s", arg, why);
		xasprintf(&s->query, "%s&scale=%dx%d", old, g.width, g.height);
	} else {
		if (parse_factor(arg, &f, &why) == -1)
			ctl_usage(c, "scale %s %s", arg, why);
		xasprintf(&s->query, "%s&scale=%.6g", old, f);
	}
	free(old);
}

static void
add_format(struct ctl *c, struct shot *s, const char *arg)
{
	for (s->format = 0; s->format < NFORMATS; s->format++)
		if (strcmp(arg, formats[s->format].name) == 0)
			return;
	ctl_usage(c, "format %s must be png, jpeg or webp", arg);
}

static void
add_quality(struct ctl *c, struct shot *s, const char *arg)
{
	const char	*why;
	char		*old = s->query;
	int		 n;

	if (parse_int(arg, 1, 100, &n, &why) == -1)
		ctl_usage(c, "quality %s %s", arg, why);
	xasprintf(&s->query, "%s&quality=%d", old, n);
	free(old);
}

static void
add_flag(struct shot *s, const char *name)
{
	char	*old = s->query;

	xasprintf(&s->query, "%s&%s=1", old, name);
	free(old);
}

/* Where nothing is said, the file's name says it; else it is PNG. */
static void
guess_format(struct shot *s)
{
	size_t	i, len = s->output == NULL ? 0 : strlen(s->output), n;

	for (i = 0; i < NFORMATS && s->format == NFORMATS; i++) {
		n = strlen(formats[i].suffix);
		if (len > n && strcasecmp(s->output + len - n,
		    formats[i].suffix) == 0)
			s->format = i;
	}
	if (s->format == NFORMATS)
		s->format = 0;
}

/*
 * A file gets its name only when the picture is whole, so that nobody who
 * watches it sees half of one.
 */
static int
open_output(struct ctl *c, struct shot *s)
{
	if (s->path == NULL) {
		s->fd = STDOUT_FILENO;
		return 0;
	}
	xasprintf(&s->part, "%s.%ld.part", s->path, (long)getpid());
	s->fd = open(s->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (s->fd == -1)
		return ctl_fail(c, "file", "%s: %s", s->part, strerror(errno));
	return 0;
}

static int
copy(struct ctl *c, struct shot *s)
{
	char	 buf[65536];
	long	 n;
	ssize_t	 done, w;

	while ((n = http_read(c->http, buf, sizeof(buf))) > 0) {
		for (done = 0; done < n; done += w) {
			w = write(s->fd, buf + done, (size_t)(n - done));
			if (w == -1 && errno == EINTR)
				w = 0;
			else if (w == -1)
				return ctl_fail(c, "file", "%s: %s",
				    s->path != NULL ? s->path :
				    "standard output", strerror(errno));
		}
		s->bytes += n;
	}
	return n == -1 ? api_broken(c) : 0;
}

static int
save(struct ctl *c, struct shot *s)
{
	int	status;

	if (open_output(c, s) == -1)
		return -1;
	status = copy(c, s);
	if (s->path == NULL)
		return status;
	if (close(s->fd) == -1 && status == 0)
		status = ctl_fail(c, "file", "%s: %s", s->part,
		    strerror(errno));
	if (status == 0 && rename(s->part, s->path) == -1)
		status = ctl_fail(c, "file", "%s: %s", s->path,
		    strerror(errno));
	if (status == -1)
		unlink(s->part);
	return status;
}

static void
report(struct ctl *c, const struct shot *s)
{
	static const struct {
		const char	*header;
		const char	*name;
	} headers[] = {
		{ "X-Deskd-Width",	"width" },
		{ "X-Deskd-Height",	"height" },
		{ "X-Deskd-Generation",	"generation" }
	};
	struct json_object	*o;
	char			 value[128];
	size_t			 i;

	if (!c->json || s->path == NULL)
		return;
	o = json_object_new_object();
	put_text(o, "file", s->path);
	put_int(o, "bytes", s->bytes);
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (http_header(c->http, headers[i].header, value,
		    sizeof(value)) == 0)
			put_int(o, headers[i].name, atoll(value));
	if (http_header(c->http, "ETag", value, sizeof(value)) == 0)
		put_text(o, "etag", value);
	output_json(stdout, o);
	json_object_put(o);
}

static int
shot(struct ctl *c, struct shot *s, const char *typed)
{
	struct http_request	 r = { .method = "GET",
				    .accept = "image/*, "
				    "application/problem+json" };
	char			*id, *target;
	int			 status;

	if ((id = ctl_session(c, typed)) == NULL)
		return -1;
	xasprintf(&target, "/v1/sessions/%s/screenshot?format=%s%s", id,
	    formats[s->format].name, s->query);
	free(id);
	r.target = target;
	status = api_ask(c, &r);
	free(target);
	if (status == -1)
		return -1;
	if (status != 200)
		return api_problem(c, status);
	if (save(c, s) == -1)
		return -1;
	report(c, s);
	return 0;
}

static void
options(struct ctl *c, struct shot *s, int argc, char **argv)
{
	int	ch;

	while ((ch = ctl_option(c, argc, argv, "o:r:s:pf:q:l",
	    long_options)) != -1) {
		if (ch == 'o')
			s->output = optarg;
		else if (ch == 'r')
			add_region(c, s, optarg);
		else if (ch == 's')
			add_scale(c, s, optarg);
		else if (ch == 'f')
			add_format(c, s, optarg);
		else if (ch == 'q')
			add_quality(c, s, optarg);
		else
			add_flag(s, ch == 'l' ? "lossless" : "pointer");
	}
}

int
cmd_shot(struct ctl *c, int argc, char **argv)
{
	struct shot	 s = { .fd = -1, .format = NFORMATS };
	int		 status;

	s.query = xstrdup("");
	options(c, &s, argc, argv);
	ctl_operands(c, argc - optind, 1, 1);
	guess_format(&s);
	if (s.output == NULL)
		xasprintf(&s.path, "%s%s", argv[optind],
		    formats[s.format].suffix);
	else if (strcmp(s.output, "-") != 0)
		s.path = xstrdup(s.output);
	else if (isatty(STDOUT_FILENO))
		ctl_usage(c, "a picture on a terminal helps nobody; "
		    "use -o FILE");
	status = shot(c, &s, argv[optind]);
	free(s.query);
	free(s.path);
	free(s.part);
	return status;
}
