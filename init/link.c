/*
 * Connections.  Each starts as the supervisor's; after MSG_INIT_ROLE the
 * rest of it is the worker's, which the supervisor then hands on.  There is
 * one worker: a newer one replaces an older.
 */
#include <sys/queue.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"
#include "msg.h"
#include "peer.h"
#include "wire.h"
#include "xmalloc.h"

#define LINKS_MAX	8	/* two are in use; the rest are being replaced */

struct link {
	TAILQ_ENTRY(link)	 entry;
	struct peer		*peer;
};
static TAILQ_HEAD(links, link)	 links = TAILQ_HEAD_INITIALIZER(links);
static struct link		*worker;
static unsigned int		 nlinks;

static void	link_cb(struct peer *, struct wire_msg *, void *);
static void	link_free(struct link *);
static void	link_role(struct link *, struct wire_msg *);

void
link_new(struct event_base *base, int fd)
{
	struct link	*l;

	if (nlinks >= LINKS_MAX) {
		log_warnx("too many connections");
		close(fd);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->peer = peer_new(base, fd, ROLE_INIT, ROLE_SUPERVISOR, link_cb, l);
	TAILQ_INSERT_TAIL(&links, l, entry);
	nlinks++;
}

struct peer *
link_worker(void)
{
	return worker == NULL ? NULL : worker->peer;
}

/* What was asked over this connection goes on, and is reported to nobody. */
static void
link_free(struct link *l)
{
	exec_forget(l->peer);
	kept_forget(l->peer);
	display_forget(l->peer);
	if (worker == l)
		worker = NULL;
	TAILQ_REMOVE(&links, l, entry);
	nlinks--;
	peer_free(l->peer);
	free(l);
}

static void
link_cb(struct peer *p, struct wire_msg *msg, void *arg)
{
	struct link	*l = arg;

	if (msg == NULL) {
		link_free(l);
		return;
	}
	switch (msg->hdr.type) {
	case MSG_INIT_ROLE:
		link_role(l, msg);
		break;
	case MSG_INIT_SETUP:
		filter_setup(p, msg);
		break;
	case MSG_DISPLAY_START:
		display_ask(p, msg);
		break;
	case MSG_EXEC:
		exec_ask(p, msg);
		break;
	case MSG_EXEC_SIGNAL:
		exec_signal(p, msg);
		break;
	case MSG_KEPT_START:
	case MSG_KEPT_LIST:
	case MSG_KEPT_ATTACH:
	case MSG_KEPT_RESIZE:
	case MSG_KEPT_SIGNAL:
	case MSG_KEPT_REMOVE:
		kept_ask(p, msg);
		break;
	default:
		peer_close(p, "not expected by init");
	}
}

static void
link_role(struct link *l, struct wire_msg *msg)
{
	struct msg_peer	m;

	memcpy(&m, msg->data, sizeof(m));
	if (m.role != ROLE_WORKER) {
		peer_close(l->peer, "a role that init does not know");
		return;
	}
	if (worker != NULL)
		link_free(worker);
	worker = l;
	peer_set_role(l->peer, ROLE_WORKER);
}
