/* logs: what a program wrote, and what it writes. */
#include <getopt.h>
#include <stdint.h>
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
#include "process.h"
#include "sse.h"
#include "status.h"
#include "xmalloc.h"

#define PAGE		1000000
#define SILENCE		45	/* seconds: deskd speaks every 15 */
#define RETRY_FIRST	1	/* seconds until the next connection */
#define RETRY_MAX	10

static const struct option logs_options[] = {
	{ "follow",	no_argument,		NULL, 'f' },
	{ "after",	required_argument,	NULL, 'a' },
	{ "stream",	required_argument,	NULL, 'S' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

struct logs {
	char		*target;	/* up to its query */
	const char	*stream;	/* or NULL */
	int64_t		 next;
	int		 status;	/* -1: it has not ended */
};

static void
write_text(const char *stream, struct json_object *text)
{
	FILE	*fp = strcmp(stream, "stderr") == 0 ? stderr : stdout;

	if (!json_object_is_type(text, json_type_string))
		return;
	fwrite(json_object_get_string(text), 1,
	    (size_t)json_object_get_string_len(text), fp);
	fflush(fp);
}

static void
say_lost(struct ctl *c, int64_t bytes)
{
	if (bytes > 0)
		ctl_fail(c, "lost", "%lld bytes before this are not kept "
		    "any more", (long long)bytes);
}

static void
print_page(struct ctl *c, struct json_object *page)
{
	struct json_object	*data = field(page, "data"), *o;
	size_t			 i;

	if (c->json) {
		output_json(stdout, page);
		return;
	}
	say_lost(c, field_int(page, "lost", 0));
	if (!json_object_is_type(data, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(data); i++) {
		o = json_object_array_get_idx(data, i);
		write_text(field_or(o, "stream", ""), field(o, "text"));
	}
}

static int
print_kept(struct ctl *c, struct logs *l)
{
	struct json_object	*page;
	int			 more = 1;

	while (more) {
		page = api_get(c, "%s?limit=%d&after=%lld%s%s", l->target,
		    PAGE, (long long)l->next,
		    l->stream != NULL ? "&stream=" : "",
		    l->stream != NULL ? l->stream : "");
		if (page == NULL)
			return -1;
		print_page(c, page);
		l->next = field_int(page, "next", l->next);
		more = field_true(page, "has_more");
		json_object_put(page);
	}
	return 0;
}

static void
print_event(struct ctl *c, struct logs *l, const struct sse *s,
    struct json_object *o)
{
	if (c->json) {
		put_text(o, "event", s->event);
		output_json(stdout, o);
	} else if (strcmp(s->event, "lost") == 0)
		say_lost(c, field_int(o, "bytes", 0));
	else
		write_text(s->event, field(o, "data"));
	if (strcmp(s->event, "exited") == 0)
		l->status = status_of(o);
	else if (strcmp(s->event, "removed") == 0)
		l->status = 1;
}

/* One connection's worth; 0, or the status of a refusal, or -1. */
static int
follow_once(struct ctl *c, struct logs *l)
{
	struct http_request	 r = { .method = "GET",
				    .accept = "text/event-stream",
				    .timeout = SILENCE };
	struct json_object	*o;
	struct sse		 s;
	char			*target;
	int			 status;

	xasprintf(&target, "%s?after=%lld%s%s", l->target,
	    (long long)l->next, l->stream != NULL ? "&stream=" : "",
	    l->stream != NULL ? l->stream : "");
	r.target = target;
	status = http_ask(c->http, &r);
	free(target);
	if (status != 200)
		return status;
	sse_start(&s, c->http);
	while (l->status == -1 && sse_next(&s) == 1) {
		if ((o = json_tokener_parse(s.data)) == NULL)
			continue;
		print_event(c, l, &s, o);
		l->next = strtoll(s.id, NULL, 10);
		json_object_put(o);
	}
	sse_free(&s);
	return 0;
}

/*
 * Until the program's end.  A restart of deskd is not that: the place in the
 * output says where to go on.
 */
static int
follow(struct ctl *c, struct logs *l)
{
	unsigned int	pause = RETRY_FIRST;
	int64_t		before;
	int		status, said = 0;

	for (;;) {
		before = l->next;
		if (c->http == NULL || !http_reusable(c->http)) {
			http_close(c->http);
			c->http = http_open(c->socket);
		}
		status = c->http != NULL ? follow_once(c, l) : -1;
		if (l->status != -1)
			return l->status;
		if (status > 0 && status != 503)
			return api_problem(c, status);
		http_close(c->http);
		c->http = NULL;
		if (l->next != before) {
			pause = RETRY_FIRST;
			said = 0;
		}
		if (!said && !c->json)
			fprintf(stderr, "deskctl: logs: connection lost, "
			    "trying again\n");
		said = 1;
		sleep(pause);
		pause = pause * 2 < RETRY_MAX ? pause * 2 : RETRY_MAX;
	}
}

static int
logs(struct ctl *c, struct logs *l, const char *session, const char *typed,
    int following)
{
	char	*path;
	int	 status;

	if ((path = process_path(c, session, typed)) == NULL)
		return -1;
	xasprintf(&l->target, "/v1/sessions/%s/%s/log", session, path);
	status = following ? follow(c, l) : print_kept(c, l);
	free(l->target);
	free(path);
	return status;
}

int
cmd_logs(struct ctl *c, int argc, char **argv)
{
	struct logs	 l = { .status = -1 };
	const char	*why;
	char		*id;
	int		 ch, after = 0, following = 0, status = -1;

	while ((ch = ctl_option(c, argc, argv, "fa:S:", logs_options)) != -1) {
		if (ch == 'f')
			following = 1;
		else if (ch == 'S')
			l.stream = optarg;
		else if (parse_int(optarg, 0, INT32_MAX, &after, &why) == -1)
			ctl_usage(c, "-a %s %s", optarg, why);
	}
	if (l.stream != NULL && strcmp(l.stream, "stdout") != 0 &&
	    strcmp(l.stream, "stderr") != 0)
		ctl_usage(c, "-S %s is not stdout or stderr", l.stream);
	ctl_operands(c, argc - optind, 2, 2);
	l.next = after;
	if ((id = ctl_session(c, argv[optind])) != NULL)
		status = logs(c, &l, id, argv[optind + 1], following);
	free(id);
	return status;
}
