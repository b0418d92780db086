/*
 * Bytes into a session: a file, or an archive to take apart.  The body goes
 * into the pump's pipe as it comes; nothing has changed until all of it was
 * there.
 */
#include <json-c/json.h>
#include <string.h>

#include "api.h"
#include "field.h"
#include "file.h"
#include "http.h"

struct put {
	struct file_work	 w;
	int			 archive;
	struct json_object	*entry;		/* of the directory */
};

static void
put_free(struct put *u)
{
	json_object_put(u->entry);
	file_work_free(&u->w);
}

/* It is ready for the bytes. */
static void
head(struct pump *p, struct json_object *o, void *arg)
{
	struct put	*u = arg;

	if (u->archive && file_entry(o) != NULL)
		u->entry = json_object_get(file_entry(o));
	if (u->w.r != NULL)
		request_body_to(u->w.r, pump_input(p));
}

static void
journal(const struct put *u, struct json_object *last)
{
	static const char *const	 counts[] = { "files", "directories",
					    "links", "bytes", "skipped" };
	struct json_object		*o;
	size_t				 i;

	if (!u->archive) {
		file_journal(&u->w, "file.written",
		    file_event(file_entry(last)));
		return;
	}
	o = file_event(u->entry);
	json_object_object_del(o, "size");
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		file_copy_number(o, last, counts[i]);
	file_journal(&u->w, "file.extracted", o);
}

static void
answer(const struct put *u, struct request *r, struct json_object *last)
{
	struct json_object	*entry = file_entry(last), *v;
	int			 created;

	created = !u->archive &&
	    json_object_object_get_ex(last, "created", &v) &&
	    json_object_get_boolean(v);
	if (entry != NULL && !u->archive)
		file_headers(r, entry);
	json_object_object_del(last, "done");
	reply_json(r, created ? 201 : 200, json_object_get(last));
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *fault,
    void *arg)
{
	struct put	*u = arg;
	struct request	*r = u->w.r;

	(void)p;
	u->w.r = NULL;
	if (fault != NULL) {
		if (r != NULL)
			pump_refuse(r, fault);
	} else {
		journal(u, last);
		if (r != NULL)
			answer(u, r, last);
	}
	put_free(u);
}

/* What a body must not be: part of a file, or packed once more. */
static int
check(struct request *r)
{
	const char	*name = NULL, *coding;

	coding = file_header(r, "Content-Encoding");
	if (*file_header(r, "Content-Range") != '\0')
		name = "Content-Range";
	else if (*coding != '\0' && strcmp(coding, "identity") != 0)
		name = "Content-Encoding";
	if (name == NULL)
		return 0;
	query_refuse(r, name, "is not taken here");
	return -1;
}

static void
begin(struct request *r, const struct pump_plan *plan, int archive)
{
	static const struct pump_calls	 calls = { head, NULL, end };
	struct put			*u;

	u = file_work_new(sizeof(*u), request_session(r), r);
	u->archive = archive;
	if (file_begin(&u->w, plan, &calls) == 0)
		request_defer(r, file_left, u);
}

void
api_file_put(struct request *r)
{
	struct pump_plan	 plan = { .argv = { "write" } };

	if (file_query(r, &plan.argv[1], &plan) == -1 ||
	    file_mode(r, &plan.argv[2]) == -1 ||
	    file_flag(r, "parents", &plan.argv[3]) == -1 || check(r) == -1)
		return;
	plan.argv[4] = file_header(r, "If-Match");
	plan.argv[5] = file_header(r, "If-None-Match");
	begin(r, &plan, 0);
}

void
api_file_extract(struct request *r)
{
	struct pump_plan	 plan = { .argv = { "extract" } };

	if (file_query(r, &plan.argv[1], &plan) == -1 || check(r) == -1)
		return;
	begin(r, &plan, 1);
}
