/* log: what happened, and what happens. */
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
#include "sse.h"
#include "xmalloc.h"

#define PAGE		500
#define SILENCE		45	/* seconds: deskd speaks every 15 */
#define RETRY_FIRST	1	/* seconds until the next connection */
#define RETRY_MAX	10

static const struct option long_options[] = {
	{ "follow",	no_argument,		NULL, 'f' },
	{ "lines",	required_argument,	NULL, 'n' },
	{ "kind",	required_argument,	NULL, 'k' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

struct log {
	char		*base;		/* "/v1/events?" with its filters */
	int		 follow;
	int		 lines;		/* -1: all */
	int64_t		 last;		/* sequence number seen */
};

static void
print_event(struct ctl *c, struct json_object *o)
{
	struct json_object	*data = field(o, "data");
	char			*text, *clean;

	if (c->json) {
		output_json(stdout, o);
		return;
	}
	xasprintf(&text, "%-24s %-18s %-30s %s", field_or(o, "time", "-"),
	    field_or(o, "kind", "-"), field_or(o, "session_id", "-"),
	    data == NULL ? "" : json_object_to_json_string_ext(data,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	clean = text_clean(text);
	printf("%s\n", clean);
	fflush(stdout);
	free(clean);
	free(text);
}

static size_t
page_length(struct json_object *page)
{
	struct json_object	*data = field(page, "data");

	return json_object_is_type(data, json_type_array) ?
	    json_object_array_length(data) : 0;
}

static struct json_object *
page_event(struct json_object *page, size_t i)
{
	return json_object_array_get_idx(field(page, "data"), i);
}

static int
print_all(struct ctl *c, struct log *l)
{
	struct json_object	*page;
	size_t			 i, n;
	int			 more = 1;

	while (more) {
		page = api_get(c, "%slimit=%d&after=%lld", l->base, PAGE,
		    (long long)l->last);
		if (page == NULL)
			return -1;
		n = page_length(page);
		for (i = 0; i < n; i++) {
			print_event(c, page_event(page, i));
			l->last = field_int(page_event(page, i), "seq",
			    l->last);
		}
		more = field_true(page, "has_more") && n > 0;
		json_object_put(page);
	}
	return 0;
}

/* The newest before a sequence number, or of all. */
static struct json_object *
page_before(struct ctl *c, const struct log *l, size_t n, int64_t before)
{
	if (before == 0)
		return api_get(c, "%sorder=desc&limit=%zu", l->base, n);
	return api_get(c, "%sorder=desc&limit=%zu&before=%lld", l->base, n,
	    (long long)before);
}

/*
 * The last ones are asked for from the end and printed the other way round.
 * One is asked for even when none is printed: to know where to follow from.
 */
static int
print_last(struct ctl *c, struct log *l)
{
	struct json_object	*page, *all = json_object_new_array();
	size_t			 i, n, want;
	int64_t			 before = 0;
	int			 more = 1;

	want = l->lines == 0 ? 1 : (size_t)l->lines;
	while (more && json_object_array_length(all) < want) {
		n = want - json_object_array_length(all);
		page = page_before(c, l, n < PAGE ? n : PAGE, before);
		if (page == NULL) {
			json_object_put(all);
			return -1;
		}
		n = page_length(page);
		for (i = 0; i < n; i++)
			json_object_array_add(all,
			    json_object_get(page_event(page, i)));
		if (n > 0)
			before = field_int(page_event(page, n - 1), "seq", 1);
		more = field_true(page, "has_more") && n > 0;
		json_object_put(page);
	}
	n = json_object_array_length(all);
	if (n > 0)
		l->last = field_int(json_object_array_get_idx(all, 0), "seq",
		    0);
	for (i = l->lines == 0 ? 0 : n; i > 0; i--)
		print_event(c, json_object_array_get_idx(all, i - 1));
	json_object_put(all);
	return 0;
}

/* One connection's worth of events; its status, or -1 when it broke. */
static int
stream(struct ctl *c, struct log *l)
{
	struct http_request	 r = { .method = "GET",
				    .accept = "text/event-stream",
				    .timeout = SILENCE };
	struct json_object	*o;
	struct sse		 s;
	char			 resume[64], *target;
	int			 status, n;

	snprintf(resume, sizeof(resume), "Last-Event-ID: %lld\r\n",
	    (long long)l->last);
	r.extra = resume;
	/* The base ends in the ? or & that paging needs. */
	target = xstrndup(l->base, strlen(l->base) - 1);
	r.target = target;
	status = http_ask(c->http, &r);
	free(target);
	if (status != 200)
		return status;
	sse_start(&s, c->http);
	while ((n = sse_next(&s)) == 1) {
		if ((o = json_tokener_parse(s.data)) != NULL) {
			l->last = field_int(o, "seq", s.id[0] != '\0' ?
			    atoll(s.id) : l->last);
			print_event(c, o);
		}
		json_object_put(o);
	}
	sse_free(&s);
	return -1;
}

/*
 * Follows until it is interrupted.  A restart of deskd is not the end: the
 * sequence number says where to go on.
 */
static int
follow(struct ctl *c, struct log *l)
{
	unsigned int	pause = RETRY_FIRST;
	int64_t		before;
	int		status, said = 0;

	for (;;) {
		before = l->last;
		if (c->http == NULL || !http_reusable(c->http)) {
			http_close(c->http);
			c->http = http_open(c->socket);
		}
		status = c->http != NULL ? stream(c, l) : -1;
		if (status != -1 && status != 200 && status != 503)
			return api_problem(c, status);
		http_close(c->http);
		c->http = NULL;
		if (l->last != before) {
			pause = RETRY_FIRST;
			said = 0;
		}
		if (!said && !c->json)
			fprintf(stderr, "deskctl: log: connection lost, "
			    "trying again\n");
		said = 1;
		sleep(pause);
		pause = pause * 2 < RETRY_MAX ? pause * 2 : RETRY_MAX;
	}
}

static int
log_target(struct ctl *c, struct log *l, const char *typed, const char *kind)
{
	char	*id = NULL, *k;

	if (typed != NULL && (id = ctl_session(c, typed)) == NULL)
		return -1;
	k = kind != NULL ? http_encode(kind) : NULL;
	xasprintf(&l->base, "/v1/%s%s%s?%s%s%s",
	    id != NULL ? "sessions/" : "", id != NULL ? id : "",
	    id != NULL ? "/events" : "events", k != NULL ? "kind=" : "",
	    k != NULL ? k : "", k != NULL ? "&" : "");
	free(k);
	free(id);
	return 0;
}

int
cmd_log(struct ctl *c, int argc, char **argv)
{
	struct log	 l = { .lines = -1 };
	const char	*kind = NULL, *why;
	int		 ch, status;

	while ((ch = ctl_option(c, argc, argv, "fn:k:", long_options)) != -1) {
		if (ch == 'f')
			l.follow = 1;
		else if (ch == 'k')
			kind = optarg;
		else if (parse_int(optarg, 0, 1000000, &l.lines, &why) == -1)
			ctl_usage(c, "-n %s %s", optarg, why);
	}
	ctl_operands(c, argc - optind, 0, 1);
	if (log_target(c, &l, argv[optind], kind) == -1)
		return -1;
	status = l.lines == -1 ? print_all(c, &l) : print_last(c, &l);
	if (status == 0 && l.follow)
		status = follow(c, &l);
	free(l.base);
	return status;
}
