#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "broker.h"
#include "kept_link.h"
#include "log.h"
#include "peer.h"
#include "session.h"
#include "wire.h"
#include "xmalloc.h"

#define TURNS	8		/* packets before others have a turn */

struct kept_link {
	const struct kept_calls	*calls;
	void			*arg;
	struct ask		*ask;		/* NULL: answered */
	struct ulid		 session;
	struct ulid		 id;
	uid_t			 principal;
	int			 fd;		/* -1: not attached yet */
	struct event		 readable;
	struct event		 writable;
	int			 paused;
	int			 busy;		/* in a call */
	int			 dead;		/* detached in there */
};

static void
link_free(struct kept_link *l)
{
	ask_free(l->ask);
	l->ask = NULL;
	if (l->fd != -1) {
		event_del(&l->readable);
		event_del(&l->writable);
		close(l->fd);
		l->fd = -1;
	}
	if (l->busy)
		l->dead = 1;
	else
		free(l);
}

void
kept_detach(struct kept_link *l)
{
	if (l != NULL)
		link_free(l);
}

/* Whoever it is for may detach in there: then it is freed here. */
static void
over(struct kept_link *l, struct wire_msg *m)
{
	l->busy = 1;
	l->calls->gone(m, l->arg);
	l->busy = 0;
	link_free(l);
}

/* What init or a worker that is nobody's friend may not send. */
static const char *
check(const struct kept_packet *p, size_t len)
{
	if (len < sizeof(*p) || len - sizeof(*p) != p->len)
		return "a packet of a wrong length";
	switch (p->kind) {
	case KEPT_OUTPUT:
	case KEPT_ERROR:
		return p->len > 0 && p->at <= (uint64_t)INT64_MAX - p->len ?
		    NULL : "output of no bytes";
	case KEPT_NOW:
	case KEPT_LOST:
	case KEPT_TAKEN:
		return p->len == 0 && p->at <= INT64_MAX ? NULL :
		    "a packet with bytes it should not have";
	case KEPT_END:
		return p->len == sizeof(struct kept_end) ? NULL :
		    "an end of a wrong length";
	default:
		return "a packet of an unknown kind";
	}
}

struct packet {
	struct kept_packet	head;
	char			bytes[KEPT_CHUNK];
};

/* 1: more may come at once; 0: not now; -1: over, and freed. */
static int
read_packet(struct kept_link *l)
{
	static struct packet	 p;	/* 16 KiB; calls do not nest */
	const char		*why;
	ssize_t			 n;

	n = recv(l->fd, &p, sizeof(p), MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* It left without reading all we sent; what it said is still here. */
	if (n == -1 && errno == ECONNRESET)
		return 1;
	if (n <= 0) {
		over(l, NULL);
		return -1;
	}
	why = (size_t)n > sizeof(p) ? "a packet too long" :
	    check(&p.head, (size_t)n);
	if (why != NULL) {
		log_warnx("stream of a kept program: %s", why);
		over(l, NULL);
		return -1;
	}
	if (l->calls->packet == NULL)
		return 1;
	l->busy = 1;
	l->calls->packet(&p.head, p.bytes, l->arg);
	l->busy = 0;
	if (!l->dead)
		return !l->paused;
	link_free(l);
	return -1;
}

static void
readable_cb(int fd, short events, void *arg)
{
	struct kept_link	*l = arg;
	int			 i;

	(void)fd;
	(void)events;
	for (i = 0; i < TURNS; i++)
		if (read_packet(l) != 1)
			return;
}

static void
writable_cb(int fd, short events, void *arg)
{
	struct kept_link	*l = arg;

	(void)fd;
	(void)events;
	if (l->calls->room != NULL)
		l->calls->room(l->arg);
}

static void
attached(struct kept_link *l, struct wire_msg *m)
{
	struct msg_kept_stream	st;

	memcpy(&st, m->data, sizeof(st));
	l->fd = wire_take_fd(m, 0);
	ask_free(l->ask);
	l->ask = NULL;
	event_assign(&l->readable, broker_base(), l->fd, EV_READ | EV_PERSIST,
	    readable_cb, l);
	event_assign(&l->writable, broker_base(), l->fd, EV_WRITE,
	    writable_cb, l);
	if (!l->paused)
		event_add(&l->readable, NULL);
	st.item.name[sizeof(st.item.name) - 1] = '\0';
	l->busy = 1;
	l->calls->attached(&st, l->arg);
	l->busy = 0;
	if (l->dead)
		link_free(l);
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct kept_link	*l = arg;

	if (m == NULL) {
		l->ask = NULL;	/* freed by who calls */
		over(l, NULL);
		return;
	}
	if (m->hdr.type == MSG_KEPT_STREAM) {
		attached(l, m);
		return;
	}
	if (m->hdr.type != MSG_ERROR) {
		peer_close(ask_peer(l->ask), "no answer to kept_attach");
		return;
	}
	over(l, m);
}

struct kept_link *
kept_attach(struct session *s, const struct ulid *id, uint32_t flags,
    uint64_t after, uid_t principal, const struct kept_calls *calls,
    void *arg)
{
	struct msg_kept_attach	 m = { .id = *id, .flags = flags,
				    .principal = principal, .after = after };
	struct kept_link	*l;

	if (s->worker == NULL)
		return NULL;
	l = xcalloc(1, sizeof(*l));
	l->calls = calls;
	l->arg = arg;
	l->session = s->row.id;
	l->id = *id;
	l->principal = principal;
	l->fd = -1;
	if ((l->ask = ask_new(s->worker, &s->row.id, answer, l)) == NULL) {
		free(l);
		return NULL;
	}
	(void)ask_send(l->ask, MSG_KEPT_ATTACH, &m, sizeof(m), NULL, 0);
	return l;
}

/* 1: sent; 0: not now; an error shows when the socket is read. */
static int
send_packet(struct kept_link *l, enum kept_packet_kind kind,
    const void *bytes, size_t len)
{
	struct kept_packet	 p = { .kind = kind, .len = (uint32_t)len };
	struct iovec		 iov[2] = { { &p, sizeof(p) },
				    { (void *)(uintptr_t)bytes, len } };
	struct msghdr		 mh = { .msg_iov = iov, .msg_iovlen = 2 };

	if (l->fd == -1)
		return 0;
	if (sendmsg(l->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return 1;
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		event_add(&l->writable, NULL);
	return 0;
}

size_t
kept_input(struct kept_link *l, const void *bytes, size_t len)
{
	size_t	n, at = 0;

	while (at < len) {
		n = len - at > KEPT_CHUNK ? KEPT_CHUNK : len - at;
		if (!send_packet(l, KEPT_INPUT, (const char *)bytes + at, n))
			break;
		at += n;
	}
	return at;
}

int
kept_input_end(struct kept_link *l)
{
	return send_packet(l, KEPT_INPUT_END, NULL, 0) ? 0 : -1;
}

void
kept_pause(struct kept_link *l)
{
	l->paused = 1;
	if (l->fd != -1)
		event_del(&l->readable);
}

void
kept_resume(struct kept_link *l)
{
	l->paused = 0;
	if (l->fd != -1)
		event_add(&l->readable, NULL);
}

void
kept_resize(struct kept_link *l, unsigned int cols, unsigned int rows)
{
	struct msg_kept_resize	 m = { .id = l->id, .cols = (uint16_t)cols,
				    .rows = (uint16_t)rows,
				    .principal = l->principal };
	struct session		*s = session_find(&l->session);

	if (s != NULL && s->worker != NULL)
		(void)ask_once(s->worker, &l->session, NULL, NULL,
		    MSG_KEPT_RESIZE, &m, sizeof(m), NULL, 0);
}
