/*
 * What is received goes to names of its own; the database's, "restore.db",
 * is given last, when all of it was checked, and means that the rest is
 * there.  All names are in one folder: Landlock forbids us to move a file
 * from one to another.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "log.h"
#include "remove_tree.h"
#include "store.h"
#include "store_blob.h"
#include "store_db.h"
#include "tar.h"

#define DATABASE_MAX	(1ULL << 40)

struct in {
	char		 dir[PATH_MAX / 2];	/* of the store */
	char		 path[PATH_MAX];	/* of the file being written */
	int		 fd;
	int		 has_database;
	char		 hash[BLOB_HASH];	/* "": the database */
	SHA2_CTX	 ctx;
	char		*why;
};

static int
refuse(struct in *in, const char *what, const char *detail)
{
	if (*in->why == '\0')
		snprintf(in->why, BACKUP_WHY, "%s%s%s", what,
		    detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
	return -1;
}

static const char *
place(const struct in *in, const char *name, char *path)
{
	if (snprintf(path, PATH_MAX, "%s/%s", in->dir, name) >= PATH_MAX)
		fatalx("%s is too long", in->dir);
	return path;
}

static int
make_blob(struct in *in, const char *hash)
{
	char	dir[PATH_MAX];
	char	name[BLOB_HASH + 32];

	snprintf(name, sizeof(name), "restore.blobs/%.2s", hash);
	place(in, name, dir);
	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return -1;
	snprintf(name, sizeof(name), "restore.blobs/%.2s/%s", hash, hash);
	place(in, name, in->path);
	return 0;
}

static int
member(void *arg, const struct tar_header *h)
{
	struct in	*in = arg;
	const char	*hash;

	if (h->type != TAR_FILE)
		return refuse(in, "no backup of deskd: it holds more than "
		    "files", NULL);
	in->hash[0] = '\0';
	if (strcmp(h->path, BACKUP_DATABASE) == 0 && !in->has_database) {
		if (h->size > DATABASE_MAX)
			return refuse(in, "the database is too large", NULL);
		in->has_database = 1;
		place(in, "restore.new", in->path);
	} else if (strncmp(h->path, BACKUP_BLOBS, strlen(BACKUP_BLOBS)) == 0 &&
	    in->has_database &&
	    blob_hash_valid(hash = h->path + strlen(BACKUP_BLOBS))) {
		strlcpy(in->hash, hash, sizeof(in->hash));
		if (make_blob(in, hash) == -1)
			return refuse(in, "blobs", strerror(errno));
	} else
		return refuse(in, "no backup of deskd: it holds other files",
		    NULL);
	SHA256Init(&in->ctx);
	in->fd = open(in->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return in->fd == -1 ? refuse(in, "store", strerror(errno)) : 0;
}

static int
data(void *arg, const void *bytes, size_t len)
{
	struct in	*in = arg;
	const char	*p = bytes;
	ssize_t		 n;

	if (in->hash[0] != '\0')
		SHA256Update(&in->ctx, bytes, len);
	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(in->fd, p, len)) == -1) {
			if (errno != EINTR)
				return refuse(in, "store", strerror(errno));
			n = 0;
		}
	return 0;
}

static int
member_end(void *arg)
{
	struct in	*in = arg;
	char		 hash[BLOB_HASH];
	int		 rc = fsync(in->fd);

	close(in->fd);
	in->fd = -1;
	if (rc == -1 || folder_sync(in->path) == -1)
		return refuse(in, "store", strerror(errno));
	if (in->hash[0] == '\0')
		return 0;
	SHA256End(&in->ctx, hash);
	return strcmp(hash, in->hash) == 0 ? 0 :
	    refuse(in, "a blob is not what its name says", in->hash);
}

/* 1: so many bytes are there; 0: the end came first. */
static int
read_all(int fd, void *to, size_t len)
{
	char	*p = to;
	ssize_t	 n;

	for (; len > 0; p += n, len -= (size_t)n) {
		n = read(fd, p, len);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return 0;
	}
	return 1;
}

static int
read_frames(struct in *in, int fd, struct tar_reader *tar)
{
	static char	buf[64 * 1024];		/* of the one chore there is */
	uint32_t	left;
	size_t		n;

	for (;;) {
		if (!read_all(fd, &left, sizeof(left)))
			return refuse(in, "the client has left", NULL);
		if (left == 0)
			return tar_read_end(tar);
		for (; left > 0; left -= (uint32_t)n) {
			n = left < sizeof(buf) ? left : sizeof(buf);
			if (!read_all(fd, buf, n))
				return refuse(in, "the client has left", NULL);
			if (tar_read(tar, buf, n) == -1)
				return -1;
		}
	}
}

static int
receive(struct in *in, int fd)
{
	static const struct tar_calls	 calls = {
		.member = member, .data = data, .member_end = member_end
	};
	struct tar_reader		*tar = tar_reader_new(&calls, in);
	const char			*why;
	int				 rc;

	rc = read_frames(in, fd, tar);
	if (rc == -1 && (why = tar_reader_why(tar)) != NULL)
		refuse(in, "no good archive", why);
	tar_reader_free(tar);
	if (in->fd != -1)
		close(in->fd);
	if (rc == 0 && !in->has_database)
		return refuse(in, "no backup of deskd: there is no database",
		    NULL);
	return rc;
}

static int64_t
ask(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt	*st;
	int64_t			 n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static int
whole(struct sqlite3 *db)
{
	struct sqlite3_stmt	*st;
	const char		*said = NULL;
	int			 good;

	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &st,
	    NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(st, 0);
	good = said != NULL && strcmp(said, "ok") == 0;
	sqlite3_finalize(st);
	return good;
}

static int
has_blobs(struct in *in, struct sqlite3 *db)
{
	struct sqlite3_stmt	*st;
	struct stat		 sb;
	char			 path[PATH_MAX], name[BLOB_HASH + 32];
	const char		*hash;
	int			 rc;

	if (sqlite3_prepare_v2(db, "SELECT hash, size FROM blob", -1, &st,
	    NULL) != SQLITE_OK)
		return 0;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		hash = (const char *)sqlite3_column_text(st, 0);
		if (hash == NULL || !blob_hash_valid(hash))
			break;
		snprintf(name, sizeof(name), "restore.blobs/%.2s/%s", hash,
		    hash);
		if (stat(place(in, name, path), &sb) == -1 ||
		    sb.st_size != sqlite3_column_int64(st, 1))
			break;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE;
}

/*
 * The file is a stranger's until it has passed; what it may hold besides
 * tables is switched off while we look.
 */
static int
judge(struct in *in, int64_t last)
{
	struct sqlite3	*db;
	char		 path[PATH_MAX], sql[128];
	int		 rc;

	place(in, "restore.new", path);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		sqlite3_close(db);
		return refuse(in, "the database cannot be opened", NULL);
	}
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	db_exec(db, "PRAGMA temp_store = MEMORY");
	/* All of it in the one file that gets a new name. */
	db_exec(db, "PRAGMA journal_mode = DELETE");
	snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO fact VALUES "
	    "('floor', %lld)", (long long)last);
	if (ask(db, "PRAGMA application_id") != STORE_APPLICATION_ID)
		rc = refuse(in, "it is no database of deskd", NULL);
	else if (ask(db, "PRAGMA user_version") != schema_version)
		rc = refuse(in, "the database is of another version of deskd",
		    NULL);
	else if (!store_schema_ours(db))
		rc = refuse(in, "the database has other tables than deskd's",
		    NULL);
	else if (!whole(db))
		rc = refuse(in, "the database is damaged", NULL);
	else if (!has_blobs(in, db))
		rc = refuse(in, "blobs are missing", NULL);
	else if (db_exec(db, sql) != SQLITE_OK)
		rc = refuse(in, "the database", sqlite3_errmsg(db));
	else
		rc = 0;
	sqlite3_close(db);
	return rc;
}

static void
forget(const struct in *in)
{
	char	path[PATH_MAX];

	unlink(place(in, "restore.new", path));
	unlink(place(in, "restore.new-journal", path));
	unlink(place(in, "restore.new-wal", path));
	unlink(place(in, "restore.new-shm", path));
	remove_tree(place(in, "restore.blobs", path));
}

const char *
restore_read(int fd, int64_t last, char why[BACKUP_WHY])
{
	struct in	in = { .fd = -1, .why = why };
	char		path[PATH_MAX], to[PATH_MAX];

	*why = '\0';
	store_dir(in.dir, sizeof(in.dir));
	unlink(place(&in, "restore.db", path));
	forget(&in);
	if (mkdir(place(&in, "restore.blobs", path), 0700) == -1)
		refuse(&in, "store", strerror(errno));
	else if (receive(&in, fd) == 0 && judge(&in, last) == 0 &&
	    (rename(place(&in, "restore.new", path),
	    place(&in, "restore.db", to)) == -1 || folder_sync(to) == -1))
		refuse(&in, "store", strerror(errno));
	if (*why != '\0')
		forget(&in);
	return *why == '\0' ? NULL : why;
}

void
restore_forget(void)
{
	struct in	in = { .fd = -1 };
	char		path[PATH_MAX];

	store_dir(in.dir, sizeof(in.dir));
	unlink(place(&in, "restore.db", path));
	forget(&in);
}

static void
step(const struct in *in, const char *from, const char *to)
{
	char	a[PATH_MAX], b[PATH_MAX];

	if (rename(place(in, from, a), place(in, to, b)) == -1 &&
	    errno != ENOENT)
		fatal("rename %s to %s", a, b);
}

/* Each step may be the last before the power goes; the next start goes on. */
void
restore_apply(const char *database)
{
	struct in	in = { .fd = -1 };
	char		path[PATH_MAX];

	snprintf(in.dir, sizeof(in.dir), "%.*s",
	    (int)(strrchr(database, '/') - database), database);
	if (access(place(&in, "restore.db", path), F_OK) == -1)
		return;
	if (access(database, F_OK) == 0) {
		unlink(place(&in, "before.db-wal", path));
		remove_tree(place(&in, "before.blobs", path));
		step(&in, "deskd.db", "before.db");
	}
	step(&in, "deskd.db-wal", "before.db-wal");
	unlink(place(&in, "deskd.db-shm", path));
	if (access(place(&in, "restore.blobs", path), F_OK) == 0) {
		step(&in, "blobs", "before.blobs");
		step(&in, "restore.blobs", "blobs");
	}
	step(&in, "restore.db", "deskd.db");
	if (folder_sync(database) == -1)
		fatal("%s", database);
	log_info("the store was restored from a backup; what it was before "
	    "is in %s/before.db", in.dir);
}
