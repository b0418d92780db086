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
