/*
 * What a worker says to us: that it is ready, that it lives.  Everything
 * else it has to say, it says to the broker and to its init.
 */
#include <string.h>

#include "kid.h"
#include "log.h"
#include "peer.h"
#include "session.h"
#include "supervisor.h"

static void
ready(struct peer *p, struct session *s, struct wire_msg *m)
{
	struct msg_ready	r;

	memcpy(&r, m->data, sizeof(r));
	if (r.protocol != MSG_PROTOCOL || s->worker_ready) {
		peer_close(p, "is not ready in the right way");
		return;
	}
	s->worker_ready = 1;
	if (s->phase == PHASE_UP)
		session_worker_ready(s);
}

void
from_worker(struct peer *p, struct wire_msg *m, void *arg)
{
	struct session	*s = arg;

	if (m == NULL) {
		/* Its process may live on without us: it must not. */
		if (s->worker != NULL)
			kid_kill(s->worker);
		return;
	}
	switch (m->hdr.type) {
	case MSG_READY:
		ready(p, s, m);
		break;
	case MSG_PONG:
		session_worker_pong(s);
		break;
	default:
		peer_close(p, "unexpected message");
		break;
	}
}
