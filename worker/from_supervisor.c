#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "peer.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

/* Variables one session may have; they travel in one message. */
#define ENV_MAX	1024

static void
set_up(struct worker *w, struct wire_msg *m)
{
	const char	*text;
	struct msg_tail	 tail;
	uint32_t	 i;

	if (w->is_set_up)
		fatalx("set up twice");
	memcpy(&w->setup, m->data, sizeof(w->setup));
	if (w->setup.env_count > ENV_MAX)
		fatalx("set-up with %u variables", w->setup.env_count);
	w->session = m->hdr.session;
	w->env = xcalloc(w->setup.env_count + 1, sizeof(*w->env));
	msg_tail_init(&tail, m->data, m->len, sizeof(w->setup));
	for (i = 0; i < w->setup.env_count; i++) {
		if ((text = msg_tail_next(&tail)) == NULL)
			fatalx("set-up with too few variables");
		w->env[i] = xstrdup(text);
	}
	w->is_set_up = 1;
	desktop_begin(w);
}

static void
add_peer(struct worker *w, struct wire_msg *m)
{
	struct msg_peer	peer;

	memcpy(&peer, m->data, sizeof(peer));
	switch (peer.role) {
	case ROLE_INIT:
		worker_add_init(w, wire_take_fd(m, 0));
		break;
	case ROLE_BROKER:
		worker_add_broker(w, wire_take_fd(m, 0));
		break;
	default:
		fatalx("a peer of role %u", peer.role);
	}
}

static void
ping(struct worker *w, struct wire_msg *m)
{
	struct msg_out	out = { .type = MSG_PONG, .request = m->hdr.request,
			    .session = &w->session };

	peer_send(w->supervisor, &out);
}

static void
leave(struct worker *w, struct wire_msg *m)
{
	(void)m;
	worker_leave(w);
}

static void (*const handlers[MSG__COUNT])(struct worker *,
    struct wire_msg *) = {
	[MSG_PEER]		= add_peer,
	[MSG_PING]		= ping,
	[MSG_SHUTDOWN]		= leave,
	[MSG_WORKER_SETUP]	= set_up
};

/* The parent's mistakes are our own: they end the process. */
void
from_supervisor(struct worker *w, struct wire_msg *m)
{
	if (handlers[m->hdr.type] == NULL)
		fatalx("%s from the supervisor", msg_name(m->hdr.type));
	handlers[m->hdr.type](w, m);
}
