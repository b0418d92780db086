/*
 * Bytes on a socket between two processes, for every pair of them: what
 * wire_recv takes must be what the row says.
 */
#include <sys/socket.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "tell.h"
#include "wire.h"

static const enum role	roles[] = { ROLE_SUPERVISOR, ROLE_BROKER, ROLE_WORKER,
			    ROLE_INIT };

static void
check(const struct wire_msg *m, enum role from, enum role to)
{
	const struct msg_row	*row = msg_row(m->hdr.type);
	struct msg_tail		 t;
	const char		*text;
	int			 i;

	if (row == NULL || !(row->from & from) || !(row->to & to) ||
	    m->len < row->size || m->len != m->hdr.len ||
	    m->nfds != msg_nfds(row) || m->data[m->len] != '\0')
		abort();
	for (i = 0; i < m->nfds; i++)
		if (fcntl(m->fds[i], F_GETFD) == -1)
			abort();
	msg_tail_init(&t, m->data, m->len, row->size);
	while ((text = msg_tail_next(&t)) != NULL)
		if (text + strlen(text) >= (const char *)m->data + m->len)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_msg	 m;
	struct input		 in = { data, size };
	enum role		 from, to;
	const char		*why;
	int			 sv[2];

	from = roles[input_u8(&in) % 4];
	to = roles[input_u8(&in) % 4];
	if (wire_pair(sv) == -1)
		abort();
	while (in.left > 0) {
		if (tell(sv[0], &in) == -1)
			continue;
		switch (wire_recv(sv[1], from, to, &m, &why)) {
		case WIRE_OK:
			check(&m, from, to);
			wire_close_fds(&m);
			break;
		case WIRE_BAD:
			if (why == NULL || m.nfds != 0)
				abort();
			break;
		case WIRE_AGAIN:
		case WIRE_EOF:
			break;
		}
	}
	close(sv[0]);
	close(sv[1]);
	return 0;
}
