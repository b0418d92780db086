/* The reading side, on the main thread: short, indexed, and bounded. */
#include <json-c/json.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "session.h"
#include "store.h"
#include "store_db.h"
#include "token.h"
#include "xmalloc.h"

#define EVENT_SELECT	"SELECT seq, id, time, kind, session, owner, actor, " \
	"data, token FROM event WHERE seq > ?1 AND seq < ?6 "
/* ?3 owner, ?4 session, ?5 kind.  A plus keeps a column from its index. */
#define IF_OWNER	"AND (?3 = -1 OR +owner = ?3) "
#define IF_KIND		"AND (?5 IS NULL OR +kind = ?5)"

enum reading { RD_ALL, RD_OWNER, RD_SESSION, RD_KIND, RD_IDEM, RD_BLOB,
	RD__COUNT };

static const char *const sql[RD__COUNT] = {
	[RD_ALL] = EVENT_SELECT,
	[RD_OWNER] = EVENT_SELECT "AND owner = ?3 " IF_KIND,
	[RD_SESSION] = EVENT_SELECT "AND session = ?4 " IF_OWNER IF_KIND,
	[RD_KIND] = EVENT_SELECT "AND kind = ?5 " IF_OWNER,
	[RD_IDEM] = "SELECT route, hash, time, status, type, body "
	    "FROM idempotency WHERE uid = ? AND key = ? AND time >= ?",
	[RD_BLOB] = "SELECT size, type FROM blob WHERE hash = ?1 AND EXISTS "
	    "(SELECT 1 FROM blob_ref WHERE blob_ref.hash = ?1 AND "
	    "(?2 = -1 OR owner = ?2))"
};

static struct {
	struct sqlite3		*db;
	struct sqlite3_stmt	*st[RD__COUNT];
	struct sqlite3_stmt	*newest_first[RD_IDEM];
} r;

static struct sqlite3_stmt *
prepare_ordered(struct sqlite3 *db, enum reading what, const char *order)
{
	struct sqlite3_stmt	*st;
	char			*text;

	xasprintf(&text, "%s ORDER BY seq %s LIMIT ?2", sql[what], order);
	st = db_prepare(db, text);
	free(text);
	return st;
}

void
read_open(struct sqlite3 *db)
{
	int	i;

	r.db = db;
	for (i = 0; i < RD_IDEM; i++) {
		r.st[i] = prepare_ordered(db, i, "ASC");
		r.newest_first[i] = prepare_ordered(db, i, "DESC");
	}
	for (; i < RD__COUNT; i++)
		r.st[i] = db_prepare(db, sql[i]);
}

void
read_close(void)
{
	int	i;

	for (i = 0; i < RD_IDEM; i++) {
		sqlite3_finalize(r.st[i]);
		sqlite3_finalize(r.newest_first[i]);
	}
	for (; i < RD__COUNT; i++)
		sqlite3_finalize(r.st[i]);
	sqlite3_close(r.db);
	memset(&r, 0, sizeof(r));
}

static const char *
text(struct sqlite3_stmt *st, int col)
{
	const char	*s = (const char *)sqlite3_column_text(st, col);

	return s == NULL ? "" : s;
}

static int64_t
uid_or_nobody(struct sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? -1 :
	    sqlite3_column_int64(st, col);
}

int64_t
store_last_seq(void)
{
	return db_number(r.db, "SELECT max(coalesce((SELECT max(seq) FROM "
	    "event), 0), coalesce((SELECT value FROM fact WHERE name = "
	    "'pruned'), 0), coalesce((SELECT value FROM fact WHERE name = "
	    "'floor'), 0))");
}

int64_t
store_pruned(void)
{
	return db_number(r.db, "SELECT coalesce((SELECT value FROM fact "
	    "WHERE name = 'pruned'), 0)");
}

int
store_blob(const char *hash, int64_t owner, struct blob_row *row)
{
	struct sqlite3_stmt	*st = r.st[RD_BLOB];
	int			 rc;

	sqlite3_bind_text(st, 1, hash, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 2, owner);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		row->size = sqlite3_column_int64(st, 0);
		strlcpy(row->type, text(st, 1), sizeof(row->type));
	}
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int
row_read(struct sqlite3_stmt *st, struct session_row *row)
{
	memset(row, 0, sizeof(*row));
	if (session_id_parse(&row->id, text(st, 0)) == -1)
		return -1;
	row->owner = (uid_t)sqlite3_column_int64(st, 1);
	strlcpy(row->name, text(st, 2), sizeof(row->name));
	strlcpy(row->image, text(st, 3), sizeof(row->image));
	row->state = state_parse(text(st, 4));
	row->desired = state_parse(text(st, 5));
	if (row->state == 0 || row->desired == 0)
		return -1;
	strlcpy(row->reason, text(st, 6), sizeof(row->reason));
	strlcpy(row->detail, text(st, 7), sizeof(row->detail));
	row->has_desktop = sqlite3_column_int(st, 8);
	row->has_disk = sqlite3_column_int(st, 9);
	row->desktop.width = (uint32_t)sqlite3_column_int64(st, 10);
	row->desktop.height = (uint32_t)sqlite3_column_int64(st, 11);
	row->desktop.max_width = (uint32_t)sqlite3_column_int64(st, 12);
	row->desktop.max_height = (uint32_t)sqlite3_column_int64(st, 13);
	row->desktop.dpi = (uint32_t)sqlite3_column_int64(st, 14);
	row->resources.memory = (uint64_t)sqlite3_column_int64(st, 15);
	row->resources.disk = (uint64_t)sqlite3_column_int64(st, 16);
	row->resources.cpu_percent = (uint32_t)sqlite3_column_int64(st, 17);
	row->resources.tasks = (uint32_t)sqlite3_column_int64(st, 18);
	row->env = json_tokener_parse(text(st, 19));
	row->labels = json_tokener_parse(text(st, 20));
	row->created_at = sqlite3_column_int64(st, 21);
	row->started_at = sqlite3_column_int64(st, 22);
	row->stopped_at = sqlite3_column_int64(st, 23);
	row->updated_at = sqlite3_column_int64(st, 24);
	row->setup_us = (uint32_t)sqlite3_column_int64(st, 25);
	row->desktop_ms = (uint32_t)sqlite3_column_int64(st, 26);
	if (json_object_get_type(row->env) != json_type_object ||
	    json_object_get_type(row->labels) != json_type_object)
		return -1;
	return 0;
}

void
store_sessions(void (*cb)(const struct session_row *, void *), void *arg)
{
	struct sqlite3_stmt	*st;
	struct session_row	 row;
	int			 rc;

	st = db_prepare(r.db,
	    "SELECT * FROM session WHERE state <> 'deleted' ORDER BY id");
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (row_read(st, &row) == -1)
			fatalx("the database holds a session that makes no "
			    "sense: %s", text(st, 0));
		cb(&row, arg);
		row_clear(&row);
	}
	if (rc != SQLITE_DONE)
		fatalx("store: sessions: %s", sqlite3_errmsg(r.db));
	sqlite3_finalize(st);
}

static int
token_read(struct sqlite3_stmt *st, struct token_row *row)
{
	memset(row, 0, sizeof(*row));
	if (token_id_parse(&row->id, text(st, 0)) == -1 ||
	    (sqlite3_column_type(st, 1) != SQLITE_NULL &&
	    token_id_parse(&row->parent, text(st, 1)) == -1) ||
	    sqlite3_column_bytes(st, 5) != sizeof(row->hash))
		return -1;
	row->user = (uid_t)sqlite3_column_int64(st, 2);
	strlcpy(row->name, text(st, 3), sizeof(row->name));
	row->scopes = (unsigned int)sqlite3_column_int64(st, 4);
	memcpy(row->hash, sqlite3_column_blob(st, 5), sizeof(row->hash));
	row->created_at = sqlite3_column_int64(st, 6);
	row->expires_at = sqlite3_column_int64(st, 7);
	row->last_used_at = sqlite3_column_int64(st, 8);
	row->revoked_at = sqlite3_column_int64(st, 9);
	return 0;
}

void
store_tokens(void (*cb)(const struct token_row *, void *), void *arg)
{
	struct sqlite3_stmt	*st;
	struct token_row	 row;
	int			 rc;

	st = db_prepare(r.db, "SELECT * FROM token ORDER BY id");
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (token_read(st, &row) == -1)
			fatalx("the database holds a token that makes no "
			    "sense: %s", text(st, 0));
		cb(&row, arg);
	}
	if (rc != SQLITE_DONE)
		fatalx("store: tokens: %s", sqlite3_errmsg(r.db));
	sqlite3_finalize(st);
}

static int
event_read(struct sqlite3_stmt *st, struct event_row *e)
{
	memset(e, 0, sizeof(*e));
	e->seq = sqlite3_column_int64(st, 0);
	if (ulid_parse(&e->id, text(st, 1)) == -1)
		return -1;
	e->time = sqlite3_column_int64(st, 2);
	strlcpy(e->kind, text(st, 3), sizeof(e->kind));
	if (sqlite3_column_type(st, 4) != SQLITE_NULL &&
	    session_id_parse(&e->session, text(st, 4)) == -1)
		return -1;
	e->owner = uid_or_nobody(st, 5);
	e->actor = uid_or_nobody(st, 6);
	e->data = text(st, 7);
	if (sqlite3_column_type(st, 8) != SQLITE_NULL &&
	    token_id_parse(&e->token, text(st, 8)) == -1)
		return -1;
	return 0;
}

static struct sqlite3_stmt *
event_statement(const struct event_query *q)
{
	struct sqlite3_stmt	**st = q->newest_first ? r.newest_first : r.st;

	if (q->session != NULL)
		return st[RD_SESSION];
	if (q->owner != -1)
		return st[RD_OWNER];
	return st[q->kind != NULL ? RD_KIND : RD_ALL];
}

/* Not every statement has every parameter: a range error is no error. */
static void
event_bind(struct sqlite3_stmt *st, const struct event_query *q)
{
	char	id[SESSION_ID_TEXT];

	sqlite3_bind_int64(st, 1, q->after);
	sqlite3_bind_int(st, 2, q->limit);
	sqlite3_bind_int64(st, 3, q->owner);
	if (q->session != NULL) {
		session_id_text(q->session, id);
		sqlite3_bind_text(st, 4, id, -1, SQLITE_TRANSIENT);
	}
	if (q->kind != NULL)
		sqlite3_bind_text(st, 5, q->kind, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 6, q->before != 0 ? q->before : INT64_MAX);
}

int
store_events(const struct event_query *q,
    int (*cb)(const struct event_row *, void *), void *arg)
{
	struct sqlite3_stmt	*st = event_statement(q);
	struct event_row	 e;
	int			 rc, stop = 0;

	event_bind(st, q);
	while (!stop && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (event_read(st, &e) == -1) {
			log_warnx("store: event %lld makes no sense",
			    (long long)e.seq);
			continue;
		}
		stop = cb(&e, arg);
	}
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	if (stop || rc == SQLITE_DONE)
		return 0;
	log_warnx("store: events: %s", sqlite3_errmsg(r.db));
	return -1;
}

static void
idem_read(struct sqlite3_stmt *st, struct idem_row *row)
{
	row->route = text(st, 0);
	if (sqlite3_column_bytes(st, 1) == sizeof(row->hash))
		memcpy(row->hash, sqlite3_column_blob(st, 1),
		    sizeof(row->hash));
	row->time = sqlite3_column_int64(st, 2);
	row->status = sqlite3_column_int(st, 3);
	row->type = text(st, 4);
	row->body = sqlite3_column_blob(st, 5);
	row->len = (size_t)sqlite3_column_bytes(st, 5);
}

int
store_idem(uid_t uid, const char *key, int64_t since,
    void (*cb)(const struct idem_row *, void *), void *arg)
{
	struct sqlite3_stmt	*st = r.st[RD_IDEM];
	struct idem_row		 row;
	int			 rc;

	sqlite3_bind_int64(st, 1, uid);
	sqlite3_bind_text(st, 2, key, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 3, since);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		memset(&row, 0, sizeof(row));
		row.uid = uid;
		row.key = key;
		idem_read(st, &row);
		cb(&row, arg);
	}
	/* A statement left open would hold its snapshot for all others. */
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	log_warnx("store: idempotency: %s", sqlite3_errmsg(r.db));
	return -1;
}
