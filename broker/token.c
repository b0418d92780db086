#include <bsd/sys/tree.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "monotime.h"
#include "store.h"
#include "token.h"
#include "xmalloc.h"

#define USE_STEP	(60 * 1000)	/* ms between two notes of its use */
#define WAKE_MAX	(3600 * 1000)	/* clocks are set; look again */

struct token {
	RB_ENTRY(token)		 by_id;
	RB_ENTRY(token)		 by_hash;
	struct token_row	 row;
	int			 ended;		/* and that was told */
};

static int
id_cmp(const struct token *a, const struct token *b)
{
	return ulid_cmp(&a->row.id, &b->row.id);
}

static int
hash_cmp(const struct token *a, const struct token *b)
{
	return memcmp(a->row.hash, b->row.hash, sizeof(a->row.hash));
}

RB_HEAD(id_tree, token);
RB_PROTOTYPE(id_tree, token, by_id, id_cmp);
RB_GENERATE(id_tree, token, by_id, id_cmp);
RB_HEAD(hash_tree, token);
RB_PROTOTYPE(hash_tree, token, by_hash, hash_cmp);
RB_GENERATE(hash_tree, token, by_hash, hash_cmp);

static struct id_tree	 ids = RB_INITIALIZER(&ids);
static struct hash_tree	 hashes = RB_INITIALIZER(&hashes);
static struct event	*expiry;
static void		(*told)(const struct ulid *);

static struct token *
find(const struct ulid *id)
{
	struct token	key = { 0 };

	key.row.id = *id;
	return RB_FIND(id_tree, &ids, &key);
}

static void
drop(struct token *t)
{
	RB_REMOVE(id_tree, &ids, t);
	RB_REMOVE(hash_tree, &hashes, t);
	free(t);
}

int
token_good(const struct token_row *row)
{
	return row->revoked_at == 0 &&
	    (row->expires_at == 0 || row->expires_at > walltime_ms());
}

/* Tells of those that have expired, and waits for the next. */
static void
expire(void)
{
	struct timeval	 tv;
	struct token	*t;
	int64_t		 now = walltime_ms(), left, next = WAKE_MAX;

	RB_FOREACH(t, id_tree, &ids) {
		if (t->ended || t->row.expires_at == 0)
			continue;
		if ((left = t->row.expires_at - now) > 0) {
			next = left < next ? left : next;
			continue;
		}
		t->ended = 1;
		if (told != NULL)
			told(&t->row.id);
	}
	tv.tv_sec = (time_t)(next / 1000);
	tv.tv_usec = (suseconds_t)(next % 1000 * 1000 + 999);
	if (expiry != NULL)
		event_add(expiry, &tv);
}

static void
expiry_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	expire();
}

static void
save(const struct token_row *row)
{
	struct txn	*t = txn_new(STORE_NORMAL);

	txn_token(t, row);
	store_commit(t, NULL, NULL);
}

const struct token_row *
token_use(const char *text, const char **why)
{
	struct token	*t, key = { 0 };
	int64_t		 now = walltime_ms();

	if (token_hash(text, key.row.hash) == -1) {
		*why = "this is no token of deskd, or it is mistyped";
		return NULL;
	}
	if ((t = RB_FIND(hash_tree, &hashes, &key)) == NULL) {
		*why = "there is no such token";
		return NULL;
	}
	if (!token_good(&t->row)) {
		*why = t->row.revoked_at != 0 ? "this token was revoked" :
		    "this token has expired";
		return NULL;
	}
	if (now - t->row.last_used_at >= USE_STEP ||
	    now < t->row.last_used_at) {
		t->row.last_used_at = now;
		save(&t->row);
	}
	return &t->row;
}

const struct token_row *
token_find(const struct ulid *id)
{
	struct token	*t = find(id);

	return t == NULL ? NULL : &t->row;
}

const struct token_row *
token_older(const struct token_row *row)
{
	struct token	*t;

	if (row == NULL)
		t = RB_MAX(id_tree, &ids);
	else if ((t = find(&row->id)) != NULL)
		t = RB_PREV(id_tree, &ids, t);
	return t == NULL ? NULL : &t->row;
}

const struct token_row *
token_before(const struct ulid *id)
{
	struct token	key = { 0 }, *t;

	key.row.id = *id;
	if ((t = RB_NFIND(id_tree, &ids, &key)) == NULL)
		return token_older(NULL);
	return token_older(&t->row);
}

const char *
token_no_room(uid_t user)
{
	struct token	*t;
	size_t		 all = 0, his = 0;

	RB_FOREACH(t, id_tree, &ids) {
		if (!token_good(&t->row))
			continue;
		all++;
		if (t->row.user == user)
			his++;
	}
	if (his >= TOKENS_USER)
		return "this user has as many tokens as one may have";
	return all >= TOKENS_MAX ? "there are too many tokens" : NULL;
}

/* Those that ended first go first. */
static void
prune(uid_t user)
{
	struct token	*t, *oldest = NULL;
	struct txn	*txn;
	size_t		 n = 0;

	RB_FOREACH(t, id_tree, &ids) {
		if (t->row.user != user || token_good(&t->row))
			continue;
		oldest = oldest == NULL ? t : oldest;
		n++;
	}
	if (n <= TOKENS_ENDED)
		return;
	txn = txn_new(STORE_NORMAL);
	txn_token_forget(txn, &oldest->row.id);
	store_commit(txn, NULL, NULL);
	drop(oldest);
}

static void
load(const struct token_row *row, void *arg)
{
	struct token	*t = xcalloc(1, sizeof(*t));

	(void)arg;
	t->row = *row;
	t->ended = !token_good(row);
	if (RB_INSERT(id_tree, &ids, t) != NULL)
		fatalx("two tokens of one id");
	if (RB_INSERT(hash_tree, &hashes, t) != NULL)
		fatalx("two tokens of one secret");
}

void
token_add(const struct token_row *row)
{
	prune(row->user);
	load(row, NULL);
	expire();
}

void
token_remove(const struct ulid *id)
{
	struct token	*t = find(id);

	if (t != NULL)
		drop(t);
}

void
token_revoke(const struct ulid *id, struct txn *txn)
{
	struct token	*t = find(id), *child;

	if (t == NULL)
		return;
	if (t->row.revoked_at == 0)
		t->row.revoked_at = walltime_ms();
	txn_token(txn, &t->row);
	/* Who got a token by a stolen one has it no longer. */
	RB_FOREACH(child, id_tree, &ids)
		if (ulid_cmp(&child->row.parent, id) == 0 &&
		    child->row.revoked_at == 0)
			token_revoke(&child->row.id, txn);
	if (!t->ended && told != NULL)
		told(id);
	t->ended = 1;
}

void
token_start(struct event_base *base, void (*ended)(const struct ulid *))
{
	if ((expiry = event_new(base, -1, 0, expiry_cb, NULL)) == NULL)
		fatalx("tokens: event");
	told = ended;
	store_tokens(load, NULL);
	expire();
}

void
token_stop(void)
{
	struct token	*t;

	if (expiry != NULL)
		event_free(expiry);
	expiry = NULL;
	told = NULL;
	while ((t = RB_ROOT(&ids)) != NULL)
		drop(t);
}
