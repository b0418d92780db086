/*
 * A key is stored as "under way" before its request is handled, in the same
 * order as the changes the request makes, so that after a crash nobody is
 * told that nothing happened when something did.
 */
#include <bsd/sys/tree.h>

#include <json-c/json.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "idem.h"
#include "monotime.h"
#include "store.h"
#include "store_prune.h"
#include "xmalloc.h"

#define KEEP_MS		(24LL * 60 * 60 * 1000)
#define EXPIRE_EVERY	(60LL * 1000)
#define BODY_MAX	(1024 * 1024)
#define USER_BYTES	(16LL * 1024 * 1024)	/* answers kept of one user */
#define TRIM_EVERY	(4 * 1024 * 1024)	/* bytes kept since */
#define STATUS_LARGE	-1	/* answered with more than we keep */

/* A key whose answer is not in the store yet. */
struct key {
	RB_ENTRY(key)	 entry;
	struct idem_row	 row;
	char		*text;
	char		*route;
	char		*type;
	char		*body;
};

static int
key_cmp(const struct key *a, const struct key *b)
{
	if (a->row.uid != b->row.uid)
		return a->row.uid < b->row.uid ? -1 : 1;
	return strcmp(a->row.key, b->row.key);
}

RB_HEAD(key_tree, key);
RB_PROTOTYPE(key_tree, key, entry, key_cmp);
RB_GENERATE(key_tree, key, entry, key_cmp);

static struct key_tree		 keys = RB_INITIALIZER(&keys);
static const struct request	*refusing;	/* its answer is ours */

static struct key *
key_find(uid_t uid, const char *text)
{
	struct key	k;

	k.row.uid = uid;
	k.row.key = text;
	return RB_FIND(key_tree, &keys, &k);
}

static void
key_free(struct key *k)
{
	RB_REMOVE(key_tree, &keys, k);
	free(k->text);
	free(k->route);
	free(k->type);
	free(k->body);
	free(k);
}

static void
request_hash(struct request *r, uint8_t hash[32])
{
	const char	*body, *name, *value;
	SHA2_CTX	 ctx;
	size_t		 len = 0, i;

	body = request_body(r, &len);
	SHA256Init(&ctx);
	for (i = 0; request_query_nth(r, i, &name, &value); i++) {
		SHA256Update(&ctx, (const uint8_t *)name, strlen(name) + 1);
		SHA256Update(&ctx, (const uint8_t *)value, strlen(value) + 1);
	}
	if (body != NULL)
		SHA256Update(&ctx, (const uint8_t *)body, len);
	SHA256Final(hash, &ctx);
}

static char *
request_route(const struct request *r)
{
	char	*route;

	xasprintf(&route, "%s %s", request_method(r), request_path(r));
	return route;
}

/* What was created is where it was. */
static void
add_location(struct request *r, const struct idem_row *row)
{
	struct json_object	*o, *id;
	char			*where, *body;

	body = xstrndup(row->body, row->len);
	o = json_tokener_parse(body);
	free(body);
	if (o == NULL)
		return;
	if (json_object_object_get_ex(o, "id", &id)) {
		xasprintf(&where, "%s/%s", request_path(r),
		    json_object_get_string(id));
		reply_header(r, "Location", where);
		free(where);
	}
	json_object_put(o);
}

struct repeat {
	struct request	*request;
	const char	*route;
	uint8_t		 hash[32];
	int		 here;		/* of this life of ours */
};

static void
repeat(const struct idem_row *row, void *arg)
{
	struct repeat	*rp = arg;
	struct request	*r = rp->request;

	refusing = r;
	if (strcmp(row->route, rp->route) != 0 ||
	    memcmp(row->hash, rp->hash, sizeof(rp->hash)) != 0) {
		reply_problem(r, PROBLEM_IDEMPOTENCY, NULL,
		    "this key came with another request before");
	} else if (row->status == 0 && rp->here) {
		reply_header(r, "Retry-After", "1");
		reply_problem(r, PROBLEM_CONFLICT, NULL,
		    "the first request with this key is still under way");
	} else if (row->status == 0) {
		reply_problem(r, PROBLEM_CONFLICT, NULL, "the first request "
		    "with this key was cut off and may have been done: look, "
		    "then use a new key");
	} else if (row->status == STATUS_LARGE) {
		reply_problem(r, PROBLEM_CONFLICT, NULL, "the request with "
		    "this key was done; its answer was too large to keep");
	} else {
		reply_header(r, "Idempotency-Replayed", "true");
		if (row->status == 201)
			add_location(r, row);
		reply_bytes(r, row->status,
		    *row->type == '\0' ? NULL : row->type, row->body,
		    row->len);
	}
	refusing = NULL;
}

static void
expire(struct txn *t, int64_t now)
{
	static int64_t	last;

	if (now - last < EXPIRE_EVERY)
		return;
	last = now;
	txn_idem_expire(t, now - KEEP_MS);
}

static void
key_begin(const struct repeat *rp, uid_t uid, const char *text)
{
	struct key	*k;
	struct txn	*t;

	k = xcalloc(1, sizeof(*k));
	k->row.uid = uid;
	k->row.key = k->text = xstrdup(text);
	k->row.route = k->route = xstrdup(rp->route);
	memcpy(k->row.hash, rp->hash, sizeof(k->row.hash));
	k->row.time = walltime_ms();
	k->row.type = k->type = xstrdup("");
	RB_INSERT(key_tree, &keys, k);
	t = txn_new(STORE_FULL);
	expire(t, k->row.time);
	txn_idem(t, &k->row);
	store_commit(t, NULL, NULL);
}

int
idem_begin(struct request *r, const char *text)
{
	struct repeat	 rp;
	struct key	*k;
	char		*route;
	uid_t		 uid = request_uid(r);
	int		 found;

	rp.request = r;
	rp.route = route = request_route(r);
	rp.here = 1;
	request_hash(r, rp.hash);
	if ((k = key_find(uid, text)) != NULL) {
		repeat(&k->row, &rp);
		found = 1;
	} else {
		rp.here = 0;
		found = store_idem(uid, text, walltime_ms() - KEEP_MS, repeat,
		    &rp);
	}
	if (found == -1) {
		refusing = r;
		reply_problem(r, PROBLEM_DISK, NULL,
		    "the store cannot be read");
		refusing = NULL;
	} else if (found == 0)
		key_begin(&rp, uid, text);
	free(route);
	return found != 0;
}

struct keeping {
	uid_t	 uid;
	char	*text;
};

static void
kept(int ok, void *arg)
{
	struct keeping	*kp = arg;
	struct key	*k;

	(void)ok;
	/* Not stored: it stays "under way" there, and that is the truth. */
	if ((k = key_find(kp->uid, kp->text)) != NULL && k->row.status != 0)
		key_free(k);
	free(kp->text);
	free(kp);
}

static void
forget(uid_t uid, const char *text)
{
	struct key	*k;
	struct txn	*t;

	if ((k = key_find(uid, text)) == NULL)
		return;
	key_free(k);
	t = txn_new(STORE_NORMAL);
	txn_idem_forget(t, uid, text);
	store_commit(t, NULL, NULL);
}

/* Refused for now, or our own trouble: asking again may help. */
static int
passing(int status)
{
	return status >= 500 || status == 429;
}

/* What one user keeps is bounded, give or take what came since. */
static void
trim(struct txn *t, size_t len)
{
	static int64_t	most = USER_BYTES;
	static size_t	since;

	since += len;
	if (since < TRIM_EVERY)
		return;
	since = 0;
	txn_call(t, prune_answers, &most);
}

void
idem_finish(struct request *r, const char *text, int status, const char *type,
    const void *body, size_t len)
{
	struct keeping	*kp;
	struct key	*k;
	struct txn	*t;

	if (r == refusing)
		return;
	if (passing(status)) {
		forget(request_uid(r), text);
		return;
	}
	if ((k = key_find(request_uid(r), text)) == NULL)
		return;
	free(k->type);
	k->row.type = k->type = xstrdup(type == NULL ? "" : type);
	k->row.status = len > BODY_MAX ? STATUS_LARGE : status;
	if (len <= BODY_MAX) {
		k->row.body = k->body = xmalloc(len + 1);
		if (len > 0)
			memcpy(k->body, body, len);
		k->body[len] = '\0';
		k->row.len = len;
	}
	kp = xcalloc(1, sizeof(*kp));
	kp->uid = k->row.uid;
	kp->text = xstrdup(text);
	t = txn_new(STORE_FULL);
	txn_idem(t, &k->row);
	trim(t, k->row.len);
	store_commit(t, kept, kp);
}

void
idem_abandon(struct request *r, const char *text)
{
	if (r != refusing)
		forget(request_uid(r), text);
}
