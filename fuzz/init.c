/*
 * init's connections: a supervisor and a worker that say anything, programs
 * that begin, write and end when the input says so (nothing is executed),
 * and those who are attached to them.
 *
 * Steps, a byte each:
 *
 *	0	a new connection, the worker's
 *	1..3	u8 which connection, then a message
 *	4	u8 which program, u8 what it does (see DEED_*), its bytes
 *	5	u8 who is attached, u16 bytes that he sends; none: he leaves
 *	6	u8 which connection ends
 *	7	the loop turns
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "input.h"
#include "kept_program.h"
#include "msg.h"
#include "peer.h"
#include "tell.h"
#include "wire.h"

#define LINKS		4
#define PROGRAMS	32
#define ATTACHED	16
#define FIRST_PID	0x10000000	/* more than the kernel ever gives */

enum { DEED_BEGIN, DEED_FAIL, DEED_OUT, DEED_ERR, DEED_IN, DEED_CLOSE,
    DEED_EXIT, DEED_KILLED, DEEDS };

struct program {
	pid_t	pid;		/* 0: free */
	int	status;
	int	stdio[3];
};

static struct event_base	*base;
static struct program		 programs[PROGRAMS];
static pid_t			 last_pid = FIRST_PID;
static int			 links[LINKS], attached[ATTACHED];
static unsigned int		 nattached;

/* Stand-ins. */

pid_t	__wrap_launch(const struct launch *, int *);
int	__wrap_kill(pid_t, int);

pid_t
__wrap_launch(const struct launch *l, int *status)
{
	struct program	*g = programs;
	int		 i, p[2];

	if (l->argv == NULL || l->argv[0] == NULL || l->env == NULL)
		abort();
	while (g < programs + PROGRAMS && g->pid != 0)
		g++;
	if (g == programs + PROGRAMS) {
		errno = EAGAIN;
		return -1;
	}
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
		abort();
	g->pid = ++last_pid;
	g->status = p[1];
	for (i = 0; i < 3; i++)
		if ((g->stdio[i] = fcntl(l->stdio[i], F_DUPFD_CLOEXEC,
		    0)) == -1 || fcntl(g->stdio[i], F_SETFL, O_NONBLOCK) == -1)
			abort();
	*status = p[0];
	return g->pid;
}

/* Who is not killed by it lives on, as programs may. */
int
__wrap_kill(pid_t pid, int sig)
{
	if ((pid > -FIRST_PID && pid < FIRST_PID) || sig <= 0 || sig >= NSIG)
		abort();
	return 0;
}

void
filter_setup(struct peer *p, struct wire_msg *msg)
{
	peer_ok(p, &msg->hdr);
}

int
filter_ready(void)
{
	return 1;
}

int
filter_root_offered(void)
{
	return 1;
}

void
display_ask(struct peer *p, struct wire_msg *msg)
{
	peer_ok(p, &msg->hdr);
}

void
display_forget(const struct peer *p)
{
	(void)p;
}

int
display_up(void)
{
	return 1;
}

int
bus_offered(void)
{
	return 1;
}

/* What init says must be what the table allows. */

static void
attach(int fd)
{
	int	*slot = &attached[nattached++ % ATTACHED];

	if (*slot != -1)
		close(*slot);
	*slot = fd;
}

static void
drain(int *fd)
{
	static struct wire_msg	m;
	const char		*why;

	for (;;) {
		switch (wire_recv(*fd, ROLE_INIT, ROLE_SUPERVISOR |
		    ROLE_WORKER, &m, &why)) {
		case WIRE_OK:
			if (m.hdr.type == MSG_KEPT_STREAM)
				attach(wire_take_fd(&m, 0));
			wire_close_fds(&m);
			break;
		case WIRE_BAD:
			fprintf(stderr, "%s: %s\n", msg_name(m.hdr.type), why);
			abort();
		case WIRE_EOF:
			close(*fd);
			*fd = -1;
			return;
		case WIRE_AGAIN:
			return;
		}
	}
}

static void
drain_attached(int fd)
{
	static union {
		struct kept_packet	p;
		char			bytes[65536 + 64];
	} buf;
	ssize_t	n;

	while ((n = recv(fd, &buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		if ((size_t)n < sizeof(buf.p) || (buf.p.len != 0 &&
		    sizeof(buf.p) + buf.p.len != (size_t)n))
			abort();
}

static void
turn(int n)
{
	int	i;

	while (n-- > 0) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		for (i = 0; i < LINKS; i++)
			if (links[i] != -1)
				drain(&links[i]);
		for (i = 0; i < ATTACHED; i++)
			if (attached[i] != -1)
				drain_attached(attached[i]);
	}
}

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static int
new_link(void)
{
	struct msg_hdr	hdr = { .type = MSG_INIT_ROLE };
	struct msg_peer	role = { ROLE_WORKER };
	int		sv[2], i;

	for (i = 0; i < LINKS - 1 && links[i] != -1; i++)
		continue;
	shut(&links[i]);
	turn(1);
	if (wire_pair(sv) == -1)
		abort();
	link_new(base, sv[1]);
	links[i] = sv[0];
	(void)wire_send(sv[0], &hdr, &role, sizeof(role), NULL, 0, NULL, 0);
	return i;
}

static void
exits(struct program *g, int status)
{
	pid_t	pid = g->pid;
	int	i;

	shut(&g->status);
	for (i = 0; i < 3; i++)
		shut(&g->stdio[i]);
	g->pid = 0;
	if (exec_reaped(pid, status) + kept_reaped(pid, status) != 1)
		abort();
}

static void
fails(struct program *g, struct input *in)
{
	struct launch_fault	fault = { .step = input_u8(in),
				    .error = input_u8(in) };

	if (g->status == -1 || write(g->status, &fault, sizeof(fault)) == -1)
		return;
	exits(g, 127 << 8);
}

static void
writes(int fd, struct input *in)
{
	const uint8_t	*bytes;
	size_t		 n = input_bytes(in, input_u16(in), &bytes);

	if (n > 0 && write(fd, bytes, n) == -1)
		return;
}

static void
does(struct program *g, struct input *in)
{
	char		buf[4096];
	unsigned int	what = input_u8(in) % DEEDS;

	if (g->pid == 0)
		return;
	if (what == DEED_FAIL)
		fails(g, in);
	else if (what == DEED_EXIT)
		exits(g, input_u8(in) << 8);
	else if (what == DEED_KILLED)
		exits(g, SIGKILL);
	else if (what == DEED_OUT || what == DEED_ERR)
		writes(g->stdio[what == DEED_OUT ? 1 : 2], in);
	else if (what == DEED_CLOSE)
		shut(&g->stdio[1 + input_u8(in) % 2]);
	else if (what == DEED_IN && read(g->stdio[0], buf, sizeof(buf)) == 0)
		shut(&g->stdio[0]);
	if (what == DEED_BEGIN)
		shut(&g->status);
}

static void
attached_says(struct input *in)
{
	int		*fd = &attached[input_u8(in) % ATTACHED];
	const uint8_t	*bytes;
	size_t		 n = input_bytes(in, input_u16(in), &bytes);

	if (*fd == -1)
		return;
	if (n == 0)
		shut(fd);
	else if (send(*fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		turn(1);
}

static void
step(struct input *in)
{
	int	i;

	switch (input_u8(in) % 8) {
	case 0:
		new_link();
		break;
	case 1:
	case 2:
	case 3:
		i = input_u8(in) % LINKS;
		if (links[i] == -1)
			i = new_link();
		(void)tell(links[i], in);
		break;
	case 4:
		does(&programs[input_u8(in) % PROGRAMS], in);
		break;
	case 5:
		attached_says(in);
		break;
	case 6:
		shut(&links[input_u8(in) % LINKS]);
		break;
	case 7:
		turn(4);
		break;
	}
}

static void
finish(void)
{
	static const struct msg_hdr	 hdr;
	struct kept			*k;
	int				 i;

	turn(2);
	for (i = 0; i < PROGRAMS; i++)
		if (programs[i].pid != 0)
			exits(&programs[i], SIGKILL);
	turn(2);
	for (i = 0; i < LINKS; i++)
		shut(&links[i]);
	for (i = 0; i < ATTACHED; i++)
		shut(&attached[i]);
	turn(4);
	if (link_worker() != NULL)
		abort();
	while ((k = (struct kept *)(uintptr_t)kept_next(NULL)) != NULL) {
		if (k->ended == 0)
			abort();
		kept_remove(k, NULL, &hdr);
	}
}

static void
start(void)
{
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	exec_start(base);
	kept_start(base);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input	in = { data, size };

	if (base == NULL)
		start();
	memset(links, 0xff, sizeof(links));
	memset(attached, 0xff, sizeof(attached));
	nattached = 0;
	while (in.left > 0) {
		step(&in);
		turn(1);
	}
	finish();
	return 0;
}
