#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "action.h"
#include "sizes.h"
#include "window.h"

static const char *const	buttons[] = { "left", "middle", "right", "back",
				    "forward", NULL };
static const char *const	matches[] = { "all", "any", NULL };
static const char *const	directions[] = { "up", "down", "left", "right",
				    NULL };

#define ARG(m)		offsetof(struct action_args, m)
#define ROW(n, r, m, must, lo, hi, w) \
			{ .name = n, .read = r, .offset = m, .required = must, \
			    .min = lo, .max = hi, .words = w }
#define TYPE		ROW("type", field_any, 0, 1, 0, 0, NULL)
#define X(must)		ROW("x", field_x, ARG(x), must, 0, 0, NULL)
#define Y(must)		ROW("y", field_y, ARG(y), must, 0, 0, NULL)
#define START_X		ROW("start_x", field_x, ARG(start_x), 0, 0, 0, NULL)
#define START_Y		ROW("start_y", field_y, ARG(start_y), 0, 0, 0, NULL)
#define PATH		ROW("path", field_path, 0, 0, 0, 0, NULL)
#define MODIFIERS	ROW("modifiers", field_modifiers, ARG(modifiers), 0, \
			    0, 0, NULL)
#define BUTTON		ROW("button", field_word, ARG(button), 0, 0, 0, \
			    buttons)
#define DIRECTION	ROW("direction", field_word, ARG(direction), 1, 0, 0, \
			    directions)
#define AMOUNT		ROW("amount", field_int, ARG(amount), 1, 1, 100, NULL)
#define REPEAT		ROW("repeat", field_int, ARG(repeat), 0, 1, 100, NULL)
#define DURATION(must)	ROW("duration_ms", field_int, ARG(duration_ms), must, \
			    0, ACTION_WAIT_MAX_MS, NULL)
#define KEYS(n)		ROW("keys", field_keys, 0, 1, 1, n, NULL)
#define KEY		ROW("key", field_keys, 0, 1, 1, 1, NULL)
#define TEXT		ROW("text", field_typed, ARG(text), 1, 0, \
			    TYPE_TEXT_MAX, NULL)
#define REGION(must)	ROW("region", field_region, ARG(region), must, 0, 0, \
			    NULL)
#define POINTER		ROW("pointer", field_bool, ARG(pointer), 0, 0, 0, NULL)
#define OUT_WIDTH	ROW("out_width", field_int, ARG(out_width), 0, 1, \
			    SCREEN_MAX, NULL)
#define OUT_HEIGHT	ROW("out_height", field_int, ARG(out_height), 0, 1, \
			    SCREEN_MAX, NULL)
#define FORMAT		ROW("format", field_format, ARG(kind_args.format), 0, \
			    0, 0, NULL), \
			ROW("quality", field_int, ARG(kind_args.quality), 0, \
			    1, 100, NULL), \
			ROW("lossless", field_bool, ARG(kind_args.lossless), \
			    0, 0, 0, NULL)
#define WINDOW		ROW("window", field_window, ARG(window), 1, 0, 0, NULL)
#define PLACE(n, m)	ROW(n, field_int, ARG(m), 1, -WINDOW_PLACE_MAX, \
			    WINDOW_PLACE_MAX, NULL)
#define LENGTH(n, m)	ROW(n, field_int, ARG(m), 1, 1, WINDOW_PLACE_MAX, NULL)
#define NAME(n, m)	ROW(n, field_text, ARG(m), 0, 1, WINDOW_NAME_MAX, NULL)

static const struct field screenshot_fields[] = { TYPE, REGION(0), POINTER,
    OUT_WIDTH, OUT_HEIGHT, FORMAT };
static const struct field zoom_fields[] = { TYPE, REGION(1), OUT_WIDTH,
    OUT_HEIGHT, FORMAT };
static const struct field move_fields[] = { TYPE, X(1), Y(1) };
static const struct field click_fields[] = { TYPE, X(0), Y(0), MODIFIERS };
static const struct field button_fields[] = { TYPE, X(0), Y(0), BUTTON };
static const struct field drag_fields[] = { TYPE, PATH, START_X, START_Y,
    X(0), Y(0), BUTTON, MODIFIERS, DURATION(0) };
static const struct field scroll_fields[] = { TYPE, X(0), Y(0), DIRECTION,
    AMOUNT, MODIFIERS };
static const struct field key_fields[] = { TYPE, KEYS(ACTION_KEYS_MAX),
    REPEAT };
static const struct field held_key_fields[] = { TYPE, KEY };
static const struct field hold_fields[] = { TYPE, KEYS(1), DURATION(1) };
static const struct field type_fields[] = { TYPE, TEXT };
static const struct field wait_fields[] = { TYPE, DURATION(1) };
static const struct field window_fields[] = { TYPE, WINDOW };
static const struct field window_move_fields[] = { TYPE, WINDOW,
    PLACE("x", x), PLACE("y", y) };
static const struct field window_resize_fields[] = { TYPE, WINDOW,
    LENGTH("width", width), LENGTH("height", height) };
static const struct field window_wait_fields[] = { TYPE,
    NAME("title", title), NAME("class", class), NAME("startup_id", startup_id),
    ROW("pid", field_int, ARG(pid), 0, 1, INT32_MAX, NULL),
    ROW("not_in", field_windows, 0, 0, 0, WINDOWS_MAX, NULL),
    ROW("match", field_word, ARG(match), 0, 0, 0, matches),
    ROW("timeout_seconds", field_timeout, ARG(timeout_ms), 0, 0,
	ACTION_WINDOW_MAX_MS, NULL) };
static const struct field no_fields[] = { TYPE };

static int
missing(const struct field_at *at, const char *name)
{
	struct field_at	member = field_member(at, name);

	return field_fail(&member, PROBLEM_MISSING_FIELD, "is missing");
}

/* A point is both of its numbers or none. */
static int
check_point(struct action_args *args, const struct field_at *at)
{
	if (args->x != ACTION_HERE && args->y == ACTION_HERE)
		return missing(at, "y");
	if (args->y != ACTION_HERE && args->x == ACTION_HERE)
		return missing(at, "x");
	return 0;
}

static int
check_drag(struct action_args *args, const struct field_at *at)
{
	struct field_at	path = field_member(at, "path");

	if (args->path != NULL) {
		if (args->x != ACTION_HERE || args->y != ACTION_HERE ||
		    args->start_x != ACTION_HERE ||
		    args->start_y != ACTION_HERE)
			return field_fail(&path, PROBLEM_INVALID_FIELD,
			    "cannot stand beside x, y, start_x or start_y");
		return 0;
	}
	if (args->x == ACTION_HERE)
		return missing(at, "x");
	if (args->y == ACTION_HERE)
		return missing(at, "y");
	if (args->start_x != ACTION_HERE && args->start_y == ACTION_HERE)
		return missing(at, "start_y");
	if (args->start_y != ACTION_HERE && args->start_x == ACTION_HERE)
		return missing(at, "start_x");
	return 0;
}

/*
 * One side of a scaled picture from the other, keeping the aspect of what
 * is shown.
 */
static int
other_side(int side, uint32_t of, uint32_t to, const struct field_at *at,
    const char *name, int *other)
{
	struct field_at	member = field_member(at, name);
	uint64_t	n = ((uint64_t)side * to + of / 2) / of;

	if (n > SCREEN_MAX)
		return field_fail(&member, PROBLEM_INVALID_FIELD,
		    "makes the other side longer than %d", SCREEN_MAX);
	*other = n == 0 ? 1 : (int)n;
	return 0;
}

static int
check_picture(struct action_args *args, const struct field_at *at)
{
	const struct screen	*screen = at->env;
	uint32_t		 width = args->region.width;
	uint32_t		 height = args->region.height;

	if (kind_check(&args->kind_args, at, &args->kind) == -1)
		return -1;
	if (width == 0) {
		width = screen->width;
		height = screen->height;
	}
	if (args->out_width != 0 && args->out_height == 0)
		return other_side(args->out_width, width, height, at,
		    "out_width", &args->out_height);
	if (args->out_height != 0 && args->out_width == 0)
		return other_side(args->out_height, height, width, at,
		    "out_height", &args->out_width);
	return 0;
}

/* The usual size is the screen's: the region fills it in one direction. */
static int
check_zoom(struct action_args *args, const struct field_at *at)
{
	const struct screen	*screen = at->env;
	const struct region	*from = &args->region;

	if (args->out_width != 0 || args->out_height != 0)
		return check_picture(args, at);
	if ((uint64_t)from->width * screen->height >=
	    (uint64_t)from->height * screen->width)
		args->out_width = (int)screen->width;
	else
		args->out_height = (int)screen->height;
	return check_picture(args, at);
}

#define FIELDS(f)	{ (f), sizeof(f) / sizeof((f)[0]) }
#define KIND(n, needs_)	{ .name = (n), .needs = (needs_), \
			    .begin = action_begin, .done = action_done }
#define SCREEN		GATE_NEEDS_DESKTOP
#define LOOKS		ACTION_LOOKS
#define PRESSES		ACTION_PRESSES
#define BESIDE		ACTION_BESIDE

/* name, needs; fields; flags; button, clicks; check; start */
static const struct action_row rows[] = {
	{ KIND("screenshot", SCREEN), FIELDS(screenshot_fields), LOOKS,
	    0, 0, check_picture, action_look },
	{ KIND("zoom", SCREEN), FIELDS(zoom_fields), LOOKS,
	    0, 0, check_zoom, action_look },
	{ KIND("mouse_move", SCREEN), FIELDS(move_fields), 0,
	    0, 0, NULL, action_move },
	{ KIND("left_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_LEFT, 1, check_point, action_click },
	{ KIND("right_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_RIGHT, 1, check_point, action_click },
	{ KIND("middle_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_MIDDLE, 1, check_point, action_click },
	{ KIND("back_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_BACK, 1, check_point, action_click },
	{ KIND("forward_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_FORWARD, 1, check_point, action_click },
	{ KIND("double_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_LEFT, 2, check_point, action_click },
	{ KIND("triple_click", SCREEN), FIELDS(click_fields), PRESSES,
	    BUTTON_LEFT, 3, check_point, action_click },
	{ KIND("mouse_down", SCREEN), FIELDS(button_fields), PRESSES,
	    0, 0, check_point, action_button_down },
	{ KIND("mouse_up", SCREEN), FIELDS(button_fields), PRESSES,
	    0, 0, check_point, action_button_up },
	{ KIND("drag", SCREEN), FIELDS(drag_fields), PRESSES,
	    0, 0, check_drag, action_drag },
	{ KIND("scroll", SCREEN), FIELDS(scroll_fields), PRESSES,
	    0, 0, check_point, action_scroll },
	{ KIND("key", SCREEN), FIELDS(key_fields), PRESSES,
	    0, 0, NULL, action_key },
	{ KIND("key_down", SCREEN), FIELDS(held_key_fields), PRESSES,
	    0, 0, NULL, action_key_down },
	{ KIND("key_up", SCREEN), FIELDS(held_key_fields), PRESSES,
	    0, 0, NULL, action_key_up },
	{ KIND("hold_key", SCREEN), FIELDS(hold_fields), PRESSES,
	    0, 0, NULL, action_hold },
	{ KIND("type", SCREEN), FIELDS(type_fields), PRESSES,
	    0, 0, NULL, action_type },
	{ KIND("cursor_position", SCREEN), FIELDS(no_fields), 0,
	    0, 0, NULL, action_position },
	{ KIND("window_focus", SCREEN), FIELDS(window_fields), 0,
	    0, 0, NULL, action_window_focus },
	{ KIND("window_move", SCREEN), FIELDS(window_move_fields), 0,
	    0, 0, NULL, action_window_move },
	{ KIND("window_resize", SCREEN), FIELDS(window_resize_fields), 0,
	    0, 0, NULL, action_window_resize },
	{ KIND("window_maximize", SCREEN), FIELDS(window_fields), 0,
	    0, 0, NULL, action_window_maximize },
	{ KIND("window_minimize", SCREEN), FIELDS(window_fields), 0,
	    0, 0, NULL, action_window_minimize },
	{ KIND("window_restore", SCREEN), FIELDS(window_fields), 0,
	    0, 0, NULL, action_window_restore },
	{ KIND("window_close", SCREEN), FIELDS(window_fields), 0,
	    0, 0, NULL, action_window_close },
	{ KIND("window_wait", SCREEN), FIELDS(window_wait_fields), BESIDE,
	    0, 0, NULL, action_window_wait },
	{ KIND("wait", 0), FIELDS(wait_fields), 0,
	    0, 0, NULL, action_wait }
};

static const struct action_row *
find(const char *name)
{
	size_t	i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].kind.name, name) == 0)
			return &rows[i];
	return NULL;
}

static int
no_screen(const struct field_at *at, enum problem problem)
{
	switch (problem) {
	case PROBLEM_NO_DESKTOP:
		return field_fail(at, problem,
		    "this session has no desktop");
	case PROBLEM_DESKTOP_FAILED:
		return field_fail(at, problem,
		    "the session's desktop has failed");
	default:
		return field_fail(at, problem,
		    "the session's desktop is not ready");
	}
}

int
action_read(struct action *a, struct json_object *obj,
    const struct field_table *others, const struct field_at *at)
{
	const struct screen	*screen = at->env;
	struct field_at		 type_at = field_member(at, "type");
	struct json_object	*type;

	memset(a, 0, sizeof(*a));
	a->args.x = a->args.y = ACTION_HERE;
	a->args.start_x = a->args.start_y = ACTION_HERE;
	a->args.repeat = 1;
	a->args.timeout_ms = ACTION_WINDOW_MS;
	if (!json_object_is_type(obj, json_type_object))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be an object");
	if (!json_object_object_get_ex(obj, "type", &type))
		return missing(at, "type");
	if (!json_object_is_type(type, json_type_string))
		return field_fail(&type_at, PROBLEM_INVALID_FIELD,
		    "must be text");
	if ((a->row = find(json_object_get_string(type))) == NULL)
		return field_fail(&type_at, PROBLEM_INVALID_FIELD,
		    "there is no such action");
	if ((a->row->kind.needs & GATE_NEEDS_DESKTOP) != 0 &&
	    screen->problem != PROBLEM_NONE)
		return no_screen(&type_at, screen->problem);
	if (fields_read(obj, &a->row->fields, others, at, &a->args) == -1)
		return -1;
	return a->row->check == NULL ? 0 : a->row->check(&a->args, at);
}

void
action_clear(struct action *a)
{
	free(a->args.path);
	free(a->args.keys);
	free(a->args.not_in);
	memset(a, 0, sizeof(*a));
}

struct json_object *
action_record(struct json_object *obj, const struct action *a)
{
	struct json_object	*record = json_object_new_object();
	struct json_object	*value;
	size_t			 i;

	for (i = 0; i < a->row->fields.n; i++) {
		const struct field	*f = &a->row->fields.rows[i];

		if (f->read == field_typed)
			json_object_object_add(record, "text_length",
			    json_object_new_int64((int64_t)a->args.text.chars));
		else if (json_object_object_get_ex(obj, f->name, &value))
			json_object_object_add(record, f->name,
			    json_object_get(value));
	}
	return record;
}
