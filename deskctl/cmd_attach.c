/* attach: a terminal of a session that is there already. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "attach.h"
#include "ctl.h"
#include "field.h"

static const struct option long_options[] = {
	{ "read-only",	no_argument,		NULL, 'r' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

/* By id, by the beginning of one after its prefix, or by name. */
static int
is_named(struct json_object *t, const char *typed)
{
	const char	*id = field_or(t, "id", "");
	size_t		 len = strlen(typed);

	if (strcmp(field_or(t, "name", ""), typed) == 0)
		return 1;
	if (len >= 4 && strncmp(typed, id, 4) == 0)
		return strncmp(id, typed, len) == 0;
	return len >= 6 && strlen(id) > 4 && strncmp(id + 4, typed, len) == 0;
}

static int
runs(struct json_object *t)
{
	return strcmp(field_or(t, "state", ""), "running") == 0;
}

/* Which of them: the only one that was named, or the only one that runs. */
static struct json_object *
choose(struct ctl *c, struct json_object *list, const char *typed)
{
	struct json_object	*t, *found = NULL;
	size_t			 i, n = 0;

	for (i = 0; i < json_object_array_length(list); i++) {
		t = json_object_array_get_idx(list, i);
		if (typed != NULL ? !is_named(t, typed) : !runs(t))
			continue;
		found = t;
		n++;
	}
	if (n == 1)
		return found;
	if (n == 0)
		ctl_fail(c, "not_found", typed != NULL ?
		    "no terminal %s in this session" :
		    "no terminal runs in this session%s; deskctl exec -t "
		    "starts one", typed != NULL ? typed : "");
	else
		ctl_fail(c, "ambiguous", "%zu terminals%s%s; which one?", n,
		    typed != NULL ? " are like " : "",
		    typed != NULL ? typed : "");
	return NULL;
}

static void
print_list(struct json_object *list)
{
	struct json_object	*t;
	size_t			 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		t = json_object_array_get_idx(list, i);
		if (runs(t))
			fprintf(stderr, "%s  %s\n", field_or(t, "id", "?"),
			    field_or(t, "name", field_or(t, "started_at",
			    "")));
	}
}

static int
attach(struct ctl *c, const char *session, const char *typed, int read_only)
{
	struct attach		 a = { .session = session,
				    .read_only = read_only };
	struct json_object	*o, *list, *t;
	int			 status = -1;

	if ((o = api_get(c, "/v1/sessions/%s/terminals", session)) == NULL)
		return -1;
	list = field(o, "data");
	if ((t = choose(c, list, typed)) != NULL) {
		a.terminal = field_or(t, "id", "");
		status = attach_run(c, &a);
	} else if (!c->json)
		print_list(list);
	if (a.detached)
		fprintf(stderr, "\n[deskctl: detached from %s]\n",
		    a.terminal);
	json_object_put(o);
	return status;
}

int
cmd_attach(struct ctl *c, int argc, char **argv)
{
	int	 ch, read_only = 0, status = -1;
	char	*id;

	while ((ch = ctl_option(c, argc, argv, "r", long_options)) != -1)
		if (ch == 'r')
			read_only = 1;
	ctl_operands(c, argc - optind, 1, 2);
	if ((id = ctl_session(c, argv[optind])) != NULL)
		status = attach(c, id, argv[optind + 1], read_only);
	free(id);
	return status;
}
