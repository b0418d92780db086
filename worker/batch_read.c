#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "batch_read.h"
#include "sizes.h"
#include "xmalloc.h"

/* document, list, action, path, point, and one that is never right */
#define DEPTH			6
#define SETTLE_MAX_MS		10000
#define SETTLE_LIMIT_MS		5000	/* when none is given */
#define SETTLE_LIMIT_MAX_MS	60000

static const char *const	on_error_words[] = { "stop", "continue", NULL };
static const char *const	screenshot_words[] = { "none", "each", "last",
				    NULL };

#define PLAN(m)	offsetof(struct batch_plan, m)

static int
field_list(const struct field *f, struct json_object *value,
    const struct field_at *at, void *to)
{
	struct json_object	**list = to;
	size_t			  n;

	if (!json_object_is_type(value, json_type_array))
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must be a list of actions");
	n = json_object_array_length(value);
	if (n < (size_t)f->min || n > (size_t)f->max)
		return field_fail(at, PROBLEM_INVALID_FIELD,
		    "must have %d to %d actions", (int)f->min, (int)f->max);
	*list = value;
	return 0;
}

/* The first two are a batch's only, the others may stand in an action. */
static const struct field options[] = {
	{ "actions", field_list, PLAN(list), 1, 1, ACTIONS_MAX, NULL },
	{ "on_error", field_word, PLAN(on_error), 0, 0, 0, on_error_words },
	{ "screenshot", field_word, PLAN(screenshot), 0, 0, 0,
	    screenshot_words },
	{ "settle_ms", field_int, PLAN(settle_ms), 0, 0, SETTLE_MAX_MS, NULL },
	{ "settle_timeout_ms", field_int, PLAN(settle_timeout_ms), 0, 0,
	    SETTLE_LIMIT_MAX_MS, NULL },
	{ "wait_for_change", field_bool, PLAN(wait_for_change), 0, 0, 0,
	    NULL },
	{ "pointer", field_bool, PLAN(pointer), 0, 0, 0, NULL },
	{ "format", field_format, PLAN(kind_args.format), 0, 0, 0, NULL },
	{ "quality", field_int, PLAN(kind_args.quality), 0, 1, 100, NULL },
	{ "lossless", field_bool, PLAN(kind_args.lossless), 0, 0, 0, NULL }
};

#define NOPTIONS	(sizeof(options) / sizeof(options[0]))

static const struct field_table batch_table = { options, NOPTIONS };
static const struct field_table single_table = { options + 2, NOPTIONS - 2 };

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct json_object *
parse(const char *body, size_t len, const struct field_at *at)
{
	struct json_tokener	*tok;
	struct json_object	*doc;
	const char		*why;
	size_t			 end;

	if (len > ACTIONS_BODY_MAX) {
		field_fail(at, PROBLEM_TOO_LARGE, "at most %d bytes",
		    ACTIONS_BODY_MAX);
		return NULL;
	}
	if ((tok = json_tokener_new_ex(DEPTH)) == NULL)
		fatalx("json_tokener_new_ex");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_ALLOW_TRAILING_CHARS);
	doc = json_tokener_parse_ex(tok, body, (int)len);
	why = json_tokener_error_desc(json_tokener_get_error(tok));
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	while (end < len && is_space(body[end]))
		end++;
	if (doc == NULL)
		field_fail(at, PROBLEM_BAD_JSON, "not JSON: %s", why);
	else if (end != len)
		field_fail(at, PROBLEM_BAD_JSON,
		    "not JSON: something follows at byte %zu", end);
	else if (!json_object_is_type(doc, json_type_object))
		field_fail(at, PROBLEM_BAD_JSON, "must be an object");
	else
		return doc;
	json_object_put(doc);
	return NULL;
}

static int
read_batch(struct batch_plan *plan, const struct field_at *root)
{
	struct field_at	list = field_member(root, "actions"), at;
	unsigned int	i, n;

	if (fields_read(plan->doc, &batch_table, NULL, root, plan) == -1)
		return -1;
	n = (unsigned int)json_object_array_length(plan->list);
	plan->actions = xcalloc(n, sizeof(*plan->actions));
	for (i = 0; i < n; i++) {
		at = field_element(&list, i);
		plan->n++;
		if (action_read(&plan->actions[i], batch_plan_object(plan, i),
		    NULL, &at) == -1)
			return -1;
	}
	return 0;
}

static int
read_single(struct batch_plan *plan, const struct field_at *root)
{
	plan->actions = xcalloc(1, sizeof(*plan->actions));
	plan->n = 1;
	if (action_read(plan->actions, plan->doc, &single_table, root) == -1)
		return -1;
	return fields_read(plan->doc, &single_table,
	    &plan->actions->row->fields, root, plan);
}

int
batch_read(struct batch_plan *plan, const char *body, size_t len,
    const struct screen *screen, struct field_error *err)
{
	struct field_at	root = field_root(err, screen);
	int		ret;

	memset(plan, 0, sizeof(*plan));
	memset(err, 0, sizeof(*err));
	plan->settle_timeout_ms = SETTLE_LIMIT_MS;
	if ((plan->doc = parse(body, len, &root)) == NULL)
		return -1;
	if (json_object_object_get_ex(plan->doc, "actions", NULL))
		ret = read_batch(plan, &root);
	else
		ret = read_single(plan, &root);
	if (ret == 0)
		ret = kind_check(&plan->kind_args, &root, &plan->kind);
	if (ret == -1)
		batch_plan_clear(plan);
	return ret;
}

void
batch_plan_clear(struct batch_plan *plan)
{
	unsigned int	i;

	for (i = 0; i < plan->n; i++)
		action_clear(&plan->actions[i]);
	free(plan->actions);
	json_object_put(plan->doc);
	memset(plan, 0, sizeof(*plan));
}

struct json_object *
batch_plan_object(const struct batch_plan *plan, unsigned int i)
{
	if (plan->list == NULL)
		return plan->doc;
	return json_object_array_get_idx(plan->list, i);
}
