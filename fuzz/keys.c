/*
 * Names of keys, and actions with all their fields, as clients write them.
 * The first byte says which.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "input.h"
#include "xmalloc.h"

static void
names(const char *text)
{
	struct key_combo	 k;
	const char		*bad = NULL;
	unsigned int		 i;

	if (keysym_combo(text, &k, &bad) == -1) {
		if (bad < text || bad > text + strlen(text))
			abort();
		return;
	}
	if (k.n == 0 || k.n > KEY_COMBO_MAX)
		abort();
	for (i = 0; i < k.n; i++) {
		if (k.sym[i] == 0)
			abort();
		(void)keysym_is_modifier(k.sym[i]);
	}
}

static void
characters(const char *text, size_t len)
{
	size_t	at = 0, used;
	int32_t	c;

	while (at < len) {
		used = 0;
		c = utf8_next(text + at, len - at, &used);
		if (used == 0 || used > len - at || (c == -1 && used != 1))
			abort();
		if (c > 0)
			(void)keysym_char((uint32_t)c);
		at += used;
	}
}

static void
one_action(const char *text, unsigned int how)
{
	struct screen		 screen = { .problem = how & 2 ?
				    PROBLEM_DESKTOP_FAILED : PROBLEM_NONE,
				    .width = 1280, .height = 800 };
	struct field_error	 err;
	struct field_at		 at;
	struct json_object	*o;
	struct action		 a;

	memset(&err, 0, sizeof(err));
	if ((o = json_tokener_parse(text)) == NULL)
		return;
	at = field_root(&err, &screen);
	if ((action_read(&a, o, NULL, &at) == -1) !=
	    (err.problem != PROBLEM_NONE))
		abort();
	action_clear(&a);
	json_object_put(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	*text;

	if (size == 0)
		return 0;
	text = xstrndup((const char *)data + 1, size - 1);
	if (data[0] & 1) {
		one_action(text, data[0]);
	} else {
		names(text);
		characters(text, strlen(text));
	}
	free(text);
	return 0;
}
