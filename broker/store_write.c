/*
 * The writing side: transactions as lists of bound statements, and the
 * thread that runs them in groups.  Between the two threads go whole
 * transactions, never anything inside one.
 */
#include <sys/eventfd.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <json-c/json.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "session.h"
#include "store.h"
#include "store_db.h"
#include "token.h"
#include "xmalloc.h"

#define GROUP_MAX	512	/* transactions committed as one */

enum statement {
	ST_SESSION_DROP, ST_SESSION, ST_EVENT, ST_IDEM, ST_IDEM_FORGET,
	ST_IDEM_EXPIRE, ST_TOKEN, ST_TOKEN_FORGET, ST__COUNT,
	ST_CALL = ST__COUNT	/* no statement: the op's call */
};

static const char *const sql[ST__COUNT] = {
	[ST_SESSION_DROP] = "DELETE FROM session WHERE id = ?",
	[ST_SESSION] = "INSERT INTO session VALUES ("
	    "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[ST_EVENT] = "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?)",
	[ST_IDEM] = "INSERT OR REPLACE INTO idempotency "
	    "VALUES (?,?,?,?,?,?,?,?)",
	[ST_IDEM_FORGET] = "DELETE FROM idempotency WHERE uid = ? AND key = ?",
	[ST_IDEM_EXPIRE] = "DELETE FROM idempotency WHERE time < ?",
	[ST_TOKEN] = "INSERT OR REPLACE INTO token "
	    "VALUES (?,?,?,?,?,?,?,?,?,?)",
	[ST_TOKEN_FORGET] = "DELETE FROM token WHERE id = ?"
};

#define OP_VALUES	27

struct value {
	enum { V_NULL, V_INT, V_TEXT, V_BLOB } type;
	int64_t		 num;
	char		*bytes;
	size_t		 len;
};

struct op {
	STAILQ_ENTRY(op)	 entry;
	enum statement		 st;
	store_call		*call;
	void			*arg;
	int			 n;
	struct value		 v[];
};

struct txn {
	TAILQ_ENTRY(txn)	 entry;
	enum store_care		 care;
	STAILQ_HEAD(, op)	 ops;
	store_cb		*cb;
	void			*arg;
	int			 ok;
};
TAILQ_HEAD(txn_list, txn);

static struct {
	struct sqlite3		*db;
	struct sqlite3_stmt	*st[ST__COUNT];
	int			 full;		/* synchronous is FULL */
	pthread_t		 thread;
	int			 running;
	pthread_mutex_t		 lock;
	pthread_cond_t		 wake;
	struct txn_list		 todo;		/* under lock, as the next two */
	struct txn_list		 done;
	int			 stop;
	size_t			 queued;	/* of the main thread alone */
	int			 fd;		/* eventfd: something is done */
	struct event		*ev;
	atomic_int		 fail;
} w = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake = PTHREAD_COND_INITIALIZER,
	.todo = TAILQ_HEAD_INITIALIZER(w.todo),
	.done = TAILQ_HEAD_INITIALIZER(w.done),
	.fd = -1
};

/* Building. */

struct txn *
txn_new(enum store_care care)
{
	struct txn	*t;

	t = xcalloc(1, sizeof(*t));
	t->care = care;
	STAILQ_INIT(&t->ops);
	return t;
}

static void
txn_free(struct txn *t)
{
	struct op	*op;
	int		 i;

	while ((op = STAILQ_FIRST(&t->ops)) != NULL) {
		STAILQ_REMOVE_HEAD(&t->ops, entry);
		for (i = 0; i < op->n; i++)
			free(op->v[i].bytes);
		free(op);
	}
	free(t);
}

static struct op *
op_add(struct txn *t, enum statement st, int most)
{
	struct op	*op;

	op = xcalloc(1, sizeof(*op) + (size_t)most * sizeof(struct value));
	op->st = st;
	STAILQ_INSERT_TAIL(&t->ops, op, entry);
	return op;
}

static void
op_int(struct op *op, int64_t num)
{
	op->v[op->n].type = V_INT;
	op->v[op->n++].num = num;
}

/* -1 is how we write "nobody"; the tables say NULL. */
static void
op_uid(struct op *op, int64_t uid)
{
	if (uid != -1)
		op_int(op, uid);
	else
		op->v[op->n++].type = V_NULL;
}

static void
op_text(struct op *op, const char *text)
{
	struct value	*v = &op->v[op->n++];

	v->type = V_TEXT;
	v->bytes = xstrdup(text);
	v->len = strlen(text);
}

static void
op_blob(struct op *op, const void *bytes, size_t len)
{
	struct value	*v = &op->v[op->n++];

	v->type = V_BLOB;
	v->bytes = xmalloc(len + 1);
	if (len > 0)
		memcpy(v->bytes, bytes, len);
	v->len = len;
}

static void
op_session(struct op *op, const struct ulid *id)
{
	char	text[SESSION_ID_TEXT];

	if (ulid_is_zero(id)) {
		op->v[op->n++].type = V_NULL;
		return;
	}
	session_id_text(id, text);
	op_text(op, text);
}

static void
op_token(struct op *op, const struct ulid *id)
{
	char	text[TOKEN_ID];

	if (ulid_is_zero(id)) {
		op->v[op->n++].type = V_NULL;
		return;
	}
	token_id_text(id, text);
	op_text(op, text);
}

static void
op_json(struct op *op, struct json_object *o)
{
	op_text(op, o == NULL ? "{}" :
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
}

/* Not REPLACE: that would take another session of the same name with it. */
void
txn_session(struct txn *t, const struct session_row *r)
{
	struct op	*op;

	op_session(op_add(t, ST_SESSION_DROP, 1), &r->id);
	op = op_add(t, ST_SESSION, OP_VALUES);
	op_session(op, &r->id);
	op_int(op, r->owner);
	op_text(op, r->name);
	op_text(op, r->image);
	op_text(op, state_name(r->state));
	op_text(op, state_name(r->desired));
	op_text(op, r->reason);
	op_text(op, r->detail);
	op_int(op, r->has_desktop);
	op_int(op, r->has_disk);
	op_int(op, r->desktop.width);
	op_int(op, r->desktop.height);
	op_int(op, r->desktop.max_width);
	op_int(op, r->desktop.max_height);
	op_int(op, r->desktop.dpi);
	op_int(op, (int64_t)r->resources.memory);
	op_int(op, (int64_t)r->resources.disk);
	op_int(op, r->resources.cpu_percent);
	op_int(op, r->resources.tasks);
	op_json(op, r->env);
	op_json(op, r->labels);
	op_int(op, r->created_at);
	op_int(op, r->started_at);
	op_int(op, r->stopped_at);
	op_int(op, r->updated_at);
	op_int(op, r->setup_us);
	op_int(op, r->desktop_ms);
}

void
txn_event(struct txn *t, const struct event_row *e)
{
	struct op	*op = op_add(t, ST_EVENT, 9);
	char		 id[ULID_TEXT];

	ulid_text(&e->id, id);
	op_int(op, e->seq);
	op_text(op, id);
	op_int(op, e->time);
	op_text(op, e->kind);
	op_session(op, &e->session);
	op_uid(op, e->owner);
	op_uid(op, e->actor);
	op_text(op, e->data);
	op_token(op, &e->token);
}

void
txn_idem(struct txn *t, const struct idem_row *r)
{
	struct op	*op = op_add(t, ST_IDEM, 8);

	op_int(op, r->uid);
	op_text(op, r->key);
	op_text(op, r->route);
	op_blob(op, r->hash, sizeof(r->hash));
	op_int(op, r->time);
	op_int(op, r->status);
	op_text(op, r->type);
	op_blob(op, r->body, r->len);
}

void
txn_idem_forget(struct txn *t, uid_t uid, const char *key)
{
	struct op	*op = op_add(t, ST_IDEM_FORGET, 2);

	op_int(op, uid);
	op_text(op, key);
}

void
txn_idem_expire(struct txn *t, int64_t before)
{
	op_int(op_add(t, ST_IDEM_EXPIRE, 1), before);
}

void
txn_call(struct txn *t, store_call *call, void *arg)
{
	struct op	*op = op_add(t, ST_CALL, 0);

	op->call = call;
	op->arg = arg;
}

void
txn_token(struct txn *t, const struct token_row *r)
{
	struct op	*op = op_add(t, ST_TOKEN, 10);

	op_token(op, &r->id);
	op_token(op, &r->parent);
	op_int(op, r->user);
	op_text(op, r->name);
	op_int(op, r->scopes);
	op_blob(op, r->hash, sizeof(r->hash));
	op_int(op, r->created_at);
	op_int(op, r->expires_at);
	op_int(op, r->last_used_at);
	op_int(op, r->revoked_at);
}

void
txn_token_forget(struct txn *t, const struct ulid *id)
{
	op_token(op_add(t, ST_TOKEN_FORGET, 1), id);
}

/* The thread. */

static int
op_run(const struct op *op)
{
	struct sqlite3_stmt	*st;
	const struct value	*v;
	int			 i, rc;

	if (op->st == ST_CALL)
		return op->call(w.db, op->arg);
	st = w.st[op->st];
	for (i = 0; i < op->n; i++) {
		v = &op->v[i];
		switch (v->type) {
		case V_NULL:
			sqlite3_bind_null(st, i + 1);
			break;
		case V_INT:
			sqlite3_bind_int64(st, i + 1, v->num);
			break;
		case V_TEXT:
			sqlite3_bind_text(st, i + 1, v->bytes, (int)v->len,
			    SQLITE_STATIC);
			break;
		case V_BLOB:
			sqlite3_bind_blob(st, i + 1, v->bytes, (int)v->len,
			    SQLITE_STATIC);
			break;
		}
	}
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int
txn_run(const struct txn *t)
{
	const struct op	*op;

	STAILQ_FOREACH(op, &t->ops, entry)
		if (op_run(op) == -1)
			return -1;
	return 0;
}

/* A test's full disk: nothing else is different. */
static int
told_to_fail(void)
{
	int	n = atomic_load(&w.fail);

	while (n > 0)
		if (atomic_compare_exchange_weak(&w.fail, &n, n - 1))
			return 1;
	return 0;
}

/* From here to (not with) the end as one transaction of the database. */
static int
group_run(struct txn *from, struct txn *end, int loud)
{
	struct txn	*t;
	int		 full = 0;

	for (t = from; t != end; t = TAILQ_NEXT(t, entry))
		if (t->care == STORE_FULL)
			full = 1;
	if (full != w.full && db_exec(w.db, full ?
	    "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
	    == SQLITE_OK)
		w.full = full;
	if (db_exec(w.db, "BEGIN IMMEDIATE") != SQLITE_OK)
		goto fail;
	for (t = from; t != end; t = TAILQ_NEXT(t, entry))
		if (txn_run(t) == -1)
			goto fail;
	if (told_to_fail() || db_exec(w.db, "COMMIT") != SQLITE_OK)
		goto fail;
	return 0;

fail:
	if (loud && sqlite3_errcode(w.db) != SQLITE_OK)
		log_warnx("store: a change cannot be written: %s",
		    sqlite3_errmsg(w.db));
	if (!sqlite3_get_autocommit(w.db))
		db_exec(w.db, "ROLLBACK");
	return -1;
}

/*
 * One change that cannot be written must not take its neighbours with it:
 * a group that failed is tried again, change by change.
 */
static void
group_commit(struct txn_list *group)
{
	struct txn	*t;
	int		 ok, alone;

	alone = TAILQ_NEXT(TAILQ_FIRST(group), entry) == NULL;
	ok = group_run(TAILQ_FIRST(group), NULL, alone) == 0;
	TAILQ_FOREACH(t, group, entry)
		t->ok = ok || (!alone &&
		    group_run(t, TAILQ_NEXT(t, entry), 1) == 0);
}

static void *
writer(void *arg)
{
	struct txn_list	 group = TAILQ_HEAD_INITIALIZER(group);
	struct txn	*t;
	uint64_t	 one = 1;
	int		 n;

	(void)arg;
	pthread_mutex_lock(&w.lock);
	for (;;) {
		while (TAILQ_EMPTY(&w.todo) && !w.stop)
			pthread_cond_wait(&w.wake, &w.lock);
		if (TAILQ_EMPTY(&w.todo))
			break;
		for (n = 0; n < GROUP_MAX &&
		    (t = TAILQ_FIRST(&w.todo)) != NULL; n++) {
			TAILQ_REMOVE(&w.todo, t, entry);
			TAILQ_INSERT_TAIL(&group, t, entry);
		}
		pthread_mutex_unlock(&w.lock);
		group_commit(&group);
		pthread_mutex_lock(&w.lock);
		TAILQ_CONCAT(&w.done, &group, entry);
		if (write(w.fd, &one, sizeof(one)) == -1)
			log_warn("store: eventfd");
	}
	pthread_mutex_unlock(&w.lock);
	return NULL;
}

/* The main thread. */

static void
deliver(void)
{
	struct txn_list	 done = TAILQ_HEAD_INITIALIZER(done);
	struct txn	*t;

	pthread_mutex_lock(&w.lock);
	TAILQ_CONCAT(&done, &w.done, entry);
	pthread_mutex_unlock(&w.lock);
	while ((t = TAILQ_FIRST(&done)) != NULL) {
		TAILQ_REMOVE(&done, t, entry);
		w.queued--;
		if (t->cb != NULL)
			t->cb(t->ok, t->arg);
		txn_free(t);
	}
}

static void
done_cb(int fd, short events, void *arg)
{
	uint64_t	n;

	(void)events;
	(void)arg;
	if (read(fd, &n, sizeof(n)) == sizeof(n))
		deliver();
}

void
store_commit(struct txn *t, store_cb *cb, void *arg)
{
	t->cb = cb;
	t->arg = arg;
	w.queued++;
	pthread_mutex_lock(&w.lock);
	TAILQ_INSERT_TAIL(&w.todo, t, entry);
	pthread_cond_signal(&w.wake);
	pthread_mutex_unlock(&w.lock);
}

size_t
store_queued(void)
{
	return w.queued;
}

void
store_flush(void)
{
	struct pollfd	pfd = { .fd = w.fd, .events = POLLIN };

	while (w.running && w.queued > 0) {
		if (poll(&pfd, 1, -1) == 1)
			done_cb(w.fd, EV_READ, NULL);
	}
}

void
store_fail_next(int n)
{
	atomic_store(&w.fail, n);
}

void
write_open(struct sqlite3 *db)
{
	int	i;

	w.db = db;
	w.full = 1;
	if (db_exec(db, "PRAGMA synchronous = FULL") != SQLITE_OK)
		fatalx("store: synchronous: %s", sqlite3_errmsg(db));
	for (i = 0; i < ST__COUNT; i++)
		w.st[i] = db_prepare(db, sql[i]);
}

void
store_start(struct event_base *base)
{
	sigset_t	all, old;
	int		rc;

	if ((w.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1)
		fatal("eventfd");
	w.ev = event_new(base, w.fd, EV_READ | EV_PERSIST, done_cb, NULL);
	if (w.ev == NULL || event_add(w.ev, NULL) == -1)
		fatalx("store: event");
	/* Signals are for the main loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	w.stop = 0;
	rc = pthread_create(&w.thread, NULL, writer, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		fatalx("store: thread: %s", strerror(rc));
	w.running = 1;
}

void
store_stop(void)
{
	int	i;

	if (w.running) {
		pthread_mutex_lock(&w.lock);
		w.stop = 1;
		pthread_cond_signal(&w.wake);
		pthread_mutex_unlock(&w.lock);
		pthread_join(w.thread, NULL);
		w.running = 0;
		deliver();
		event_free(w.ev);
		close(w.fd);
		w.fd = -1;
	}
	read_close();
	for (i = 0; i < ST__COUNT; i++)
		sqlite3_finalize(w.st[i]);
	/* The last to close checkpoints, so that no WAL file is left. */
	sqlite3_close(w.db);
	w.db = NULL;
}
