/*
 * A file is whole and on disk before the row that names it, and removed
 * only after no row has named it for a transaction.  What a crash leaves in
 * between is a file without a row, or a row in blob_dropped, never a row
 * without a file.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "session.h"
#include "store.h"
#include "store_blob.h"
#include "store_db.h"

static atomic_int	held;
static char	top[PATH_MAX / 2];	/* "/blobs" */

void
blob_start(const char *database)
{
	const char	*slash = strrchr(database, '/');

	snprintf(top, sizeof(top), "%.*s/blobs", slash == NULL ? 1 :
	    (int)(slash - database), slash == NULL ? "." : database);
	if (mkdir(top, 0700) == -1 && errno != EEXIST)
		fatal("%s", top);
}

void
blob_hold(int on)
{
	atomic_fetch_add(&held, on ? 1 : -1);
}

void
blob_hash(const void *bytes, size_t len, char hash[BLOB_HASH])
{
	SHA2_CTX	ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, bytes, len);
	SHA256End(&ctx, hash);
}

int
blob_hash_valid(const char *hash)
{
	return strlen(hash) == BLOB_HASH - 1 &&
	    strspn(hash, "0123456789abcdef") == BLOB_HASH - 1;
}

int
blob_path(const char *hash, char *path, size_t size)
{
	int	n;

	n = snprintf(path, size, "%s/%.2s", top, hash);
	if (n < 0 || (size_t)n >= size ||
	    (mkdir(path, 0700) == -1 && errno != EEXIST))
		return -1;
	n = snprintf(path, size, "%s/%.2s/%s", top, hash, hash);
	return n < 0 || (size_t)n >= size ? -1 : 0;
}

static int
write_all(int fd, const void *bytes, size_t len)
{
	const char	*p = bytes;
	ssize_t		 n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(fd, p, len)) == -1) {
			if (errno != EINTR)
				return -1;
			n = 0;
		}
	return fsync(fd);
}

int
folder_sync(const char *path)
{
	char	folder[PATH_MAX];
	int	fd, rc;

	if (snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path,
	    '/') - path), path) >= (int)sizeof(folder))
		return -1;
	fd = open(*folder == '\0' ? "/" : folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

static int
write_file(const struct blob_put *b)
{
	char		path[PATH_MAX], new[PATH_MAX];
	struct stat	sb;
	int		fd, rc;

	if (blob_path(b->hash, path, sizeof(path)) == -1)
		return -1;
	if (stat(path, &sb) == 0 && (size_t)sb.st_size == b->len)
		return 0;
	if (snprintf(new, sizeof(new), "%s.new", path) >= (int)sizeof(new))
		return -1;
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	rc = write_all(fd, b->bytes, b->len);
	close(fd);
	if (rc == 0 && rename(new, path) == 0)
		return folder_sync(path);
	log_warn("store: blob %s", b->hash);
	unlink(new);
	return -1;
}

/* Text first, then numbers. */
static int
run(struct sqlite3 *db, const char *sql, const char *text, int n,
    const int64_t *values)
{
	struct sqlite3_stmt	*st;
	int			 i, rc;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	for (i = 0; i < n; i++)
		sqlite3_bind_int64(st, i + 2, values[i]);
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int64_t
bytes_of_all(struct sqlite3 *db)
{
	return db_number(db, "SELECT coalesce(sum(size), 0) FROM blob");
}

static int
add_rows(struct sqlite3 *db, const struct blob_put *b)
{
	char		sql[192], id[SESSION_ID_TEXT];
	const int64_t	blob[] = { (int64_t)b->len, b->time };
	const int64_t	ref[] = { b->seq, b->owner };

	session_id_text(&b->session, id);
	/* Both texts are ours: neither has a quote. */
	snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO blob VALUES "
	    "(?, ?, ?, '%s')", b->type);
	if (run(db, sql, b->hash, 2, blob) == -1)
		return -1;
	snprintf(sql, sizeof(sql), "INSERT INTO blob_ref VALUES "
	    "(?, ?, ?, '%s')", id);
	return run(db, sql, b->hash, 2, ref);
}

int
blob_put(struct sqlite3 *db, void *arg)
{
	struct blob_put		*b = arg;
	struct blob_prune	 p = { .room = b->room };

	b->full = 0;
	while (b->room != 0 &&
	    bytes_of_all(db) + (int64_t)b->len > (int64_t)b->room) {
		p.room = b->room > b->len ? b->room - b->len : 1;
		if (blob_prune(db, &p) == -1)
			return -1;
		if (p.count == 0) {
			b->full = 1;
			return -1;
		}
	}
	if (write_file(b) == -1)
		return -1;
	return add_rows(db, b);
}

#define OF_THE_GONE	"FROM blob_ref WHERE session NOT IN (SELECT id FROM " \
	"session WHERE state <> 'deleted') "

static int
drop_unreferenced(struct sqlite3 *db)
{
	if (db_exec(db, "INSERT OR IGNORE INTO blob_dropped SELECT hash FROM "
	    "blob WHERE hash NOT IN (SELECT hash FROM blob_ref)") != SQLITE_OK)
		return -1;
	return db_exec(db, "DELETE FROM blob WHERE hash NOT IN "
	    "(SELECT hash FROM blob_ref)") == SQLITE_OK ? 0 : -1;
}

int
blob_prune(struct sqlite3 *db, void *arg)
{
	static const char	by_age[] = "DELETE FROM blob_ref WHERE seq IN "
	    "(SELECT seq " OF_THE_GONE "AND seq IN (SELECT seq FROM event "
	    "WHERE time < ?))";
	static const char	by_number[] = "DELETE FROM blob_ref WHERE seq "
	    "IN (SELECT seq " OF_THE_GONE "ORDER BY seq LIMIT 20)";
	struct blob_prune	*p = arg;

	p->count = 0;
	if (p->before != 0) {
		if (db_run(db, by_age, 1, &p->before) == -1)
			return -1;
		p->count = sqlite3_changes(db);
	}
	if (p->room != 0 && p->count == 0 &&
	    bytes_of_all(db) > (int64_t)p->room) {
		if (db_run(db, by_number, 0, NULL) == -1)
			return -1;
		p->count = sqlite3_changes(db);
	}
	return p->count == 0 ? 0 : drop_unreferenced(db);
}

/* A change of its own makes SQLite sync what it names. */
int
blob_dropped(struct sqlite3 *db, void *arg)
{
	struct sqlite3_stmt	*st;
	struct blob_sweep	*w = arg;
	const char		*hash;
	int			 rc = SQLITE_DONE;

	w->count = 0;
	if (sqlite3_prepare_v2(db, "SELECT hash FROM blob_dropped", -1, &st,
	    NULL) != SQLITE_OK)
		return -1;
	while (w->count < BLOB_SWEEP_MAX &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		hash = (const char *)sqlite3_column_text(st, 0);
		if (hash != NULL && blob_hash_valid(hash))
			strlcpy(w->hash[w->count++], hash, BLOB_HASH);
	}
	sqlite3_finalize(st);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		return -1;
	return w->count == 0 || db_exec(db, "INSERT INTO fact VALUES "
	    "('sweeps', 1) ON CONFLICT (name) DO UPDATE SET value = value + "
	    "1") == SQLITE_OK ? 0 : -1;
}

/* 1: a row names it again; -1: nobody knows. */
static int
is_back(struct sqlite3 *db, const char *hash)
{
	struct sqlite3_stmt	*st;
	int			 rc;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM blob WHERE hash = ?", -1,
	    &st, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_text(st, 1, hash, -1, SQLITE_STATIC);
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

int
blob_sweep(struct sqlite3 *db, void *arg)
{
	const struct blob_sweep	*w = arg;
	char			 path[PATH_MAX];
	int			 back, i;

	if (atomic_load(&held) > 0)
		return 0;
	for (i = 0; i < w->count; i++) {
		if ((back = is_back(db, w->hash[i])) == -1)
			return -1;
		if (back == 0 && blob_path(w->hash[i], path,
		    sizeof(path)) == 0 && unlink(path) == -1 &&
		    errno != ENOENT)
			log_warn("store: blob %s", w->hash[i]);
		if (run(db, "DELETE FROM blob_dropped WHERE hash = ?",
		    w->hash[i], 0, NULL) == -1)
			return -1;
	}
	return 0;
}
