#include <signal.h>
#include <string.h>

#include "ctl.h"
#include "field.h"
#include "status.h"

static int
signal_number(const char *name)
{
	const char	*s;
	int		 n;

	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (n = 1; n < NSIG; n++)
		if ((s = sigabbrev_np(n)) != NULL && strcmp(s, name) == 0)
			return n;
	return 0;
}

int
status_of(struct json_object *o)
{
	const char	*name = field_text(o, "signal");

	if (field_true(o, "timed_out"))
		return EXIT_TIMED_OUT;
	if (name != NULL)
		return 128 + signal_number(name);
	return (int)field_int(o, "exit_code", 1) & 0xff;
}
