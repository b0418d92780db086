/* GET and HEAD of a session's file or directory. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "field.h"
#include "file.h"
#include "file_get.h"
#include "file_list.h"
#include "http.h"
#include "xmalloc.h"

struct get {
	struct file_work	 w;
	char			*path;
	struct file_range	 range;
	int			 root;
	int			 only_head;
	struct piped		*piped;
};

static void	read_head(struct pump *, struct json_object *, void *);
static void	read_end(struct pump *, struct json_object *,
		    const struct pump_fault *, void *);
static void	stat_end(struct pump *, struct json_object *,
		    const struct pump_fault *, void *);
static void	stat_head(struct pump *, struct json_object *, void *);

static const struct pump_calls read_calls = { read_head, NULL, read_end };
static const struct pump_calls stat_calls = { stat_head, NULL, stat_end };

/* When neither the pump nor the client is at it any more. */
static void
get_release(struct get *g)
{
	if (g->w.r != NULL || g->w.pump != NULL || g->piped != NULL)
		return;
	free(g->path);
	file_work_free(&g->w);
}

static void
get_stop(struct get *g)
{
	if (g->w.pump != NULL)
		pump_stop(g->w.pump);
	g->w.pump = NULL;
}

static void
get_gone(struct request *r, void *arg)
{
	struct get	*g = arg;

	(void)r;
	g->w.r = NULL;
	get_stop(g);
	get_release(g);
}

/* All is sent, or the client has left. */
static void
sent(void *arg)
{
	struct get	*g = arg;

	g->piped = NULL;
	get_stop(g);
	get_release(g);
}

static void
journal_read(const struct get *g, struct json_object *entry, int64_t first,
    int64_t length)
{
	struct json_object	*o = file_event(entry);

	json_object_object_add(o, "first", json_object_new_int64(first));
	json_object_object_add(o, "length", json_object_new_int64(length));
	file_journal(&g->w, "file.read", o);
}

static void
range_headers(struct request *r, int64_t first, int64_t length, int64_t size)
{
	char	text[96];

	snprintf(text, sizeof(text), "bytes %lld-%lld/%lld", (long long)first,
	    (long long)(first + length - 1), (long long)size);
	reply_header(r, "Content-Range", text);
}

static int
is_partial(struct json_object *head)
{
	struct json_object	*v;

	return json_object_object_get_ex(head, "partial", &v) &&
	    json_object_get_boolean(v);
}

/* The client has it: nothing is read. */
static int
get_known(struct get *g, struct json_object *entry)
{
	struct request	*r = g->w.r;

	file_headers(r, entry);
	if (!file_known(r, entry))
		return 0;
	g->w.r = NULL;
	reply_empty(r, 304);
	return 1;
}

static void
read_head(struct pump *p, struct json_object *head, void *arg)
{
	struct get		*g = arg;
	struct request		*r = g->w.r;
	struct json_object	*entry = file_entry(head);
	int64_t			 first, length;
	int			 partial = is_partial(head);

	if (entry == NULL)
		return;		/* and its end will be answered */
	if (get_known(g, entry)) {
		get_stop(g);
		get_release(g);
		return;
	}
	first = file_number(head, "first");
	length = file_number(head, "length");
	reply_header(r, "Accept-Ranges", "bytes");
	file_get_headers(r, entry, "");
	if (partial)
		range_headers(r, first, length, file_number(entry, "size"));
	journal_read(g, entry, first, length);
	g->w.r = NULL;
	g->piped = reply_pipe(r, partial ? 206 : 200, file_type(entry),
	    pump_output(p), length, sent, g);
	if (g->piped == NULL) {
		get_stop(g);
		get_release(g);
	}
}

/* Again, with another operation: it is a directory, or its size is wanted. */
static void
again(struct get *g, const char *op)
{
	struct pump_plan	 plan = { .argv = { op, g->path, "" },
				    .root = g->root };
	struct session		*s = session_find(&g->w.row.id);
	struct request		*r = g->w.r;

	if (s == NULL) {
		g->w.r = NULL;
		reply_problem(r, PROBLEM_NOT_FOUND, NULL, "no such session");
		get_release(g);
		return;
	}
	if (strcmp(op, "list") == 0) {
		g->w.r = NULL;
		file_list(s, r, g->path, "", FILE_LIST_DEFAULT, g->root);
		get_release(g);
		return;
	}
	g->w.pump = pump_start(s, r, &plan, &stat_calls, g);
	if (g->w.pump == NULL) {
		g->w.r = NULL;
		get_release(g);
	}
}

static void
get_fail(struct get *g, const struct pump_fault *fault)
{
	static const struct pump_fault	 strange = { PROBLEM_INTERNAL, NULL,
					    "deskd-pump said nothing of it" };
	struct request			*r = g->w.r;

	g->w.r = NULL;
	if (r != NULL)
		pump_refuse(r, fault == NULL ? &strange : fault);
	get_release(g);
}

static void
read_end(struct pump *p, struct json_object *last,
    const struct pump_fault *fault, void *arg)
{
	struct get	*g = arg;

	(void)p;
	(void)last;
	g->w.pump = NULL;
	if (g->piped != NULL)
		piped_verdict(g->piped, fault == NULL);
	else if (fault != NULL && fault->problem == PROBLEM_IS_DIRECTORY)
		again(g, "list");
	else if (fault != NULL && fault->problem == PROBLEM_RANGE)
		again(g, "stat");
	else
		get_fail(g, fault);
}

/* HEAD, or the size that a range did not fit. */
static void
stat_head(struct pump *p, struct json_object *head, void *arg)
{
	struct get		*g = arg;
	struct request		*r = g->w.r;
	struct json_object	*entry = file_entry(head);
	const char		*type;
	char			 text[64];

	(void)p;
	if (entry == NULL)
		return;
	if (!g->only_head) {
		snprintf(text, sizeof(text), "bytes */%lld",
		    (long long)file_number(entry, "size"));
		reply_header(r, "Content-Range", text);
		g->w.r = NULL;
		reply_problem(r, PROBLEM_RANGE, NULL, "Range: the file has "
		    "%lld bytes", (long long)file_number(entry, "size"));
		return;
	}
	if ((type = file_text(entry, "type")) == NULL)
		return;
	if (get_known(g, entry))
		return;
	g->w.r = NULL;
	if (strcmp(type, "directory") == 0) {
		reply_length(r, 200, "application/json", -1);
	} else if (strcmp(type, "file") == 0) {
		reply_header(r, "Accept-Ranges", "bytes");
		file_get_headers(r, entry, "");
		reply_length(r, 200, file_type(entry),
		    file_number(entry, "size"));
	} else
		reply_problem(r, PROBLEM_NOT_REGULAR, "/path", "is a %s",
		    type);
}

static void
stat_end(struct pump *p, struct json_object *last,
    const struct pump_fault *fault, void *arg)
{
	struct get	*g = arg;

	(void)p;
	(void)last;
	g->w.pump = NULL;
	get_fail(g, fault);
}

static int
get_list(struct request *r, const char *path, int root)
{
	int64_t	limit = FILE_LIST_DEFAULT;
	char	*after;

	if (request_query(r, "limit") == NULL &&
	    request_query(r, "cursor") == NULL)
		return 0;
	if (query_int(r, "limit", 1, FILE_LIST_MAX, &limit) == -1 ||
	    (after = file_cursor(r)) == NULL)
		return 1;
	file_list(request_session(r), r, path, after, limit, root);
	free(after);
	return 1;
}

void
api_file_get(struct request *r)
{
	struct pump_plan	 plan = { .root = 0 };
	struct get		*g;
	const char		*path;

	if (file_query(r, &path, &plan) == -1)
		return;
	if (strcmp(request_method(r), "HEAD") != 0 &&
	    get_list(r, path, plan.root))
		return;
	g = file_work_new(sizeof(*g), request_session(r), r);
	g->path = xstrdup(path);
	g->root = plan.root;
	g->only_head = strcmp(request_method(r), "HEAD") == 0;
	file_range(r, &g->range);
	plan.argv[0] = g->only_head ? "stat" : "read";
	plan.argv[1] = g->path;
	if (!g->only_head) {
		plan.argv[2] = g->range.first;
		plan.argv[3] = g->range.last;
		plan.argv[4] = g->range.tag;
	}
	request_defer(r, get_gone, g);
	g->w.pump = pump_start(request_session(r), r, &plan, g->only_head ?
	    &stat_calls : &read_calls, g);
	if (g->w.pump == NULL) {
		g->w.r = NULL;
		get_release(g);
	}
}
