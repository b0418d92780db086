/*
 * Deleting what is old or too much, a little at a time on the store's own
 * thread, so that other changes find their way in between.
 *
 * A session that is not deleted keeps the events of its life: what it is
 * can always be told from the journal.  An event stays as long as the blob it
 * refers to.
 */
#include <sqlite3.h>

#include "store.h"
#include "store_db.h"
#include "store_prune.h"

#define SOME		"500"	/* rows in one transaction */

#define NOT_SPARED	"NOT (kind GLOB 'session.*' AND session IN " \
	"(SELECT id FROM session WHERE state <> 'deleted')) " \
	"AND seq NOT IN (SELECT seq FROM blob_ref) "

/* Pages in use, in bytes: freed ones are used again. */
static int64_t
used(struct sqlite3 *db)
{
	return db_number(db, "PRAGMA page_size") *
	    (db_number(db, "PRAGMA page_count") -
	    db_number(db, "PRAGMA freelist_count"));
}

/* The numbers go to a table of this connection: two statements need them. */
static int
choose(struct sqlite3 *db, const struct prune *p, int too_much)
{
	static const char	by_age[] = "INSERT INTO temp.cut SELECT seq "
	    "FROM event WHERE time < ? AND " NOT_SPARED "LIMIT " SOME;
	static const char	by_number[] = "INSERT INTO temp.cut SELECT "
	    "seq FROM event WHERE " NOT_SPARED "ORDER BY seq LIMIT " SOME;

	if (db_exec(db, "CREATE TEMP TABLE IF NOT EXISTS "
	    "cut (seq INTEGER PRIMARY KEY)") != SQLITE_OK ||
	    db_exec(db, "DELETE FROM temp.cut") != SQLITE_OK)
		return -1;
	if (p->before != 0 && db_run(db, by_age, 1, &p->before) == -1)
		return -1;
	if (too_much && db_number(db, "SELECT count(*) FROM temp.cut") == 0)
		return db_run(db, by_number, 0, NULL);
	return 0;
}

static int
cut(struct sqlite3 *db, struct prune *p)
{
	p->events = db_number(db, "SELECT count(*) FROM temp.cut");
	p->through = db_number(db,
	    "SELECT coalesce(max(seq), 0) FROM temp.cut");
	if (p->events == 0)
		return 0;
	/* Else the word about it would be the next to tell of, for ever. */
	p->told = db_number(db, "SELECT count(*) FROM event WHERE seq IN "
	    "temp.cut AND kind <> 'system.pruned'");
	if (db_exec(db, "DELETE FROM event WHERE seq IN temp.cut") !=
	    SQLITE_OK)
		return -1;
	return db_run(db, "INSERT INTO fact VALUES ('pruned', ?) ON CONFLICT "
	    "(name) DO UPDATE SET value = max(value, excluded.value)", 1,
	    &p->through);
}

int
prune_events(struct sqlite3 *db, void *arg)
{
	struct prune	*p = arg;
	int		 too_much;

	too_much = p->bytes != 0 && used(db) > (int64_t)p->bytes;
	if (choose(db, p, too_much) == -1 || cut(db, p) == -1)
		return -1;
	/* Nothing tells of it any more. */
	if (db_exec(db, "DELETE FROM session WHERE state = 'deleted' AND NOT "
	    "EXISTS (SELECT 1 FROM event WHERE event.session = session.id)")
	    != SQLITE_OK)
		return -1;
	return db_exec(db, "PRAGMA incremental_vacuum(1000)") == SQLITE_OK ?
	    0 : -1;
}

/* The newest answers of each user stay, as many as fit. */
int
prune_answers(struct sqlite3 *db, void *arg)
{
	return db_run(db, "DELETE FROM idempotency WHERE (uid, key) IN ("
	    "SELECT uid, key FROM (SELECT uid, key, status, sum(200 + "
	    "length(body)) OVER (PARTITION BY uid ORDER BY time DESC, key) "
	    "AS total FROM idempotency) WHERE total > ? AND status <> 0)", 1,
	    arg);
}
