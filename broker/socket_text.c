#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "json_read.h"
#include "kept.h"
#include "kept_session.h"
#include "kept_start.h"
#include "socket_text.h"

static struct json_object *
text_new(const char *type)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "type", json_object_new_string(type));
	return o;
}

static void
add_number(struct json_object *o, const char *name, uint64_t n)
{
	json_object_object_add(o, name, json_object_new_int64((int64_t)n));
}

struct json_object *
socket_offset(const char *type, uint64_t at)
{
	struct json_object	*o = text_new(type);

	add_number(o, "offset", at);
	return o;
}

struct json_object *
socket_attached(const struct msg_kept_stream *st)
{
	struct json_object	*o = socket_offset("attached", st->from);

	if (st->item.kind == KEPT_TERMINAL) {
		add_number(o, "cols", st->item.cols);
		add_number(o, "rows", st->item.rows);
	}
	json_object_object_add(o, "running",
	    json_object_new_boolean((st->item.flags & KEPT_RUNS) != 0));
	return o;
}

struct json_object *
socket_exited(const void *bytes)
{
	struct json_object	*o = text_new("exited");
	struct kept_end		 e;

	memcpy(&e, bytes, sizeof(e));
	kept_json_end(o, e.code, e.signal, e.flags, e.duration_ms);
	return o;
}

static void
read_order(struct fields *f, struct socket_order *order, uint32_t kind)
{
	static const char *const	terminal_types[] = { "resize", NULL };
	static const char *const	process_types[] = { "stdin_end", NULL };

	field_require(f, "type");
	(void)field_choice(f, "type", kind == KEPT_PROCESS ? process_types :
	    terminal_types, 0);
	order->what = kind == KEPT_PROCESS ? ORDER_INPUT_END : ORDER_RESIZE;
	if (kind == KEPT_PROCESS)
		return;
	field_require(f, "cols");
	field_require(f, "rows");
	order->cols = (unsigned int)field_int(f, "cols", 1, TERMINAL_MAX, 80);
	order->rows = (unsigned int)field_int(f, "rows", 1, TERMINAL_MAX, 24);
}

int
socket_order(struct socket_order *order, const char *text, size_t len,
    uint32_t kind, char *why, size_t size)
{
	struct json_object	*o;
	struct json_error	 error;
	struct fields		 f;
	int			 rc;

	memset(order, 0, sizeof(*order));
	if ((o = json_read(text, len, &error)) == NULL) {
		snprintf(why, size, "byte %zu: %s", error.at, error.what);
		return -1;
	}
	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		snprintf(why, size, "a text must be a JSON object");
		return -1;
	}
	fields_begin(&f, o);
	read_order(&f, order, kind);
	if ((rc = fields_end(&f)) == -1)
		snprintf(why, size, "%.40s: %.56s", f.where, f.detail);
	json_object_put(o);
	return rc;
}
