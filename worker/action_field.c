/* Values that only actions have: places on the screen, keys, typed text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "action.h"
#include "sizes.h"
#include "type.h"
#include "xmalloc.h"

/* A field that is read elsewhere. */
int
field_any(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	(void)f;
	(void)value;
	(void)at;
	(void)to;
	return 0;
}

int
field_x(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	const struct screen	*s = at->env;

	(void)f;
	return field_number(value, at, 0, (int64_t)s->width - 1, to);
}

int
field_y(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	const struct screen	*s = at->env;

	(void)f;
	return field_number(value, at, 0, (int64_t)s->height - 1, to);
}

/* An element of an array that must be a number in a range. */
static int
element(struct json_object *array, size_t i, const struct field_at *at,
    int64_t min, int64_t max, uint32_t *to)
{
	struct field_at	 here = field_element(at, i);
	int		 n;

	if (field_number(json_object_array_get_idx(array, i), &here, min, max,
	    &n) == -1)
		return -1;
	*to = (uint32_t)n;
	return 0;
}

/* [x, y, width, height], inside the screen. */
int
field_region(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	const struct screen	*s = at->env;
	struct region		*r = to;
	int64_t			 w = s->width, h = s->height;

	(void)f;
	if (!json_object_is_type(value, json_type_array) ||
	    json_object_array_length(value) != 4)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be [x, y, width, height]");
	if (element(value, 0, at, 0, w - 1, &r->x) == -1 ||
	    element(value, 1, at, 0, h - 1, &r->y) == -1 ||
	    element(value, 2, at, 1, w - r->x, &r->width) == -1 ||
	    element(value, 3, at, 1, h - r->y, &r->height) == -1)
		return -1;
	return 0;
}

static int
read_point(struct json_object *value, const struct field_at *at,
    struct input_point *point)
{
	const struct screen	*s = at->env;
	uint32_t		 x, y;

	if (!json_object_is_type(value, json_type_array) ||
	    json_object_array_length(value) != 2)
		return field_fail(at, PROBLEM_INVALID_FIELD, "must be [x, y]");
	if (element(value, 0, at, 0, (int64_t)s->width - 1, &x) == -1 ||
	    element(value, 1, at, 0, (int64_t)s->height - 1, &y) == -1)
		return -1;
	point->x = (int32_t)x;
	point->y = (int32_t)y;
	return 0;
}

/* Into the whole struct action_args: a path is more than one member. */
int
field_path(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	struct action_args	*args = to;
	struct field_at		 here;
	size_t			 n, i;

	(void)f;
	if (!json_object_is_type(value, json_type_array))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be a list of points");
	n = json_object_array_length(value);
	if (n < 2 || n > DRAG_POINTS_MAX)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must have 2 to %d points", DRAG_POINTS_MAX);
	args->path = xcalloc(n, sizeof(*args->path));
	args->npath = (unsigned int)n;
	for (i = 0; i < n; i++) {
		here = field_element(at, i);
		if (read_point(json_object_array_get_idx(value, i), &here,
		    &args->path[i]) == -1)
			return -1;
	}
	return 0;
}

/* Text without NUL that is short enough to be names of keys. */
static const char *
key_names(struct json_object *value, const struct field_at *at)
{
	const struct field	limit = { .max = ACTION_KEYS_TEXT_MAX };
	struct field_text	text;

	return field_text(&limit, value, at, &text) == -1 ? NULL : text.text;
}

static int
read_combo(const char *names, const struct field_at *at,
    struct key_combo *combo)
{
	const char	*bad = names;
	int		 len;

	if (keysym_combo(names, combo, &bad) == 0)
		return 0;
	if (*bad == '\0')
		return field_fail(at, PROBLEM_UNKNOWN_KEY,
		    "the name of a key is missing");
	len = (int)strcspn(bad + 1, "+") + 1;
	return field_fail(at, PROBLEM_UNKNOWN_KEY, "no key is called \"%.*s\""
	    " (or more than %d at once)", len, bad, KEY_COMBO_MAX);
}

static int
add_modifiers(const char *names, const struct field_at *at,
    struct key_combo *all)
{
	struct key_combo	combo;
	unsigned int		i;

	if (*names == '\0')
		return 0;
	if (read_combo(names, at, &combo) == -1)
		return -1;
	for (i = 0; i < combo.n; i++) {
		if (!keysym_is_modifier(combo.sym[i]))
			return field_fail(at, PROBLEM_INVALID_FIELD,
			    "only modifiers such as ctrl, shift, alt and "
			    "super can be held here");
		if (all->n == KEY_COMBO_MAX)
			return field_fail(at, PROBLEM_INVALID_FIELD,
			    "at most %d keys", KEY_COMBO_MAX);
		all->sym[all->n++] = combo.sym[i];
	}
	return 0;
}

/* "ctrl+shift" or ["ctrl", "shift"]. */
int
field_modifiers(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	struct key_combo	*all = to;
	struct field_at		 here;
	const char		*names;
	size_t			 n, i;

	(void)f;
	if (json_object_is_type(value, json_type_string)) {
		if ((names = key_names(value, at)) == NULL)
			return -1;
		return add_modifiers(names, at, all);
	}
	if (!json_object_is_type(value, json_type_array))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be text or a list of texts");
	n = json_object_array_length(value);
	if (n > KEY_COMBO_MAX)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "at most %d keys", KEY_COMBO_MAX);
	for (i = 0; i < n; i++) {
		here = field_element(at, i);
		names = key_names(json_object_array_get_idx(value, i), &here);
		if (names == NULL || add_modifiers(names, &here, all) == -1)
			return -1;
	}
	return 0;
}

/*
 * Combinations in xdotool's spelling, separated by spaces; at most f->max.
 * Into the whole struct action_args.
 */
int
field_keys(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	struct action_args	*args = to;
	const char		*names;
	char			*copy, *p, *word;
	int			 ret = -1;

	if ((names = key_names(value, at)) == NULL)
		return -1;
	args->keys = xcalloc((size_t)f->max, sizeof(*args->keys));
	p = copy = xstrdup(names);
	while ((word = strsep(&p, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (args->nkeys == f->max) {
			field_fail(at, PROBLEM_INVALID_FIELD,
			    "at most %" PRId64 " combination%s of keys",
			    f->max, f->max == 1 ? "" : "s");
			goto out;
		}
		if (read_combo(word, at, &args->keys[args->nkeys]) == -1)
			goto out;
		args->nkeys++;
	}
	if (args->nkeys == 0)
		field_fail(at, PROBLEM_INVALID_FIELD, "must name a key");
	else
		ret = 0;
out:
	free(copy);
	return ret;
}

int
field_typed(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	const struct field_text	*t = to;
	enum problem		 problem;
	size_t			 chars, offset = 0;

	if (field_text(f, value, at, to) == -1)
		return -1;
	problem = type_check(t->text, t->len, &chars, &offset);
	if (problem == PROBLEM_NONE)
		return 0;
	if (problem == PROBLEM_UNTYPABLE)
		return field_fail(at, problem, "the character at byte %zu "
		    "cannot be typed", offset);
	return field_fail(at, problem, "is too long");
}

int
field_format(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	static const char *const	formats[] = { "png", "jpeg", "webp",
					    NULL };
	struct field			 words = *f;

	words.words = formats;
	return field_word(&words, value, at, to);
}

int
kind_check(const struct kind_args *args, const struct field_at *at,
    struct encode_kind *kind)
{
	struct field_at	quality = field_member(at, "quality");
	struct field_at	lossless = field_member(at, "lossless");

	kind->format = SHOT_PNG + args->format;
	kind->lossless = args->lossless;
	kind->quality = 0;
	if (args->lossless && kind->format != SHOT_WEBP)
		return field_fail(&lossless, PROBLEM_INVALID_FIELD,
		    "is for webp only");
	if (kind->format == SHOT_PNG || args->lossless) {
		if (args->quality != 0)
			return field_fail(&quality, PROBLEM_INVALID_FIELD,
			    "a lossless picture has no quality");
	} else
		kind->quality = args->quality != 0 ? (uint32_t)args->quality :
		    SHOT_QUALITY;
	return 0;
}
