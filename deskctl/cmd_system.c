/* system and shutdown: deskd itself. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "api.h"
#include "ctl.h"
#include "field.h"
#include "output.h"
#include "xmalloc.h"

/* The texts of an array, or the names in one of objects. */
static char *
list(struct json_object *array)
{
	struct json_object	*o;
	char			*text = xstrdup(""), *old;
	size_t			 i;

	for (i = 0; json_object_is_type(array, json_type_array) &&
	    i < json_object_array_length(array); i++) {
		o = json_object_array_get_idx(array, i);
		old = text;
		xasprintf(&text, "%s%s%s", old, *old != '\0' ? " " : "",
		    json_object_is_type(o, json_type_string) ?
		    json_object_get_string(o) : field_or(o, "name", "?"));
		free(old);
	}
	return text;
}

static void
text_line(const char *name, const char *text)
{
	char	*clean = text_clean(text);

	printf("%-9s %s\n", name, clean);
	free(clean);
}

static void
list_line(const char *name, struct json_object *array)
{
	char	*text = list(array);

	text_line(name, *text != '\0' ? text : "none");
	free(text);
}

static void
machine(struct json_object *o)
{
	char	buf[TEXT_SHORT], *controllers;

	printf("%-9s %lld CPUs, %s of memory\n", "machine",
	    (long long)field_int(o, "cpus", 0), text_size(buf,
	    (uint64_t)field_int(o, "memory_bytes", 0)));
	text_line("kernel", field_or(o, "kernel", "?"));
	controllers = list(field(o, "cgroup.controllers"));
	printf("%-9s version %lld: %s\n", "cgroup",
	    (long long)field_int(o, "cgroup.version", 0),
	    *controllers != '\0' ? controllers : "no controllers");
	free(controllers);
	if (field_int(o, "landlock_abi", 0) > 0)
		printf("%-9s ABI %lld\n", "landlock",
		    (long long)field_int(o, "landlock_abi", 0));
	else
		text_line("landlock", "none");
}

static void
print_system(struct json_object *o)
{
	printf("%-9s %s (protocol %lld)\n", "deskd",
	    field_or(o, "version", "?"),
	    (long long)field_int(o, "protocol", 0));
	machine(o);
	list_line("images", field(o, "images"));
	printf("%-9s %lld, %lld of them running\n", "sessions",
	    (long long)field_int(o, "sessions.total", 0),
	    (long long)field_int(o, "sessions.running", 0));
	printf("%-9s %s (%lld)%s\n", "you", field_or(o, "user.name", "?"),
	    (long long)field_int(o, "user.uid", -1),
	    field_true(o, "user.admin") ? ", admin" : "");
}

int
cmd_system(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 0, 0);
	if ((o = api_get(c, "/v1/system")) == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else
		print_system(o);
	json_object_put(o);
	return 0;
}

int
cmd_shutdown(struct ctl *c, int argc, char **argv)
{
	struct json_object	*o;

	while (ctl_option(c, argc, argv, "", NULL) != -1)
		;
	ctl_operands(c, argc - optind, 0, 0);
	if ((o = api_send(c, "POST", NULL, "/v1/system/shutdown")) == NULL)
		return -1;
	if (c->json)
		output_json(stdout, o);
	else
		printf("deskd is stopping all sessions\n");
	json_object_put(o);
	return 0;
}
