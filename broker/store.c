/* Opening the database: its settings, its version, and what may be wrong. */
#include <sys/stat.h>

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "store.h"
#include "store_db.h"
#include "xmalloc.h"

/* Larger files are not read through at start. */
#define CHECK_MAX	(64 * 1024 * 1024)

static char	where[PATH_MAX / 4];

int
db_exec(struct sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

struct sqlite3_stmt *
db_prepare(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt	*st;

	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st,
	    NULL) != SQLITE_OK)
		fatalx("store: %s: %s", sql, sqlite3_errmsg(db));
	return st;
}

int
db_run(struct sqlite3 *db, const char *sql, int n, const int64_t *values)
{
	struct sqlite3_stmt	*st;
	int			 i, rc;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return -1;
	for (i = 0; i < n; i++)
		sqlite3_bind_int64(st, i + 1, values[i]);
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

int64_t
db_number(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt	*st;
	int64_t			 n = 0;
	int			 rc;

	rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fatalx("the database %s cannot be read: %s",
		    sqlite3_db_filename(db, "main"), sqlite3_errmsg(db));
	sqlite3_finalize(st);
	return n;
}

struct sqlite3 *
db_open(const char *path, int read_only)
{
	struct sqlite3	*db;
	int		 flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;

	if (!read_only)
		flags |= SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
		fatalx("the database %s cannot be opened: %s", path,
		    db == NULL ? "out of memory" : sqlite3_errmsg(db));
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, 2000);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* There is no temporary directory in our root. */
	if (db_exec(db, "PRAGMA temp_store = MEMORY") != SQLITE_OK ||
	    db_exec(db, "PRAGMA auto_vacuum = INCREMENTAL") != SQLITE_OK ||
	    db_exec(db, "PRAGMA journal_mode = WAL") != SQLITE_OK ||
	    (read_only && db_exec(db, "PRAGMA query_only = 1") != SQLITE_OK))
		fatalx("the database %s cannot be used: %s", path,
		    sqlite3_errmsg(db));
	return db;
}

static void
step_run(struct sqlite3 *db, const char *path, int version)
{
	char	sql[64];

	sqlite3_snprintf(sizeof(sql), sql, "PRAGMA user_version = %d",
	    version + 1);
	if (db_exec(db, "BEGIN IMMEDIATE") != SQLITE_OK ||
	    db_exec(db, schema_steps[version]) != SQLITE_OK ||
	    db_exec(db, sql) != SQLITE_OK ||
	    db_exec(db, "COMMIT") != SQLITE_OK)
		fatalx("the database %s cannot be brought to version %d: %s",
		    path, version + 1, sqlite3_errmsg(db));
	log_debug("store: %s is now of version %d", path, version + 1);
}

/* Nothing is changed in a file that is not ours, newer than us, or broken. */
static void
check_identity(struct sqlite3 *db, const char *path)
{
	int64_t	app, version;

	version = db_number(db, "PRAGMA user_version");
	app = db_number(db, "PRAGMA application_id");
	if (app == 0 && version == 0 &&
	    db_number(db, "SELECT count(*) FROM sqlite_schema") == 0)
		return;
	if (app != STORE_APPLICATION_ID)
		fatalx("%s is not a database of deskd", path);
	if (version > schema_version)
		fatalx("the database %s is of version %lld, newer than this "
		    "program, which knows version %d", path,
		    (long long)version, schema_version);
}

static void
check_health(struct sqlite3 *db, const char *path)
{
	struct sqlite3_stmt	*st;
	struct stat		 sb;
	const char		*said;

	if (stat(path, &sb) == -1 || sb.st_size > CHECK_MAX)
		return;
	st = db_prepare(db, "PRAGMA quick_check(1)");
	if (sqlite3_step(st) != SQLITE_ROW)
		fatalx("the database %s is damaged: %s", path,
		    sqlite3_errmsg(db));
	said = (const char *)sqlite3_column_text(st, 0);
	if (said == NULL || sqlite3_stricmp(said, "ok") != 0)
		fatalx("the database %s is damaged: %s", path,
		    said == NULL ? "no answer" : said);
	sqlite3_finalize(st);
}

static void
migrate(struct sqlite3 *db, const char *path)
{
	char	sql[64];
	int	version;

	version = (int)db_number(db, "PRAGMA user_version");
	if (version == 0) {
		sqlite3_snprintf(sizeof(sql), sql,
		    "PRAGMA application_id = %d", STORE_APPLICATION_ID);
		if (db_exec(db, sql) != SQLITE_OK)
			fatalx("the database %s cannot be written: %s", path,
			    sqlite3_errmsg(db));
	}
	for (; version < schema_version; version++)
		step_run(db, path, version);
}

/* Of each table and index, all that made it. */
static char *
schema_text(struct sqlite3 *db)
{
	struct sqlite3_stmt	*st;
	char			*text = NULL;

	if (sqlite3_prepare_v2(db, "SELECT group_concat(type || ' ' || name "
	    "|| ' ' || coalesce(sql, ''), ';') FROM (SELECT * FROM "
	    "sqlite_schema ORDER BY name)", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW &&
	    sqlite3_column_text(st, 0) != NULL)
		text = xstrdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return text;
}

int
store_schema_ours(struct sqlite3 *db)
{
	struct sqlite3	*fresh;
	char		*ours = NULL, *theirs;
	int		 i, same;

	if (sqlite3_open(":memory:", &fresh) == SQLITE_OK) {
		for (i = 0; i < schema_version; i++)
			db_exec(fresh, schema_steps[i]);
		ours = schema_text(fresh);
	}
	sqlite3_close(fresh);
	theirs = schema_text(db);
	same = ours != NULL && theirs != NULL && strcmp(ours, theirs) == 0;
	free(ours);
	free(theirs);
	return same;
}

const char *
store_path(void)
{
	return where;
}

void
store_dir(char *dir, size_t size)
{
	snprintf(dir, size, "%.*s", (int)(strrchr(where, '/') - where),
	    where);
}

void
store_open(const char *path)
{
	struct sqlite3	*db;

	umask(077);
	strlcpy(where, path, sizeof(where));
	db = db_open(path, 0);
	check_identity(db, path);
	check_health(db, path);
	migrate(db, path);
	blob_start(path);
	write_open(db);
	read_open(db_open(path, 1));
}
