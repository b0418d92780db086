/*
 * One message in, one message out, with its descriptors.  These are the
 * only calls of sendmsg and recvmsg on sockets between our processes.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>

#include "msg.h"

/* A message as received: the payload is followed by a NUL. */
struct wire_msg {
	struct msg_hdr	 hdr;
	size_t		 len;		/* of data */
	int		 fds[MSG_FDS_MAX];
	int		 nfds;
	_Alignas(16) uint8_t data[MSG_MAX + 1];
};

enum wire_result { WIRE_OK, WIRE_AGAIN, WIRE_EOF, WIRE_BAD };

int	wire_pair(int [2]);
int	wire_send(int, const struct msg_hdr *, const void *, size_t,
	    const void *, size_t, const int *, int);

/*
 * Reads one message and checks it against its row.  On WIRE_BAD nothing is
 * kept and *why says what was wrong.  The caller owns the descriptors of a
 * message that is WIRE_OK: take them with wire_take_fd, the rest is closed
 * by wire_close_fds.
 */
enum wire_result wire_recv(int, enum role, enum role, struct wire_msg *,
	    const char **);
int	wire_take_fd(struct wire_msg *, int);
void	wire_close_fds(struct wire_msg *);

#endif
