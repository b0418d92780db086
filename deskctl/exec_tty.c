#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "api.h"
#include "attach.h"
#include "ctl.h"
#include "exec_tty.h"
#include "field.h"
#include "tty.h"

/* Nobody else is told what it was; what it left is of no more use. */
static void
forget(struct ctl *c, const struct attach *a)
{
	int	quiet = c->quiet;

	c->quiet = 1;
	json_object_put(api_send(c, "DELETE", NULL,
	    "/v1/sessions/%s/terminals/%s", a->session, a->terminal));
	c->quiet = quiet;
}

int
exec_tty(struct ctl *c, const char *session, struct json_object *body)
{
	struct attach		 a = { .session = session };
	struct json_object	*o;
	unsigned int		 cols, rows;
	int			 status;

	if (!isatty(STDIN_FILENO))
		return ctl_fail(c, "no_terminal",
		    "standard input is not a terminal; exec without -t "
		    "needs none");
	tty_size(&cols, &rows);
	put_int(body, "cols", cols);
	put_int(body, "rows", rows);
	o = api_send(c, "POST", json_object_get(body),
	    "/v1/sessions/%s/terminals", session);
	if (o == NULL)
		return -1;
	a.terminal = field_or(o, "id", "");
	status = attach_run(c, &a);
	if (a.detached)
		fprintf(stderr, "\n[deskctl: detached; it goes on: deskctl "
		    "attach %s %s]\n", c->named, a.terminal);
	else if (status != -1)
		forget(c, &a);
	json_object_put(o);
	return status;
}
