#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_error.h"
#include "field.h"
#include "http.h"
#include "kept_session.h"
#include "kept_show.h"
#include "pump.h"
#include "session.h"
#include "wire.h"
#include "xmalloc.h"

#define PROCESSES_MAX	4096	/* of one session, that are told of */
#define LIST_BYTES	((size_t)8 * 1024 * 1024) /* of the kernel's, as text */
#define LINE_COST	256	/* of one to be read, in bytes at least */
#define PAGE		1000

/* An answer on its way: first what init keeps, then what the kernel has. */
struct shown {
	struct session		*session;
	struct request		*request;
	uint32_t		 kind;		/* 0: any */
	struct ulid		 id;		/* zero: all */
	int64_t			 pid;		/* 0: all */
	int			 kernel;	/* asked, too */
	struct json_object	*data;		/* kept, then what is new */
	size_t			 nkept;
	size_t			 bytes;		/* heard of the kernel's */
	int64_t			 from;		/* place in the list */
	int64_t			 limit;
};

static void
shown_free(struct shown *sh)
{
	json_object_put(sh->data);
	free(sh);
}

static void
kept_item(const struct msg_kept_item *m, struct msg_tail *tail, void *arg)
{
	struct shown	*sh = arg;

	if (sh->kind != 0 && m->kind != sh->kind)
		return;
	if (!ulid_is_zero(&sh->id) && ulid_cmp(&m->id, &sh->id) != 0)
		return;
	/* A number is that of a process there is. */
	if (sh->pid != 0 && (m->pid != (uint64_t)sh->pid ||
	    (m->flags & KEPT_RUNS) == 0))
		return;
	json_object_array_add(sh->data, kept_json(sh->session, m, tail));
}

static struct json_object *
page_json(const struct shown *sh)
{
	struct json_object	*o = json_object_new_object();
	struct json_object	*page = json_object_new_array();
	int64_t			 n = (int64_t)json_object_array_length(
				    sh->data);
	int64_t			 i, end = sh->from + sh->limit;
	char			 cursor[24];

	for (i = sh->from; i < n && i < end; i++)
		json_object_array_add(page, json_object_get(
		    json_object_array_get_idx(sh->data, (size_t)i)));
	snprintf(cursor, sizeof(cursor), "%lld", (long long)end);
	json_object_object_add(o, "data", page);
	json_object_object_add(o, "next_cursor", n > end ?
	    json_object_new_string(cursor) : NULL);
	json_object_object_add(o, "has_more",
	    json_object_new_boolean(n > end));
	return o;
}

static void
reply_shown(struct shown *sh)
{
	if (ulid_is_zero(&sh->id) && sh->pid == 0)
		reply_json(sh->request, 200, page_json(sh));
	else if (json_object_array_length(sh->data) > 0)
		reply_json(sh->request, 200, json_object_get(
		    json_object_array_get_idx(sh->data, 0)));
	else
		reply_problem(sh->request, PROBLEM_NOT_FOUND, NULL,
		    "no such %s", kept_word(sh->kind));
	shown_free(sh);
}

/* The kept one that runs under a number; its process has that number. */
static struct json_object *
kept_by_pid(const struct shown *sh, int64_t pid)
{
	struct json_object	*o, *value;
	size_t			 i;

	for (i = 0; i < sh->nkept; i++) {
		o = json_object_array_get_idx(sh->data, i);
		if (json_object_get_int64(json_object_object_get(o,
		    "pid")) == pid && json_object_object_get_ex(o, "ended_at",
		    &value) && value == NULL)
			return o;
	}
	return NULL;
}

/* One that nobody started here: what there is to say is the kernel's. */
static struct json_object *
stranger(struct json_object *line)
{
	static const char *const	names[] = { "pid", "argv", "user",
					    "started_at" };
	struct json_object		*o = json_object_new_object();
	size_t				 i;

	json_object_object_add(o, "id", NULL);
	json_object_object_add(o, "state", json_object_new_string("running"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_object_object_add(o, names[i], json_object_get(
		    json_object_object_get(line, names[i])));
	return o;
}

/* Each thing is said once. */
static struct json_object *
kernel_json(struct json_object *line)
{
	static const char *const	names[] = { "ppid", "uid", "name",
					    "state", "threads", "cpu_seconds",
					    "start" };
	struct json_object		*o = json_object_new_object();
	size_t				 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_object_object_add(o, names[i], json_object_get(
		    json_object_object_get(line, names[i])));
	json_object_object_add(o, "memory_bytes", json_object_get(
	    json_object_object_get(line, "memory")));
	return o;
}

static void
ps_line(struct pump *p, struct json_object *line, void *arg)
{
	struct shown		*sh = arg;
	struct json_object	*o;
	int64_t			 pid;
	size_t			 len;

	(void)json_object_to_json_string_length(line, JSON_C_TO_STRING_PLAIN,
	    &len);
	sh->bytes += len + LINE_COST;
	if (sh->bytes > LIST_BYTES) {
		pump_lied(p);
		return;
	}
	pid = json_object_get_int64(json_object_object_get(line, "pid"));
	if ((o = kept_by_pid(sh, pid)) == NULL) {
		if (!ulid_is_zero(&sh->id) || (sh->pid != 0 &&
		    sh->pid != pid))
			return;
		if (json_object_array_length(sh->data) >= PROCESSES_MAX)
			return;
		o = stranger(line);
		json_object_array_add(sh->data, o);
	}
	json_object_object_add(o, "kernel", kernel_json(line));
}

static void
ps_end(struct pump *p, struct json_object *last,
    const struct pump_fault *fault, void *arg)
{
	struct shown	*sh = arg;

	(void)p;
	(void)last;
	if (fault == NULL) {
		reply_shown(sh);
		return;
	}
	pump_refuse(sh->request, fault);
	shown_free(sh);
}

static void
ask_kernel(struct shown *sh)
{
	static const struct pump_calls	calls = { NULL, ps_line, ps_end };
	struct pump_plan		plan = { .argv = { "ps" } };
	size_t				i;

	sh->nkept = json_object_array_length(sh->data);
	for (i = 0; i < sh->nkept; i++)
		json_object_object_add(json_object_array_get_idx(sh->data, i),
		    "kernel", NULL);
	if (need_running(sh->request, sh->session) == -1 ||
	    pump_start(sh->session, sh->request, &plan, &calls, sh) == NULL)
		shown_free(sh);
}

static void
kept_done(struct wire_msg *m, int failed, void *arg)
{
	struct shown	*sh = arg;

	if (failed) {
		reply_error(sh->request, m);
		shown_free(sh);
	} else if (sh->kernel)
		ask_kernel(sh);
	else
		reply_shown(sh);
}

static void
show(struct session *s, struct request *r, const struct shown *what)
{
	static const struct kept_listing calls = { kept_item, kept_done };
	struct shown			*sh = xcalloc(1, sizeof(*sh));

	*sh = *what;
	sh->session = s;
	sh->request = r;
	sh->data = json_object_new_array();
	if (kept_list(s, &calls, sh) == 0) {
		request_defer(r, NULL, NULL);
		return;
	}
	reply_problem(r, PROBLEM_BUSY, NULL,
	    "too much is asked of this session at once");
	shown_free(sh);
}

static void
show_page(struct session *s, struct request *r, struct shown *what)
{
	what->limit = PAGE;
	if (query_int(r, "limit", 1, PAGE, &what->limit) == -1 ||
	    query_int(r, "cursor", 0, PROCESSES_MAX, &what->from) == -1)
		return;
	show(s, r, what);
}

void
kept_show_all(struct session *s, struct request *r, uint32_t kind)
{
	struct shown	what = { .kind = kind };

	show_page(s, r, &what);
}

void
kept_show(struct session *s, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	struct shown	what = { .kind = kind, .id = *id };

	show(s, r, &what);
}

void
process_show_all(struct session *s, struct request *r)
{
	struct shown	what = { .kernel = 1 };

	show_page(s, r, &what);
}

void
process_show_pid(struct session *s, struct request *r, int64_t pid)
{
	struct shown	what = { .pid = pid, .kernel = 1 };

	show(s, r, &what);
}

void
process_show_id(struct session *s, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	struct shown	what = { .kind = kind, .id = *id, .kernel = 1 };

	show(s, r, &what);
}
