/*
 * deskd-init as it is: in namespaces of its own, asked over its socket, and
 * judged by what programs inside see of themselves.
 */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "init_helper.h"
#include "monotime.h"
#include "msg.h"
#include "problem.h"
#include "test.h"
#include "wire.h"

#define DEADLINE_MS	15000
#define OUTPUT_MAX	65536

static struct box	box;
static int		sup = -1, worker = -1;
static struct wire_msg	in;
static uint64_t		request;

struct result {
	enum problem	problem;
	char		pointer[64];
	char		detail[256];
	char		out[OUTPUT_MAX];
	char		err[OUTPUT_MAX];
	struct msg_exec_exited	exited;
	uint32_t	pid;
	int		got;		/* an answer and, if started, its end */
};
static struct result	r;

struct ask {
	const char	*cwd;
	const char	*env[4];
	const char	*input;
	uint32_t	 flags;
	uint32_t	 timeout_ms;
	uint16_t	 cols, rows;
};

/* 1: a message came; 0: the peer closed; -1: nothing came. */
static int
receive(int fd, enum role as)
{
	struct monotime	 since = monotime_now();
	struct pollfd	 pfd = { .fd = fd, .events = POLLIN };
	const char	*why;

	while (monotime_since_ms(since) < DEADLINE_MS) {
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		switch (wire_recv(fd, ROLE_INIT, as, &in, &why)) {
		case WIRE_OK:
			return 1;
		case WIRE_AGAIN:
			continue;
		case WIRE_EOF:
			return 0;
		case WIRE_BAD:
			printf("# bad message: %s\n", why);
			return -1;
		}
	}
	printf("# no message in time\n");
	return -1;
}

static int
expect(int fd, enum role as, uint32_t type)
{
	int	got;

	if ((got = receive(fd, as)) != 1) {
		printf("# wanted %s, got %d\n", msg_name(type), got);
		return 0;
	}
	if (in.hdr.type != type)
		printf("# wanted %s, got %s\n", msg_name(type),
		    msg_name(in.hdr.type));
	return in.hdr.type == type;
}

static int
closed(int fd, enum role as)
{
	return receive(fd, as) == 0;
}

static int
tell(int fd, uint32_t type, uint64_t number, const void *data, size_t len,
    const void *tail, size_t tail_len, int with)
{
	struct msg_hdr	hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.type = type;
	hdr.request = number;
	return wire_send(fd, &hdr, data, len, tail, tail_len,
	    with == -1 ? NULL : &with, with == -1 ? 0 : 1);
}

static void
error_take(void)
{
	struct msg_error	 e;
	struct msg_tail		 t;
	const char		*text;

	memcpy(&e, in.data, sizeof(e));
	r.problem = problem_valid(e.problem);
	msg_tail_init(&t, in.data, in.len, sizeof(e));
	if ((text = msg_tail_next(&t)) != NULL)
		strlcpy(r.pointer, text, sizeof(r.pointer));
	if ((text = msg_tail_next(&t)) != NULL)
		strlcpy(r.detail, text, sizeof(r.detail));
}

static void
exec_tell(const char *const *argv, const struct ask *a)
{
	struct msg_exec	m;
	static char	tail[MSG_MAX];
	size_t		n = 0;
	int		i;

	memset(&m, 0, sizeof(m));
	m.flags = a->flags;
	m.timeout_ms = a->timeout_ms;
	m.cols = a->cols;
	m.rows = a->rows;
	n += strlcpy(tail, a->cwd == NULL ? "" : a->cwd, sizeof(tail)) + 1;
	for (; argv[m.argc] != NULL; m.argc++)
		n += strlcpy(tail + n, argv[m.argc], sizeof(tail) - n) + 1;
	for (i = 0; i < 4 && a->env[i] != NULL; i++, m.envc++)
		n += strlcpy(tail + n, a->env[i], sizeof(tail) - n) + 1;
	tell(worker, MSG_EXEC, ++request, &m, sizeof(m), tail, n, -1);
}

/* Reads until the end of fd; closes it. */
static void
drain(int fd, char *buf)
{
	struct pollfd	pfd = { .fd = fd, .events = POLLIN };
	size_t		n = 0;
	ssize_t		got;

	while (n < OUTPUT_MAX - 1 && poll(&pfd, 1, DEADLINE_MS) > 0) {
		got = read(fd, buf + n, OUTPUT_MAX - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	buf[n] = '\0';
	close(fd);
}

static void
stdio_take(const struct ask *a)
{
	int	fds[3];
	int	i;

	for (i = 0; i < 3; i++)
		fds[i] = wire_take_fd(&in, i);
	if (in.hdr.type == MSG_EXEC_TTY) {
		drain(fds[0], r.out);
		return;
	}
	if (a->input != NULL && write(fds[0], a->input, strlen(a->input)) == -1)
		printf("# input: %s\n", strerror(errno));
	close(fds[0]);
	drain(fds[1], r.out);
	drain(fds[2], r.err);
}

static void
run(const char *const *argv, const struct ask *a)
{
	struct msg_exec_started	started;

	memset(&r, 0, sizeof(r));
	exec_tell(argv, a);
	if (receive(worker, ROLE_WORKER) != 1 || in.hdr.request != request)
		return;
	if (in.hdr.type == MSG_ERROR) {
		error_take();
		r.got = 1;
		return;
	}
	if (in.hdr.type != MSG_EXEC_STARTED && in.hdr.type != MSG_EXEC_TTY)
		return;
	memcpy(&started, in.data, sizeof(started));
	r.pid = started.pid;
	stdio_take(a);
	if (!expect(worker, ROLE_WORKER, MSG_EXEC_EXITED) ||
	    in.hdr.request != request)
		return;
	memcpy(&r.exited, in.data, sizeof(r.exited));
	r.got = 1;
}

static void
shell(const char *command, const struct ask *a)
{
	const char	*argv[] = { "/bin/sh", "-c", command, NULL };
	static const struct ask	none;

	run(argv, a == NULL ? &none : a);
}

static int
exited(int code)
{
	return r.got && r.problem == PROBLEM_NONE && r.exited.code == code &&
	    r.exited.signal == 0;
}

/* A line of /proc/self/status, as "Name:\tvalue". */
static int
has(const char *line)
{
	if (strstr(r.out, line) != NULL)
		return 1;
	printf("# no \"%s\" in: %.1500s\n", line, r.out);
	return 0;
}

/* Until the shell's condition holds. */
static int
comes_true(const char *command)
{
	struct monotime	since = monotime_now();

	while (monotime_since_ms(since) < DEADLINE_MS) {
		shell(command, NULL);
		if (exited(0))
			return 1;
		usleep(20000);
	}
	return 0;
}

/* All is allowed but mount, with an error that nothing else gives. */
static int
filter_memfd(int seal)
{
	struct sock_filter	code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTBLK),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	int			fd;

	fd = memfd_create("filter", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1 || write(fd, code, sizeof(code)) != sizeof(code))
		return -1;
	if (seal)
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
		    F_SEAL_WRITE | F_SEAL_SEAL);
	return fd;
}

static int
setup(uint32_t flags, int seal)
{
	struct msg_init_setup	m = { .flags = flags };
	int			fd = filter_memfd(seal);

	tell(sup, MSG_INIT_SETUP, 1, &m, sizeof(m), NULL, 0, fd);
	close(fd);
	return receive(sup, ROLE_SUPERVISOR) == 1 && in.hdr.type == MSG_OK;
}

static int
worker_connect(void)
{
	struct msg_peer	m = { .role = ROLE_WORKER };
	int		fd;

	if ((fd = box_connect(&box, "/run/deskd/init.sock")) != -1)
		tell(fd, MSG_INIT_ROLE, 0, &m, sizeof(m), NULL, 0, -1);
	return fd;
}

static void
test_start(void)
{
	struct pollfd	pfd = { .fd = box.ready, .events = POLLIN };
	char		c[2] = "x";

	ok(poll(&pfd, 1, DEADLINE_MS) == 1 && read(box.ready, c, 2) == 1 &&
	    c[0] == '\0' && read(box.ready, c, 1) == 0,
	    "one byte says ready, then the pipe is closed");
	sup = box_connect(&box, "/run/deskd/init.sock");
	ok(sup != -1, "a process from outside connects");
	worker = worker_connect();
	shell("true", NULL);
	ok(r.got && r.problem == PROBLEM_UNAVAILABLE,
	    "nothing is executed before there is a filter");
	ok(!setup(0, 0), "an unsealed filter is refused");
	shell("true", NULL);
	ok(r.got && r.problem == PROBLEM_UNAVAILABLE, "and not used");
	ok(setup(0, 1), "a sealed filter is taken");
}

static void
test_stdio(void)
{
	struct ask	a = { .input = "hello", .timeout_ms = DEADLINE_MS };

	shell("cat; echo err >&2; exit 3", &a);
	ok(exited(3) && strcmp(r.out, "hello") == 0 &&
	    strcmp(r.err, "err\n") == 0, "pipes and an exit code");
	shell("kill -TERM $$", NULL);
	ok(r.got && r.exited.code == -1 && r.exited.signal == SIGTERM,
	    "a signal");
	shell("echo $$", NULL);
	ok(exited(0) && (uint32_t)atoi(r.out) == r.pid,
	    "the pid is the one the session sees");
	shell("head -c 60000 /dev/zero | tr '\\0' x", NULL);
	ok(exited(0) && strlen(r.out) == 60000, "output longer than a pipe's page");
}

static void
test_environment(void)
{
	struct ask	a = { .cwd = "/usr/bin", .env = { "HOME=/nowhere",
			    "A=b c", "A=d" } };
	struct ask	bad = { .cwd = "/nowhere" };
	struct ask	rel = { .cwd = "usr" };

	shell("pwd; echo $HOME $USER $LANG $XDG_RUNTIME_DIR $PATH; ulimit -c;"
	    "test -O $XDG_RUNTIME_DIR", NULL);
	ok(exited(0) && strcmp(r.out, "/home/user\n/home/user user C.UTF-8 "
	    "/run/user/1000 /usr/local/bin:/usr/bin:/bin:/usr/local/games:"
	    "/usr/games\n0\n") == 0, "directory and environment at first");
	shell("pwd; echo $HOME $A", &a);
	ok(exited(0) && strcmp(r.out, "/usr/bin\n/nowhere d\n") == 0,
	    "directory and environment as asked");
	shell("true", &bad);
	ok(r.problem == PROBLEM_INVALID_FIELD &&
	    strcmp(r.pointer, "/cwd") == 0, "a missing directory: %s",
	    r.detail);
	shell("true", &rel);
	ok(r.problem == PROBLEM_INVALID_FIELD &&
	    strcmp(r.pointer, "/cwd") == 0, "a relative directory: %s",
	    r.detail);
}

static void
test_programs(void)
{
	const char	*none[] = { "no-such-program", NULL };
	const char	*file[] = { "/etc/passwd", NULL };
	const char	*empty[] = { "", NULL };
	const char	*path[] = { "id", "-u", NULL };
	struct ask	 a = { .flags = 0 };
	const char	*nothing[] = { NULL };
	static char	 large[65000];
	const char	*longest[] = { "printf", "%s", large, NULL };
	struct ask	 nameless = { .env = { "=x" } };
	struct ask	 nopath = { .env = { "PATH=/nowhere" } };

	run(none, &a);
	ok(r.problem == PROBLEM_NO_SUCH_PROGRAM &&
	    strcmp(r.pointer, "/argv/0") == 0, "no such program: %s", r.detail);
	run(file, &a);
	ok(r.problem == PROBLEM_NO_SUCH_PROGRAM, "not a program: %s", r.detail);
	run(empty, &a);
	ok(r.problem == PROBLEM_INVALID_FIELD, "an empty name");
	run(nothing, &a);
	ok(r.problem == PROBLEM_INVALID_FIELD &&
	    strcmp(r.pointer, "/argv") == 0, "no arguments");
	run(path, &nameless);
	ok(r.problem == PROBLEM_INVALID_FIELD &&
	    strcmp(r.pointer, "/env") == 0, "a nameless variable");
	run(path, &a);
	ok(exited(0) && strcmp(r.out, "1000\n") == 0, "PATH is searched");
	run(path, &nopath);
	ok(r.problem == PROBLEM_NO_SUCH_PROGRAM, "the asked PATH is searched");
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	run(longest, &a);
	ok(exited(0) && strlen(r.out) == sizeof(large) - 1,
	    "an argument as long as a message allows");
}

static void
test_rights(void)
{
	const char	*status[] = { "cat", "/proc/self/status", NULL };
	const char	*fds[] = { "ls", "/proc/self/fd", NULL };
	const char	*mounting[] = { BOX_HELPER, "mount", NULL };
	const char	*connecting[] = { BOX_HELPER, "connect", NULL };
	const char	*init[] = { "cat", "/proc/1/status", NULL };
	struct ask	 user = { .flags = 0 }, root = { .flags = EXEC_ROOT };

	run(status, &user);
	ok(exited(0) && has("Uid:\t1000\t1000\t1000\t1000\n") &&
	    has("Gid:\t1000\t1000\t1000\t1000\n") && has("Groups:\t \n"),
	    "the session's user, without groups");
	ok(has("CapInh:\t0000000000000000\n") &&
	    has("CapPrm:\t0000000000000000\n") &&
	    has("CapEff:\t0000000000000000\n") &&
	    has("CapBnd:\t0000000000000000\n") &&
	    has("CapAmb:\t0000000000000000\n"), "no capabilities");
	ok(has("NoNewPrivs:\t1\n") && has("Seccomp:\t2\n"),
	    "no new privileges, a filter");
	/* glibc's posix_spawn ignores its own two, 32 and 33, for good. */
	ok(has("SigBlk:\t0000000000000000\n") &&
	    (has("SigIgn:\t0000000000000000\n") ||
	    has("SigIgn:\t0000000180000000\n")), "signals as they come");
	run(mounting, &user);
	ok(exited(ENOTBLK), "the filter is the one that was given");
	run(fds, &user);
	ok(exited(0) && strcmp(r.out, "0\n1\n2\n3\n") == 0,
	    "no descriptor but stdio (and ls's own)");
	run(connecting, &user);
	ok(exited(EACCES), "the user cannot connect to init");
	shell("test ! -w /run/deskd", NULL);
	ok(exited(0), "nor write beside its socket");
	shell("ls -l /proc/1/fd /proc/1/exe; kill -9 1; kill -TERM 1", NULL);
	ok(box_alive(&box), "nor kill it");

	run(status, &root);
	ok(r.problem == PROBLEM_NOT_OFFERED && strcmp(r.pointer, "/user") == 0,
	    "root is not offered");
	ok(setup(INIT_ROOT_OFFERED, 1), "a second set-up is acknowledged");
	run(status, &root);
	ok(r.problem == PROBLEM_NOT_OFFERED, "and changes nothing");
	run(init, &user);
	ok(exited(0) && has("Seccomp:\t2\n") && has("Seccomp_filters:\t1\n") &&
	    has("NoNewPrivs:\t1\n"), "init itself has the filter, once");
}

/* In a box of its own: what is offered is said once. */
static void
test_root(const char *path)
{
	const char	*status[] = { "cat", "/proc/self/status", NULL };
	const char	*mounting[] = { BOX_HELPER, "mount", NULL };
	const char	*connecting[] = { BOX_HELPER, "connect", NULL };
	struct ask	 root = { .flags = EXEC_ROOT };
	struct pollfd	 pfd = { .events = POLLIN };

	close(sup);
	close(worker);
	box_stop(&box);
	if (box_start(&box, path) == -1) {
		ok(0, "a second box");
		return;
	}
	pfd.fd = box.ready;
	(void)poll(&pfd, 1, DEADLINE_MS);
	sup = box_connect(&box, "/run/deskd/init.sock");
	worker = worker_connect();
	ok(setup(INIT_ROOT_OFFERED, 1), "a set-up that offers root");
	run(status, &root);
	ok(exited(0) && has("Uid:\t0\t0\t0\t0\n") &&
	    has("CapEff:\t00000000000004fb\n") &&
	    has("CapPrm:\t00000000000004fb\n") &&
	    has("CapBnd:\t00000000000004fb\n") && has("NoNewPrivs:\t1\n") &&
	    has("Seccomp:\t2\n"), "root with few capabilities");
	run(mounting, &root);
	ok(exited(ENOTBLK), "root has the filter, too");
	run(connecting, &root);
	ok(exited(HELPER_CLOSED), "root inside connects and is closed at once");
	shell("kill -9 1; kill -TERM 1; kill -HUP 1; cat /proc/1/environ "
	    "/proc/1/maps", &root);
	ok(box_alive(&box) && r.out[0] == '\0',
	    "root inside neither kills init nor reads it");
}

static void
test_tty(void)
{
	const char	*argv[] = { BOX_HELPER, "tty", NULL };
	struct ask	 a = { .flags = EXEC_TTY, .cols = 101, .rows = 33 };
	struct ask	 b = { .flags = EXEC_TTY };

	run(argv, &a);
	ok(exited(0) && strcmp(r.out, "101x33 leader foreground "
	    "xterm-256color own\r\n") == 0, "a terminal");
	run(argv, &b);
	ok(exited(0) && strncmp(r.out, "80x24 ", 6) == 0, "its usual size");
}

#define NO_SLEEP	"! grep -qs '^sleep$' /proc/[0-9]*/comm"

static void
test_time(void)
{
	struct ask		a = { .timeout_ms = 300 };
	struct msg_exec_signal	sig = { .signal = SIGKILL };
	const char		*argv[] = { "sh", "-c",
				    "sleep 100 & sleep 100; :", NULL };
	struct ask		none = { .flags = 0 };

	shell("sleep 100 & sleep 100; :", &a);
	ok(r.got && r.exited.signal == SIGKILL &&
	    r.exited.flags == EXEC_TIMED_OUT && r.exited.duration_ms >= 300 &&
	    r.exited.duration_ms < DEADLINE_MS, "time is up after %u ms",
	    r.exited.duration_ms);
	ok(comes_true(NO_SLEEP), "for the whole group");

	exec_tell(argv, &none);
	ok(expect(worker, ROLE_WORKER, MSG_EXEC_STARTED), "a long program");
	wire_close_fds(&in);
	tell(worker, MSG_EXEC_SIGNAL, request, &sig, sizeof(sig), NULL, 0, -1);
	ok(expect(worker, ROLE_WORKER, MSG_EXEC_EXITED) &&
	    in.hdr.request == request, "is killed by its number");
	ok(comes_true(NO_SLEEP), "with its group");
	tell(worker, MSG_EXEC_SIGNAL, request, &sig, sizeof(sig), NULL, 0, -1);
	shell("true", NULL);
	ok(exited(0), "a number that has ended is let be");
}

static void
test_zombies(void)
{
	shell("for i in 1 2 3 4 5 6 7 8; do (sh -c 'sh -c : & sh -c : &' &); "
	    "done", NULL);
	ok(comes_true("! grep -qs '^State:.Z' /proc/[0-9]*/status"),
	    "no zombie stays");
}

static void
malformed(const char *what, uint32_t type, const void *data, size_t len)
{
	int	fd = worker_connect();

	tell(fd, type, 77, data, len, NULL, 0, -1);
	ok(closed(fd, ROLE_WORKER), "closed: %s", what);
	close(fd);
}

static void
test_peers(void)
{
	struct {
		struct msg_exec	m;
		char		tail[24];
	}			e;
	struct msg_exec_signal	sig = { .signal = 9999 };
	struct msg_peer		role = { .role = ROLE_BROKER };
	const char		*argv[] = { "sleep", "100", NULL };
	struct ask		none = { .flags = 0 };
	int			old, fd;

	old = worker;
	exec_tell(argv, &none);
	ok(expect(worker, ROLE_WORKER, MSG_EXEC_STARTED), "a worker's program");
	wire_close_fds(&in);
	worker = worker_connect();
	shell("grep -qs '^sleep$' /proc/[0-9]*/comm", NULL);
	ok(closed(old, ROLE_WORKER) && exited(0),
	    "a newer worker takes over, the program runs on");
	close(old);

	memset(&e, 0, sizeof(e));
	malformed("a type nobody knows", 9999, NULL, 0);
	malformed("a message for others", MSG_SHOT, NULL, 0);
	malformed("a short one", MSG_EXEC, &e, sizeof(e.m) - 1);
	malformed("fewer texts than are due", MSG_EXEC, &e, sizeof(e.m));
	e.m.argc = 1;
	memset(e.tail, 'x', sizeof(e.tail));
	malformed("a text without its end", MSG_EXEC, &e, sizeof(e));
	memcpy(e.tail, "\0true\0more", 11);
	malformed("more than was counted", MSG_EXEC, &e, sizeof(e.m) + 11);
	e.m.envc = 2;
	malformed("less than was counted", MSG_EXEC, &e, sizeof(e.m) + 11);
	e.m.envc = 0;
	e.m.flags = 0x80;
	malformed("a flag nobody knows", MSG_EXEC, &e, sizeof(e.m) + 6);
	malformed("no such signal", MSG_EXEC_SIGNAL, &sig, sizeof(sig));
	fd = box_connect(&box, "/run/deskd/init.sock");
	tell(fd, MSG_INIT_ROLE, 0, &role, sizeof(role), NULL, 0, -1);
	ok(closed(fd, ROLE_SUPERVISOR), "closed: a role that is not taken");
	close(fd);
	fd = box_connect(&box, "/run/deskd/init.sock");
	tell(fd, MSG_EXEC, 1, &e, sizeof(e.m) + 6, NULL, 0, -1);
	ok(closed(fd, ROLE_SUPERVISOR), "closed: a supervisor that executes");
	close(fd);

	close(sup);
	sup = box_connect(&box, "/run/deskd/init.sock");
	worker = worker_connect();
	shell("echo still", NULL);
	ok(setup(INIT_ROOT_OFFERED, 1) && exited(0),
	    "init outlives its supervisor and its worker");
}

/* Numbers of xorshift: the same ones in each run. */
static uint32_t
noise(void)
{
	static uint32_t	x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/*
 * Headers that fit and payloads that do not, as either role.  Whatever is
 * closed or answered: the next worker must be served.
 */
static void
test_noise(void)
{
	struct msg_peer	role = { .role = ROLE_WORKER };
	uint32_t	payload[16];
	size_t		len;
	int		fd, i, k, n = 0;

	for (i = 0; i < 2000; i++) {
		fd = box_connect(&box, "/run/deskd/init.sock");
		if (i % 2 == 0)
			tell(fd, MSG_INIT_ROLE, 0, &role, sizeof(role), NULL,
			    0, -1);
		for (k = 0; k < 16; k++)
			payload[k] = noise() % 4 == 0 ? noise() : noise() % 4;
		len = i % 3 == 0 ? sizeof(struct msg_exec) + noise() % 24 :
		    noise() % sizeof(payload);
		n += tell(fd, i % 3 == 0 ? MSG_EXEC : noise() % (MSG__COUNT + 1),
		    noise() % 3, payload, len, NULL, 0, -1) == 0;
		close(fd);
	}
	close(worker);
	worker = worker_connect();
	shell("echo still", NULL);
	ok(exited(0), "%d messages of noise", n);
	ok(setup(INIT_ROOT_OFFERED, 1), "and the supervisor is still heard");
}

static void
test_busy(void)
{
	struct ask	a = { .flags = 0 };
	const char	*argv[] = { "sleep", "100", NULL };
	struct msg_exec_signal	sig = { .signal = SIGKILL };
	int		i, n = 0;
	uint64_t	first = request + 1;

	for (i = 0; i < 257; i++) {
		exec_tell(argv, &a);
		if (receive(worker, ROLE_WORKER) != 1)
			break;
		if (in.hdr.type == MSG_EXEC_STARTED)
			n++;
		else if (in.hdr.type == MSG_ERROR)
			error_take();
		wire_close_fds(&in);
	}
	/* One of them is the sleep of the worker that was replaced. */
	ok(n == 255 && r.problem == PROBLEM_BUSY, "%d programs are enough", n);
	for (i = 0; i < n; i++)
		tell(worker, MSG_EXEC_SIGNAL, first + (uint64_t)i, &sig,
		    sizeof(sig), NULL, 0, -1);
	for (i = 0; i < n; i++)
		if (!expect(worker, ROLE_WORKER, MSG_EXEC_EXITED))
			break;
	shell("echo again", NULL);
	ok(i == n && exited(0), "and fewer are welcome again");
}

static int
display_ask(uint32_t width)
{
	struct msg_display_start	m = { .desktop = { width, 480, 800, 600,
					    96 } };

	tell(worker, MSG_DISPLAY_START, ++request, &m, sizeof(m), NULL, 0, -1);
	if (receive(worker, ROLE_WORKER) != 1)
		return -1;
	if (in.hdr.type == MSG_ERROR)
		error_take();
	return (int)in.hdr.type;
}

/* As the worker does: from outside, as a uid nobody inside has. */
static int
x_welcomes_stranger(void)
{
	struct sockaddr_un	sun = { .sun_family = AF_UNIX };
	char			path[64], hello[12] = { 'l', 0, 11 }, c = 0;
	int			fd, s, status;
	pid_t			pid;

	if ((pid = fork()) == 0) {
		snprintf(path, sizeof(path), "/proc/%d/root/tmp/.X11-unix/X0",
		    (int)box.pid);
		fd = open(path, O_PATH);
		s = socket(AF_UNIX, SOCK_STREAM, 0);
		snprintf(sun.sun_path, sizeof(sun.sun_path),
		    "/proc/self/fd/%d", fd);
		if (setresgid(65500, 65500, 65500) == -1 ||
		    setresuid(65500, 65500, 65500) == -1)
			_exit(2);
		prctl(PR_SET_DUMPABLE, 1);
		_exit(connect(s, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
		    write(s, hello, sizeof(hello)) != sizeof(hello) ||
		    read(s, &c, 1) != 1 || c != 1);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

#define COMM(name)	"grep -lx " name " /proc/[0-9]*/comm | tr -dc '0-9\\n'"
#define WM_UP		"xprop -root _NET_SUPPORTING_WM_CHECK | grep -q '#' && " \
			    COMM("icewm") " | grep -q ."
/* Another than the one that was killed last, which may be a zombie. */
#define WM_NEW		"n=$(" COMM("icewm") "); [ -n \"$n\" ] && " \
			    "[ \"$n\" != \"$(cat /tmp/old)\" ]"
#define WM_KILL		WM_NEW " && kill -9 $n && echo $n >/tmp/old"

static void
test_wm(void)
{
	int	i;

	if (access("/usr/bin/icewm", X_OK) == -1 ||
	    access("/usr/bin/xprop", X_OK) == -1) {
		ok(1, "a window manager # SKIP no icewm or no xprop");
		return;
	}
	ok(comes_true(WM_UP), "a window manager is up");
	shell("echo none >/tmp/old", NULL);
	for (i = 0; i < 5; i++)
		if (!comes_true(WM_KILL))
			break;
	ok(i == 5 && comes_true(WM_NEW), "killed, it comes again");
	/* That it stays away can only be waited for. */
	comes_true(WM_KILL);
	usleep(200000);
	shell(WM_NEW, NULL);
	ok(exited(1), "but not for ever");
}

static void
test_display(void)
{
	struct msg_display_gone	gone;
	struct monotime		since;

	if (access("/usr/bin/Xvfb", X_OK) == -1) {
		ok(display_ask(640) == MSG_ERROR &&
		    r.problem == PROBLEM_DESKTOP_FAILED, "%s", r.detail);
		return;
	}
	ok(display_ask(801) == MSG_ERROR &&
	    r.problem == PROBLEM_INVALID_FIELD &&
	    strcmp(r.pointer, "/desktop/width") == 0, "a screen too wide");
	since = monotime_now();
	ok(display_ask(640) == MSG_DISPLAY_READY, "the X server is up");
	printf("# after %d ms\n", (int)monotime_since_ms(since));
	ok(display_ask(640) == MSG_DISPLAY_READY, "asked again, it still is");
	shell("echo $DISPLAY; " COMM("Xvfb"), NULL);
	ok(exited(0) && strncmp(r.out, ":0\n", 3) == 0, "programs find it");
	ok(x_welcomes_stranger(), "a worker's uid may connect to it");
	shell("grep -h -e ^Uid -e ^Seccomp: -e ^CapBnd $(grep -lx Xvfb "
	    "/proc/[0-9]*/comm | sed s/comm/status/)", NULL);
	ok(has("Uid:\t1000\t1000\t1000\t1000\n") && has("Seccomp:\t2\n") &&
	    has("CapBnd:\t0000000000000000\n"), "it has no rights");
	test_wm();
	{
		struct ask		none = { .flags = 0 };
		const char		*argv[] = { "sh", "-c",
					    "kill -9 $(" COMM("Xvfb") ")",
					    NULL };
		int			i, seen = 0;

		exec_tell(argv, &none);
		for (i = 0; i < 3; i++) {
			if (receive(worker, ROLE_WORKER) != 1)
				break;
			if (in.hdr.type == MSG_DISPLAY_GONE) {
				memcpy(&gone, in.data, sizeof(gone));
				seen = WIFSIGNALED(gone.status) &&
				    WTERMSIG(gone.status) == SIGKILL;
			}
			wire_close_fds(&in);
		}
		ok(seen, "its death is told");
	}
	ok(display_ask(640) == MSG_ERROR &&
	    r.problem == PROBLEM_DESKTOP_FAILED, "and final: %s", r.detail);
	shell("echo ${DISPLAY-none}", NULL);
	ok(exited(0) && strcmp(r.out, "none\n") == 0,
	    "programs still run, without it");
}

int
main(int argc, char **argv)
{
	char	self[1024], path[1100];
	ssize_t	n;

	if (argc > 1)
		return init_helper(argv[1]);
	if (geteuid() != 0)
		skip_all("needs root");
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n == -1 ? 0 : n] = '\0';
	snprintf(path, sizeof(path), "%s/deskd-init", dirname(self));
	(void)argv;
	if (access(path, X_OK) == -1)
		skip_all("deskd-init is not built");
	if (box_start(&box, path) == -1)
		skip_all("no user namespaces here");
	test_start();
	test_stdio();
	test_environment();
	test_programs();
	test_rights();
	test_tty();
	test_time();
	test_zombies();
	test_peers();
	test_noise();
	test_busy();
	test_display();
	shell("grep -h ^Rss /proc/1/status | tr -s '\\t\\n ' ' '", NULL);
	ok(box_alive(&box), "pid 1 is still there");
	printf("# %s\n", r.out);
	test_root(path);
	box_stop(&box);
	return done();
}
