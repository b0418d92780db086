/* Reading all of the store to see whether it is what it should be. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "store.h"
#include "store_blob.h"
#include "store_db.h"

#define PROBLEMS_MAX	100

static void
problem(struct check *c, const char *what, const char *which)
{
	char	text[BACKUP_WHY];

	if (c->problems++ >= PROBLEMS_MAX)
		return;
	snprintf(text, sizeof(text), "%s%s%s", what, which == NULL ? "" : " ",
	    which == NULL ? "" : which);
	c->problem(c->arg, text);
}

static int64_t
count(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt	*st;
	int64_t			 n = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void
check_pages(struct check *c, struct sqlite3 *db)
{
	struct sqlite3_stmt	*st;
	const char		*said;
	int			 rc;

	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(20)", -1, &st,
	    NULL) != SQLITE_OK) {
		problem(c, "database:", sqlite3_errmsg(db));
		return;
	}
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		said = (const char *)sqlite3_column_text(st, 0);
		if (said != NULL && strcmp(said, "ok") != 0)
			problem(c, "database:", said);
	}
	if (rc != SQLITE_DONE)
		problem(c, "database:", sqlite3_errmsg(db));
	sqlite3_finalize(st);
}

static void
check_blob(struct check *c, const char *hash, int64_t size)
{
	char		path[PATH_MAX], is[BLOB_HASH] = "";
	struct stat	sb;
	void		*p;
	int		fd;

	if (blob_path(hash, path, sizeof(path)) == -1 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1) {
		problem(c, "a blob is missing:", hash);
		return;
	}
	if (fstat(fd, &sb) == 0 && sb.st_size == size && size > 0 &&
	    (p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0)) !=
	    MAP_FAILED) {
		blob_hash(p, (size_t)size, is);
		munmap(p, (size_t)size);
	}
	close(fd);
	if (strcmp(is, hash) != 0)
		problem(c, "a blob is not what it was:", hash);
}

static void
check_blobs(struct check *c, struct sqlite3 *db)
{
	struct sqlite3_stmt	*st;
	const char		*hash;

	if (sqlite3_prepare_v2(db, "SELECT hash, size FROM blob", -1, &st,
	    NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(st) == SQLITE_ROW) {
		hash = (const char *)sqlite3_column_text(st, 0);
		if (hash == NULL || !blob_hash_valid(hash)) {
			problem(c, "a blob has no good name", NULL);
			continue;
		}
		c->blobs++;
		c->blob_bytes += sqlite3_column_int64(st, 1);
		check_blob(c, hash, sqlite3_column_int64(st, 1));
	}
	sqlite3_finalize(st);
}

const char *
check_run(struct check *c, char why[BACKUP_WHY])
{
	struct sqlite3	*db;

	*why = '\0';
	if (sqlite3_open_v2(store_path(), &db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		snprintf(why, BACKUP_WHY, "%s", sqlite3_errmsg(db));
	else {
		sqlite3_busy_timeout(db, 2000);
		db_exec(db, "PRAGMA temp_store = MEMORY");
		db_exec(db, "PRAGMA query_only = 1");
		check_pages(c, db);
		c->events = count(db, "SELECT count(*) FROM event");
		c->sessions = count(db, "SELECT count(*) FROM session WHERE "
		    "state <> 'deleted'");
		blob_hold(1);
		check_blobs(c, db);
		blob_hold(0);
	}
	sqlite3_close(db);
	return *why == '\0' ? NULL : why;
}
