/*
 * app ID FILE...: head; done with how to start the application: argv, cwd,
 * name, wm_class, startup_notify.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appdirs.h"
#include "args.h"
#include "desktop.h"
#include "json.h"
#include "pump.h"

/* With the option after which each takes a program and its arguments. */
static const struct {
	const char	*name;
	const char	*option;
} terminals[] = {
	{ "x-terminal-emulator",	"-e" },
	{ "xterm",			"-e" },
	{ "urxvt",			"-e" },
	{ "st",				"-e" },
	{ "kitty",			NULL },
	{ "alacritty",			"-e" },
	{ "konsole",			"-e" },
	{ "gnome-terminal",		"--" },
};

static int
terminal(struct args *a)
{
	char	*found;
	size_t	 i;
	int	 there;

	for (i = 0; i < sizeof(terminals) / sizeof(terminals[0]); i++) {
		there = desktop_program(terminals[i].name, &found);
		free(found);
		if (!there)
			continue;
		args_add(a, terminals[i].name);
		if (terminals[i].option != NULL)
			args_add(a, terminals[i].option);
		return 0;
	}
	return say_problem(PROBLEM_NO_SUCH_PROGRAM, "/app",
	    "this application needs a terminal, and there is none");
}

static void
text(struct json *j, const char *name, const char *value)
{
	char	*plain;

	if (value == NULL || value[0] == '\0') {
		json_null(j, name);
		return;
	}
	plain = desktop_text(value);
	json_string(j, name, plain);
	free(plain);
}

static int
finish(const char *id, const struct desktop *d, const struct args *before,
    const struct args *a)
{
	struct json	j = JSON_NEW;
	size_t		i;

	say_head();
	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	json_string(&j, "id", id);
	text(&j, "name", d->name);
	json_open(&j, "argv", '[');
	for (i = 0; i < before->n; i++)
		json_string(&j, NULL, before->v[i]);
	for (i = 0; i < a->n; i++)
		json_string(&j, NULL, a->v[i]);
	json_close(&j, ']');
	text(&j, "wm_class", d->wm_class);
	json_bool(&j, "startup_notify", desktop_true(d->startup_notify));
	json_bool(&j, "terminal", desktop_true(d->terminal));
	text(&j, "cwd", d->path);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	return 0;
}

static int
resolve(const struct app *app, const struct desktop *d, int nfiles,
    char **files)
{
	struct args	 before, a;
	const char	*why;
	int		 rv = 0;

	memset(&before, 0, sizeof(before));
	memset(&a, 0, sizeof(a));
	if ((why = exec_expand(&a, d, app->path, nfiles, files)) != NULL)
		rv = say_problem(PROBLEM_INVALID_FIELD,
		    strstr(why, "Exec") != NULL ? "/app" : "/files", "%s",
		    why);
	if (rv == 0 && desktop_true(d->terminal))
		rv = terminal(&before);
	if (rv == 0)
		rv = finish(app->id, d, &before, &a);
	args_free(&before);
	args_free(&a);
	return rv;
}

int
op_app(int argc, char **argv)
{
	struct apps		 a;
	struct desktop		 d;
	const struct app	*app;
	int			 rv;

	apps_find(&a);
	if ((app = apps_get(&a, argv[0])) == NULL ||
	    desktop_read(&d, app->path) == -1)
		rv = say_problem(PROBLEM_NOT_FOUND, "/app",
		    "there is no such application");
	else {
		rv = desktop_usable(&d) ?
		    resolve(app, &d, argc - 1, argv + 1) :
		    say_problem(PROBLEM_NOT_FOUND, "/app",
		    "the application cannot be started here");
		desktop_free(&d);
	}
	apps_free(&a);
	return rv;
}
