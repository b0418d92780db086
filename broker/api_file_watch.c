/* What happens to a session's files, as events. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "file.h"
#include "http.h"

#define ROOM_MIN	(128 * 1024)	/* else it waits for its client */

struct watch {
	struct file_work	 w;
	struct stream		*stream;
	struct stream_wait	 room;
};

static void
watch_free(struct watch *t)
{
	stream_unwait(&t->room);
	if (t->w.pump != NULL)
		pump_stop(t->w.pump);
	file_work_free(&t->w);
}

static void
gone(struct request *r, void *arg)
{
	(void)r;
	watch_free(arg);
}

static void
stream_gone(struct stream *s, void *arg)
{
	(void)s;
	watch_free(arg);
}

static void
tell(struct watch *t, const char *kind, struct json_object *o)
{
	(void)stream_event(t->stream, 0, kind,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void
head(struct pump *p, struct json_object *o, void *arg)
{
	struct watch	*t = arg;
	struct request	*r = t->w.r;

	(void)p;
	t->w.r = NULL;
	t->stream = reply_stream(r, stream_gone, t);
	if (t->stream == NULL)
		watch_free(t);
	else
		tell(t, "watching", o);
}

static void
room_cb(void *arg)
{
	struct watch	*t = arg;

	if (t->w.pump != NULL)
		pump_go_on(t->w.pump);
}

static void
line(struct pump *p, struct json_object *o, void *arg)
{
	static const char *const	 kinds[] = { "created", "changed",
					    "deleted", "moved", "overflow" };
	struct watch			*t = arg;
	const char			*kind = file_text(o, "event");
	size_t				 i;

	if (t->stream == NULL)
		return;		/* before its head: it breaks the rules */
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kind != NULL && strcmp(kind, kinds[i]) == 0)
			break;
	json_object_object_del(o, "event");
	if (i < sizeof(kinds) / sizeof(kinds[0]))
		tell(t, kinds[i], o);
	if (stream_room(t->stream) >= ROOM_MIN)
		return;
	pump_hold(p);
	t->room.room = ROOM_MIN;
	t->room.cb = room_cb;
	t->room.arg = t;
	stream_wait(t->stream, &t->room);
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *fault,
    void *arg)
{
	struct watch		*t = arg;
	struct json_object	*o;

	(void)p;
	(void)last;
	t->w.pump = NULL;
	if (t->stream == NULL) {
		if (fault != NULL)
			pump_refuse(t->w.r, fault);
		else
			reply_problem(t->w.r, PROBLEM_INTERNAL, NULL,
			    "the watch ended before it began");
		watch_free(t);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "code", json_object_new_string(
	    problem_code(fault == NULL ? PROBLEM_NOT_FOUND :
	    fault->problem)));
	tell(t, "error", o);
	json_object_put(o);
	stream_end(t->stream);
	watch_free(t);
}

void
api_file_watch(struct request *r)
{
	static const struct pump_calls	 calls = { head, line, end };
	struct pump_plan		 plan = { .argv = { "watch" },
					    .endless = 1 };
	struct watch			*t;

	if (file_query(r, &plan.argv[1], &plan) == -1 ||
	    file_flag(r, "recursive", &plan.argv[2]) == -1)
		return;
	t = file_work_new(sizeof(*t), request_session(r), r);
	if (file_begin(&t->w, &plan, &calls) == 0)
		request_defer(r, gone, t);
}
