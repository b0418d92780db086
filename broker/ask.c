#include <bsd/sys/tree.h>

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "peer.h"
#include "xmalloc.h"

struct ask {
	RB_ENTRY(ask)	 entry;
	uint64_t	 id;
	struct peer	*peer;
	struct ulid	 session;
	ask_cb		*cb;
	void		*arg;
	int		 once;
};

static int
ask_cmp(const struct ask *a, const struct ask *b)
{
	return a->id < b->id ? -1 : a->id > b->id;
}

RB_HEAD(ask_tree, ask);
RB_PROTOTYPE(ask_tree, ask, entry, ask_cmp);
RB_GENERATE(ask_tree, ask, entry, ask_cmp);

static struct ask_tree	asks = RB_INITIALIZER(&asks);
static uint64_t		last_id;

struct ask *
ask_new(struct peer *peer, const struct ulid *session, ask_cb *cb, void *arg)
{
	struct ask	*a;
	int		 n = 0;

	RB_FOREACH(a, ask_tree, &asks)
		if (a->peer == peer)
			n++;
	if (n >= ASKS_PER_WORKER && peer_role(peer) == ROLE_WORKER)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->id = ++last_id;
	a->peer = peer;
	a->session = *session;
	a->cb = cb;
	a->arg = arg;
	RB_INSERT(ask_tree, &asks, a);
	return a;
}

uint64_t
ask_id(const struct ask *a)
{
	return a->id;
}

struct peer *
ask_peer(const struct ask *a)
{
	return a->peer;
}

void
ask_free(struct ask *a)
{
	if (a == NULL)
		return;
	RB_REMOVE(ask_tree, &asks, a);
	free(a);
}

int
ask_send(struct ask *a, enum msg_type type, const void *data, size_t len,
    const void *tail, size_t tail_len)
{
	struct msg_out	out;

	memset(&out, 0, sizeof(out));
	out.type = type;
	out.request = a->id;
	out.session = &a->session;
	out.data = data;
	out.len = len;
	out.tail = tail;
	out.tail_len = tail_len;
	return peer_send(a->peer, &out);
}

struct ask *
ask_once(struct peer *peer, const struct ulid *session, ask_cb *cb,
    void *arg, enum msg_type type, const void *data, size_t len,
    const void *tail, size_t tail_len)
{
	struct ask	*a;

	if ((a = ask_new(peer, session, cb, arg)) == NULL)
		return NULL;
	a->once = 1;
	/* When this fails the peer has gone, and that will be told. */
	(void)ask_send(a, type, data, len, tail, tail_len);
	return a;
}

void
ask_set_once(struct ask *a)
{
	a->once = 1;
}

int
ask_answer(struct peer *peer, struct wire_msg *m)
{
	struct ask	 key, *a;

	if (m->hdr.request == 0 || m->hdr.request > last_id)
		return -1;
	key.id = m->hdr.request;
	if ((a = RB_FIND(ask_tree, &asks, &key)) == NULL)
		return 0;
	if (a->peer != peer)
		return -1;
	if (!a->once) {
		a->cb(m, a->arg);
		return 1;
	}
	RB_REMOVE(ask_tree, &asks, a);
	if (a->cb != NULL)
		a->cb(m, a->arg);
	free(a);
	return 1;
}

void
asks_lost(struct peer *peer)
{
	struct ask	*a;

again:
	/* The callback may end other questions: start over each time. */
	RB_FOREACH(a, ask_tree, &asks)
		if (a->peer == peer)
			break;
	if (a == NULL)
		return;
	RB_REMOVE(ask_tree, &asks, a);
	if (a->cb != NULL)
		a->cb(NULL, a->arg);
	free(a);
	goto again;
}
