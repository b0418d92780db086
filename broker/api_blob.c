/*
 * Pictures that are kept: POST screenshots takes one, keeps it as a blob
 * and tells the journal; GET blobs gives it back.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "broker.h"
#include "field.h"
#include "http.h"
#include "journal.h"
#include "memfd.h"
#include "monotime.h"
#include "peer.h"
#include "picture.h"
#include "session.h"
#include "store_blob.h"
#include "wire.h"
#include "xmalloc.h"

#define LABEL_MAX	255

struct keeping {
	struct request		*request;
	struct ask		*ask;
	struct session_row	 row;
	char			*label;
	struct blob_put		 put;
	void			*map;
	struct json_object	*answer;
};

static void
keeping_free(struct keeping *k)
{
	ask_free(k->ask);
	if (k->map != NULL)
		munmap(k->map, k->put.len);
	json_object_put(k->answer);
	row_clear(&k->row);
	free(k->label);
	free(k);
}

static void
gone(struct request *r, void *arg)
{
	(void)r;
	keeping_free(arg);
}

static void
stored(int good, void *arg)
{
	struct keeping	*k = arg;

	if (good) {
		reply_json(k->request, 201, k->answer);
		k->answer = NULL;
	} else if (k->put.full)
		reply_problem(k->request, PROBLEM_DISK, NULL, "blobs take as "
		    "much as the configuration gives them, and all are of "
		    "sessions that are still there");
	else
		reply_problem(k->request, PROBLEM_DISK, NULL,
		    "the picture cannot be written");
	keeping_free(k);
}

static struct json_object *
describe(const struct keeping *k, const struct msg_shot_done *d)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "blob", json_object_new_string(k->put.hash));
	json_object_object_add(o, "type", json_object_new_string(k->put.type));
	json_object_object_add(o, "size",
	    json_object_new_int64((int64_t)k->put.len));
	json_object_object_add(o, "width", json_object_new_int64(d->width));
	json_object_object_add(o, "height", json_object_new_int64(d->height));
	json_object_object_add(o, "label", k->label == NULL ? NULL :
	    json_object_new_string(k->label));
	return o;
}

/* From here the work goes on whether the client waits or not. */
static void
keep(struct keeping *k, const struct msg_shot_done *d)
{
	struct request	*r = k->request;
	struct entry	*e;

	blob_hash(k->map, k->put.len, k->put.hash);
	k->put.bytes = k->map;
	k->put.type = "image/png";
	k->put.session = k->row.id;
	k->put.owner = k->row.owner;
	k->put.time = walltime_ms();
	k->put.room = broker_conf()->retention.blobs_size;
	k->answer = describe(k, d);
	e = entry_new(STORE_FULL);
	entry_event(e, "screenshot.kept", &k->row, request_uid(r),
	    k->put.time, json_object_get(k->answer));
	k->put.seq = entry_seq(e);
	txn_call(entry_txn(e), blob_put, &k->put);
	request_defer(r, NULL, NULL);
	entry_commit(e, stored, k);
}

static void
answer(struct wire_msg *m, void *arg)
{
	const struct msg_shot_done	*d;
	struct keeping			*k = arg;

	k->ask = NULL;		/* over, and freed by who calls */
	if (m == NULL || m->hdr.type != MSG_SHOT_DONE) {
		reply_error(k->request, m);
		keeping_free(k);
		return;
	}
	d = (const struct msg_shot_done *)m->data;
	if (picture_check(m->fds[0], d->size, d->width, d->height,
	    SHOT_PNG) == -1 ||
	    (k->map = memfd_map(m->fds[0], PICTURE_MAX, &k->put.len)) ==
	    NULL) {
		reply_problem(k->request, PROBLEM_INTERNAL, NULL,
		    "the session's worker sent no usable picture");
		keeping_free(k);
		return;
	}
	keep(k, d);
}

void
api_shot_keep(struct request *r)
{
	struct session	*s = request_session(r);
	struct msg_shot	 shot;
	struct keeping	*k;
	struct fields	 f;
	const char	*label;

	fields_begin(&f, request_json(r));
	label = field_string(&f, "label", 1, LABEL_MAX, NULL);
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return;
	}
	if (need_running(r, s) == -1)
		return;
	memset(&shot, 0, sizeof(shot));
	k = xcalloc(1, sizeof(*k));
	k->request = r;
	row_copy(&k->row, &s->row);
	k->label = label == NULL ? NULL : xstrdup(label);
	k->ask = ask_once(s->worker, &s->row.id, answer, k, MSG_SHOT, &shot,
	    sizeof(shot), NULL, 0);
	if (k->ask == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		keeping_free(k);
		return;
	}
	request_defer(r, gone, k);
}

void
api_blob(struct request *r)
{
	const char	*hash = request_param(r, "blob");
	struct blob_row	 row;
	char		 path[PATH_MAX], etag[BLOB_HASH + 2];
	int64_t		 owner;
	int		 fd;

	owner = request_admin(r) ? -1 : (int64_t)request_uid(r);
	if (!blob_hash_valid(hash) || store_blob(hash, owner, &row) != 1) {
		reply_problem(r, PROBLEM_NOT_FOUND, NULL, "no such blob");
		return;
	}
	if (blob_path(hash, path, sizeof(path)) == -1 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1) {
		reply_problem(r, PROBLEM_DISK, NULL,
		    "the blob cannot be read");
		return;
	}
	snprintf(etag, sizeof(etag), "\"%s\"", hash);
	reply_header(r, "ETag", etag);
	reply_header(r, "Cache-Control", "private, immutable");
	reply_header(r, "X-Content-Type-Options", "nosniff");
	reply_fd(r, 200, row.type, fd, (size_t)row.size);
}
