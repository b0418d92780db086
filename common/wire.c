#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

int
wire_pair(int sv[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, sv);
}

int
wire_send(int fd, const struct msg_hdr *hdr, const void *data, size_t len,
    const void *tail, size_t tail_len, const int *fds, int nfds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(MSG_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr	 mh;
	struct iovec	 iov[3];
	struct cmsghdr	*cmsg;
	struct msg_hdr	 out = *hdr;
	ssize_t		 n;

	if (sizeof(out) + len + tail_len > MSG_MAX || nfds > MSG_FDS_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	out.len = (uint32_t)(len + tail_len);
	iov[0].iov_base = &out;
	iov[0].iov_len = sizeof(out);
	iov[1].iov_base = (void *)(uintptr_t)data;
	iov[1].iov_len = len;
	iov[2].iov_base = (void *)(uintptr_t)tail;
	iov[2].iov_len = tail_len;
	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = iov;
	mh.msg_iovlen = 3;
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
	do {
		n = sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -1 : 0;
}

/* The kernel says what a descriptor is. */
static int
fd_is(int fd, enum fd_kind kind)
{
	struct stat	st;
	socklen_t	len = sizeof(int);
	int		listening;

	if (fstat(fd, &st) == -1)
		return 0;
	switch (kind) {
	case FD_SOCKET:
	case FD_LISTEN:
		if (!S_ISSOCK(st.st_mode) || getsockopt(fd, SOL_SOCKET,
		    SO_ACCEPTCONN, &listening, &len) == -1)
			return 0;
		return listening == (kind == FD_LISTEN);
	case FD_MEMFD:
		return S_ISREG(st.st_mode) && fcntl(fd, F_GET_SEALS) != -1;
	case FD_PIPE:
		return S_ISFIFO(st.st_mode);
	case FD_TTY:
		return S_ISCHR(st.st_mode) && isatty(fd);
	case FD_NONE:
		break;
	}
	return 0;
}

static void
take_control(struct msghdr *mh, struct wire_msg *m)
{
	struct cmsghdr	*cmsg;
	size_t		 n, i;
	int		 fd;

	for (cmsg = CMSG_FIRSTHDR(mh); cmsg != NULL;
	    cmsg = CMSG_NXTHDR(mh, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int),
			    sizeof(fd));
			if (m->nfds < MSG_FDS_MAX)
				m->fds[m->nfds++] = fd;
			else
				close(fd);
		}
	}
}

static const char *
check(struct wire_msg *m, enum role from, enum role to)
{
	const struct msg_row	*row;
	const char		*why;
	int			 i;

	if ((why = msg_check(&m->hdr, m->len, from, to, m->nfds)) != NULL)
		return why;
	row = msg_row(m->hdr.type);
	for (i = 0; i < m->nfds; i++)
		if (!fd_is(m->fds[i], row->fds[i]))
			return "wrong kind of descriptor";
	return NULL;
}

enum wire_result
wire_recv(int fd, enum role from, enum role to, struct wire_msg *m,
    const char **why)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(MSG_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr	mh;
	struct iovec	iov[2];
	ssize_t		n;

	m->nfds = 0;
	iov[0].iov_base = &m->hdr;
	iov[0].iov_len = sizeof(m->hdr);
	iov[1].iov_base = m->data;
	iov[1].iov_len = MSG_MAX - sizeof(m->hdr);
	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = iov;
	mh.msg_iovlen = 2;
	mh.msg_control = control.buf;
	mh.msg_controllen = sizeof(control.buf);
	do {
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? WIRE_AGAIN : WIRE_EOF;
	take_control(&mh, m);
	/* An empty packet cannot be told from the end: neither is sent. */
	if (n == 0) {
		wire_close_fds(m);
		return WIRE_EOF;
	}
	*why = NULL;
	if ((size_t)n < sizeof(m->hdr))
		*why = "no header";
	else if (mh.msg_flags & MSG_TRUNC)
		*why = "too long";
	else if (mh.msg_flags & MSG_CTRUNC)
		*why = "too many descriptors";
	if (*why == NULL) {
		m->len = (size_t)n - sizeof(m->hdr);
		m->data[m->len] = '\0';
		*why = check(m, from, to);
	}
	if (*why != NULL) {
		wire_close_fds(m);
		return WIRE_BAD;
	}
	return WIRE_OK;
}

int
wire_take_fd(struct wire_msg *m, int i)
{
	int	fd;

	if (i >= m->nfds)
		return -1;
	fd = m->fds[i];
	m->fds[i] = -1;
	return fd;
}

void
wire_close_fds(struct wire_msg *m)
{
	int	i;

	for (i = 0; i < m->nfds; i++)
		if (m->fds[i] != -1)
			close(m->fds[i]);
	m->nfds = 0;
}
