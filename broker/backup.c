/*
 * A copy is made first, by SQLite and in one read transaction, so that a
 * slow client holds up nobody.  Blobs are not removed meanwhile.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "store.h"
#include "store_blob.h"
#include "store_db.h"
#include "tar.h"

struct out {
	int	 fd;
	char	*why;
};

static int
failed(struct out *o, const char *what)
{
	if (*o->why == '\0')
		snprintf(o->why, BACKUP_WHY, "%s: %s", what, strerror(errno));
	return -1;
}

static int
write_out(void *arg, const void *bytes, size_t len)
{
	struct out	*o = arg;
	const char	*p = bytes;
	ssize_t		 n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(o->fd, p, len)) == -1) {
			if (errno != EINTR)
				return failed(o, "client");
			n = 0;
		}
	return 0;
}

static int
copy(struct out *o, int fd, uint64_t size)
{
	static char	buf[64 * 1024];		/* of the one chore there is */
	uint64_t	left;
	ssize_t		n;

	for (left = size; left > 0; left -= (uint64_t)n) {
		n = read(fd, buf, left < sizeof(buf) ? left : sizeof(buf));
		if (n == 0)
			errno = EIO;	/* shorter than it was */
		if (n <= 0)
			return failed(o, "read");
		if (write_out(o, buf, (size_t)n) == -1)
			return -1;
	}
	return tar_write_pad(size, write_out, o);
}

static int
add_file(struct out *o, const char *path, const char *name)
{
	struct tar_header	h = { .type = TAR_FILE, .path = name,
				    .link = "", .mode = 0600 };
	struct stat		sb;
	int			fd, rc = -1;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return failed(o, name);
	if (fstat(fd, &sb) == -1)
		failed(o, name);
	else {
		h.size = (uint64_t)sb.st_size;
		h.mtime = sb.st_mtim.tv_sec;
		rc = tar_write_header(&h, write_out, o);
		if (rc == 0)
			rc = copy(o, fd, h.size);
	}
	close(fd);
	return rc;
}

static int
add_blobs(struct out *o, struct sqlite3 *db)
{
	struct sqlite3_stmt	*st;
	char			 path[PATH_MAX], name[128];
	const char		*hash;
	int			 rc;

	if (sqlite3_prepare_v2(db, "SELECT hash FROM blob", -1, &st, NULL) !=
	    SQLITE_OK)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		hash = (const char *)sqlite3_column_text(st, 0);
		if (hash == NULL || !blob_hash_valid(hash))
			continue;
		snprintf(name, sizeof(name), BACKUP_BLOBS "%s", hash);
		if (blob_path(hash, path, sizeof(path)) == -1 ||
		    add_file(o, path, name) == -1)
			break;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* The copy is compact, and nobody writes to it. */
static int
snapshot(const char *to, char *why)
{
	struct sqlite3	*db;
	char		*sql;
	int		 rc;

	unlink(to);
	if (sqlite3_open_v2(store_path(), &db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		snprintf(why, BACKUP_WHY, "%s", sqlite3_errmsg(db));
		sqlite3_close(db);
		return -1;
	}
	sqlite3_busy_timeout(db, 2000);
	db_exec(db, "PRAGMA temp_store = MEMORY");
	sql = sqlite3_mprintf("VACUUM INTO %Q", to);
	rc = db_exec(db, sql);
	sqlite3_free(sql);
	if (rc != SQLITE_OK)
		snprintf(why, BACKUP_WHY, "copying the database: %s",
		    sqlite3_errmsg(db));
	sqlite3_close(db);
	return rc == SQLITE_OK ? 0 : -1;
}

static int
write_archive(struct out *o, const char *path)
{
	struct sqlite3	*db;
	int		 rc;

	if (add_file(o, path, BACKUP_DATABASE) == -1)
		return -1;
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK ? add_blobs(o, db) : -1;
	if (rc == -1 && *o->why == '\0')
		snprintf(o->why, BACKUP_WHY, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
	return rc == -1 ? -1 : tar_write_end(write_out, o);
}

static void
copy_path(char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s.copy", store_path());
}

const char *
backup_copy(char why[BACKUP_WHY])
{
	char	path[PATH_MAX];

	*why = '\0';
	copy_path(path);
	blob_hold(1);
	if (snapshot(path, why) == 0)
		return NULL;
	unlink(path);
	blob_hold(0);
	return why;
}

void
backup_abandon(void)
{
	char	path[PATH_MAX];

	copy_path(path);
	unlink(path);
	blob_hold(0);
}

const char *
backup_write(int fd, char why[BACKUP_WHY])
{
	struct out	o = { .fd = fd, .why = why };
	char		path[PATH_MAX];

	*why = '\0';
	copy_path(path);
	(void)write_archive(&o, path);
	backup_abandon();
	return *why == '\0' ? NULL : why;
}
