#include <sys/mman.h>

#include <json-c/json.h>
#include <string.h>

#include "json_read.h"
#include "memfd.h"
#include "msg.h"
#include "sizes.h"
#include "windows.h"
#include "wire.h"

#define PREFIX	"win_"

int
window_named(const char *id)
{
	size_t	n;

	if (strncmp(id, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	id += strlen(PREFIX);
	n = strspn(id, "0123456789abcdef");
	return n > 0 && n <= 8 && id[n] == '\0' && *id != '0';
}

const char *
window_text(struct json_object *window, const char *name)
{
	struct json_object	*o;

	if (!json_object_object_get_ex(window, name, &o) ||
	    !json_object_is_type(o, json_type_string))
		return "";
	return json_object_get_string(o);
}

/* The worker may be a stranger's: each must have an id at least. */
static int
are_windows(struct json_object *list)
{
	size_t	i;

	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) > WINDOWS_MAX)
		return 0;
	for (i = 0; i < json_object_array_length(list); i++)
		if (!window_named(window_text(
		    json_object_array_get_idx(list, i), "id")))
			return 0;
	return 1;
}

struct json_object *
windows_read(const struct wire_msg *m, uint64_t *total)
{
	struct json_object	*o, *list = NULL, *n;
	struct json_error	 error;
	void			*text;
	size_t			 len;

	text = memfd_map(m->fds[0], WINDOWS_BODY_MAX, &len);
	if (text == NULL)
		return NULL;
	o = json_read(text, len, &error);
	munmap(text, len);
	*total = 0;
	if (json_object_is_type(o, json_type_object)) {
		if (json_object_object_get_ex(o, "total", &n) &&
		    json_object_is_type(n, json_type_int))
			*total = json_object_get_uint64(n);
		if (json_object_object_get_ex(o, "windows", &list))
			list = are_windows(list) ? json_object_get(list) :
			    NULL;
	}
	json_object_put(o);
	return list;
}

struct json_object *
windows_find(struct json_object *list, const char *id)
{
	struct json_object	*o;
	size_t			 i;

	for (i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (strcmp(window_text(o, "id"), id) == 0)
			return o;
	}
	return NULL;
}

/* A number that a screen can have, or 0. */
static int32_t
number(struct json_object *o, const char *name)
{
	struct json_object	*v;
	int64_t			 n;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_int))
		return 0;
	n = json_object_get_int64(v);
	return n < -65536 || n > 65536 ? 0 : (int32_t)n;
}

static int
is_away(struct json_object *window)
{
	struct json_object	*states;
	const char		*state;
	size_t			 i;

	if (!json_object_object_get_ex(window, "state", &states) ||
	    !json_object_is_type(states, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(states); i++) {
		state = json_object_get_string(
		    json_object_array_get_idx(states, i));
		if (state != NULL && (strcmp(state, "minimized") == 0 ||
		    strcmp(state, "hidden") == 0))
			return 1;
	}
	return 0;
}

/* The part of a side that is on the screen; 0: none is. */
static uint32_t
clip(int32_t from, int32_t to, uint32_t side, uint32_t *begin)
{
	if (from < 0)
		from = 0;
	if (to > (int32_t)side)
		to = (int32_t)side;
	*begin = (uint32_t)from;
	return to > from ? (uint32_t)(to - from) : 0;
}

int
window_region(struct json_object *window, uint32_t width, uint32_t height,
    struct msg_shot *shot)
{
	struct json_object	*frame = NULL;
	int32_t			 x = number(window, "x");
	int32_t			 y = number(window, "y");

	json_object_object_get_ex(window, "frame", &frame);
	memset(shot, 0, sizeof(*shot));
	shot->width = clip(x - number(frame, "left"), x +
	    number(window, "width") + number(frame, "right"), width,
	    &shot->x);
	shot->height = clip(y - number(frame, "top"), y +
	    number(window, "height") + number(frame, "bottom"), height,
	    &shot->y);
	return is_away(window) || shot->width == 0 || shot->height == 0 ? -1 :
	    0;
}
