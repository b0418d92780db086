/* Running a program: what may be asked for. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "base64.h"
#include "check.h"
#include "exec.h"
#include "field.h"
#include "http.h"
#include "session.h"

#define TIMEOUT_DEFAULT	60.0
#define TIMEOUT_MIN	0.1
#define TIMEOUT_MAX	3600.0
#define INPUT_MAX	(1024 * 1024)
#define PATH_BYTES	4096

/* The texts of the message: cwd, argv, env. */
struct texts {
	char	buf[EXEC_ARGS_BYTES];
	size_t	len;
	int	full;
};

static void
add(struct texts *t, const char *text)
{
	size_t	n = strlen(text) + 1;

	if (n > sizeof(t->buf) - t->len) {
		t->full = 1;
		return;
	}
	memcpy(t->buf + t->len, text, n);
	t->len += n;
}

static void
add_variable(struct texts *t, const char *name, const char *value)
{
	add(t, name);
	if (t->full)
		return;
	t->buf[t->len - 1] = '=';
	add(t, value);
}

static void
read_argv(struct fields *f, struct texts *t, struct exec_plan *plan)
{
	struct json_object	*argv;
	size_t			 i;

	argv = field_texts(f, "argv", EXEC_ARGS_MAX, EXEC_ARGS_BYTES);
	if (argv == NULL)
		return;
	plan->head.argc = (uint32_t)json_object_array_length(argv);
	for (i = 0; i < plan->head.argc; i++)
		add(t, json_object_get_string(
		    json_object_array_get_idx(argv, i)));
	if (plan->head.argc == 0) {
		fields_fail(f, "argv", PROBLEM_INVALID_FIELD,
		    "must hold a program at least");
		return;
	}
	plan->program = json_object_get_string(
	    json_object_array_get_idx(argv, 0));
	if (*plan->program == '\0')
		fields_fail(f, "argv", PROBLEM_INVALID_FIELD,
		    "the program's name is empty");
}

static void
read_command(struct fields *f, struct texts *t, struct exec_plan *plan)
{
	const char	*command;

	command = field_string(f, "command", 1, EXEC_ARGS_BYTES, NULL);
	if (command == NULL)
		return;
	plan->program = "/bin/sh";
	plan->head.argc = 3;
	add(t, plan->program);
	add(t, "-c");
	add(t, command);
}

static void
read_program(struct fields *f, struct texts *t, struct exec_plan *plan)
{
	int	argv = field_kind(f, "argv") != FIELD_ABSENT;
	int	command = field_kind(f, "command") != FIELD_ABSENT;

	if (argv && command)
		fields_fail(f, "command", PROBLEM_INVALID_FIELD,
		    "argv or command, not both");
	else if (argv)
		read_argv(f, t, plan);
	else if (command)
		read_command(f, t, plan);
	else
		fields_fail(f, "argv", PROBLEM_MISSING_FIELD,
		    "argv or command is required");
}

static void
read_env(struct fields *f, struct texts *t, struct exec_plan *plan)
{
	struct json_object	*env;

	if ((env = check_env(f)) == NULL)
		return;
	json_object_object_foreach(env, key, value) {
		add_variable(t, key, json_object_get_string(value));
		plan->head.envc++;
	}
}

static void
read_cwd(struct fields *f, struct texts *t)
{
	const char	*cwd = field_string(f, "cwd", 0, PATH_BYTES - 1, "");

	if (*cwd != '\0' && *cwd != '/')
		fields_fail(f, "cwd", PROBLEM_INVALID_FIELD,
		    "must be an absolute path");
	add(t, cwd);
}

static void
read_input(struct fields *f, struct exec_plan *plan)
{
	const char	*text;
	size_t		 len;

	plan->input = field_bytes(f, "stdin", INPUT_MAX, &plan->input_len);
	text = field_bytes(f, "stdin_base64", (INPUT_MAX + 2) / 3 * 4, &len);
	if (text == NULL)
		return;
	if (plan->input != NULL) {
		fields_fail(f, "stdin_base64", PROBLEM_INVALID_FIELD,
		    "stdin or stdin_base64, not both");
		return;
	}
	plan->decoded = base64_decode(text, len, &plan->input_len);
	plan->input = plan->decoded;
	if (plan->decoded == NULL)
		fields_fail(f, "stdin_base64", PROBLEM_INVALID_FIELD,
		    "must be base64 with its padding and nothing else");
}

/* -1: answered. */
static int
read_plan(struct request *r, struct texts *t, struct exec_plan *plan)
{
	static const char *const users[] = { "user", "root", NULL };
	struct fields	 f;
	const char	*accept = request_header(r, "Accept");

	fields_begin(&f, request_json(r));
	read_cwd(&f, t);
	read_program(&f, t, plan);
	read_env(&f, t, plan);
	if (t->full)
		fields_fail(&f, NULL, PROBLEM_TOO_LARGE, "arguments and "
		    "environment are more than %d bytes", EXEC_ARGS_BYTES);
	read_input(&f, plan);
	plan->head.timeout_ms = (uint32_t)(1000 * field_number(&f,
	    "timeout_seconds", TIMEOUT_MIN, TIMEOUT_MAX, TIMEOUT_DEFAULT));
	if (field_choice(&f, "user", users, 0) == 1)
		plan->head.flags |= EXEC_ROOT;
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	if (plan->input == NULL)
		plan->input_len = 0;
	plan->head.principal = request_uid(r);
	plan->streamed = accept != NULL &&
	    strstr(accept, "text/event-stream") != NULL;
	plan->tail = t->buf;
	plan->tail_len = t->len;
	return 0;
}

void
api_exec(struct request *r)
{
	static struct texts	 t;	/* 48 KiB; handlers do not nest */
	struct session		*s = request_session(r);
	struct exec_plan	 plan;

	t.len = 0;
	t.full = 0;
	memset(&plan, 0, sizeof(plan));
	if (read_plan(r, &t, &plan) == 0 && need_running(r, s) == 0)
		exec_start(s, r, &plan);
	free(plan.decoded);
}
