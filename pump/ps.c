/* ps: head; a line for each process; done. */
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "json.h"
#include "lines.h"
#include "proc.h"
#include "pump.h"
#include "users.h"
#include "utf8.h"

#define ARGV_BYTES	4096
#define ARGV_COUNT	64

static const char *
state_text(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'D':
		return "waiting";
	case 'Z':
	case 'X':
		return "zombie";
	case 'T':
	case 't':
		return "stopped";
	case 'I':
		return "idle";
	default:
		return "sleeping";
	}
}

/* Seconds since 1970 when the kernel's clock of ticks began. */
static int64_t
boot_time(void)
{
	char	line[256];
	FILE	*f;
	long long sec = 0;

	if ((f = fopen("/proc/stat", "re")) == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "btime %lld", &sec) == 1)
			break;
	fclose(f);
	return sec;
}

static void
argv_json(struct json *j, int dir)
{
	char	buf[ARGV_BYTES + 1], *p;
	ssize_t	n = 0;
	int	fd, count = 0, cut;

	if ((fd = openat(dir, "cmdline", O_RDONLY | O_CLOEXEC)) != -1) {
		n = read(fd, buf, sizeof(buf) - 1);
		close(fd);
	}
	n = n < 0 ? 0 : n;
	cut = n == ARGV_BYTES;
	buf[n] = '\0';
	json_open(j, "argv", '[');
	for (p = buf; p < buf + n && count < ARGV_COUNT; count++) {
		json_string(j, NULL, p);
		p += strlen(p) + 1;
	}
	json_close(j, ']');
	json_bool(j, "argv_truncated", cut || p < buf + n);
}

static void
line(const struct proc *p, int dir, uid_t uid, int64_t boot)
{
	struct json	 j = JSON_NEW;
	const char	*user = users_name(uid);
	uint64_t	 hz = (uint64_t)sysconf(_SC_CLK_TCK);

	json_open(&j, NULL, '{');
	json_number(&j, "pid", p->pid);
	json_number(&j, "ppid", p->ppid);
	json_number(&j, "uid", uid);
	if (user == NULL)
		json_null(&j, "user");
	else
		json_string(&j, "user", user);
	json_string(&j, "name", p->name);
	json_string(&j, "state", state_text(p->state));
	json_number(&j, "threads", p->threads);
	json_number(&j, "memory", p->memory);
	json_raw(&j, "cpu_seconds", "%llu.%02llu",
	    (unsigned long long)(p->cpu / hz),
	    (unsigned long long)(p->cpu % hz * 100 / hz));
	entry_time(&j, "started_at", boot + (int64_t)(p->start / hz),
	    (uint32_t)(p->start % hz * (1000000000 / hz)));
	json_printf(&j, "start", "%llu", (unsigned long long)p->start);
	argv_json(&j, dir);
	json_close(&j, '}');
	lines_put(&j);
}

/* One that ends while it is looked at is not there. */
static void
one(int proc, const char *name, int64_t boot)
{
	struct proc	p;
	struct stat	st;
	int		dir;

	if (!isdigit((unsigned char)name[0]) ||
	    (dir = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	if (fstat(dir, &st) == 0 &&
	    proc_read(&p, strtoull(name, NULL, 10)) == 0)
		line(&p, dir, st.st_uid, boot);
	close(dir);
}

int
op_ps(int argc, char **argv)
{
	const struct dirent	*e;
	int64_t			 boot = boot_time();
	DIR			*d;

	(void)argc;
	(void)argv;
	if ((d = opendir("/proc")) == NULL)
		return say_errno(NULL, "/proc");
	say_head();
	while ((e = readdir(d)) != NULL)
		one(dirfd(d), e->d_name, boot);
	closedir(d);
	if (lines_flush() == -1)
		return -1;
	say_done();
	return 0;
}
