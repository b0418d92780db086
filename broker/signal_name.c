#include <json-c/json.h>
#include <signal.h>
#include <string.h>

#include "field.h"
#include "signal_name.h"

#define SIGNAL_MAX	64	/* of Linux */

struct json_object *
signal_json(int sig)
{
	const char	*name = sigabbrev_np(sig);

	if (sig == 0)
		return NULL;
	return name != NULL ? json_object_new_string(name) :
	    json_object_new_int(sig);
}

static int
by_name(const char *text)
{
	const char	*name;
	int		 i;

	if (strncmp(text, "SIG", 3) == 0)
		text += 3;
	for (i = 1; i <= SIGNAL_MAX; i++)
		if ((name = sigabbrev_np(i)) != NULL &&
		    strcmp(name, text) == 0)
			return i;
	return 0;
}

int
field_signal(struct fields *f, const char *name)
{
	struct json_object	*value;
	const char		*text;
	int			 sig;

	field_require(f, name);
	if (field_kind(f, name) == FIELD_NULL)
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must be a signal's name, like TERM, or its number");
	if (field_kind(f, name) != FIELD_GIVEN)
		return 0;
	if (json_object_object_get_ex(f->object, name, &value) &&
	    json_object_is_type(value, json_type_int))
		return (int)field_int(f, name, 1, SIGNAL_MAX, 0);
	if ((text = field_string(f, name, 1, 16, NULL)) == NULL)
		return 0;
	if ((sig = by_name(text)) == 0)
		fields_fail(f, name, PROBLEM_INVALID_FIELD,
		    "must be a signal's name, like TERM, or its number");
	return sig;
}
