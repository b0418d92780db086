/* Windows for the API. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "window.h"

#define PREFIX	"win_"

static const char *const	type_names[WINDOW_TYPES] = {
	"normal", "dialog", "utility", "toolbar", "menu", "splash", "desktop",
	"dock", "notification", "tooltip", "popup_menu", "dropdown_menu",
	"combo", "dnd"
};

const char *
window_id_text(uint32_t id, char text[WINDOW_ID_TEXT])
{
	snprintf(text, WINDOW_ID_TEXT, PREFIX "%" PRIx32, id);
	return text;
}

/* Exactly as it is written, so that a window has one name. */
uint32_t
window_id_parse(const char *text)
{
	char		 again[WINDOW_ID_TEXT];
	uint32_t	 id;

	if (strncmp(text, PREFIX, strlen(PREFIX)) != 0 ||
	    strlen(text) >= sizeof(again))
		return 0;
	id = (uint32_t)strtoul(text + strlen(PREFIX), NULL, 16);
	return strcmp(window_id_text(id, again), text) == 0 ? id : 0;
}

static void
add_id(struct json_object *o, const char *name, uint32_t id)
{
	char	text[WINDOW_ID_TEXT];

	json_object_object_add(o, name, id == 0 ? NULL :
	    json_object_new_string(window_id_text(id, text)));
}

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static void
add_number(struct json_object *o, const char *name, int64_t n)
{
	json_object_object_add(o, name, json_object_new_int64(n));
}

static struct json_object *
state_json(unsigned int state)
{
	static const struct {
		unsigned int	 bits;		/* all of them */
		const char	*name;
	} names[] = {
		{ 1U << WINDOW_FOCUSED, "focused" },
		{ 1U << WINDOW_MINIMIZED, "minimized" },
		{ 1U << WINDOW_MAXIMIZED_VERT | 1U << WINDOW_MAXIMIZED_HORZ,
		    "maximized" },
		{ 1U << WINDOW_FULLSCREEN, "fullscreen" },
		{ 1U << WINDOW_HIDDEN, "hidden" },
		{ 1U << WINDOW_ABOVE, "above" },
		{ 1U << WINDOW_BELOW, "below" },
		{ 1U << WINDOW_SHADED, "shaded" },
		{ 1U << WINDOW_STICKY, "sticky" },
		{ 1U << WINDOW_MODAL, "modal" },
		{ 1U << WINDOW_ATTENTION, "demands_attention" }
	};
	struct json_object	*list = json_object_new_array();
	size_t			 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((state & names[i].bits) == names[i].bits)
			json_object_array_add(list,
			    json_object_new_string(names[i].name));
	return list;
}

static struct json_object *
frame_json(const struct window *w)
{
	struct json_object	*o = json_object_new_object();

	add_number(o, "left", w->left);
	add_number(o, "right", w->right);
	add_number(o, "top", w->top);
	add_number(o, "bottom", w->bottom);
	return o;
}

struct json_object *
window_json(const struct window *w)
{
	struct json_object	*o = json_object_new_object();

	add_id(o, "id", w->id);
	add_text(o, "title", w->title);
	add_text(o, "class", w->class);
	add_text(o, "instance", w->instance);
	json_object_object_add(o, "pid", w->pid == 0 ? NULL :
	    json_object_new_int64(w->pid));
	add_text(o, "type", type_names[w->type]);
	json_object_object_add(o, "state", state_json(w->state));
	add_number(o, "x", w->x);
	add_number(o, "y", w->y);
	add_number(o, "width", w->width);
	add_number(o, "height", w->height);
	json_object_object_add(o, "frame", frame_json(w));
	json_object_object_add(o, "desktop",
	    w->desktop >= WINDOW_NO_DESKTOP ? NULL :
	    json_object_new_int64(w->desktop));
	add_id(o, "transient_for", w->transient_for);
	json_object_object_add(o, "startup_id", w->startup_id[0] == '\0' ?
	    NULL : json_object_new_string(w->startup_id));
	return o;
}
