#include <json-c/json.h>
#include <string.h>

#include "broker.h"
#include "check.h"
#include "field.h"

#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT	"0123456789"

#define LABELS_MAX	32
#define LABEL_KEY	63
#define LABEL_VALUE	255
#define ENV_MAX		64
#define ENV_VALUE	4096

const char *
check_name(struct fields *f)
{
	const char	*name;

	if (field_kind(f, "name") != FIELD_GIVEN)
		return NULL;
	name = field_string(f, "name", 1, NAME_MAX_LEN, NULL);
	if (name == NULL)
		return NULL;
	if (name[0] == '-' ||
	    name[strspn(name, LOWER DIGIT "-")] != '\0') {
		fields_fail(f, "name", PROBLEM_INVALID_FIELD, "must be small "
		    "letters, digits and '-', and not begin with '-'");
		return NULL;
	}
	return name;
}

static struct json_object *
label_names(struct fields *f, struct json_object *map)
{
	struct fields	in;

	if (map == NULL || !field_object(f, "labels", &in))
		return NULL;
	json_object_object_foreach(map, key, value) {
		(void)value;
		if (*key == '\0' ||
		    key[strspn(key, LOWER DIGIT "._/-")] != '\0')
			fields_fail(&in, key, PROBLEM_INVALID_FIELD,
			    "a label's name is small letters, digits, "
			    "'.', '_', '/' and '-'");
	}
	return map;
}

struct json_object *
check_labels(struct fields *f)
{
	if (field_kind(f, "labels") == FIELD_ABSENT)
		return NULL;
	return label_names(f, field_map(f, "labels", LABELS_MAX, LABEL_KEY,
	    LABEL_VALUE));
}

struct json_object *
labels_changed(struct json_object *labels, struct json_object *changes)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_foreach(labels, was, text)
		if (!json_object_object_get_ex(changes, was, NULL))
			json_object_object_add(o, was, json_object_get(text));
	json_object_object_foreach(changes, key, value)
		if (value != NULL)
			json_object_object_add(o, key, json_object_get(value));
	if (json_object_object_length(o) <= LABELS_MAX)
		return o;
	json_object_put(o);
	return NULL;
}

/* Names to be taken away beside names to be set: twice as many. */
struct json_object *
check_label_changes(struct fields *f, struct json_object *labels)
{
	struct json_object	*map, *o;

	if (field_kind(f, "labels") == FIELD_ABSENT)
		return NULL;
	map = label_names(f, field_map_changes(f, "labels", 2 * LABELS_MAX,
	    LABEL_KEY, LABEL_VALUE));
	if (map == NULL)
		return NULL;
	if ((o = labels_changed(labels, map)) == NULL)
		fields_fail(f, "labels", PROBLEM_INVALID_FIELD,
		    "a session can have %d labels", LABELS_MAX);
	json_object_put(o);
	return map;
}

int
env_name_ok(const char *name)
{
	return *name != '\0' && strchr(DIGIT, *name) == NULL &&
	    name[strspn(name, LOWER UPPER DIGIT "_")] == '\0';
}

struct json_object *
check_env(struct fields *f)
{
	struct json_object	*map;
	struct fields		 in;
	size_t			 total = 0;

	if (field_kind(f, "env") == FIELD_ABSENT ||
	    (map = field_map(f, "env", ENV_MAX, 255, ENV_VALUE)) == NULL)
		return NULL;
	if (!field_object(f, "env", &in))
		return NULL;
	json_object_object_foreach(map, key, value) {
		total += strlen(key) + 2 +
		    (size_t)json_object_get_string_len(value);
		if (!env_name_ok(key))
			fields_fail(&in, key, PROBLEM_INVALID_FIELD,
			    "a variable's name is letters, digits and '_', "
			    "and does not begin with a digit");
	}
	if (total > EXEC_ARGS_BYTES / 2)
		fields_fail(f, "env", PROBLEM_INVALID_FIELD,
		    "is larger than %d bytes in all", EXEC_ARGS_BYTES / 2);
	return map;
}

void
check_resources(struct fields *f, struct msg_resources *res, int disk)
{
	const struct msg_system	*m = &broker_system()->m;
	struct fields		 in;

	if (field_kind(f, "resources") == FIELD_ABSENT ||
	    !field_object(f, "resources", &in))
		return;
	res->memory = (uint64_t)field_int(&in, "memory_bytes", MEMORY_MIN,
	    (int64_t)m->memory, (int64_t)res->memory);
	res->cpu_percent = (uint32_t)field_int(&in, "cpu_percent", CPU_PERCENT_MIN,
	    100 * (int64_t)m->cpus, res->cpu_percent);
	res->tasks = (uint32_t)field_int(&in, "tasks", TASKS_MIN, TASKS_MAX,
	    res->tasks);
	if (disk)
		res->disk = (uint64_t)field_int(&in, "disk_bytes", DISK_MIN,
		    (int64_t)DISK_MAX, (int64_t)res->disk);
	fields_end(&in);
}

static uint32_t
largest(uint32_t size, uint32_t max)
{
	return max < size ? size : max;
}

int
check_desktop(struct fields *f, struct msg_desktop_size *d)
{
	struct fields	in;

	switch (field_kind(f, "desktop")) {
	case FIELD_ABSENT:
		return d->width != 0;
	case FIELD_NULL:
		return 0;
	case FIELD_GIVEN:
		break;
	}
	if (!field_object(f, "desktop", &in))
		return 0;
	d->width = (uint32_t)field_int(&in, "width", SCREEN_MIN, SCREEN_MAX,
	    d->width != 0 ? d->width : 1280);
	d->height = (uint32_t)field_int(&in, "height", SCREEN_MIN, SCREEN_MAX,
	    d->height != 0 ? d->height : 800);
	d->max_width = (uint32_t)field_int(&in, "max_width", d->width,
	    SCREEN_MAX, largest(d->width, d->max_width));
	d->max_height = (uint32_t)field_int(&in, "max_height", d->height,
	    SCREEN_MAX, largest(d->height, d->max_height));
	d->dpi = (uint32_t)field_int(&in, "dpi", DPI_MIN, DPI_MAX,
	    d->dpi != 0 ? d->dpi : 96);
	fields_end(&in);
	return 1;
}
