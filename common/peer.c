#include <sys/queue.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "peer.h"
#include "xmalloc.h"

struct queued {
	TAILQ_ENTRY(queued)	 entry;
	struct msg_hdr		 hdr;
	size_t			 len;
	int			 fds[MSG_FDS_MAX];
	int			 nfds;
	uint8_t			 data[];
};

struct peer {
	struct event		 ev_read;
	struct event		 ev_write;
	struct event		 ev_gone;	/* tells of a loss, never nested */
	TAILQ_HEAD(, queued)	 queue;
	size_t			 nqueued;
	int			 fd;		/* -1: closed */
	enum role		 self;
	enum role		 role;
	peer_cb			*cb;
	void			*arg;
	int			*freed;		/* set while in a callback */
};

/* Messages handled before others get their turn. */
#define BATCH	16

static const char *
role_name(enum role role)
{
	switch (role) {
	case ROLE_SUPERVISOR:
		return "supervisor";
	case ROLE_BROKER:
		return "broker";
	case ROLE_WORKER:
		return "worker";
	case ROLE_INIT:
		return "init";
	}
	return "unknown";
}

static void
queued_free(struct queued *q)
{
	int	i;

	for (i = 0; i < q->nfds; i++)
		close(q->fds[i]);
	free(q);
}

static void
drop(struct peer *p)
{
	struct queued	*q;

	if (p->fd == -1)
		return;
	event_del(&p->ev_read);
	event_del(&p->ev_write);
	close(p->fd);
	p->fd = -1;
	while ((q = TAILQ_FIRST(&p->queue)) != NULL) {
		TAILQ_REMOVE(&p->queue, q, entry);
		queued_free(q);
	}
	p->nqueued = 0;
	event_active(&p->ev_gone, EV_TIMEOUT, 1);
}

static void
gone_cb(int fd, short events, void *arg)
{
	struct peer	*p = arg;

	(void)fd;
	(void)events;
	p->cb(p, NULL, p->arg);
}

static void
read_cb(int fd, short events, void *arg)
{
	static struct wire_msg	 m;	/* 64 KiB; callbacks do not nest */
	struct peer		*p = arg;
	const char		*why;
	int			 i, freed = 0;

	(void)events;
	for (i = 0; i < BATCH; i++) {
		switch (wire_recv(fd, p->role, p->self, &m, &why)) {
		case WIRE_OK:
			break;
		case WIRE_AGAIN:
			return;
		case WIRE_EOF:
			drop(p);
			return;
		case WIRE_BAD:
			log_warnx("bad message %s from %s: %s",
			    msg_name(m.hdr.type), role_name(p->role), why);
			drop(p);
			return;
		}
		p->freed = &freed;
		p->cb(p, &m, p->arg);
		wire_close_fds(&m);
		if (freed)
			return;
		p->freed = NULL;
		if (p->fd == -1)
			return;
	}
}

static void
write_cb(int fd, short events, void *arg)
{
	struct peer	*p = arg;
	struct queued	*q;

	(void)events;
	while ((q = TAILQ_FIRST(&p->queue)) != NULL) {
		if (wire_send(fd, &q->hdr, q->data, q->len, NULL, 0, q->fds,
		    q->nfds) == -1) {
			if (errno != EAGAIN && errno != ENOBUFS)
				drop(p);
			return;
		}
		TAILQ_REMOVE(&p->queue, q, entry);
		p->nqueued--;
		queued_free(q);
	}
	event_del(&p->ev_write);
}

struct peer *
peer_new(struct event_base *base, int fd, enum role self, enum role role,
    peer_cb *cb, void *arg)
{
	struct peer	*p = xcalloc(1, sizeof(*p));
	int		 flags;

	if ((flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		log_warn("fcntl");
	p->fd = fd;
	p->self = self;
	p->role = role;
	p->cb = cb;
	p->arg = arg;
	TAILQ_INIT(&p->queue);
	event_assign(&p->ev_read, base, fd, EV_READ | EV_PERSIST, read_cb, p);
	event_assign(&p->ev_write, base, fd, EV_WRITE | EV_PERSIST, write_cb,
	    p);
	event_assign(&p->ev_gone, base, -1, 0, gone_cb, p);
	event_add(&p->ev_read, NULL);
	return p;
}

void
peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	drop(p);
	event_del(&p->ev_gone);
	if (p->freed != NULL)
		*p->freed = 1;
	free(p);
}

void
peer_close(struct peer *p, const char *why)
{
	if (p->fd == -1)
		return;
	log_warnx("closing %s: %s", role_name(p->role), why);
	drop(p);
}

enum role
peer_role(const struct peer *p)
{
	return p->role;
}

void
peer_set_role(struct peer *p, enum role role)
{
	p->role = role;
}

int
peer_fd(const struct peer *p)
{
	return p->fd;
}

size_t
peer_queued(const struct peer *p)
{
	return p->nqueued;
}

static int
enqueue(struct peer *p, const struct msg_hdr *hdr, const struct msg_out *out)
{
	struct queued	*q;
	int		 i;

	if (p->nqueued >= PEER_QUEUE_MAX) {
		peer_close(p, "does not read its messages");
		return -1;
	}
	q = xcalloc(1, sizeof(*q) + out->len + out->tail_len);
	q->hdr = *hdr;
	q->len = out->len + out->tail_len;
	if (out->len > 0)
		memcpy(q->data, out->data, out->len);
	if (out->tail_len > 0)
		memcpy(q->data + out->len, out->tail, out->tail_len);
	for (i = 0; i < out->nfds; i++) {
		if ((q->fds[i] = fcntl(out->fds[i], F_DUPFD_CLOEXEC, 0)) == -1) {
			log_warn("dup");
			queued_free(q);
			return -1;
		}
		q->nfds++;
	}
	if (TAILQ_EMPTY(&p->queue))
		event_add(&p->ev_write, NULL);
	TAILQ_INSERT_TAIL(&p->queue, q, entry);
	p->nqueued++;
	return 0;
}

int
peer_send(struct peer *p, const struct msg_out *out)
{
	struct msg_hdr	hdr;

	if (p->fd == -1) {
		errno = ENOTCONN;
		return -1;
	}
	memset(&hdr, 0, sizeof(hdr));
	hdr.type = out->type;
	hdr.request = out->request;
	if (out->session != NULL)
		hdr.session = *out->session;
	if (!TAILQ_EMPTY(&p->queue))
		return enqueue(p, &hdr, out);
	if (wire_send(p->fd, &hdr, out->data, out->len, out->tail,
	    out->tail_len, out->fds, out->nfds) == 0)
		return 0;
	if (errno == EAGAIN || errno == ENOBUFS)
		return enqueue(p, &hdr, out);
	if (errno != EMSGSIZE)
		drop(p);
	return -1;
}

int
peer_ok(struct peer *p, const struct msg_hdr *to)
{
	struct msg_out	out = { .type = MSG_OK, .request = to->request,
			    .session = &to->session };

	return peer_send(p, &out);
}

int
peer_error(struct peer *p, const struct msg_hdr *to, unsigned int problem,
    const char *pointer, const char *detail)
{
	struct msg_error	e = { .problem = problem };
	struct msg_out		out = { .type = MSG_ERROR,
				    .request = to->request,
				    .session = &to->session,
				    .data = &e, .len = sizeof(e) };
	char			tail[2048];
	size_t			n;

	n = strlcpy(tail, pointer == NULL ? "" : pointer, sizeof(tail) / 2);
	if (n >= sizeof(tail) / 2)
		n = sizeof(tail) / 2 - 1;
	n++;
	strlcpy(tail + n, detail == NULL ? "" : detail, sizeof(tail) - n);
	n += strlen(tail + n) + 1;
	out.tail = tail;
	out.tail_len = n;
	return peer_send(p, &out);
}
