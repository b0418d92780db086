/*
 * Every row of the protocol, over a real socketpair: right, short, long,
 * wrong sender, wrong receiver, stray, missing and wrong descriptors.
 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <pty.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "test.h"
#include "wire.h"

static int
lowest(int mask)
{
	return mask & -mask;
}

static int
fd_of(enum fd_kind kind)
{
	int	sv[2], fd = -1;

	switch (kind) {
	case FD_SOCKET:
		if (wire_pair(sv) == 0) {
			close(sv[1]);
			fd = sv[0];
		}
		break;
	case FD_LISTEN:
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		/* No name of ours: the kernel picks an abstract one. */
		if (bind(fd, &(struct sockaddr){ .sa_family = AF_UNIX },
		    sizeof(sa_family_t)) == -1 || listen(fd, 1) == -1)
			perror("listen");
		break;
	case FD_MEMFD:
		fd = memfd_create("test", MFD_ALLOW_SEALING);
		break;
	case FD_PIPE:
		if (pipe(sv) == 0) {
			close(sv[1]);
			fd = sv[0];
		}
		break;
	case FD_TTY:
		if (openpty(&fd, &sv[0], NULL, NULL, NULL) == 0)
			close(sv[0]);
		break;
	case FD_NONE:
		fd = open("/dev/null", O_RDONLY);
		break;
	}
	return fd;
}

/* Sends len bytes and descriptors as a message; says how it was received. */
static enum wire_result
try(uint32_t type, size_t len, enum role from, enum role to, const int *fds,
    int nfds)
{
	static uint8_t		data[MSG_MAX];
	static struct wire_msg	m;
	struct msg_hdr		hdr = { .type = type };
	const char		*why;
	enum wire_result	 r;
	int			 sv[2];

	if (wire_pair(sv) == -1 ||
	    wire_send(sv[0], &hdr, data, len, NULL, 0, fds, nfds) == -1)
		return WIRE_AGAIN;
	r = wire_recv(sv[1], from, to, &m, &why);
	if (r == WIRE_OK)
		wire_close_fds(&m);
	close(sv[0]);
	close(sv[1]);
	return r;
}

static void
row_descriptors(uint32_t type, const struct msg_row *row, enum role from,
    enum role to, int *fds, int n)
{
	int	saved, wrong = fd_of(FD_NONE);

	if (n > 0) {
		ok(try(type, row->size, from, to, NULL, 0) == WIRE_BAD,
		    "%s: without its descriptor", row->name);
		saved = fds[n - 1];
		fds[n - 1] = wrong;
		ok(try(type, row->size, from, to, fds, n) == WIRE_BAD,
		    "%s: with another kind of descriptor", row->name);
		fds[n - 1] = saved;
	}
	if (n < MSG_FDS_MAX) {
		fds[n] = wrong;
		ok(try(type, row->size, from, to, fds, n + 1) == WIRE_BAD,
		    "%s: with a stray descriptor", row->name);
	}
	close(wrong);
}

static void
row(uint32_t type)
{
	const struct msg_row	*row = msg_row(type);
	enum role		 from, to;
	int			 fds[MSG_FDS_MAX + 1], n, i, other;

	if (row == NULL) {
		ok(0, "type %u has no row", type);
		return;
	}
	from = lowest(row->from);
	to = lowest(row->to);
	n = msg_nfds(row);
	for (i = 0; i < n; i++)
		fds[i] = fd_of(row->fds[i]);
	ok(try(type, row->size, from, to, fds, n) == WIRE_OK, "%s: right",
	    row->name);
	if (row->size > 0)
		ok(try(type, row->size - 1, from, to, fds, n) == WIRE_BAD,
		    "%s: short", row->name);
	ok(try(type, row->size + 1, from, to, fds, n) ==
	    (row->flags & MSG_TAIL ? WIRE_OK : WIRE_BAD), "%s: longer",
	    row->name);
	for (other = 1; other <= ROLE_INIT; other <<= 1) {
		if ((row->from & other) == 0)
			ok(try(type, row->size, other, to, fds, n) ==
			    WIRE_BAD, "%s: from role %d", row->name, other);
		if ((row->to & other) == 0)
			ok(try(type, row->size, from, other, fds, n) ==
			    WIRE_BAD, "%s: to role %d", row->name, other);
	}
	row_descriptors(type, row, from, to, fds, n);
	for (i = 0; i < n; i++)
		close(fds[i]);
}

static void
unframed(void)
{
	static struct wire_msg	m;
	const char		*why;
	int			 sv[2];

	ok(try(0, 0, ROLE_BROKER, ROLE_SUPERVISOR, NULL, 0) == WIRE_BAD,
	    "type 0");
	ok(try(MSG__COUNT, 0, ROLE_BROKER, ROLE_SUPERVISOR, NULL, 0) ==
	    WIRE_BAD, "one past the last type");
	ok(try(0xffffffff, 0, ROLE_BROKER, ROLE_SUPERVISOR, NULL, 0) ==
	    WIRE_BAD, "largest type");
	if (wire_pair(sv) == -1)
		return;
	ok(send(sv[0], "x", 1, 0) == 1 && wire_recv(sv[1], ROLE_BROKER,
	    ROLE_SUPERVISOR, &m, &why) == WIRE_BAD, "less than a header");
	ok(wire_recv(sv[1], ROLE_BROKER, ROLE_SUPERVISOR, &m, &why) ==
	    WIRE_AGAIN, "nothing there");
	close(sv[0]);
	ok(wire_recv(sv[1], ROLE_BROKER, ROLE_SUPERVISOR, &m, &why) ==
	    WIRE_EOF, "other end closed");
	close(sv[1]);
}

static void
tails(void)
{
	struct msg_tail	t;

	msg_tail_init(&t, "xxone\0two\0\0end", 14, 2);
	ok(strcmp(msg_tail_next(&t), "one") == 0, "first text");
	ok(strcmp(msg_tail_next(&t), "two") == 0, "second text");
	ok(strcmp(msg_tail_next(&t), "") == 0, "empty text");
	ok(msg_tail_next(&t) == NULL, "a text without its NUL is none");
	msg_tail_init(&t, "xx", 2, 2);
	ok(msg_tail_next(&t) == NULL, "no tail, no text");
}

int
main(void)
{
	uint32_t	type;

	for (type = MSG_READY; type < MSG__COUNT; type++)
		row(type);
	unframed();
	tails();
	return done();
}
