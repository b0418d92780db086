/*
 * A session's record: what a later supervisor needs to recognize its
 * processes and take them over.  Written whole, then renamed into place; a
 * reader believes nothing in it that it cannot ask the kernel.
 */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "proc.h"
#include "session.h"
#include "supervisor.h"

static unsigned long long
pid_namespace(pid_t pid)
{
	struct stat	st;
	char		path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return stat(path, &st) == -1 ? 0 : (unsigned long long)st.st_ino;
}

static void
print(FILE *f, const struct session *s)
{
	const struct msg_session_start	*st = &s->start;

	fprintf(f, "version 1\nprotocol %d\nsession %s\n", MSG_PROTOCOL,
	    s->text);
	fprintf(f, "owner %u\nimage %s\nhostname %s\n",
	    (unsigned int)st->owner, s->image, s->hostname);
	fprintf(f, "uid_base %u\nworker_uid %u\n",
	    (unsigned int)s->uids.base, (unsigned int)s->uids.worker);
	fprintf(f, "init_pid %d\ninit_start %llu\ninit_namespace %llu\n",
	    (int)s->init_pid, proc_start(s->init_pid),
	    pid_namespace(s->init_pid));
	if (st->flags & SESSION_HAS_DESKTOP)
		fprintf(f, "desktop %u %u %u %u %u\n", st->desktop.width,
		    st->desktop.height, st->desktop.max_width,
		    st->desktop.max_height, st->desktop.dpi);
	fprintf(f, "memory %llu\ncpu_percent %u\ntasks %u\n",
	    (unsigned long long)st->resources.memory,
	    st->resources.cpu_percent, st->resources.tasks);
}

int
record_write(const struct session *s)
{
	char	path[PATH_MAX], new[PATH_MAX];
	FILE	*f;
	int	 bad;

	place_session(sv.conf, s->text, "record", path, sizeof(path));
	place_session(sv.conf, s->text, "record.new", new, sizeof(new));
	if ((f = fopen(new, "we")) == NULL)
		return -1;
	print(f, s);
	bad = ferror(f);
	if (fclose(f) != 0 || bad) {
		unlink(new);
		errno = EIO;
		return -1;
	}
	return rename(new, path);
}
