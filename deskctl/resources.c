#include <json-c/json.h>

#include "ctl.h"
#include "field.h"
#include "parse.h"
#include "resources.h"

int
resource_option(struct ctl *c, struct json_object *body, int ch, char *arg)
{
	struct json_object	*o;
	const char		*why;
	uint64_t		 size;
	int			 n;

	switch (ch) {
	case 'M':
	case 'D':
		if (parse_size(arg, &size, &why) == -1)
			ctl_usage(c, "-%c %s %s", ch, arg, why);
		o = put_object(body, "resources");
		put_int(o, ch == 'M' ? "memory_bytes" : "disk_bytes",
		    (int64_t)size);
		return 1;
	case 'c':
		if (parse_percent(arg, &n, &why) == -1)
			ctl_usage(c, "-c %s %s", arg, why);
		put_int(put_object(body, "resources"), "cpu_percent", n);
		return 1;
	case 't':
		if (parse_int(arg, 1, INT32_MAX, &n, &why) == -1)
			ctl_usage(c, "-t %s %s", arg, why);
		put_int(put_object(body, "resources"), "tasks", n);
		return 1;
	default:
		return 0;
	}
}

void
pair_option(struct ctl *c, struct json_object *body, const char *member,
    int ch, char *arg)
{
	const char	*why;
	char		*value;

	if (parse_pair(arg, &value, &why) == -1)
		ctl_usage(c, "-%c %s %s", ch, arg, why);
	put_text(put_object(body, member), arg, value);
}
