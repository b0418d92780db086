/*
 * Leaving the one who started us.  He waits until we serve, so that he hears
 * on his terminal why not, and sees it in our exit status.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemon.h"
#include "log.h"

static int	told = -1;	/* the end that starter's read waits for */

__attribute__((__noreturn__))
static void
await(pid_t pid, int fd)
{
	ssize_t	n;
	char	byte;
	int	status;

	while ((n = read(fd, &byte, 1)) == -1 && errno == EINTR)
		continue;
	if (n == 1)
		_exit(0);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	_exit(1);
}

void
daemon_start(void)
{
	int	p[2];
	pid_t	pid;

	if (pipe2(p, O_CLOEXEC) == -1)
		fatal("pipe");
	if ((pid = fork()) == -1)
		fatal("fork");
	if (pid != 0) {
		close(p[1]);
		await(pid, p[0]);
	}
	close(p[0]);
	told = p[1];
	if (setsid() == -1 || chdir("/") == -1)
		fatal("leave the terminal");
}

void
daemon_ready(void)
{
	log_ready();
	if (told == -1)
		return;
	if (write(told, "", 1) == -1)
		log_debug("nobody waited for us");
	close(told);
	told = -1;
}
