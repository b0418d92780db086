/*
 * A store that remembers nothing: what is written is on disk in the next
 * turn of the loop, or refused when store_fail_next said so.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "api.h"
#include "api_error.h"
#include "backup.h"
#include "http.h"
#include "retention.h"
#include "store.h"
#include "store_prune.h"
#include "xmalloc.h"

struct txn {
	struct event	 ev;
	store_cb	*cb;
	void		*arg;
	int		 good;
};

static struct event_base	*base;
static size_t			 nqueued;
static int			 failing;

void
store_open(const char *path)
{
	(void)path;
}

void
store_start(struct event_base *b)
{
	base = b;
}

void
store_flush(void)
{
}

void
store_stop(void)
{
}

void
store_fail_next(int n)
{
	failing = n;
}

size_t
store_queued(void)
{
	return nqueued;
}

struct txn *
txn_new(enum store_care care)
{
	(void)care;
	return xcalloc(1, sizeof(struct txn));
}

#define FORGET(name, what)		\
void					\
name(struct txn *t, what w)		\
{					\
	(void)t;			\
	(void)w;			\
}

FORGET(txn_session, const struct session_row *)
FORGET(txn_event, const struct event_row *)
FORGET(txn_idem, const struct idem_row *)
FORGET(txn_idem_expire, int64_t)
FORGET(txn_token, const struct token_row *)
FORGET(txn_token_forget, const struct ulid *)

void
txn_idem_forget(struct txn *t, uid_t uid, const char *key)
{
	(void)t;
	(void)uid;
	(void)key;
}

static void
done_cb(int fd, short events, void *arg)
{
	struct txn	*t = arg;

	(void)fd;
	(void)events;
	nqueued--;
	if (t->cb != NULL)
		t->cb(t->good, t->arg);
	free(t);
}

void
store_commit(struct txn *t, store_cb *cb, void *arg)
{
	t->cb = cb;
	t->arg = arg;
	t->good = failing == 0;
	if (failing > 0)
		failing--;
	nqueued++;
	event_assign(&t->ev, base, -1, 0, done_cb, t);
	event_active(&t->ev, EV_TIMEOUT, 1);
}

int64_t
store_last_seq(void)
{
	return 0;
}

void
store_sessions(void (*cb)(const struct session_row *, void *), void *arg)
{
	(void)cb;
	(void)arg;
}

void
store_tokens(void (*cb)(const struct token_row *, void *), void *arg)
{
	(void)cb;
	(void)arg;
}

int64_t
store_pruned(void)
{
	return 0;
}

/* What works on the database itself does nothing here. */

void
txn_call(struct txn *t, store_call *call, void *arg)
{
	(void)t;
	(void)call;
	(void)arg;
}

int
prune_answers(struct sqlite3 *db, void *arg)
{
	(void)db;
	(void)arg;
	return 0;
}

void
retention_start(struct event_base *b)
{
	(void)b;
}

void
retention_run(void)
{
}

void
restore_apply(const char *path)
{
	(void)path;
}

#define NOT_HERE(name)			\
void					\
name(struct request *r)			\
{					\
	reply_problem(r, PROBLEM_NOT_FOUND, NULL, "not here"); \
}

NOT_HERE(api_backup)
NOT_HERE(api_blob)
NOT_HERE(api_check)
NOT_HERE(api_restore)
NOT_HERE(api_shot_keep)

int
store_events(const struct event_query *q,
    int (*cb)(const struct event_row *, void *), void *arg)
{
	(void)q;
	(void)cb;
	(void)arg;
	return 0;
}

int
store_idem(uid_t uid, const char *key, int64_t since,
    void (*cb)(const struct idem_row *, void *), void *arg)
{
	(void)uid;
	(void)key;
	(void)since;
	(void)cb;
	(void)arg;
	return 0;
}
