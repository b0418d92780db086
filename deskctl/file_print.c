#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "field.h"
#include "file_print.h"
#include "output.h"
#include "xmalloc.h"

static const struct {
	const char	*type;
	char		 letter;	/* as ls -l has it */
	const char	*mark;		/* as ls -F has it */
} types[] = {
	{ "file",	  '-', "" },
	{ "directory",	  'd', "/" },
	{ "symlink",	  'l', "@" },
	{ "fifo",	  'p', "|" },
	{ "socket",	  's', "=" },
	{ "char_device",  'c', "" },
	{ "block_device", 'b', "" }
};

static size_t
type_of(struct json_object *o)
{
	const char	*type = field_or(o, "type", "");
	size_t		 i;

	for (i = sizeof(types) / sizeof(types[0]) - 1; i > 0; i--)
		if (strcmp(types[i].type, type) == 0)
			break;
	return i;
}

/* "drwxr-x---" */
static void
mode_text(char text[11], struct json_object *o)
{
	unsigned long	mode;
	int		i;

	mode = strtoul(field_or(o, "mode", "0"), NULL, 8);
	text[0] = types[type_of(o)].letter;
	for (i = 0; i < 9; i++)
		text[i + 1] = mode & (0400UL >> i) ? "rwxrwxrwx"[i] : '-';
	text[10] = '\0';
}

static char *
clean(struct json_object *o, const char *member)
{
	return text_clean(field_or(o, member, ""));
}

static void
row(struct table *t, struct json_object *o)
{
	char	 text[64], *name = clean(o, "name"), *target, *whole;

	mode_text(text, o);
	table_add(t, text);
	snprintf(text, sizeof(text), "%lld", (long long)field_int(o, "uid", 0));
	table_add(t, text);
	snprintf(text, sizeof(text), "%lld", (long long)field_int(o, "gid", 0));
	table_add(t, text);
	snprintf(text, sizeof(text), "%lld",
	    (long long)field_int(o, "size", 0));
	table_add(t, text);
	snprintf(text, sizeof(text), "%.19s", field_or(o, "modified_at", "-"));
	table_add(t, text);
	target = clean(o, "target");
	xasprintf(&whole, "%s%s%s", name, *target == '\0' ? "" : " -> ",
	    target);
	table_add(t, whole);
	free(whole);
	free(target);
	free(name);
}

void
file_print_list(struct json_object *all, int is_long)
{
	static const char *const names[] = { "MODE", "UID", "GID", "SIZE",
	    "MODIFIED", "NAME" };
	struct table		*t;
	struct json_object	*o;
	char			*name;
	size_t			 i, n = json_object_array_length(all);

	if (is_long) {
		t = table_new(6, names);
		table_right(t, 3);
		output_rows(t, all, row);
		return;
	}
	for (i = 0; i < n; i++) {
		o = json_object_array_get_idx(all, i);
		name = clean(o, "name");
		printf("%s%s\n", name, types[type_of(o)].mark);
		free(name);
	}
}

void
file_print(struct json_object *o)
{
	static const char *const members[] = { "path", "type", "size",
	    "mode", "uid", "gid", "modified_at", "etag", "target" };
	struct json_object	*v;
	char			*text;
	size_t			 i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if ((v = field(o, members[i])) == NULL)
			continue;
		text = text_clean(json_object_get_string(v));
		printf("%-12s %s\n", members[i], text);
		free(text);
	}
}

void
file_print_event(struct json_object *o)
{
	const char	*event = field_or(o, "event", "");
	char		*path = clean(o, "path"), *from = clean(o, "from");

	if (strcmp(event, "watching") == 0) {
		/* Its head: nothing has happened yet. */
	} else if (*from != '\0')
		printf("%-8s %s -> %s\n", event, from, path);
	else
		printf("%-8s %s\n", event, path);
	free(from);
	free(path);
}
