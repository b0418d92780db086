#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"

/*
 * Tells a file from another that had its inode before: the file system's
 * handle has a generation.  It needs no right to open the file, so that
 * every operation comes to the same tag.
 */
static uint64_t
handle_hash(int dir, const char *name)
{
	union {
		struct file_handle	h;
		unsigned char		room[sizeof(struct file_handle) +
					    MAX_HANDLE_SZ];
	}	 u;
	uint64_t hash = 0xcbf29ce484222325ULL;
	unsigned int i;
	int	 mount;

	memset(&u, 0, sizeof(u));
	u.h.handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(dir, name, &u.h, &mount, AT_EMPTY_PATH) == -1)
		return 0;
	for (i = 0; i < u.h.handle_bytes; i++)
		hash = (hash ^ u.h.f_handle[i]) * 0x100000001b3ULL;
	return hash;
}

int
entry_read(struct entry *e, int dir, const char *name)
{
	memset(e, 0, sizeof(*e));
	if (statx(dir, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW |
	    AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &e->st) == -1)
		return -1;
	e->handle = handle_hash(dir, name);
	return 0;
}

const char *
entry_type(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFIFO:
		return "fifo";
	case S_IFSOCK:
		return "socket";
	case S_IFCHR:
		return "char_device";
	default:
		return "block_device";
	}
}

void
entry_etag(const struct entry *e, char tag[ETAG_SIZE])
{
	const struct statx	*s = &e->st;

	snprintf(tag, ETAG_SIZE, "\"%llx-%llx-%llx-%llx.%x-%llx.%x\"",
	    (unsigned long long)s->stx_ino, (unsigned long long)e->handle,
	    (unsigned long long)s->stx_size,
	    (unsigned long long)s->stx_mtime.tv_sec, s->stx_mtime.tv_nsec,
	    (unsigned long long)s->stx_ctime.tv_sec, s->stx_ctime.tv_nsec);
}

/* A year of more than four digits is no RFC 3339. */
void
entry_time(struct json *j, const char *name, int64_t sec, uint32_t nsec)
{
	struct tm	tm;
	time_t		t = (time_t)sec;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900) {
		json_null(j, name);
		return;
	}
	json_printf(j, name, "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, nsec);
}

void
entry_json(struct json *j, const char *member, const struct entry *e,
    const char *path, int dir, const char *name)
{
	const struct statx	*s = &e->st;
	const char		*base = strrchr(path, '/');
	char			 tag[ETAG_SIZE], target[PATH_MAX];
	ssize_t			 n;

	base = base == NULL || base[1] == '\0' ? path : base + 1;
	entry_etag(e, tag);
	json_open(j, member, '{');
	json_bytes(j, "path", path, strlen(path));
	json_bytes(j, "name", base, strlen(base));
	json_string(j, "type", entry_type(s->stx_mode));
	json_number(j, "size", s->stx_size);
	json_printf(j, "mode", "%04o", s->stx_mode & 07777);
	json_number(j, "uid", s->stx_uid);
	json_number(j, "gid", s->stx_gid);
	entry_time(j, "modified_at", s->stx_mtime.tv_sec,
	    s->stx_mtime.tv_nsec);
	json_string(j, "etag", tag);
	if (S_ISLNK(s->stx_mode) &&
	    (n = readlinkat(dir, name, target, sizeof(target))) != -1)
		json_bytes(j, "target", target, (size_t)n);
	json_close(j, '}');
}
