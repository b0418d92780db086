/* ps, kill: what runs in a session, and ending it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "process.h"
#include "xmalloc.h"

#define COMMAND_WIDTH	60

static const struct option ps_options[] = {
	{ "kept",	no_argument,		NULL, 'k' },
	{ "terminals",	no_argument,		NULL, 't' },
	{ "quiet",	no_argument,		NULL, 'q' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

/* "running", or how it ended. */
static const char *
text_state(char *buf, struct json_object *o)
{
	if (strcmp(field_or(o, "state", ""), "exited") != 0)
		strlcpy(buf, field_or(o, "kernel.state",
		    field_or(o, "state", "-")), TEXT_SHORT);
	else if (field_text(o, "signal") != NULL)
		snprintf(buf, TEXT_SHORT, "%s %s", "killed by",
		    field_text(o, "signal"));
	else
		snprintf(buf, TEXT_SHORT, "exited %lld",
		    (long long)field_int(o, "exit_code", 0));
	return buf;
}

/* The arguments on one line, cut. */
static void
add_command(struct table *t, struct json_object *o)
{
	struct json_object	*argv = field(o, "argv"), *arg;
	char			 line[COMMAND_WIDTH * 2] = "", *clean;
	size_t			 i, n = 0;

	if (json_object_is_type(argv, json_type_array))
		n = json_object_array_length(argv);
	if (n == 0)
		strlcpy(line, field_or(o, "kernel.name", "-"), sizeof(line));
	for (i = 0; i < n; i++) {
		arg = json_object_array_get_idx(argv, i);
		if (!json_object_is_type(arg, json_type_string))
			continue;
		if (i > 0)
			strlcat(line, " ", sizeof(line));
		strlcat(line, json_object_get_string(arg), sizeof(line));
	}
	clean = text_clean(line);
	if (strlen(clean) > COMMAND_WIDTH)
		clean[COMMAND_WIDTH] = '\0';
	table_add(t, clean);
	free(clean);
}

static void
row(struct table *t, struct json_object *o)
{
	char	 buf[TEXT_SHORT];
	int64_t	 memory = field_int(o, "kernel.memory_bytes", -1);

	snprintf(buf, sizeof(buf), "%lld", (long long)field_int(o, "pid", 0));
	table_add(t, buf);
	table_add(t, field_or(o, "id", "-"));
	table_add(t, field_or(o, "name", "-"));
	table_add(t, field_or(o, "user", "-"));
	table_add(t, text_state(buf, o));
	table_add(t, memory < 0 ? "-" : text_size(buf, (uint64_t)memory));
	table_add(t, text_age(buf, field_text(o, "started_at")));
	add_command(t, o);
}

static void
print_table(struct json_object *all)
{
	static const char *const names[] = { "PID", "ID", "NAME", "USER",
	    "STATE", "MEMORY", "AGE", "COMMAND" };
	struct table	*t = table_new(8, names);

	table_right(t, 0);
	table_right(t, 5);
	table_right(t, 6);
	output_rows(t, all, row);
}

/* Those that were started through deskd. */
static void
sift(struct json_object *all)
{
	size_t	i = 0;

	while (i < json_object_array_length(all)) {
		if (field_text(json_object_array_get_idx(all, i),
		    "id") != NULL)
			i++;
		else
			json_object_array_del_idx(all, i, 1);
	}
}

int
cmd_ps(struct ctl *c, int argc, char **argv)
{
	struct json_object	*all = NULL;
	const char		*what = "processes";
	char			*id;
	int			 ch, kept = 0, quiet = 0;

	while ((ch = ctl_option(c, argc, argv, "kqt", ps_options)) != -1) {
		if (ch == 'k')
			kept = 1;
		else if (ch == 'q')
			kept = quiet = 1;
		else
			what = "terminals";
	}
	ctl_operands(c, argc - optind, 1, 1);
	if ((id = ctl_session(c, argv[optind])) != NULL)
		all = api_list(c, "/v1/sessions/%s/%s?limit=1000", id, what);
	free(id);
	if (all == NULL)
		return -1;
	if (kept)
		sift(all);
	if (quiet)
		output_ids(all);
	else if (c->json)
		output_json(stdout, all);
	else
		print_table(all);
	json_object_put(all);
	return 0;
}

static const struct option kill_options[] = {
	{ "remove",	no_argument,		NULL, 'r' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "json",	no_argument,		NULL, 'j' },
	{ NULL,		0,			NULL, 0 }
};

static int
send_signal(struct ctl *c, const char *session, const char *path,
    const char *sig)
{
	struct json_object	*body = json_object_new_object(), *o;

	if (sig[strspn(sig, "0123456789")] == '\0')
		put_int(body, "signal", atoi(sig));
	else
		put_text(body, "signal", sig);
	o = api_send(c, "POST", body, "/v1/sessions/%s/%s/signal", session,
	    path);
	json_object_put(o);
	return o == NULL ? -1 : 0;
}

static int
remove_one(struct ctl *c, const char *session, const char *path)
{
	struct json_object	*o;

	o = api_send(c, "DELETE", NULL, "/v1/sessions/%s/%s", session, path);
	json_object_put(o);
	return o == NULL ? -1 : 0;
}

/* A terminal's program is a process like others. */
static void
as_process(char *path)
{
	if (strncmp(path, "terminals/", 10) == 0)
		memcpy(path, "processes/", 10);
}

int
cmd_kill(struct ctl *c, int argc, char **argv)
{
	char	*id, *path = NULL;
	int	 ch, gone = 0, status = -1;

	while ((ch = ctl_option(c, argc, argv, "r", kill_options)) != -1)
		if (ch == 'r')
			gone = 1;
	ctl_operands(c, argc - optind, 2, gone ? 2 : 3);
	argv += optind;
	argc -= optind;
	if ((id = ctl_session(c, argv[0])) != NULL)
		path = process_path(c, id, argv[1]);
	if (path != NULL && gone)
		status = remove_one(c, id, path);
	else if (path != NULL) {
		as_process(path);
		status = send_signal(c, id, path, argc > 2 ? argv[2] :
		    "TERM");
	}
	free(path);
	free(id);
	return status;
}
