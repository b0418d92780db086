#include <sys/mman.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "tell.h"

#define FDS	(MSG_FDS_MAX + 1)

uint64_t	(*tell_number)(uint8_t);

struct told {
	struct msg_hdr	hdr;
	uint8_t		data[MSG_MAX];
};

static int
memfd(const uint8_t *bytes, size_t len)
{
	int	fd;

	if ((fd = memfd_create("told", MFD_CLOEXEC | MFD_ALLOW_SEALING)) == -1 ||
	    (len > 0 && write(fd, bytes, len) != (ssize_t)len))
		abort();
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
	    F_SEAL_SEAL);
	return fd;
}

static int
one_fd(unsigned int kind, const uint8_t *bytes, size_t len)
{
	int	p[2];

	switch (kind) {
	case FD_MEMFD:
		return memfd(bytes, len);
	case FD_TTY:
		return open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	case FD_SOCKET:
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    p) == -1)
			abort();
		break;
	case FD_LISTEN:
		p[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (listen(p[0], 1) == -1)
			p[1] = -1;
		return p[0];
	default:
		if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
			abort();
	}
	if (len > 0 && write(p[1], bytes, len) == -1)
		len = 0;
	close(p[1]);
	return p[0];
}

/* A pipe to write to; somebody reads it until the next. */
static int
input_pipe(void)
{
	static int	reader = -1;
	int		p[2];

	if (reader != -1)
		close(reader);
	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
		abort();
	reader = p[0];
	return p[1];
}

static int
make_fds(int fds[FDS], const struct msg_row *row, unsigned int how,
    const uint8_t *bytes, size_t len)
{
	int	i, n;

	n = how & TELL_NO_FDS || row == NULL ? 0 : msg_nfds(row);
	for (i = 0; i < n; i++) {
		fds[i] = i == 0 && row->fds[0] == FD_PIPE ? input_pipe() :
		    one_fd(how & TELL_OTHER_FDS ? FD_PIPE : row->fds[i],
		    bytes, len);
		if (fds[i] == -1)
			break;
	}
	if (how & TELL_MORE_FDS)
		fds[i++] = one_fd(FD_PIPE, bytes, len);
	return i;
}

static int
post(int fd, const void *data, size_t len, const int *fds, int nfds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(FDS * sizeof(int))];
	} control;
	struct iovec	 iov = { (void *)(uintptr_t)data, len };
	struct msghdr	 mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*cmsg;

	if (nfds > 0) {
		memset(&control, 0, sizeof(control));
		mh.msg_control = control.buf;
		mh.msg_controllen = CMSG_SPACE((size_t)nfds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&mh);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN((size_t)nfds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, (size_t)nfds * sizeof(int));
	}
	return sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? -1 : 0;
}

/* Bytes of the payload that are not for the memfd. */
static size_t
fill(struct told *t, const struct msg_row *row, unsigned int how,
    const uint8_t *bytes, size_t len)
{
	size_t	size = row == NULL ? 0 : row->size;
	size_t	n = len;

	if (how & TELL_FILE && n > size)
		n = size;
	memset(t->data, 0, size);
	memcpy(t->data, bytes, n);
	t->hdr.len = (uint32_t)n;
	if (n < size && (how & TELL_SHORT) == 0)
		t->hdr.len = (uint32_t)size;
	return n;
}

int
tell(int fd, struct input *in)
{
	static struct told	 t;
	const struct msg_row	*row;
	const uint8_t		*bytes;
	unsigned int		 how;
	size_t			 len, used, sent;
	int			 fds[FDS], nfds, i, rv;

	memset(&t.hdr, 0, sizeof(t.hdr));
	t.hdr.type = input_u8(in);
	how = input_u8(in);
	t.hdr.request = input_u8(in);
	if (tell_number != NULL)
		t.hdr.request = tell_number((uint8_t)t.hdr.request);
	t.hdr.session.b[15] = input_u8(in);
	len = input_bytes(in, input_u16(in), &bytes);
	if (len > MSG_MAX - sizeof(t.hdr))
		len = MSG_MAX - sizeof(t.hdr);
	row = msg_row(t.hdr.type);
	if (how & TELL_RAW)
		return len == 0 ? -1 : post(fd, bytes, len, NULL, 0);
	used = fill(&t, row, how, bytes, len);
	sent = sizeof(t.hdr) + t.hdr.len;
	if (how & TELL_LENGTH)
		t.hdr.len++;
	nfds = make_fds(fds, row, how, bytes + used, len - used);
	rv = post(fd, &t, sent, fds, nfds);
	for (i = 0; i < nfds; i++)
		close(fds[i]);
	return rv;
}
