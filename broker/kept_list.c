/* Asking a session's init for all that it keeps. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "kept_session.h"
#include "peer.h"
#include "session.h"
#include "wire.h"
#include "xmalloc.h"

#define ITEMS_MAX	256	/* no init keeps so many */

struct listing {
	struct ask			*ask;
	const struct kept_listing	*calls;
	void				*arg;
	unsigned int			 n;
};

static void
over(struct listing *l, struct wire_msg *m, int failed)
{
	const struct kept_listing	*calls = l->calls;
	void				*arg = l->arg;

	free(l);
	calls->done(m, failed, arg);
}

static const char *
item(struct listing *l, const struct wire_msg *m)
{
	struct msg_kept_item	i;
	struct msg_tail		tail;

	memcpy(&i, m->data, sizeof(i));
	if (l->n++ >= ITEMS_MAX)
		return "more kept programs than there can be";
	if ((i.kind != KEPT_PROCESS && i.kind != KEPT_TERMINAL) ||
	    i.first > i.end || i.end > INT64_MAX)
		return "a kept program that cannot be";
	i.name[sizeof(i.name) - 1] = '\0';
	msg_tail_init(&tail, m->data, m->len, sizeof(i));
	l->calls->item(&i, &tail, l->arg);
	return NULL;
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct listing	*l = arg;
	const char	*why = "no answer to kept_list";

	if (m == NULL) {
		over(l, NULL, 1);	/* who calls frees the ask */
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_KEPT_ITEM:
		if ((why = item(l, m)) == NULL)
			return;
		break;
	case MSG_OK:
		ask_free(l->ask);
		over(l, NULL, 0);
		return;
	case MSG_ERROR:
		ask_free(l->ask);
		over(l, m, 1);
		return;
	default:
		break;
	}
	peer_close(ask_peer(l->ask), why);
}

int
kept_list(struct session *s, const struct kept_listing *calls, void *arg)
{
	struct listing	*l;

	if (s->worker == NULL)
		return -1;
	l = xcalloc(1, sizeof(*l));
	l->calls = calls;
	l->arg = arg;
	if ((l->ask = ask_new(s->worker, &s->row.id, answer, l)) == NULL) {
		free(l);
		return -1;
	}
	(void)ask_send(l->ask, MSG_KEPT_LIST, NULL, 0, NULL, 0);
	return 0;
}
