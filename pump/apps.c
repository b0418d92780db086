/* apps: head; a line for each application that can be started; done. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appdirs.h"
#include "desktop.h"
#include "json.h"
#include "lines.h"
#include "pump.h"

static void
text(struct json *j, const char *name, const char *value)
{
	char	*plain;

	if (value == NULL) {
		json_null(j, name);
		return;
	}
	plain = desktop_text(value);
	json_string(j, name, plain);
	free(plain);
}

/* "a;b;": a semicolon of a value has a backslash before it. */
static void
texts(struct json *j, const char *name, const char *value)
{
	char	*copy, *to, *from;

	json_open(j, name, '[');
	copy = to = strdup(value == NULL ? "" : value);
	for (from = copy; copy != NULL && *from != '\0'; from++) {
		if (from[0] == '\\' && from[1] == ';')
			*to++ = *++from;
		else if (*from == ';') {
			*to = '\0';
			if (to > copy)
				text(j, NULL, copy);
			to = copy;
		} else
			*to++ = *from;
	}
	if (copy != NULL && to > copy) {
		*to = '\0';
		text(j, NULL, copy);
	}
	free(copy);
	json_close(j, ']');
}

static void
line(const struct app *a, const struct desktop *d)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	json_string(&j, "id", a->id);
	text(&j, "name", d->name);
	text(&j, "generic_name", d->generic_name);
	text(&j, "comment", d->comment);
	text(&j, "icon", d->icon);
	texts(&j, "categories", d->categories);
	texts(&j, "mime_types", d->mime_types);
	text(&j, "exec", d->exec);
	json_bool(&j, "terminal", desktop_true(d->terminal));
	text(&j, "wm_class", d->wm_class);
	json_bool(&j, "startup_notify", desktop_true(d->startup_notify));
	json_bool(&j, "no_display", desktop_true(d->no_display));
	texts(&j, "only_show_in", d->only_show_in);
	texts(&j, "not_show_in", d->not_show_in);
	json_bytes(&j, "path", a->path, strlen(a->path));
	json_close(&j, '}');
	lines_put(&j);
}

int
op_apps(int argc, char **argv)
{
	struct apps	a;
	struct desktop	d;
	struct json	j = JSON_NEW;
	size_t		i;
	int		more;

	(void)argc;
	(void)argv;
	apps_find(&a);
	say_head();
	for (i = 0; i < a.n; i++) {
		if (desktop_read(&d, a.v[i].path) == -1)
			continue;
		if (desktop_usable(&d))
			line(&a.v[i], &d);
		desktop_free(&d);
	}
	more = a.more;
	apps_free(&a);
	if (lines_flush() == -1)
		return -1;
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	json_bool(&j, "more", more);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}
