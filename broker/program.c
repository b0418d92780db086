#include <json-c/json.h>
#include <string.h>

#include "check.h"
#include "field.h"
#include "program.h"

#define PATH_BYTES	4096

static void
add(struct program *p, const char *text)
{
	size_t	n = strlen(text) + 1;

	if (n > sizeof(p->texts) - p->len) {
		p->full = 1;
		return;
	}
	memcpy(p->texts + p->len, text, n);
	p->len += n;
}

static void
add_variable(struct program *p, const char *name, const char *value)
{
	add(p, name);
	if (p->full)
		return;
	p->texts[p->len - 1] = '=';
	add(p, value);
}

static void
read_argv(struct fields *f, struct program *p)
{
	struct json_object	*argv;
	size_t			 i;

	argv = field_texts(f, "argv", EXEC_ARGS_MAX, EXEC_ARGS_BYTES);
	if (argv == NULL)
		return;
	p->head.argc = (uint32_t)json_object_array_length(argv);
	for (i = 0; i < p->head.argc; i++)
		add(p, json_object_get_string(
		    json_object_array_get_idx(argv, i)));
	if (p->head.argc == 0) {
		fields_fail(f, "argv", PROBLEM_INVALID_FIELD,
		    "must hold a program at least");
		return;
	}
	p->name = json_object_get_string(
	    json_object_array_get_idx(argv, 0));
	if (*p->name == '\0')
		fields_fail(f, "argv", PROBLEM_INVALID_FIELD,
		    "the program's name is empty");
}

static void
read_command(struct fields *f, struct program *p)
{
	const char	*command;

	command = field_string(f, "command", 1, EXEC_ARGS_BYTES, NULL);
	if (command == NULL)
		return;
	p->name = "/bin/sh";
	p->head.argc = 3;
	add(p, p->name);
	add(p, "-c");
	add(p, command);
}

static void
read_program(struct fields *f, struct program *p, int required)
{
	int	argv = field_kind(f, "argv") != FIELD_ABSENT;
	int	command = field_kind(f, "command") != FIELD_ABSENT;

	if (argv && command)
		fields_fail(f, "command", PROBLEM_INVALID_FIELD,
		    "argv or command, not both");
	else if (argv)
		read_argv(f, p);
	else if (command)
		read_command(f, p);
	else if (required)
		fields_fail(f, "argv", PROBLEM_MISSING_FIELD,
		    "argv or command is required");
}

static void
read_env(struct fields *f, struct program *p)
{
	struct json_object	*env;

	if ((env = check_env(f)) == NULL)
		return;
	json_object_object_foreach(env, key, value) {
		add_variable(p, key, json_object_get_string(value));
		p->head.envc++;
	}
}

static void
read_cwd(struct fields *f, struct program *p)
{
	const char	*cwd = field_string(f, "cwd", 0, PATH_BYTES - 1, "");

	if (*cwd != '\0' && *cwd != '/')
		fields_fail(f, "cwd", PROBLEM_INVALID_FIELD,
		    "must be an absolute path");
	add(p, cwd);
}

static void
clear(struct program *p)
{
	memset(&p->head, 0, sizeof(p->head));
	p->len = 0;
	p->full = 0;
	p->name = NULL;
}

void
program_begin(struct program *p, const char *cwd)
{
	clear(p);
	add(p, cwd);
}

void
program_arg(struct program *p, const char *arg)
{
	add(p, arg);
	p->head.argc++;
}

void
program_variable(struct program *p, const char *name, const char *value)
{
	add_variable(p, name, value);
	p->head.envc++;
}

void
program_read(struct fields *f, struct program *p, int required)
{
	static const char *const users[] = { "user", "root", NULL };

	clear(p);
	read_cwd(f, p);
	read_program(f, p, required);
	read_env(f, p);
	if (p->full)
		fields_fail(f, NULL, PROBLEM_TOO_LARGE, "arguments and "
		    "environment are more than %d bytes", EXEC_ARGS_BYTES);
	if (field_choice(f, "user", users, 0) == 1)
		p->head.flags |= EXEC_ROOT;
}
