/* A directory of a session as one archive, while it is being made. */
#include <json-c/json.h>
#include <stdlib.h>

#include "api.h"
#include "file.h"
#include "file_get.h"
#include "http.h"

struct archive {
	struct file_work	 w;
	struct piped		*piped;
};

static void
archive_stop(struct archive *a)
{
	if (a->w.pump != NULL)
		pump_stop(a->w.pump);
	a->w.pump = NULL;
}

static void
archive_release(struct archive *a)
{
	if (a->w.r == NULL && a->w.pump == NULL && a->piped == NULL)
		file_work_free(&a->w);
}

static void
gone(struct request *r, void *arg)
{
	struct archive	*a = arg;

	(void)r;
	a->w.r = NULL;
	archive_stop(a);
	archive_release(a);
}

static void
sent(void *arg)
{
	struct archive	*a = arg;

	a->piped = NULL;
	archive_stop(a);
	archive_release(a);
}

static void
head(struct pump *p, struct json_object *o, void *arg)
{
	struct archive		*a = arg;
	struct request		*r = a->w.r;
	struct json_object	*entry = file_entry(o);

	if (entry == NULL)
		return;
	file_get_headers(r, entry, ".tar");
	file_journal(&a->w, "file.archived", file_event(entry));
	a->w.r = NULL;
	a->piped = reply_pipe(r, 200, "application/x-tar", pump_output(p), -1,
	    sent, a);
	if (a->piped == NULL) {
		archive_stop(a);
		archive_release(a);
	}
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *fault,
    void *arg)
{
	struct archive	*a = arg;
	struct request	*r = a->w.r;

	(void)p;
	(void)last;
	a->w.pump = NULL;
	a->w.r = NULL;
	if (a->piped != NULL)
		piped_verdict(a->piped, fault == NULL);
	else if (r != NULL && fault != NULL)
		pump_refuse(r, fault);
	else if (r != NULL)
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "deskd-pump said nothing of it");
	archive_release(a);
}

void
api_file_archive(struct request *r)
{
	static const struct pump_calls	 calls = { head, NULL, end };
	struct pump_plan		 plan = { .argv = { "archive" } };
	struct archive			*a;

	if (file_query(r, &plan.argv[1], &plan) == -1)
		return;
	a = file_work_new(sizeof(*a), request_session(r), r);
	if (file_begin(&a->w, &plan, &calls) == 0)
		request_defer(r, gone, a);
}
