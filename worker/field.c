#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "field.h"
#include "keysym.h"

struct field_at
field_root(struct field_error *err, const void *env)
{
	struct field_at	at = { .err = err, .env = env };

	return at;
}

struct field_at
field_member(const struct field_at *up, const char *name)
{
	struct field_at	at = { .up = up, .name = name, .err = up->err,
			    .env = up->env };

	return at;
}

struct field_at
field_element(const struct field_at *up, size_t i)
{
	struct field_at	at = { .up = up, .index = i, .err = up->err,
			    .env = up->env };

	return at;
}

/*
 * A name as a reference token: "~" and "/" escaped.  A name that does not
 * fit is cut where a character begins, and one that is no UTF-8 loses what
 * is not ASCII, so that the pointer is UTF-8.
 */
static size_t
put_name(char *buf, size_t len, const char *name)
{
	int		 is_utf8 = field_utf8_length(name, strlen(name)) != -1;
	size_t		 n = 0, k;
	const char	*p, *from;

	for (p = name; *p != '\0'; p += k) {
		k = 1;
		while (is_utf8 && ((unsigned char)p[k] & 0xc0) == 0x80)
			k++;
		from = *p == '~' ? "~0" : *p == '/' ? "~1" : p;
		if (!is_utf8 && (unsigned char)*p >= 0x80)
			from = "?";
		if (n + (from == p ? k : strlen(from)) >= len)
			break;
		memcpy(buf + n, from, from == p ? k : strlen(from));
		n += from == p ? k : strlen(from);
	}
	buf[n] = '\0';
	return n;
}

/* Nesting is bounded by the parser's depth. */
static size_t
put_pointer(char *buf, size_t len, const struct field_at *at)
{
	size_t	n;
	char	digits[24];

	buf[0] = '\0';
	if (at->up == NULL)
		return 0;
	n = put_pointer(buf, len, at->up);
	if (len - n < sizeof(digits))
		return n;
	buf[n++] = '/';
	if (at->name != NULL)
		return n + put_name(buf + n, len - n, at->name);
	snprintf(digits, sizeof(digits), "%zu", at->index);
	return n + put_name(buf + n, len - n, digits);
}

int
field_fail(const struct field_at *at, enum problem problem, const char *fmt,
    ...)
{
	struct field_error	*err = at->err;
	va_list			 ap;
	size_t			 n;

	err->problem = problem;
	put_pointer(err->pointer, sizeof(err->pointer), at);
	va_start(ap, fmt);
	vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
	va_end(ap);
	/* The cut may have fallen inside a character. */
	for (n = strlen(err->detail); n > 0 &&
	    field_utf8_length(err->detail, n) == -1; n--)
		err->detail[n - 1] = '\0';
	return -1;
}

int64_t
field_utf8_length(const char *text, size_t len)
{
	int64_t	count = 0;
	size_t	i, used;

	for (i = 0; i < len; i += used) {
		if (utf8_next(text + i, len - i, &used) == -1)
			return -1;
		count++;
	}
	return count;
}

int
field_number(struct json_object *value, const struct field_at *at,
    int64_t min, int64_t max, int *result)
{
	int64_t	n;

	if (!json_object_is_type(value, json_type_int))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be an integer");
	/* Too large a number reads as the largest: out of any range here. */
	n = json_object_get_int64(value);
	if (n < min || n > max)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be from %" PRId64 " to %" PRId64, min, max);
	*result = (int)n;
	return 0;
}

int
field_int(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	return field_number(value, at, f->min, f->max, to);
}

int
field_bool(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	int	*flag = to;

	(void)f;
	if (!json_object_is_type(value, json_type_boolean))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be true or false");
	*flag = json_object_get_boolean(value);
	return 0;
}

int
field_word(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	char		 list[FIELD_DETAIL_MAX / 2] = "";
	const char	*word = json_object_get_string(value);
	int		*place = to, i;

	for (i = 0; f->words[i] != NULL; i++) {
		if (json_object_is_type(value, json_type_string) &&
		    strcmp(word, f->words[i]) == 0) {
			*place = i;
			return 0;
		}
		if (i > 0)
			strlcat(list, ", ", sizeof(list));
		strlcat(list, f->words[i], sizeof(list));
	}
	return field_fail(at, PROBLEM_INVALID_FIELD, "must be one of %s",
	    list);
}

int
field_text(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	struct field_text	*t = to;
	int64_t			 chars;

	if (!json_object_is_type(value, json_type_string))
		return field_fail(at, PROBLEM_INVALID_FIELD, "must be text");
	t->text = json_object_get_string(value);
	t->len = (size_t)json_object_get_string_len(value);
	chars = field_utf8_length(t->text, t->len);
	if (chars == -1)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be valid UTF-8");
	if (memchr(t->text, '\0', t->len) != NULL)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must not hold a NUL");
	if (chars < f->min || chars > f->max)
		return field_fail(at, PROBLEM_INVALID_FIELD, "must have %"
		    PRId64 " to %" PRId64 " characters", f->min, f->max);
	t->chars = (size_t)chars;
	return 0;
}

static const struct field *
find(const struct field_table *t, const char *name)
{
	size_t	i;

	for (i = 0; t != NULL && i < t->n; i++)
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	return NULL;
}

int
fields_read(struct json_object *obj, const struct field_table *table,
    const struct field_table *others, const struct field_at *at, void *to)
{
	struct json_object_iterator	 it, end;
	const struct field		*f;
	struct field_at			 member;
	struct json_object		*value;
	const char			*name;
	size_t				 i;

	if (!json_object_is_type(obj, json_type_object))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be an object");
	it = json_object_iter_begin(obj);
	end = json_object_iter_end(obj);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		name = json_object_iter_peek_name(&it);
		if (find(table, name) != NULL || find(others, name) != NULL)
			continue;
		member = field_member(at, name);
		return field_fail(&member, PROBLEM_UNKNOWN_FIELD,
		    "there is no such field here");
	}
	for (i = 0; i < table->n; i++) {
		f = &table->rows[i];
		member = field_member(at, f->name);
		if (!json_object_object_get_ex(obj, f->name, &value)) {
			if (f->required)
				return field_fail(&member,
				    PROBLEM_MISSING_FIELD, "is missing");
			continue;
		}
		if (f->read(f, value, &member, (char *)to + f->offset) == -1)
			return -1;
	}
	return 0;
}
