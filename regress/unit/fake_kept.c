/*
 * A program's name says how it starts, the offset asked for how its stream
 * goes wrong; of a list the first is empty and the next has no end.
 */
#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include "fake_kept.h"
#include "kept.h"
#include "msg.h"
#include "peer.h"
#include "wire.h"

#define ITEMS	300	/* more than any init keeps */

static void
send_msg(struct peer *p, const struct ulid *id, enum msg_type type,
    uint64_t request, const void *data, size_t len, int fd)
{
	struct msg_out	out = { .type = type, .request = request,
			    .session = id, .data = data, .len = len,
			    .fds = &fd, .nfds = fd == -1 ? 0 : 1 };

	peer_send(p, &out);
}

static void
start(struct peer *p, const struct ulid *id, const struct wire_msg *m)
{
	const struct msg_kept_start	*k = (const void *)m->data;
	struct msg_kept_started		 st = { .pid = 7, .argc = 1,
					    .started_ms = UINT64_MAX };
	struct msg_kept_exited		 end = { .id = *id, .signal = -1 };

	if (strcmp(k->name, "ok") == 0)
		send_msg(p, id, MSG_OK, m->hdr.request, NULL, 0, -1);
	else if (strcmp(k->name, "item") == 0)
		send_msg(p, id, MSG_KEPT_ITEM, m->hdr.request, m->data,
		    sizeof(struct msg_kept_item), -1);
	else if (strcmp(k->name, "twice") == 0) {
		send_msg(p, id, MSG_KEPT_EXITED, 0, &end, sizeof(end), -1);
		send_msg(p, id, MSG_KEPT_STARTED, m->hdr.request, &st,
		    sizeof(st), -1);
		end.id = k->id;
		send_msg(p, id, MSG_KEPT_EXITED, 0, &end, sizeof(end), -1);
		send_msg(p, id, MSG_KEPT_EXITED, 0, &end, sizeof(end), -1);
	}
}

static void
attach(struct peer *p, const struct ulid *id, const struct wire_msg *m)
{
	const struct msg_kept_attach	*a = (const void *)m->data;
	struct msg_kept_stream		 st;
	struct {
		struct kept_packet	 head;
		char			 bytes[KEPT_CHUNK + 1];
	}				 k;
	size_t				 len = sizeof(k.head);
	int				 sv[2];

	memset(&st, 0xff, sizeof(st));
	memset(&k, 0, sizeof(k));
	k.head.kind = KEPT_OUTPUT;
	switch (a->after) {
	case 1:		/* half a header */
		len = 8;
		break;
	case 2:		/* more than there is */
		k.head.len = 100;
		len += 99;
		break;
	case 3:		/* too much */
		k.head.len = KEPT_CHUNK + 1;
		len = sizeof(k);
		break;
	case 4:
		k.head.kind = 77;
		break;
	case 5:		/* an end without how */
		k.head.kind = KEPT_END;
		break;
	case 6:		/* past all there can be */
		k.head.at = INT64_MAX;
		k.head.len = 1;
		len++;
		break;
	default:	/* nothing at all */
		len = 0;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == -1)
		return;
	if (len > 0)
		(void)!write(sv[0], &k, len);
	send_msg(p, id, MSG_KEPT_STREAM, m->hdr.request, &st, sizeof(st),
	    sv[1]);
	close(sv[0]);
	close(sv[1]);
}

static void
list(struct peer *p, const struct ulid *id, const struct wire_msg *m,
    unsigned int n)
{
	struct msg_kept_item	item;
	int			i;

	memset(&item, 0, sizeof(item));
	item.kind = n == 1 ? KEPT_TERMINAL : 9;
	for (i = 0; n > 0 && i < ITEMS; i++)
		send_msg(p, id, MSG_KEPT_ITEM, m->hdr.request, &item,
		    sizeof(item), -1);
	send_msg(p, id, MSG_OK, m->hdr.request, NULL, 0, -1);
}

void
fake_kept(struct peer *p, const struct ulid *id, const struct wire_msg *m,
    unsigned int lists)
{
	if (m->hdr.type == MSG_KEPT_START)
		start(p, id, m);
	else if (m->hdr.type == MSG_KEPT_ATTACH)
		attach(p, id, m);
	else if (m->hdr.type == MSG_KEPT_LIST)
		list(p, id, m, lists);
}
