/*
 * The sandbox of broker and worker: what it must refuse is refused, in the
 * mode that kills and in the one that does not.  Each case is a process of
 * its own that enters a sandbox and does one thing.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"
#include "test.h"

#define FILES	(SANDBOX_STDIO | SANDBOX_RPATH | SANDBOX_WPATH)

static char	dir[] = "/tmp/sandbox.XXXXXX";

/* What a case did: its errno (0: it succeeded), or 1000 + the signal. */
static int
inside(unsigned int groups, int kill, int (*fn)(void))
{
	struct sandbox_path	paths[] = { { dir, 1 }, { NULL, 0 } };
	struct sandbox		s = { groups, NULL, kill };
	pid_t			pid;
	int			status;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		if (groups & SANDBOX_RPATH)
			s.paths = paths;
		sandbox_enter(&s);
		errno = 0;
		_exit(fn() == -1 ? errno : 0);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

static int
open_inside(void)
{
	char	path[64];

	snprintf(path, sizeof(path), "%s/new", dir);
	return open(path, O_RDWR | O_CREAT, 0600);
}

static int
open_outside(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static int
make_outside(void)
{
	return open("/tmp/sandbox.outside", O_WRONLY | O_CREAT, 0600);
}

static int
list_outside(void)
{
	return open("/", O_RDONLY | O_DIRECTORY);
}

static int
execute(void)
{
	char	*argv[] = { "true", NULL }, *env[] = { NULL };

	return execve("/bin/true", argv, env);
}

static int
map_code(void)
{
	void	*p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}

static int
turn_into_code(void)
{
	void	*p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 0;	/* this one should be possible */
	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int
fork_one(void)
{
	return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static int
trace(void)
{
	return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static int
inet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int
unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int
use_pipe(void)
{
	char	c;
	int	p[2];

	if (pipe2(p, O_CLOEXEC) == -1 || write(p[1], "x", 1) != 1)
		return -1;
	return read(p[0], &c, 1) == 1 && c == 'x' ? 0 : -1;
}

static void
test_files(void)
{
	ok(inside(FILES, 1, open_inside) == 0, "a listed folder is there");
	if (sandbox_landlock_abi() == 0) {
		printf("# no Landlock here: other files are not cut off\n");
		return;
	}
	ok(inside(FILES, 1, open_outside) == EACCES,
	    "a file outside is not");
	ok(inside(FILES, 1, make_outside) == EACCES,
	    "nor can one be made outside");
	ok(inside(FILES, 1, list_outside) == EACCES, "nor / be listed");
}

static void
test_calls(void)
{
	static const struct {
		int		(*fn)(void);
		const char	*what;
	} cases[] = {
		{ execute, "exec" },
		{ map_code, "memory that is code" },
		{ turn_into_code, "memory that becomes code" },
		{ fork_one, "fork" },
		{ trace, "ptrace" }
	};
	size_t	i;

	ok(inside(SANDBOX_STDIO, 1, use_pipe) == 0, "stdio has pipes");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ok(inside(SANDBOX_STDIO, 1, cases[i].fn) == 1000 + SIGSYS,
		    "%s kills", cases[i].what);
		ok(inside(SANDBOX_STDIO, 0, cases[i].fn) == EPERM,
		    "%s fails, when asked so", cases[i].what);
	}
	ok(inside(SANDBOX_STDIO, 1, open_outside) == EACCES,
	    "without files open fails and does not kill");
	ok(inside(SANDBOX_STDIO, 1, unix_socket) == EACCES,
	    "so does socket");
	ok(inside(SANDBOX_STDIO | SANDBOX_UNIX, 1, unix_socket) == 0,
	    "with UNIX sockets there are those");
	ok(inside(SANDBOX_STDIO | SANDBOX_UNIX, 1, inet_socket) ==
	    1000 + SIGSYS, "and no others");
	ok(inside(SANDBOX_STDIO | SANDBOX_UNIX | SANDBOX_THREAD, 1,
	    fork_one) == 1000 + SIGSYS, "threads are not processes");
}

int
main(void)
{
	char	path[64];

	log_init("sandbox_test", 1, 0);
#if defined(__SANITIZE_ADDRESS__)
	skip_all("sanitizers need a wider sandbox");
#endif
	if (mkdtemp(dir) == NULL)
		return 1;
	test_files();
	test_calls();
	snprintf(path, sizeof(path), "%s/new", dir);
	unlink(path);
	rmdir(dir);
	return done();
}
