/*
 * Programs that deskd-init keeps, asked for over its socket: what those who
 * are attached get, and that none of them, however slow or wrong, holds up
 * the program, init or another.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "kept.h"
#include "monotime.h"
#include "msg.h"
#include "problem.h"
#include "test.h"
#include "wire.h"

#define DEADLINE_MS	15000

static struct box	box;
static int		worker = -1;
static struct wire_msg	in;
static uint64_t		request;
static struct ulid	last;		/* the program started last */
static int		exited;		/* KEPT_EXITED that came */
static enum problem	problem;	/* of the last error */

static struct packet {
	struct kept_packet	head;
	char			bytes[KEPT_CHUNK];
} packet;

/* 1: a message came; 0: init closed; -1: nothing. */
static int
receive(int fd, enum role as)
{
	struct monotime	 since = monotime_now();
	struct pollfd	 pfd = { .fd = fd, .events = POLLIN };
	struct msg_error e;
	const char	*why;

	while (monotime_since_ms(since) < DEADLINE_MS) {
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		switch (wire_recv(fd, ROLE_INIT, as, &in, &why)) {
		case WIRE_OK:
			break;
		case WIRE_AGAIN:
			continue;
		case WIRE_EOF:
			return 0;
		case WIRE_BAD:
			printf("# bad message: %s\n", why);
			return -1;
		}
		if (in.hdr.type == MSG_KEPT_EXITED) {
			exited++;
			continue;
		}
		problem = PROBLEM_NONE;
		if (in.hdr.type == MSG_ERROR) {
			memcpy(&e, in.data, sizeof(e));
			problem = problem_valid(e.problem);
		}
		return 1;
	}
	return -1;
}

static void
tell(int fd, uint32_t type, const void *data, size_t len, const void *tail,
    size_t tail_len, int with)
{
	struct msg_hdr	hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.type = type;
	hdr.request = ++request;
	wire_send(fd, &hdr, data, len, tail, tail_len,
	    with == -1 ? NULL : &with, with == -1 ? 0 : 1);
}

static int
ask(uint32_t type, const void *data, size_t len, uint32_t answer)
{
	tell(worker, type, data, len, NULL, 0, -1);
	return receive(worker, ROLE_WORKER) == 1 && in.hdr.type == answer &&
	    in.hdr.request == request;
}

static int
connect_worker(void)
{
	struct msg_peer	m = { .role = ROLE_WORKER };
	int		fd = box_connect(&box, "/run/deskd/init.sock");

	tell(fd, MSG_INIT_ROLE, &m, sizeof(m), NULL, 0, -1);
	return fd;
}

/* All is allowed: what a filter does is tested elsewhere. */
static int
setup(void)
{
	struct sock_filter	code[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	struct msg_init_setup	m = { .flags = 0 };
	int			sup, fd, rc;

	fd = memfd_create("filter", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd == -1 || write(fd, code, sizeof(code)) != sizeof(code))
		return -1;
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
	    F_SEAL_SEAL);
	sup = box_connect(&box, "/run/deskd/init.sock");
	tell(sup, MSG_INIT_SETUP, &m, sizeof(m), NULL, 0, fd);
	close(fd);
	rc = receive(sup, ROLE_SUPERVISOR) == 1 && in.hdr.type == MSG_OK;
	close(sup);
	return rc ? 0 : -1;
}

/* A shell's text, as a process or a terminal. */
static int
start(const char *command, uint32_t kind, uint32_t keep)
{
	struct msg_kept_start	m;
	char			tail[1024];
	size_t			n;

	memset(&m, 0, sizeof(m));
	ulid_make(&last);
	m.id = last;
	m.kind = kind;
	m.keep = keep;
	m.exec.argc = 3;
	n = (size_t)snprintf(tail, sizeof(tail), "%c/bin/sh%c-c%c%s", 0, 0,
	    0, command) + 1;
	tell(worker, MSG_KEPT_START, &m, sizeof(m), tail, n, -1);
	return receive(worker, ROLE_WORKER) == 1 &&
	    in.hdr.type == MSG_KEPT_STARTED;
}

/* The socket, or -1. */
static int
attach(uint32_t flags, uint64_t after)
{
	struct msg_kept_attach	m = { .id = last, .flags = flags,
				    .after = after };

	if (!ask(MSG_KEPT_ATTACH, &m, sizeof(m), MSG_KEPT_STREAM))
		return -1;
	return wire_take_fd(&in, 0);
}

/* The next packet: its kind, 0 at the end, -1 when none comes. */
static int
next(int fd)
{
	struct pollfd	pfd = { .fd = fd, .events = POLLIN };
	ssize_t		n;

	if (poll(&pfd, 1, DEADLINE_MS) != 1)
		return -1;
	do {
		n = recv(fd, &packet, sizeof(packet), MSG_DONTWAIT);
	} while (n == -1 && errno == ECONNRESET);
	if (n <= 0)
		return n == 0 ? 0 : -1;
	if ((size_t)n != sizeof(packet.head) + packet.head.len)
		return -1;
	return (int)packet.head.kind;
}

/* All text until a packet of that kind. */
static const char *
text_until(int fd, int kind)
{
	static char	text[65536];
	size_t		n = 0;
	int		got;

	while ((got = next(fd)) > 0 && got != kind) {
		if ((got != KEPT_OUTPUT && got != KEPT_ERROR) ||
		    n + packet.head.len >= sizeof(text))
			continue;
		memcpy(text + n, packet.bytes, packet.head.len);
		n += packet.head.len;
	}
	text[n] = '\0';
	return got == kind ? text : "(not that)";
}

static int
put(int fd, uint32_t kind, const void *bytes, size_t len, size_t said)
{
	struct packet	p = { .head = { .kind = kind,
			    .len = (uint32_t)said } };

	memcpy(p.bytes, bytes, len);
	return send(fd, &p, sizeof(p.head) + len,
	    MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ? -1 : 0;
}

static int
type_in(int fd, const char *text)
{
	return put(fd, KEPT_INPUT, text, strlen(text), strlen(text));
}

static int
remove_last(void)
{
	struct msg_kept_remove	m = { .id = last };

	return ask(MSG_KEPT_REMOVE, &m, sizeof(m), MSG_OK);
}

static void
test_attach(void)
{
	struct kept_end	end;
	int		a, b;

	ok(start("echo one; read x; echo $x; exit 6", KEPT_PROCESS, 4096),
	    "a program");
	a = attach(KEPT_FOLLOW, 0);
	b = attach(KEPT_FOLLOW | KEPT_READ_ONLY, 0);
	ok(next(a) == KEPT_OUTPUT || next(a) == KEPT_OUTPUT, "one attached");
	ok(type_in(a, "typed\n") == 0, "types");
	ok(strstr(text_until(a, KEPT_END), "typed\n") != NULL,
	    "and is answered");
	memcpy(&end, packet.bytes, sizeof(end));
	ok(end.code == 6 && end.signal == 0 && next(a) == 0,
	    "its end, and no more");
	ok(strcmp(text_until(b, KEPT_END), "one\ntyped\n") == 0,
	    "another sees it all");
	close(a);
	close(b);
	a = attach(0, 4);
	ok(strcmp(text_until(a, KEPT_NOW), "typed\n") == 0 &&
	    next(a) == KEPT_END && next(a) == 0, "from a place, after its end");
	close(a);
	a = attach(KEPT_FROM_END | KEPT_READ_ONLY, 0);
	ok(next(a) == KEPT_NOW && packet.head.at == 10, "from its end");
	close(a);
	ok(attach(0, 11) == -1 && problem == PROBLEM_INVALID_PARAMETER,
	    "from past its end");
	ok(attach(KEPT_WRITE_ONLY, 0) == -1 &&
	    problem == PROBLEM_WRONG_STATE, "to write, after its end");
	ok(remove_last() && attach(0, 0) == -1 &&
	    problem == PROBLEM_NOT_FOUND, "forgotten");
}

/* Who does not read gets what is left, in one piece after the gap. */
static void
test_slow(void)
{
	uint64_t	at = 0;
	int		slow, quick, got, gaps = 0, good = 1, before;

	before = exited;
	ok(start("read x; i=0; while [ $i -lt 3000 ]; do echo xxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "; i=$((i+1)); done; echo last", KEPT_PROCESS, 4096), "a flood");
	slow = attach(KEPT_FOLLOW, 0);
	quick = attach(KEPT_FOLLOW, 0);
	ok(type_in(quick, "\n") == 0, "is let go");
	while ((got = next(quick)) > 0 && got != KEPT_END)
		;
	ok(got == KEPT_END, "one who reads gets its end");
	while ((got = next(slow)) > 0 && got != KEPT_END) {
		if (got == KEPT_LOST) {
			gaps++;
			good = good && packet.head.at > at;
			at = packet.head.at;
		} else if (got == KEPT_OUTPUT) {
			good = good && packet.head.at == at;
			at += packet.head.len;
		}
	}
	ok(good && gaps > 0 && got == KEPT_END && packet.head.at == at,
	    "one who did not is told of %d gaps, and gets the rest", gaps);
	/* The news of its end comes on a connection of its own. */
	ok(remove_last() && exited == before + 1, "its end was told");
	close(slow);
	close(quick);
}

static void
test_input(void)
{
	static char	chunk[KEPT_CHUNK];
	int		a, b, i, n = 0;

	memset(chunk, 'c', sizeof(chunk));
	ok(start("sleep 1000", KEPT_PROCESS, 4096), "one that reads nothing");
	for (i = 0; i < 100; i++) {
		if ((a = attach(KEPT_WRITE_ONLY, 0)) == -1)
			break;
		while (put(a, KEPT_INPUT, chunk, sizeof(chunk),
		    sizeof(chunk)) == 0)
			n++;
		close(a);
	}
	ok(i == 100, "who leaves with input that waits is forgotten: %d", i);
	a = attach(KEPT_WRITE_ONLY, 0);
	ok(type_in(a, "x") == 0 && remove_last() && next(a) == 0,
	    "one who waits hears of its end");
	close(a);

	ok(start("cat", KEPT_PROCESS, 65536), "one that reads all");
	a = attach(KEPT_FOLLOW, 0);
	b = attach(KEPT_WRITE_ONLY, 0);
	ok(type_in(b, "hello") == 0 && next(b) == KEPT_TAKEN &&
	    packet.head.at == 5, "what is taken is told");
	ok(put(b, KEPT_INPUT_END, "", 0, 0) == 0 && next(b) == 0,
	    "and the end of it");
	ok(strcmp(text_until(a, KEPT_END), "hello") == 0, "it came");
	ok(attach(KEPT_WRITE_ONLY, 0) == -1 &&
	    problem == PROBLEM_WRONG_STATE, "no more after that");
	close(a);
	close(b);
	remove_last();
}

/* One who talks nonsense goes; the others and the program stay. */
static void
test_nonsense(void)
{
	struct {
		const char	*what;
		uint32_t	 flags, kind;
		size_t		 len, said;
	}	rows[] = {
		{ "a kind nobody knows", 0, 99, 0, 0 },
		{ "init's own kind", 0, KEPT_OUTPUT, 1, 1 },
		{ "more bytes than said", 0, KEPT_INPUT, 4, 3 },
		{ "fewer bytes than said", 0, KEPT_INPUT, 3, 4 },
		{ "input of no bytes", 0, KEPT_INPUT, 0, 0 },
		{ "an end with bytes", 0, KEPT_INPUT_END, 1, 1 },
		{ "input of a reader", KEPT_READ_ONLY, KEPT_INPUT, 1, 1 },
	};
	size_t	i;
	int	good, bad;

	ok(start("while read x; do echo $x; done", KEPT_PROCESS, 4096),
	    "a program");
	good = attach(KEPT_FOLLOW, 0);
	ok(next(good) == KEPT_NOW, "one attached");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bad = attach(rows[i].flags | KEPT_FOLLOW, 0);
		put(bad, rows[i].kind, "wxyz", rows[i].len, rows[i].said);
		while (next(bad) > 0)
			;
		ok(next(bad) == 0, "closed: %s", rows[i].what);
		close(bad);
	}
	bad = attach(KEPT_FOLLOW, 0);
	ok(send(bad, "x", 1, 0) == 1, "half a header");
	while (next(bad) > 0)
		;
	close(bad);
	type_in(good, "still\n");
	ok(next(good) == KEPT_TAKEN || packet.head.kind == KEPT_OUTPUT,
	    "the good one is served");
	close(good);
	remove_last();
}

static void
test_limits(void)
{
	int	fds[KEPT_ATTACH_MAX + 1], i, n;

	ok(start("sleep 1000", KEPT_TERMINAL, 4096), "a terminal");
	for (n = 0; n <= KEPT_ATTACH_MAX; n++)
		if ((fds[n] = attach(KEPT_FOLLOW, 0)) == -1)
			break;
	ok(n == KEPT_ATTACH_MAX && problem == PROBLEM_LIMIT,
	    "%d are attached, one more is not", n);
	for (i = 0; i < n; i++)
		close(fds[i]);
	for (i = 0; i < 100 && (n = attach(0, 0)) == -1; i++)
		usleep(50000);
	ok(n != -1, "and others, when those have left");
	close(n);
	ok(remove_last(), "closed");
}

static void
malformed(const char *what, uint32_t type, const void *data, size_t len,
    const void *tail, size_t tail_len)
{
	int	fd = connect_worker(), got;

	tell(fd, type, data, len, tail, tail_len, -1);
	while ((got = receive(fd, ROLE_WORKER)) == 1)
		;
	ok(got == 0, "closed: %s", what);
	close(fd);
	worker = connect_worker();
}

static void
test_malformed(void)
{
	struct msg_kept_start	m, good;
	struct msg_kept_attach	at = { .flags = 0x80 };
	struct msg_kept_signal	sig = { .signal = 0 };
	struct msg_kept_resize	size = { .cols = 0, .rows = 1 };
	const char		tail[] = "\0true";

	memset(&good, 0, sizeof(good));
	ulid_make(&good.id);
	good.kind = KEPT_PROCESS;
	good.keep = 4096;
	good.exec.argc = 1;
#define WRONG(what, change) do {					\
	m = good;							\
	change;								\
	malformed(what, MSG_KEPT_START, &m, sizeof(m), tail,		\
	    sizeof(tail));						\
} while (0)
	close(worker);
	WRONG("no kind", m.kind = 0);
	WRONG("an unknown kind", m.kind = 3);
	WRONG("too little kept", m.keep = KEPT_BYTES_MIN - 1);
	WRONG("too much kept", m.keep = KEPT_BYTES_MAX + 1);
	WRONG("no id", memset(&m.id, 0, sizeof(m.id)));
	WRONG("a pump", m.exec.flags = EXEC_PUMP);
	WRONG("a name without end", memset(m.name, 'n', sizeof(m.name)));
	WRONG("more arguments than there are", m.exec.argc = 2);
	WRONG("fewer than there are", m.exec.argc = 0);
	malformed("unknown flags", MSG_KEPT_ATTACH, &at, sizeof(at), NULL, 0);
	malformed("no signal", MSG_KEPT_SIGNAL, &sig, sizeof(sig), NULL, 0);
	sig.signal = 65;
	malformed("too high a signal", MSG_KEPT_SIGNAL, &sig, sizeof(sig),
	    NULL, 0);
	malformed("no size", MSG_KEPT_RESIZE, &size, sizeof(size), NULL, 0);
	malformed("an answer", MSG_KEPT_STARTED, &m, sizeof(m), NULL, 0);
}

/* A program runs on when its worker has gone, and is found by the next. */
static void
test_worker(void)
{
	struct msg_kept_item	item;
	int			a, n = 0;

	ok(start("read x; echo $x", KEPT_PROCESS, 4096), "a program");
	a = attach(KEPT_FOLLOW, 0);
	ok(next(a) == KEPT_NOW, "one attached");
	close(worker);
	worker = connect_worker();
	tell(worker, MSG_KEPT_LIST, NULL, 0, NULL, 0, -1);
	while (receive(worker, ROLE_WORKER) == 1 &&
	    in.hdr.type == MSG_KEPT_ITEM) {
		memcpy(&item, in.data, sizeof(item));
		n += ulid_cmp(&item.id, &last) == 0 &&
		    (item.flags & KEPT_RUNS) != 0 && item.argc == 3;
	}
	ok(in.hdr.type == MSG_OK && n == 1, "the next worker finds it");
	type_in(a, "on\n");
	ok(strcmp(text_until(a, KEPT_END), "on\n") == 0,
	    "and who was attached still is");
	close(a);
	remove_last();
}

int
main(void)
{
	struct pollfd	pfd = { .events = POLLIN };
	char		self[1024], path[1100];
	ssize_t		n;

	if (geteuid() != 0)
		skip_all("needs root");
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n == -1 ? 0 : n] = '\0';
	snprintf(path, sizeof(path), "%s/deskd-init", dirname(self));
	if (access(path, X_OK) == -1)
		skip_all("deskd-init is not built");
	if (box_start(&box, path) == -1)
		skip_all("no user namespaces here");
	pfd.fd = box.ready;
	(void)poll(&pfd, 1, DEADLINE_MS);
	ok(setup() == 0, "a session");
	worker = connect_worker();
	test_attach();
	test_slow();
	test_input();
	test_nonsense();
	test_limits();
	test_worker();
	test_malformed();
	ok(start("true", KEPT_PROCESS, 4096) && box_alive(&box),
	    "init is still there");
	box_stop(&box);
	return done();
}
