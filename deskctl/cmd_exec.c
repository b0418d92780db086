/*
 * exec: a command in a session, as if it ran here.  Its output comes as it
 * is written, its exit code becomes ours.  When we die the connection
 * closes, and deskd kills the command.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "base64.h"
#include "ctl.h"
#include "exec_tty.h"
#include "field.h"
#include "input.h"
#include "output.h"
#include "parse.h"
#include "resources.h"
#include "sse.h"
#include "status.h"
#include "xmalloc.h"

#define EXEC_SECONDS	60.0	/* what deskd takes when nothing is said */
#define EXEC_MAX	3600.0
#define STDIN_MAX	(1024 * 1024)	/* what deskd takes */
#define GRACE		30	/* seconds an answer may be late */

static const struct option long_options[] = {
	{ "stdin",	no_argument,		NULL, 'i' },
	{ "user",	required_argument,	NULL, 'u' },
	{ "cwd",	required_argument,	NULL, 'C' },
	{ "env",	required_argument,	NULL, 'e' },
	{ "terminal",	no_argument,		NULL, 't' },
	{ "timeout",	required_argument,	NULL, 'T' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

struct exec {
	struct json_object	*body;
	int			 with_stdin;
	int			 terminal;
	int			 limited;
	double			 timeout;
};

/* Options before the session and between it and the command. */
static void
options(struct ctl *c, struct exec *x, int argc, char **argv)
{
	const char	*why;
	int		 ch;

	while ((ch = ctl_option(c, argc, argv, "+iu:C:e:tT:",
	    long_options)) != -1) {
		switch (ch) {
		case 'i':
			x->with_stdin = 1;
			break;
		case 'u':
			put_text(x->body, "user", optarg);
			break;
		case 'C':
			put_text(x->body, "cwd", optarg);
			break;
		case 'e':
			pair_option(c, x->body, "env", ch, optarg);
			break;
		case 't':
			x->terminal = 1;
			break;
		case 'T':
			if (parse_seconds(optarg, EXEC_MAX, &x->timeout,
			    &why) == -1)
				ctl_usage(c, "-T %s %s", optarg, why);
			put_double(x->body, "timeout_seconds", x->timeout);
			x->limited = 1;
			break;
		}
	}
}

static void
write_output(FILE *fp, struct json_object *o, const char *member)
{
	struct json_object	*text = field(o, member);

	if (json_object_is_type(text, json_type_string))
		fwrite(json_object_get_string(text), 1,
		    (size_t)json_object_get_string_len(text), fp);
	fflush(fp);
}

static int
finished(struct ctl *c, const struct exec *x, struct json_object *o)
{
	if (field_true(o, "timed_out"))
		ctl_fail(c, "timeout", "killed after %g s; -T gives it more",
		    x->timeout);
	if (field_true(o, "truncated.stdout") ||
	    field_true(o, "truncated.stderr"))
		ctl_fail(c, "truncated", "there was more output than deskd "
		    "hands on");
	return status_of(o);
}

static int
follow(struct ctl *c, const struct exec *x)
{
	struct json_object	*o;
	struct sse		 s;
	int			 n, status = -1;

	sse_start(&s, c->http);
	while (status == -1 && (n = sse_next(&s)) == 1) {
		if ((o = json_tokener_parse(s.data)) == NULL)
			continue;
		if (strcmp(s.event, "stdout") == 0)
			write_output(stdout, o, "data");
		else if (strcmp(s.event, "stderr") == 0)
			write_output(stderr, o, "data");
		else if (strcmp(s.event, "exited") == 0)
			status = finished(c, x, o);
		else if (strcmp(s.event, "error") == 0)
			output_problem(c, o);
		json_object_put(o);
	}
	sse_free(&s);
	if (status == -1)
		ctl_fail(c, "no_answer", "the connection ended before the "
		    "command did; the session may have stopped");
	return status;
}

static int
run_json(struct ctl *c, const struct exec *x, const struct http_request *r)
{
	struct json_object	*o;
	int			 status;

	if ((o = api_request(c, r)) == NULL)
		return -1;
	output_json(stdout, o);
	c->json = 0;		/* remarks are for people */
	status = status_of(o);
	(void)x;
	json_object_put(o);
	return status;
}

static int
run(struct ctl *c, const struct exec *x, const char *id)
{
	struct http_request	 r = { .method = "POST",
				    .type = "application/json" };
	char			*target;
	int			 status;

	xasprintf(&target, "/v1/sessions/%s/exec", id);
	r.target = target;
	r.body = json_object_to_json_string_ext(x->body,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	r.len = strlen(r.body);
	r.timeout = (int)x->timeout + GRACE;
	if (c->json)
		status = run_json(c, x, &r);
	else {
		r.accept = "text/event-stream";
		status = api_ask(c, &r);
		if (status == 200)
			status = follow(c, x);
		else if (status != -1)
			status = api_problem(c, status);
	}
	free(target);
	return status;
}

static int
read_stdin(struct ctl *c, struct exec *x)
{
	char	*bytes, *text;
	size_t	 len;

	if (!x->with_stdin)
		return 0;
	if ((bytes = input_bytes(c, "-", STDIN_MAX, &len)) == NULL)
		return -1;
	if (input_is_utf8(bytes, len))
		put(x->body, "stdin",
		    json_object_new_string_len(bytes, (int)len));
	else {
		text = base64(bytes, len, &len);
		put_text(x->body, "stdin_base64", text);
		free(text);
	}
	free(bytes);
	return 0;
}

/* What cannot be together. */
static void
check_options(struct ctl *c, const struct exec *x, int ncommand)
{
	if (!x->terminal && ncommand == 0)
		ctl_usage(c, "no command");
	if (x->terminal && x->with_stdin)
		ctl_usage(c, "-t has standard input: not with -i");
	if (x->terminal && x->limited)
		ctl_usage(c, "-t has no time limit: not with -T");
	if (x->terminal && c->json)
		ctl_usage(c, "-t is for people: not with -j");
}

int
cmd_exec(struct ctl *c, int argc, char **argv)
{
	struct exec		 x = { .timeout = EXEC_SECONDS };
	struct json_object	*list = json_object_new_array();
	char			*id;
	const char		*typed;
	int			 i, status = -1;

	x.body = json_object_new_object();
	options(c, &x, argc, argv);
	ctl_operands(c, argc - optind, 1, -1);
	typed = argv[optind];
	argc -= optind;
	argv += optind;
	optind = 0;		/* the session stands where a name would */
	options(c, &x, argc, argv);
	check_options(c, &x, argc - optind);
	for (i = optind; i < argc; i++)
		json_object_array_add(list, json_object_new_string(argv[i]));
	if (json_object_array_length(list) > 0)
		put(x.body, "argv", list);
	else
		json_object_put(list);
	if ((id = ctl_session(c, typed)) != NULL && x.terminal)
		status = exec_tty(c, id, x.body);
	else if (id != NULL && read_stdin(c, &x) == 0)
		status = run(c, &x, id);
	free(id);
	json_object_put(x.body);
	return status;
}
