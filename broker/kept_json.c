/* A kept program as the API shows it, and its names. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "kept_session.h"
#include "monotime.h"
#include "session.h"
#include "signal_name.h"
#include "utf8.h"

const char *
kept_word(uint32_t kind)
{
	return kind == KEPT_TERMINAL ? "terminal" : "process";
}

static const char *
prefix(uint32_t kind)
{
	return kind == KEPT_TERMINAL ? "trm_" : "prc_";
}

void
kept_id_text(const struct ulid *id, uint32_t kind, char text[KEPT_ID_TEXT])
{
	memcpy(text, prefix(kind), 4);
	ulid_text(id, text + 4);
}

int
kept_id_parse(struct ulid *id, uint32_t kind, const char *text)
{
	if (strncmp(text, prefix(kind), 4) != 0)
		return -1;
	return ulid_parse(id, text + 4);
}

int
kept_param(struct request *r, uint32_t *kind, struct ulid *id)
{
	const char	*text = request_param(r, kept_word(*kind));

	if (kept_id_parse(id, *kind, text) == 0)
		return 0;
	if (*kind == KEPT_PROCESS &&
	    kept_id_parse(id, KEPT_TERMINAL, text) == 0) {
		*kind = KEPT_TERMINAL;
		return 0;
	}
	reply_problem(r, PROBLEM_NOT_FOUND, NULL, "no such %s",
	    kept_word(*kind));
	return -1;
}

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, *text == '\0' ? NULL :
	    json_object_new_string(text));
}

static void
add_num(struct json_object *o, const char *name, uint64_t num)
{
	json_object_object_add(o, name, json_object_new_int64(
	    num > INT64_MAX ? INT64_MAX : (int64_t)num));
}

static void
add_time(struct json_object *o, const char *name, uint64_t ms)
{
	char	text[RFC3339_TEXT];

	/* What init says must be a year that can be written. */
	if (ms == 0 || ms > INT64_C(253402300799000)) {
		json_object_object_add(o, name, NULL);
		return;
	}
	walltime_text((int64_t)ms, text);
	json_object_object_add(o, name, json_object_new_string(text));
}

static struct json_object *
argv_json(struct msg_tail *tail)
{
	struct json_object	*a = json_object_new_array();
	const char		*arg;
	char			*text;
	size_t			 n;

	while (tail != NULL && (arg = msg_tail_next(tail)) != NULL) {
		text = utf8_clean(arg, strlen(arg), &n);
		json_object_array_add(a,
		    json_object_new_string_len(text, (int)n));
		free(text);
	}
	return a;
}

void
kept_json_end(struct json_object *o, int32_t code, int32_t sig,
    uint32_t flags, uint32_t duration_ms)
{
	if (sig < 0 || sig > 64)
		sig = 9;
	json_object_object_add(o, "exit_code", sig != 0 ? NULL :
	    json_object_new_int(code));
	json_object_object_add(o, "signal", signal_json(sig));
	json_object_object_add(o, "timed_out",
	    json_object_new_boolean((flags & KEPT_TIMED_OUT) != 0));
	add_num(o, "duration_ms", duration_ms);
}

static struct json_object *
output_json(const struct msg_kept_item *m)
{
	struct json_object	*o = json_object_new_object();

	add_num(o, "first", m->first);
	add_num(o, "end", m->end);
	add_num(o, "keep_bytes", m->keep);
	return o;
}

static void
add_end(struct json_object *o, const struct msg_kept_item *m)
{
	if ((m->flags & KEPT_RUNS) == 0) {
		kept_json_end(o, m->code, m->signal, m->flags,
		    m->duration_ms);
		return;
	}
	json_object_object_add(o, "exit_code", NULL);
	json_object_object_add(o, "signal", NULL);
	json_object_object_add(o, "timed_out", json_object_new_boolean(0));
	add_num(o, "duration_ms", m->duration_ms);
}

struct json_object *
kept_json(const struct session *s, const struct msg_kept_item *m,
    struct msg_tail *tail)
{
	struct json_object	*o = json_object_new_object(), *by;
	char			 id[KEPT_ID_TEXT], ses[SESSION_ID_TEXT];
	char			 name[NAME_MAX_LEN + 1];

	kept_id_text(&m->id, m->kind, id);
	session_id_text(&s->row.id, ses);
	utf8_line(name, sizeof(name), m->name);
	add_text(o, "id", id);
	add_text(o, "session_id", ses);
	add_text(o, "name", name);
	add_num(o, "pid", m->pid);
	add_text(o, "state", m->flags & KEPT_RUNS ? "running" : "exited");
	json_object_object_add(o, "argv", argv_json(tail));
	add_text(o, "user", m->flags & KEPT_ROOT ? "root" : "user");
	by = json_object_new_object();
	add_num(by, "uid", m->principal);
	json_object_object_add(o, "started_by", by);
	add_time(o, "started_at", m->started_ms);
	add_time(o, "ended_at", m->flags & KEPT_RUNS ? 0 : m->ended_ms);
	add_end(o, m);
	json_object_object_add(o, "output", output_json(m));
	if (m->kind == KEPT_TERMINAL) {
		add_num(o, "cols", m->cols);
		add_num(o, "rows", m->rows);
	} else
		json_object_object_add(o, "input_open",
		    json_object_new_boolean((m->flags & KEPT_INPUT_OPEN) != 0));
	return o;
}
