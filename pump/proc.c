#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"

/* The name stands in brackets and may have brackets itself. */
int
proc_read(struct proc *p, uint64_t pid)
{
	unsigned long long	utime, stime, ppid, threads, start;
	char			path[64], buf[1024], *open_at, *shut_at;
	long long		rss;
	ssize_t			n;
	int			fd;

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "/proc/%llu/stat",
	    (unsigned long long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0) {
		errno = ESRCH;
		return -1;
	}
	buf[n] = '\0';
	open_at = strchr(buf, '(');
	shut_at = strrchr(buf, ')');
	if (open_at == NULL || shut_at == NULL || shut_at < open_at ||
	    sscanf(shut_at + 1, " %c %llu %*s %*s %*s %*s %*s %*s %*s %*s %*s"
	    " %llu %llu %*s %*s %*s %*s %llu %*s %llu %*s %lld", &p->state,
	    &ppid, &utime, &stime, &threads, &start, &rss) != 7) {
		errno = ESRCH;
		return -1;
	}
	*shut_at = '\0';
	strlcpy(p->name, open_at + 1, sizeof(p->name));
	p->pid = pid;
	p->ppid = ppid;
	p->threads = threads;
	p->start = start;
	p->cpu = utime + stime;
	p->memory = rss > 0 ? (uint64_t)rss * (uint64_t)sysconf(_SC_PAGESIZE) :
	    0;
	return 0;
}
