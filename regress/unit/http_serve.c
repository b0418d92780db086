/* The server under test in a process of its own. */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_test.h"

static pid_t	server;

void
serve_begin(size_t conns, rlim_t files)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct rlimit limit = { files, files };
	char dir[] = "/tmp/http_test.XXXXXX";
	int fd;

	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1)
		exit(99);
	snprintf(socket_path, sizeof(socket_path), "%s/sock", dir);
	strlcpy(sun.sun_path, socket_path, sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chmod(socket_path, 0777) == -1 || listen(fd, 512) == -1)
		exit(99);
	fflush(stdout);
	if ((server = fork()) == 0) {
		if (files != 0)
			setrlimit(RLIMIT_NOFILE, &limit);
		server_run(fd, conns);
	}
	close(fd);
}

int
serve_end(long *ms)
{
	struct rusage use;
	char *slash;
	int status;

	kill(server, SIGTERM);
	wait4(server, &status, 0, &use);
	*ms = use.ru_utime.tv_sec * 1000 + use.ru_stime.tv_sec * 1000 +
	    (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
	unlink(socket_path);
	if ((slash = strrchr(socket_path, '/')) != NULL)
		*slash = '\0';
	rmdir(socket_path);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}
