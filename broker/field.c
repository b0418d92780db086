/* Typed reading of a JSON object; see field.h for how it is used. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json.h>

#include "field.h"
#include "http.h"

/*
 * Appends "/name" as RFC 6901 writes it.  A pointer that does not fit ends
 * before the name: never in the middle of a character.
 */
static void
pointer_add(char *pointer, const char *name)
{
	size_t at = strlen(pointer), start = at;
	const char *p;

	if (at + 1 >= POINTER_MAX)
		return;
	pointer[at++] = '/';
	for (p = name; *p != '\0'; p++) {
		if (at + 3 >= POINTER_MAX) {
			at = start;
			break;
		}
		if (*p == '~' || *p == '/') {
			pointer[at++] = '~';
			pointer[at++] = *p == '~' ? '0' : '1';
		} else
			pointer[at++] = *p;
	}
	pointer[at] = '\0';
}

__attribute__((__format__(__printf__, 4, 0)))
static void
vfail(struct fields *f, const char *name, enum problem problem,
    const char *fmt, va_list ap)
{
	struct fields *top = f->top;

	if (top->problem != PROBLEM_NONE)
		return;
	top->problem = problem;
	strlcpy(top->where, f->pointer, sizeof(top->where));
	if (name != NULL)
		pointer_add(top->where, name);
	vsnprintf(top->detail, sizeof(top->detail), fmt, ap);
}

void
fields_fail(struct fields *f, const char *name, enum problem problem,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(f, name, problem, fmt, ap);
	va_end(ap);
}

void
fields_begin(struct fields *f, struct json_object *object)
{
	memset(f, 0, sizeof(*f));
	f->object = object;
	f->top = f;
}

static int
was_asked(const struct fields *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->nasked; i++)
		if (strcmp(f->asked[i], name) == 0)
			return 1;
	return 0;
}

static void
ask(struct fields *f, const char *name)
{
	if (was_asked(f, name))
		return;
	/* Our own fault: the name would then be refused as unknown. */
	if (f->nasked == FIELDS_MAX) {
		fields_fail(f, name, PROBLEM_INTERNAL, "too many fields");
		return;
	}
	f->asked[f->nasked++] = name;
}

int
fields_end(struct fields *f)
{
	if (f->object != NULL && f->top->problem == PROBLEM_NONE) {
		json_object_object_foreach(f->object, key, value) {
			(void)value;
			if (!was_asked(f, key)) {
				fields_fail(f, key, PROBLEM_UNKNOWN_FIELD,
				    "no such field here");
				break;
			}
		}
	}
	return f->top->problem == PROBLEM_NONE ? 0 : -1;
}

void
fields_reply(const struct fields *f, struct request *r)
{
	const struct fields *top = f->top;

	reply_problem(r, top->problem, top->where, "%s", top->detail);
}

static enum field_kind
member(struct fields *f, const char *name, struct json_object **value)
{
	*value = NULL;
	ask(f, name);
	if (f->object == NULL ||
	    !json_object_object_get_ex(f->object, name, value))
		return FIELD_ABSENT;
	return *value == NULL ? FIELD_NULL : FIELD_GIVEN;
}

enum field_kind
field_kind(struct fields *f, const char *name)
{
	struct json_object *value;

	return member(f, name, &value);
}

void
field_require(struct fields *f, const char *name)
{
	if (field_kind(f, name) == FIELD_ABSENT)
		fields_fail(f, name, PROBLEM_MISSING_FIELD, "is required");
}

static int
wrong_type(struct fields *f, const char *name, const char *wanted)
{
	fields_fail(f, name, PROBLEM_INVALID_FIELD, "must be %s", wanted);
	return -1;
}

/*
 * A member of a type, or NULL when it is absent or wrong.  A field that
 * may be null is first asked for with field_kind.
 */
static struct json_object *
typed(struct fields *f, const char *name, enum json_type type,
    const char *wanted)
{
	struct json_object *value;

	if (member(f, name, &value) == FIELD_ABSENT)
		return NULL;
	if (value == NULL || !json_object_is_type(value, type)) {
		wrong_type(f, name, wanted);
		return NULL;
	}
	return value;
}

/* The text of a value; -1 when it holds a NUL or its length is wrong. */
static int
text_ok(struct fields *f, const char *name, struct json_object *value,
    size_t min, size_t max)
{
	size_t len = (size_t)json_object_get_string_len(value);

	if (strlen(json_object_get_string(value)) != len) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must not hold a NUL");
		return -1;
	}
	if (len < min || len > max) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must have %zu to %zu bytes, has %zu", min, max, len);
		return -1;
	}
	return 0;
}

const char *
field_string(struct fields *f, const char *name, size_t min, size_t max,
    const char *def)
{
	struct json_object *value;

	value = typed(f, name, json_type_string, "a string");
	if (value == NULL || text_ok(f, name, value, min, max) == -1)
		return def;
	return json_object_get_string(value);
}

const char *
field_bytes(struct fields *f, const char *name, size_t max, size_t *len)
{
	struct json_object *value;

	*len = 0;
	value = typed(f, name, json_type_string, "a string");
	if (value == NULL)
		return NULL;
	*len = (size_t)json_object_get_string_len(value);
	if (*len > max) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must have at most %zu bytes, has %zu", max, *len);
		*len = 0;
		return NULL;
	}
	return json_object_get_string(value);
}

int64_t
field_int(struct fields *f, const char *name, int64_t min, int64_t max,
    int64_t def)
{
	struct json_object *value;
	int64_t n;

	value = typed(f, name, json_type_int, "an integer");
	if (value == NULL)
		return def;
	n = json_object_get_int64(value);
	/* json-c clamps what is too large for 64 bits to their end. */
	if (n < min || n > max || json_object_get_uint64(value) >
	    (n < 0 ? 0 : (uint64_t)n)) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must be from %lld to %lld", (long long)min,
		    (long long)max);
		return def;
	}
	return n;
}

double
field_number(struct fields *f, const char *name, double min, double max,
    double def)
{
	struct json_object *value;
	double d;

	if (member(f, name, &value) == FIELD_ABSENT)
		return def;
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double)) {
		wrong_type(f, name, "a number");
		return def;
	}
	d = json_object_get_double(value);
	if (!(d >= min && d <= max)) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must be from %g to %g", min, max);
		return def;
	}
	return d;
}

int
field_bool(struct fields *f, const char *name, int def)
{
	struct json_object *value;

	value = typed(f, name, json_type_boolean, "true or false");
	return value == NULL ? def : json_object_get_boolean(value);
}

static int
choice(const char *text, const char *const *choices)
{
	int i;

	for (i = 0; choices[i] != NULL; i++)
		if (strcmp(text, choices[i]) == 0)
			return i;
	return -1;
}

static void
list_choices(char *list, size_t size, const char *const *choices)
{
	int i;

	strlcpy(list, "must be", size);
	for (i = 0; choices[i] != NULL; i++) {
		strlcat(list, i == 0 ? " " : ", ", size);
		strlcat(list, choices[i], size);
	}
}

int
field_choice(struct fields *f, const char *name, const char *const *choices,
    int def)
{
	struct json_object *value;
	char list[200];
	int i;

	value = typed(f, name, json_type_string, "a string");
	if (value == NULL)
		return def;
	i = text_ok(f, name, value, 0, sizeof(list)) == -1 ? -1 :
	    choice(json_object_get_string(value), choices);
	if (i != -1)
		return i;
	list_choices(list, sizeof(list), choices);
	fields_fail(f, name, PROBLEM_INVALID_FIELD, "%s", list);
	return def;
}

int
field_object(struct fields *f, const char *name, struct fields *child)
{
	struct json_object *value;
	enum field_kind kind = member(f, name, &value);

	fields_begin(child, NULL);
	child->top = f->top;
	strlcpy(child->pointer, f->pointer, sizeof(child->pointer));
	pointer_add(child->pointer, name);
	if (kind != FIELD_GIVEN)
		return 0;
	if (!json_object_is_type(value, json_type_object)) {
		wrong_type(f, name, "an object");
		return 0;
	}
	child->object = value;
	return 1;
}

/* One entry of a list or map; a fault is put on the entry itself. */
static int
entry_ok(struct fields *f, const char *name, const char *key,
    struct json_object *value, size_t max)
{
	struct fields at;

	fields_begin(&at, NULL);
	at.top = f->top;
	strlcpy(at.pointer, f->pointer, sizeof(at.pointer));
	pointer_add(at.pointer, name);
	if (!json_object_is_type(value, json_type_string))
		return wrong_type(&at, key, "a string");
	return text_ok(&at, key, value, 0, max);
}

struct json_object *
field_texts(struct fields *f, const char *name, size_t entries, size_t max)
{
	struct json_object *value;
	char index[24];
	size_t i, n;

	value = typed(f, name, json_type_array, "an array of strings");
	if (value == NULL)
		return NULL;
	if ((n = json_object_array_length(value)) > entries) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must have at most %zu entries, has %zu", entries, n);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		snprintf(index, sizeof(index), "%zu", i);
		if (entry_ok(f, name, index, json_object_array_get_idx(value,
		    i), max) == -1)
			return NULL;
	}
	return value;
}

static struct json_object *
map(struct fields *f, const char *name, size_t entries, size_t key_max,
    size_t max, int nulls)
{
	struct json_object *value;

	value = typed(f, name, json_type_object, "an object of strings");
	if (value == NULL)
		return NULL;
	if ((size_t)json_object_object_length(value) > entries) {
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must have at most %zu entries, has %d", entries,
		    json_object_object_length(value));
		return NULL;
	}
	json_object_object_foreach(value, key, text) {
		if (key[0] == '\0' || strlen(key) > key_max) {
			fields_fail(f, name, PROBLEM_INVALID_FIELD,
			    "names must have 1 to %zu bytes", key_max);
			return NULL;
		}
		if (nulls && text == NULL)
			continue;
		if (entry_ok(f, name, key, text, max) == -1)
			return NULL;
	}
	return value;
}

struct json_object *
field_map(struct fields *f, const char *name, size_t entries, size_t key_max,
    size_t max)
{
	return map(f, name, entries, key_max, max, 0);
}

struct json_object *
field_map_changes(struct fields *f, const char *name, size_t entries,
    size_t key_max, size_t max)
{
	return map(f, name, entries, key_max, max, 1);
}
