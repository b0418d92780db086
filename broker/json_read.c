/*
 * A scanner walks the text first and refuses all that is not plain JSON;
 * only what it has passed is given to json-c.  json-c keeps the last of
 * two equal names, so the members it holds are counted against those the
 * scanner saw; only when they differ is the text walked once more to say
 * where.  All is linear in the text, and depth is bounded.
 */
#include <stdint.h>
#include <string.h>

#include <json.h>

#include "json_read.h"
#include "utf8.h"

struct scan {
	const unsigned char	*text;
	size_t			 len;
	size_t			 at;
	size_t			 members;
	size_t			 values;
	size_t			 nests;
	int			 depth;
	const char		*what;
	/* When looking for equal names: those seen at each depth. */
	struct json_object	**seen;
};

static int	scan_value(struct scan *);

static int
fail(struct scan *s, const char *what)
{
	if (s->what == NULL)
		s->what = what;
	return -1;
}

static int
peek(const struct scan *s)
{
	return s->at < s->len ? s->text[s->at] : -1;
}

static void
space(struct scan *s)
{
	int c;

	while ((c = peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->at++;
}

static int
expect(struct scan *s, int c, const char *what)
{
	if (peek(s) != c)
		return fail(s, what);
	s->at++;
	return 0;
}

static int
scan_utf8(struct scan *s)
{
	int n;

	if ((n = utf8_len(s->text + s->at, s->len - s->at)) <= 0)
		return fail(s, "not UTF-8");
	s->at += (size_t)n;
	return 0;
}

static int
scan_hex4(struct scan *s)
{
	int c, i, value = 0;

	for (i = 0; i < 4; i++) {
		c = peek(s);
		if (c >= '0' && c <= '9')
			c -= '0';
		else if (c >= 'a' && c <= 'f')
			c -= 'a' - 10;
		else if (c >= 'A' && c <= 'F')
			c -= 'A' - 10;
		else
			return fail(s, "four hexadecimal digits expected");
		value = value * 16 + c;
		s->at++;
	}
	return value;
}

static int
scan_escape(struct scan *s, int name)
{
	int c, unit;

	c = peek(s);
	if (c == -1 || strchr("\"\\/bfnrtu", c) == NULL || c == '\0')
		return fail(s, "unknown escape");
	s->at++;
	if (c != 'u')
		return 0;
	if ((unit = scan_hex4(s)) == -1)
		return -1;
	if (unit == 0 && name)
		return fail(s, "NUL in a name");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return fail(s, "half of a surrogate pair");
	if (unit < 0xd800 || unit > 0xdbff)
		return 0;
	if (expect(s, '\\', "half of a surrogate pair") == -1 ||
	    expect(s, 'u', "half of a surrogate pair") == -1 ||
	    (unit = scan_hex4(s)) == -1)
		return -1;
	if (unit < 0xdc00 || unit > 0xdfff)
		return fail(s, "half of a surrogate pair");
	return 0;
}

static int
scan_string(struct scan *s, int name)
{
	int c;

	if (expect(s, '"', name ? "a name in quotes expected" :
	    "a string expected") == -1)
		return -1;
	for (;;) {
		c = peek(s);
		if (c == -1)
			return fail(s, "unfinished string");
		if (c < 0x20)
			return fail(s, "control character in a string");
		if (c >= 0x80) {
			if (scan_utf8(s) == -1)
				return -1;
			continue;
		}
		s->at++;
		if (c == '"')
			return 0;
		if (c == '\\' && scan_escape(s, name) == -1)
			return -1;
	}
}

static int
digits(struct scan *s)
{
	if (peek(s) < '0' || peek(s) > '9')
		return fail(s, "a digit expected");
	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return 0;
}

static int
scan_number(struct scan *s)
{
	if (peek(s) == '-')
		s->at++;
	if (peek(s) == '0')
		s->at++;
	else if (digits(s) == -1)
		return -1;
	if (peek(s) == '.') {
		s->at++;
		if (digits(s) == -1)
			return -1;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		if (digits(s) == -1)
			return -1;
	}
	return 0;
}

static int
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if (s->len - s->at < len || memcmp(s->text + s->at, word, len) != 0)
		return fail(s, "a value expected");
	s->at += len;
	return 0;
}

/* The name between two quotes, as json-c will see it. */
static struct json_object *
name_of(const struct scan *s, size_t from)
{
	struct json_tokener *t;
	struct json_object *name;

	if ((t = json_tokener_new()) == NULL)
		return NULL;
	name = json_tokener_parse_ex(t, (const char *)s->text + from,
	    (int)(s->at - from));
	json_tokener_free(t);
	return name;
}

static int
look_for_twin(struct scan *s, size_t from)
{
	struct json_object *name, *seen = s->seen[s->depth];
	int twin;

	if ((name = name_of(s, from)) == NULL)
		return 0;
	twin = json_object_object_get_ex(seen, json_object_get_string(name),
	    NULL);
	if (!twin)
		json_object_object_add(seen, json_object_get_string(name),
		    NULL);
	json_object_put(name);
	if (!twin)
		return 0;
	s->at = from;
	return fail(s, "the same name twice in an object");
}

static int
scan_member(struct scan *s)
{
	size_t from;

	space(s);
	from = s->at;
	if (scan_string(s, 1) == -1)
		return -1;
	if (s->seen != NULL && look_for_twin(s, from) == -1)
		return -1;
	s->members++;
	space(s);
	if (expect(s, ':', "a colon expected") == -1)
		return -1;
	return scan_value(s);
}

static int
scan_list(struct scan *s, int end, int (*item)(struct scan *))
{
	s->at++;
	space(s);
	if (peek(s) == end) {
		s->at++;
		return 0;
	}
	for (;;) {
		if (item(s) == -1)
			return -1;
		space(s);
		if (peek(s) == end) {
			s->at++;
			return 0;
		}
		if (expect(s, ',', end == '}' ? "a comma or } expected" :
		    "a comma or ] expected") == -1)
			return -1;
	}
}

static int
scan_nested(struct scan *s, int c)
{
	int error;

	if (s->depth == JSON_DEPTH_MAX)
		return fail(s, "nested too deep");
	if (++s->nests > JSON_NESTS_MAX)
		return fail(s, "too many objects and arrays");
	s->depth++;
	if (s->seen != NULL && c == '{')
		s->seen[s->depth] = json_object_new_object();
	error = scan_list(s, c == '{' ? '}' : ']',
	    c == '{' ? scan_member : scan_value);
	if (s->seen != NULL && c == '{') {
		json_object_put(s->seen[s->depth]);
		s->seen[s->depth] = NULL;
	}
	s->depth--;
	return error;
}

static int
scan_value(struct scan *s)
{
	int c;

	space(s);
	if (++s->values > JSON_VALUES_MAX)
		return fail(s, "too many values");
	switch (c = peek(s)) {
	case '{':
	case '[':
		return scan_nested(s, c);
	case '"':
		return scan_string(s, 0);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case -1:
		return fail(s, "unexpected end");
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(s);
	return fail(s, "a value expected");
}

static int
scan_text(struct scan *s)
{
	if (scan_value(s) == -1)
		return -1;
	space(s);
	return s->at == s->len ? 0 : fail(s, "more after the value");
}

/* Members in all objects of a tree no deeper than the scanner allows. */
static size_t
count_members(struct json_object *value)
{
	size_t i, n = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) {
			(void)key;
			n += 1 + count_members(member);
		}
	} else if (json_object_is_type(value, json_type_array)) {
		for (i = 0; i < json_object_array_length(value); i++)
			n += count_members(json_object_array_get_idx(value,
			    i));
	}
	return n;
}

static struct json_object *
parse(const char *text, size_t len)
{
	struct json_tokener *t;
	struct json_object *value;

	/* json-c counts the value inside the innermost list as a level. */
	if ((t = json_tokener_new_ex(JSON_DEPTH_MAX + 2)) == NULL)
		return NULL;
	json_tokener_set_flags(t, JSON_TOKENER_STRICT |
	    JSON_TOKENER_ALLOW_TRAILING_CHARS);
	value = json_tokener_parse_ex(t, text, (int)len);
	/* A number at the very end is only finished by what follows. */
	if (value == NULL && json_tokener_get_error(t) ==
	    json_tokener_continue)
		value = json_tokener_parse_ex(t, "", 1);
	json_tokener_free(t);
	return value;
}

static void
find_twin(struct scan *s)
{
	struct json_object *seen[JSON_DEPTH_MAX + 1] = { NULL };
	int i;

	s->at = s->values = s->nests = 0;
	s->depth = 0;
	s->seen = seen;
	if (scan_text(s) == 0)
		fail(s, "the same name twice in an object");
	for (i = 0; i <= JSON_DEPTH_MAX; i++)
		json_object_put(seen[i]);
	s->seen = NULL;
}

struct json_object *
json_read(const char *text, size_t len, struct json_error *error)
{
	struct scan s = { .text = (const unsigned char *)text, .len = len };
	struct json_object *value = NULL;

	if (len > INT32_MAX)
		fail(&s, "too long");
	else if (scan_text(&s) == 0) {
		if ((value = parse(text, len)) == NULL)
			fail(&s, "not an object, array or value");
		else if (count_members(value) != s.members)
			find_twin(&s);
	}
	if (s.what == NULL)
		return value;
	json_object_put(value);
	error->at = s.at;
	error->what = s.what;
	return NULL;
}
