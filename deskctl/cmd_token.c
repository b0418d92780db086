/* Tokens: making one, listing them, and ending them. */
#include <sys/types.h>

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "parse.h"
#include "xmalloc.h"

static const struct option long_options[] = {
	{ "all",	no_argument,		NULL, 'a' },
	{ "name",	required_argument,	NULL, 'n' },
	{ "scopes",	required_argument,	NULL, 'S' },
	{ "user",	required_argument,	NULL, 'u' },
	{ "expires",	required_argument,	NULL, 'x' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

#define DEFAULT_SCOPES	"read,view,control,write"

struct token {
	const char	*name;
	const char	*scopes;
	const char	*user;
	const char	*expires;
	int		 all;
};

/* 90, 90s, 15m, 12h, 30d. */
static int64_t
seconds(struct ctl *c, const char *text)
{
	static const char	 units[] = "smhd";
	static const int	 of[] = { 1, 60, 3600, 86400 };
	char			*number = xstrdup(text);
	size_t			 len = strlen(number);
	const char		*unit = NULL, *why;
	int			 n;

	if (len > 1 && (unit = strchr(units, number[len - 1])) != NULL)
		number[len - 1] = '\0';
	if (parse_int(number, 1, 400000000, &n, &why) == -1)
		ctl_usage(c, "-x %s must be a time like 3600, 12h or 30d",
		    text);
	free(number);
	return (int64_t)n * (unit == NULL ? 1 : of[unit - units]);
}

static int64_t
uid_of(struct ctl *c, const char *text)
{
	const char	*why;
	struct passwd	*pw;
	int		 n;

	if ((pw = getpwnam(text)) != NULL)
		return pw->pw_uid;
	if (parse_int(text, 0, INT32_MAX, &n, &why) == -1)
		ctl_usage(c, "-u %s: no such user here, and no uid", text);
	return n;
}

static struct json_object *
list_of(const char *text)
{
	struct json_object	*list = json_object_new_array();
	char			*copy = xstrdup(text), *p = copy, *word;

	while ((word = strsep(&p, ",")) != NULL)
		json_object_array_add(list, json_object_new_string(word));
	free(copy);
	return list;
}

/* The secret alone goes to standard output, so that a file can hold it. */
static int
create(struct ctl *c, const struct token *t)
{
	struct json_object	*body = json_object_new_object(), *o;

	if (t->name != NULL)
		put_text(body, "name", t->name);
	if (t->expires != NULL)
		put_int(body, "expires_in", seconds(c, t->expires));
	if (t->user != NULL)
		put_int(body, "user", uid_of(c, t->user));
	put(body, "scopes", list_of(t->scopes != NULL ? t->scopes :
	    DEFAULT_SCOPES));
	if ((o = api_send(c, "POST", body, "/v1/tokens")) == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else {
		printf("%s\n", field_or(o, "secret", ""));
		fflush(stdout);
		fprintf(stderr, "deskctl: this is %s; it is not shown "
		    "again\n", field_or(o, "id", "a token"));
	}
	json_object_put(o);
	return 0;
}

static const char *
state(struct json_object *o)
{
	const char	*end = field_text(o, "expires_at");
	char		 now[32];
	time_t		 t = time(NULL);

	if (field_text(o, "revoked_at") != NULL)
		return "revoked";
	/* Both are in UTC and of one form: they sort as they follow. */
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%S", gmtime(&t));
	return end != NULL && strcmp(end, now) < 0 ? "expired" : "good";
}

static void
row(struct table *t, struct json_object *o)
{
	struct json_object	*scopes = field(o, "scopes");
	char			 buf[TEXT_SHORT], list[64] = "";
	struct passwd		*pw;
	int64_t			 uid = field_int(o, "user.uid", -1);
	size_t			 i;

	for (i = 0; scopes != NULL && i < json_object_array_length(scopes);
	    i++) {
		strlcat(list, i == 0 ? "" : ",", sizeof(list));
		strlcat(list, json_object_get_string(
		    json_object_array_get_idx(scopes, i)), sizeof(list));
	}
	table_add(t, field_text(o, "id"));
	table_add(t, field_text(o, "name"));
	if ((pw = getpwuid((uid_t)uid)) != NULL)
		strlcpy(buf, pw->pw_name, sizeof(buf));
	else
		snprintf(buf, sizeof(buf), "%lld", (long long)uid);
	table_add(t, buf);
	table_add(t, list);
	table_add(t, state(o));
	table_add(t, field_or(o, "expires_at", "never"));
	table_add(t, text_age(buf, field_text(o, "last_used_at")));
}

static int
list(struct ctl *c, int all)
{
	static const char *const names[] = { "ID", "NAME", "USER", "SCOPES",
	    "STATE", "EXPIRES", "USED" };
	struct json_object	*tokens, *o;
	struct table		*t;
	size_t			 i;

	if ((tokens = api_list(c, "/v1/tokens?limit=100")) == NULL)
		return -1;
	if (c->json) {
		output_json(stdout, tokens);
		json_object_put(tokens);
		return 0;
	}
	t = table_new(7, names);
	table_right(t, 6);
	for (i = 0; i < json_object_array_length(tokens); i++) {
		o = json_object_array_get_idx(tokens, i);
		if (all || strcmp(state(o), "good") == 0)
			row(t, o);
	}
	table_print(t, stdout, 0);
	table_free(t);
	json_object_put(tokens);
	return 0;
}

static int
revoke_all(struct ctl *c, int n, char **ids)
{
	struct json_object	*o;
	char			*id;
	int			 i, status = 0;

	for (i = 0; i < n; i++) {
		id = http_encode(ids[i]);
		o = api_send(c, "DELETE", NULL, "/v1/tokens/%s", id);
		if (o == NULL)
			status = -1;
		json_object_put(o);
		free(id);
	}
	return status;
}

int
cmd_token(struct ctl *c, int argc, char **argv)
{
	struct token	 t = { 0 };
	const char	*what;
	int		 ch;

	while ((ch = ctl_option(c, argc, argv, "an:S:u:x:",
	    long_options)) != -1) {
		if (ch == 'a')
			t.all = 1;
		else if (ch == 'n')
			t.name = optarg;
		else if (ch == 'S')
			t.scopes = optarg;
		else if (ch == 'u')
			t.user = optarg;
		else if (ch == 'x')
			t.expires = optarg;
	}
	ctl_operands(c, argc - optind, 1, -1);
	what = argv[optind++];
	if (strcmp(what, "revoke") == 0) {
		ctl_operands(c, argc - optind, 1, -1);
		return revoke_all(c, argc - optind, argv + optind);
	}
	ctl_operands(c, argc - optind, 0, 0);
	if (strcmp(what, "create") == 0)
		return create(c, &t);
	if (strcmp(what, "ls") == 0)
		return list(c, t.all);
	ctl_usage(c, "%s is none of create, ls and revoke", what);
}
