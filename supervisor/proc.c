#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"

/*
 * Field 22 of stat; the name before it may hold anything, brackets too.  One
 * that is only waiting to be reaped has ended.
 */
unsigned long long
proc_start(pid_t pid)
{
	char			 path[32], buf[1024], *p;
	unsigned long long	 start = 0;
	ssize_t			 n;
	int			 fd, field;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return 0;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	buf[n] = '\0';
	if ((p = strrchr(buf, ')')) == NULL || p[1] != ' ' || p[2] == 'Z' ||
	    p[2] == 'X')
		return 0;
	for (field = 2; field < 22 && p != NULL; field++)
		if ((p = strchr(p, ' ')) != NULL)
			p++;
	if (p != NULL)
		start = strtoull(p, NULL, 10);
	return start;
}

int
proc_alive(pid_t pid, unsigned long long start)
{
	return start != 0 && proc_start(pid) == start;
}

/*
 * Not the owner of its folder: that is root for all who cannot be dumped,
 * as workers and pid 1 of a session are.  One that has ended and is only
 * waiting to be reaped, which in some containers nobody does, runs no more;
 * its first thread alone may have ended, and then there are others.
 */
static int
runs_under(const char *pid, uid_t from, uid_t to)
{
	char		 path[300], line[128];
	unsigned int	 uids[4];
	FILE		*f;
	int		 i, found = 0, zombie = 0, threads = 0;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	if ((f = fopen(path, "re")) == NULL)
		return errno != ENOENT;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "State:\tZ", 8) == 0)
			zombie = 1;
		if (sscanf(line, "Threads: %d", &threads) == 1)
			break;
		if (sscanf(line, "Uid: %u %u %u %u", &uids[0], &uids[1],
		    &uids[2], &uids[3]) != 4)
			continue;
		for (i = 0; i < 4; i++)
			found |= uids[i] >= from && uids[i] <= to;
	}
	fclose(f);
	return found && !(zombie && threads <= 1);
}

int
proc_any_uid(uid_t from, uid_t to)
{
	struct dirent	*e;
	DIR		*d;
	int		 found = 0;

	if ((d = opendir("/proc")) == NULL)
		return 1;	/* cannot tell: say so */
	while (!found && (e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]))
			found = runs_under(e->d_name, from, to);
	closedir(d);
	return found;
}
