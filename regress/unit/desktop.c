#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "desktop.h"
#include "monotime.h"
#include "test.h"
#include "xmalloc.h"

enum { PROGRAMS = 64 };

struct event_base	*desktop_base;

static char	 dir[64];
static char	 socket_path[64];
static char	 display_name[16];
static char	 tools[512];
static pid_t	 server;
static pid_t	 programs[PROGRAMS];
static pid_t	 owner;

/* By pid only, and only what was started here. */
static void
desktop_close(void)
{
	char	cmd[96];
	int	i;

	if (getpid() != owner)
		return;
	for (i = PROGRAMS - 1; i >= 0; i--)
		if (programs[i] > 0) {
			kill(programs[i], SIGCONT);
			kill(programs[i], SIGKILL);
			waitpid(programs[i], NULL, 0);
		}
	if (server > 0) {
		kill(server, SIGCONT);
		kill(server, SIGTERM);
		waitpid(server, NULL, 0);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	if (dir[0] != '\0' && system(cmd) == -1)
		printf("# %s stays\n", dir);
}

const char *
desktop_path(const char *name)
{
	static char	path[4][128];
	static int	i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

void
desktop_self(const char *argv0)
{
	char	*slash;

	snprintf(tools, sizeof(tools), "%s", argv0);
	if ((slash = strrchr(tools, '/')) != NULL)
		*slash = '\0';
	else
		snprintf(tools, sizeof(tools), ".");
}

const char *
desktop_tool(const char *name)
{
	static char	path[600];

	snprintf(path, sizeof(path), "%s/%s", tools, name);
	return path;
}

static void
child_env(void)
{
	setenv("HOME", dir, 1);
	setenv("ICEWM_PRIVCFG", dir, 1);
	setenv("DISPLAY", display_name, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("XAUTHORITY");
}

static pid_t
spawn(const char *const argv[], const char *out, int keep)
{
	pid_t	pid;
	int	fd;

	if ((pid = fork()) != 0)
		return pid;
	child_env();
	if ((fd = open("/dev/null", O_RDWR)) != -1) {
		dup2(fd, 0);
		dup2(fd, 1);
		if (getenv("DESKTOP_VERBOSE") == NULL)
			dup2(fd, 2);
		close(fd);
	}
	if (out != NULL && (fd = open(out, O_WRONLY | O_CREAT | O_TRUNC,
	    0600)) != -1) {
		dup2(fd, 1);
		close(fd);
	}
	if (keep != -1)
		fcntl(keep, F_SETFD, 0);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void
need(const char *program)
{
	char	cmd[128];

	snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null", program);
	if (system(cmd) != 0) {
		snprintf(cmd, sizeof(cmd), "no %s here", program);
		skip_all(cmd);
	}
}

static int
read_number(int fd)
{
	char	buf[16];
	size_t	n = 0;

	while (n < sizeof(buf) - 1 && read(fd, buf + n, 1) == 1) {
		if (buf[n] == '\n')
			break;
		n++;
	}
	buf[n] = '\0';
	return n > 0 ? atoi(buf) : -1;
}

void
desktop_open(int width, int height)
{
	char	size[32], fdarg[16];
	int	pipefd[2], number;

	need("Xvfb");
	need("icewm");
	need("xterm");
	owner = getpid();
	snprintf(dir, sizeof(dir), "/tmp/deskd-test.XXXXXX");
	if (mkdtemp(dir) == NULL || pipe2(pipefd, O_CLOEXEC) == -1)
		skip_all("no directory");
	atexit(desktop_close);
	snprintf(size, sizeof(size), "%dx%dx24", width, height);
	snprintf(fdarg, sizeof(fdarg), "%d", pipefd[1]);
	{
		const char *const argv[] = { "Xvfb", "-screen", "0", size,
			"-extension", "GLX", "-nolisten", "tcp", "-noreset",
			"-ac", "-displayfd", fdarg, NULL };

		server = spawn(argv, NULL, pipefd[1]);
	}
	close(pipefd[1]);
	if ((number = read_number(pipefd[0])) == -1)
		skip_all("Xvfb does not start");
	close(pipefd[0]);
	snprintf(display_name, sizeof(display_name), ":%d", number);
	snprintf(socket_path, sizeof(socket_path), "/tmp/.X11-unix/X%d",
	    number);
	desktop_base = event_base_new();
}

pid_t
desktop_run(const char *const argv[], const char *out)
{
	int	i;

	for (i = 0; i < PROGRAMS; i++)
		if (programs[i] == 0)
			return programs[i] = spawn(argv, out, -1);
	return -1;
}

void
desktop_kill(pid_t pid)
{
	int	i;

	for (i = 0; i < PROGRAMS; i++)
		if (programs[i] == pid && pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			programs[i] = 0;
		}
}

void
desktop_wm(void)
{
	const char *const	argv[] = { "icewm", NULL };
	FILE			*f;

	/* Clocks and meters would make every screen a moving one. */
	if ((f = fopen(desktop_path("preferences"), "w")) != NULL) {
		fprintf(f, "ShowTaskBar=0\n");
		fclose(f);
	}
	desktop_run(argv, NULL);
}

pid_t
desktop_server(void)
{
	return server;
}

const char *
desktop_socket(void)
{
	return socket_path;
}

char *
desktop_read(const char *path, size_t *len)
{
	struct stat	 st;
	char		*p;
	ssize_t		 n;
	int		 fd;

	if ((fd = open(path, O_RDONLY)) == -1)
		return NULL;
	if (fstat(fd, &st) == -1) {
		close(fd);
		return NULL;
	}
	p = xcalloc(st.st_size + 1, 1);
	n = read(fd, p, st.st_size);
	close(fd);
	*len = n > 0 ? n : 0;
	return p;
}

static void
tick_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
}

int
wait_until(int (*holds)(void *), void *arg, int ms)
{
	struct monotime	 start = monotime_now();
	struct timeval	 tv = { 0, 2000 };
	struct event	*tick;
	int		 good;

	tick = event_new(desktop_base, -1, EV_PERSIST, tick_cb, NULL);
	event_add(tick, &tv);
	while (!(good = holds(arg)) && monotime_since_ms(start) < ms)
		event_base_loop(desktop_base, EVLOOP_ONCE);
	event_free(tick);
	return good;
}

static int
flag_set(void *arg)
{
	return *(const int *)arg;
}

int
wait_flag(const int *flag, int ms)
{
	return wait_until(flag_set, (void *)(uintptr_t)flag, ms);
}

struct want_file {
	const char	*path;
	const char	*text;
	size_t		 len;
};

static int
file_long_enough(void *arg)
{
	struct want_file	*w = arg;
	struct stat		 st;

	return stat(w->path, &st) == 0 && (size_t)st.st_size >= w->len;
}

int
wait_file(const char *path, const char *bytes, size_t len)
{
	struct want_file	 w = { path, bytes, len };
	char			*got;
	size_t			 n = 0, i;
	int			 same;

	wait_until(file_long_enough, &w, DESKTOP_WAIT_MS);
	if ((got = desktop_read(path, &n)) == NULL) {
		printf("# %s is missing\n", path);
		return 0;
	}
	same = n == len && memcmp(got, bytes, len) == 0;
	if (!same) {
		for (i = 0; i < n && i < len && got[i] == bytes[i]; i++)
			;
		printf("# %zu bytes of %zu, first difference at %zu: "
		    "\"%.24s\" for \"%.24s\"\n", n, len, i, got + i,
		    i < len ? bytes + i : "");
	}
	free(got);
	return same;
}

static int
file_has_line(void *arg)
{
	struct want_file	*w = arg;
	char			*got;
	size_t			 n;
	int			 found;

	if ((got = desktop_read(w->path, &n)) == NULL)
		return 0;
	found = strstr(got, w->text) != NULL;
	free(got);
	return found;
}

int
wait_line(const char *path, const char *text)
{
	struct want_file	 w = { path, text, 0 };
	char			*got;
	size_t			 n;

	if (wait_until(file_has_line, &w, 5000))
		return 1;
	if ((got = desktop_read(path, &n)) != NULL)
		printf("# wanted \"%s\", got:\n%s", text, got);
	free(got);
	return 0;
}

void
result_cb(enum problem problem, void *arg)
{
	struct result	*r = arg;

	r->done++;
	r->problem = problem;
}

int
result_ok(struct result *r)
{
	int	good;

	good = wait_flag(&r->done, DESKTOP_WAIT_MS) && r->done == 1 &&
	    r->problem == PROBLEM_NONE;
	if (!good)
		printf("# done %d, problem %s\n", r->done,
		    problem_code(r->problem));
	memset(r, 0, sizeof(*r));
	return good;
}
