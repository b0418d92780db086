/* One session for a person, and what deskd had against a request. */
#include <sys/types.h>

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl.h"
#include "field.h"
#include "output.h"
#include "xmalloc.h"

/* deskd knows the names in its configuration, we those of the system. */
const char *
text_owner(char *buf, struct json_object *session)
{
	int64_t		 uid = field_int(session, "owner.uid", -1);
	const char	*name = field_text(session, "owner.name");
	struct passwd	*pw;

	if (name == NULL && uid >= 0 && (pw = getpwuid((uid_t)uid)) != NULL)
		name = pw->pw_name;
	if (name != NULL)
		strlcpy(buf, name, TEXT_SHORT);
	else
		snprintf(buf, TEXT_SHORT, "%lld", (long long)uid);
	return buf;
}

static void
line(const char *name, const char *text)
{
	char	*clean;

	if (text == NULL)
		return;
	clean = text_clean(text);
	printf("%-10s %s\n", name, clean);
	free(clean);
}

static void
state_line(struct json_object *o)
{
	const char	*reason = field_text(o, "state_reason");
	const char	*detail = field_text(o, "state_detail");
	char		*text;

	xasprintf(&text, "%s%s%s%s%s%s", field_or(o, "state", "?"),
	    reason != NULL ? " (" : "", reason != NULL ? reason : "",
	    reason != NULL ? ")" : "", detail != NULL ? ": " : "",
	    detail != NULL ? detail : "");
	line("state", text);
	free(text);
	if (strcmp(field_or(o, "state", ""),
	    field_or(o, "desired_state", "")) != 0)
		line("wanted", field_text(o, "desired_state"));
}

static void
desktop_line(struct json_object *o)
{
	char	*text;

	if (field(o, "desktop") == NULL) {
		line("desktop", "none");
		return;
	}
	xasprintf(&text, "%lldx%lld, %lld dpi, at most %lldx%lld",
	    (long long)field_int(o, "desktop.width", 0),
	    (long long)field_int(o, "desktop.height", 0),
	    (long long)field_int(o, "desktop.dpi", 0),
	    (long long)field_int(o, "desktop.max_width", 0),
	    (long long)field_int(o, "desktop.max_height", 0));
	line("desktop", text);
	free(text);
}

static void
limits_line(struct json_object *o)
{
	char	 memory[TEXT_SHORT], disk[TEXT_SHORT], *text;

	xasprintf(&text, "memory %s, cpu %lld%%, tasks %lld, disk %s",
	    text_size(memory, (uint64_t)field_int(o,
	    "resources.memory_bytes", 0)),
	    (long long)field_int(o, "resources.cpu_percent", 0),
	    (long long)field_int(o, "resources.tasks", 0),
	    text_size(disk, (uint64_t)field_int(o,
	    "resources.disk_bytes", 0)));
	line("limits", text);
	free(text);
}

static void
pairs(struct json_object *o, const char *member, const char *name)
{
	struct json_object	*map = field(o, member);
	char			*text;

	if (!json_object_is_type(map, json_type_object))
		return;
	json_object_object_foreach(map, key, value) {
		xasprintf(&text, "%s=%s", key, json_object_get_string(value));
		line(name, text);
		free(text);
		name = "";
	}
}

void
output_session(struct json_object *o)
{
	char	*owner, buf[TEXT_SHORT];

	line("id", field_text(o, "id"));
	line("name", field_text(o, "name"));
	xasprintf(&owner, "%s (%lld)", text_owner(buf, o),
	    (long long)field_int(o, "owner.uid", -1));
	line("owner", owner);
	free(owner);
	line("image", field_text(o, "image"));
	state_line(o);
	desktop_line(o);
	limits_line(o);
	line("created", field_text(o, "created_at"));
	line("started", field_text(o, "started_at"));
	line("stopped", field_text(o, "stopped_at"));
	pairs(o, "labels", "labels");
	pairs(o, "env", "env");
}

const char *
output_pointer(const char *pointer)
{
	static const struct {
		const char	*pointer;
		const char	*word;
	} words[] = {
		{ "/desktop/width",		"geometry" },
		{ "/desktop/height",		"geometry" },
		{ "/desktop/max_width",		"largest geometry" },
		{ "/desktop/max_height",	"largest geometry" },
		{ "/desktop/dpi",		"dpi" },
		{ "/resources/memory_bytes",	"memory" },
		{ "/resources/cpu_percent",	"cpu" },
		{ "/resources/tasks",		"tasks" },
		{ "/resources/disk_bytes",	"disk" },
		{ "/timeout_seconds",		"timeout" },
		{ "/keep_bytes",		"keep" },
		{ "/argv/0",			"" }	/* the text names it */
	};
	size_t	i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(pointer, words[i].pointer) == 0)
			return words[i].word;
	return *pointer == '/' ? pointer + 1 : pointer;
}

void
output_problem(struct ctl *c, struct json_object *o)
{
	const char	*pointer = field_text(o, "pointer"), *detail;
	char		*text, *clean;

	if (pointer != NULL && c->path != NULL &&
	    (strcmp(pointer, "/path") == 0 || strcmp(pointer, "/from") == 0))
		pointer = c->path;
	else if (pointer != NULL)
		pointer = output_pointer(pointer);
	detail = field_or(o, "detail", field_or(o, "title", "failed"));
	xasprintf(&text, "%s%s%s",
	    pointer != NULL && *pointer != '\0' ? pointer : "",
	    pointer != NULL && *pointer != '\0' ? ": " : "", detail);
	clean = text_clean(text);
	ctl_fail(c, field_or(o, "code", "failed"), "%s", clean);
	free(clean);
	free(text);
}
