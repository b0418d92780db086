/* Running a program: what may be asked for. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "base64.h"
#include "exec.h"
#include "field.h"
#include "http.h"
#include "program.h"
#include "session.h"

#define TIMEOUT_DEFAULT	60.0
#define TIMEOUT_MIN	0.1
#define TIMEOUT_MAX	3600.0
#define INPUT_MAX	(1024 * 1024)

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
read_plan(struct request *r, struct program *p, struct exec_plan *plan)
{
	struct fields	 f;
	const char	*accept = request_header(r, "Accept");

	fields_begin(&f, request_json(r));
	program_read(&f, p, 1);
	read_input(&f, plan);
	p->head.timeout_ms = (uint32_t)(1000 * field_number(&f,
	    "timeout_seconds", TIMEOUT_MIN, TIMEOUT_MAX, TIMEOUT_DEFAULT));
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	if (plan->input == NULL)
		plan->input_len = 0;
	p->head.principal = request_uid(r);
	plan->head = p->head;
	plan->program = p->name;
	plan->streamed = accept != NULL &&
	    strstr(accept, "text/event-stream") != NULL;
	plan->tail = p->texts;
	plan->tail_len = p->len;
	return 0;
}

void
api_exec(struct request *r)
{
	static struct program	 p;	/* 48 KiB; handlers do not nest */
	struct session		*s = request_session(r);
	struct exec_plan	 plan;

	memset(&plan, 0, sizeof(plan));
	if (read_plan(r, &p, &plan) == 0 && need_running(r, s) == 0)
		exec_start(s, r, &plan);
	free(plan.decoded);
}
