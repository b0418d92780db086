/*
 * Who is attached to a kept program: each has a socket pair and a place in
 * the output of his own.  One who reads slowly falls behind until what he
 * wants was overwritten; then he is told so and goes on from there.
 *
 * Events are edge-triggered: input may wait in the socket for as long as the
 * program takes none, and still the loss of the other side must be seen.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "kept_program.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"
#include "xmalloc.h"

#define TURNS	16		/* packets before others have a turn */

struct attached {
	TAILQ_ENTRY(attached)	 entry;
	struct kept		*kept;
	int			 fd;
	uint32_t		 flags;
	uint64_t		 at;		/* next byte to send */
	int			 now_said;
	uint64_t		 taken;		/* input bytes by the program */
	uint64_t		 taken_said;
	char			*pending;	/* input, or NULL */
	size_t			 pending_len;
	size_t			 pending_at;
	struct event		 ev_read;
	struct event		 ev_write;
};

static unsigned int	nattached;

static void	read_cb(int, short, void *);
static void	write_cb(int, short, void *);

static void
attached_free(struct attached *a)
{
	event_del(&a->ev_read);
	event_del(&a->ev_write);
	close(a->fd);
	TAILQ_REMOVE(&a->kept->attached, a, entry);
	nattached--;
	free(a->pending);
	free(a);
}

void
attach_free_all(struct kept *k)
{
	struct attached	*a;

	while ((a = TAILQ_FIRST(&k->attached)) != NULL)
		attached_free(a);
}

enum sent { SENT, SENT_LATER, SENT_NONE, SENT_OVER };

static enum sent
send_packet(struct attached *a, const struct kept_packet *p, const void *data)
{
	struct iovec	iov[2] = { { (void *)(uintptr_t)p, sizeof(*p) },
			    { (void *)(uintptr_t)data, p->len } };
	struct msghdr	mh = { .msg_iov = iov, .msg_iovlen = 2 };

	if (sendmsg(a->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return SENT;
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		return SENT_LATER;
	return SENT_OVER;
}

static enum sent
send_bytes(struct attached *a)
{
	static char		 buf[KEPT_CHUNK];
	struct kept_ring	*r = &a->kept->ring;
	struct kept_packet	 p = { .at = a->at };
	enum sent		 rc;
	int			 label;

	if (a->at < r->first) {
		p.at = r->first;
		p.kind = KEPT_LOST;
		if ((rc = send_packet(a, &p, NULL)) == SENT)
			a->at = r->first;
		return rc;
	}
	p.len = (uint32_t)ring_get(r, a->at, buf, sizeof(buf), &label);
	p.kind = label ? KEPT_ERROR : KEPT_OUTPUT;
	if ((rc = send_packet(a, &p, buf)) == SENT)
		a->at += p.len;
	return rc;
}

static enum sent
send_end(struct attached *a)
{
	const struct kept	*k = a->kept;
	struct kept_end		 end = { .code = k->code,
				    .signal = k->signal, .flags = k->flags,
				    .duration_ms = k->duration_ms };
	struct kept_packet	 p = { .at = a->at, .kind = KEPT_END,
				    .len = sizeof(end) };
	enum sent		 rc;

	rc = send_packet(a, &p, &end);
	return rc == SENT ? SENT_OVER : rc;
}

static enum sent
send_number(struct attached *a, enum kept_packet_kind kind, uint64_t at)
{
	struct kept_packet	p = { .at = at, .kind = kind };

	return send_packet(a, &p, NULL);
}

/* The next thing he should know. */
static enum sent
send_next(struct attached *a)
{
	const struct kept	*k = a->kept;
	enum sent		 rc;

	if (a->taken != a->taken_said) {
		rc = send_number(a, KEPT_TAKEN, a->taken);
		if (rc == SENT)
			a->taken_said = a->taken;
		return rc;
	}
	if (a->flags & KEPT_WRITE_ONLY)
		return k->in == -1 ? SENT_OVER : SENT_NONE;
	if (a->at < k->ring.end)
		return send_bytes(a);
	if (!a->now_said) {
		if ((rc = send_number(a, KEPT_NOW, a->at)) == SENT)
			a->now_said = 1;
		return rc;
	}
	if (k->settled)
		return send_end(a);
	return a->flags & KEPT_FOLLOW ? SENT_NONE : SENT_OVER;
}

/* May free him. */
static void
send_some(struct attached *a)
{
	enum sent	rc = SENT;
	int		i;

	for (i = 0; i < TURNS && rc == SENT; i++)
		rc = send_next(a);
	if (rc == SENT_OVER)
		attached_free(a);
	else if (rc != SENT_NONE)
		event_add(&a->ev_write, NULL);
}

void
attach_tell(struct kept *k)
{
	struct attached	*a, *next;

	TAILQ_FOREACH_SAFE(a, &k->attached, entry, next)
		if (!event_pending(&a->ev_write, EV_WRITE, NULL))
			send_some(a);
}

static void
write_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	send_some(arg);
}

struct attached *
attach_pending(struct kept *k, const char **bytes, size_t *len)
{
	struct attached	*a;

	TAILQ_FOREACH(a, &k->attached, entry) {
		if (a->pending == NULL)
			continue;
		*bytes = a->pending + a->pending_at;
		*len = a->pending_len - a->pending_at;
		return a;
	}
	return NULL;
}

void
attach_took(struct attached *a, size_t n)
{
	a->taken += n;
	a->pending_at += n;
	if (a->pending_at < a->pending_len)
		return;
	free(a->pending);
	a->pending = NULL;
	/* The next one, from the loop; and word of this one. */
	event_active(&a->ev_read, EV_READ, 1);
	if (!event_pending(&a->ev_write, EV_WRITE, NULL))
		event_add(&a->ev_write, NULL);
}

/* No more can be written: those who came for that are told by the end. */
void
attach_drop_input(struct kept *k)
{
	struct attached	*a, *next;

	TAILQ_FOREACH_SAFE(a, &k->attached, entry, next) {
		if (a->pending != NULL) {
			free(a->pending);
			a->pending = NULL;
			event_active(&a->ev_read, EV_READ, 1);
		}
		if (a->flags & KEPT_WRITE_ONLY)
			send_some(a);
	}
}

static const char *
packet_check(const struct attached *a, const struct kept_packet *p,
    size_t len)
{
	if (len < sizeof(*p) || len - sizeof(*p) != p->len)
		return "a packet of a wrong length";
	if (a->flags & KEPT_READ_ONLY)
		return "input of one who only reads";
	if (p->kind == KEPT_INPUT && p->len > 0)
		return NULL;
	if (p->kind == KEPT_INPUT_END && p->len == 0)
		return NULL;
	return "a packet of an unknown kind";
}

struct packet {
	struct kept_packet	head;
	char			bytes[KEPT_CHUNK];
};

/* What it is is taken now or when the program takes it. */
static void
packet_take(struct attached *a, const struct packet *p)
{
	struct kept	*k = a->kept;

	if (k->in == -1 || k->in_ending) {
		event_active(&a->ev_read, EV_READ, 1);
		return;
	}
	if (p->head.kind == KEPT_INPUT) {
		a->pending = xmalloc(p->head.len);
		memcpy(a->pending, p->bytes, p->head.len);
		a->pending_len = p->head.len;
		a->pending_at = 0;
	} else {
		/* A terminal's input has no end but the one that is typed. */
		k->in_ending = k->ask.kind == KEPT_PROCESS;
		event_active(&a->ev_read, EV_READ, 1);
	}
	kept_io_input(k);	/* which may free him */
}

static int
has_left(const struct attached *a)
{
	struct pollfd	pfd = { .fd = a->fd };

	return poll(&pfd, 1, 0) == 1 &&
	    (pfd.revents & (POLLHUP | POLLERR)) != 0;
}

static void
read_cb(int fd, short events, void *arg)
{
	static struct packet	 p;	/* 16 KiB; callbacks do not nest */
	struct attached		*a = arg;
	const char		*why;
	ssize_t			 n;

	(void)events;
	if (a->pending != NULL) {
		if (has_left(a))
			attached_free(a);
		return;
	}
	do {
		n = recv(fd, &p, sizeof(p), MSG_DONTWAIT | MSG_TRUNC);
	} while (n == -1 && (errno == EINTR || errno == ECONNRESET));
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		attached_free(a);
		return;
	}
	why = (size_t)n > sizeof(p) ? "a packet too long" :
	    packet_check(a, &p.head, (size_t)n);
	if (why == NULL) {
		packet_take(a, &p);
		return;
	}
	log_warnx("attached to a program: %s", why);
	attached_free(a);
}

static struct attached *
attached_new(struct kept *k, int fd, const struct msg_kept_attach *m)
{
	struct attached	*a = xcalloc(1, sizeof(*a));

	a->kept = k;
	a->fd = fd;
	a->flags = m->flags;
	a->at = m->flags & KEPT_FROM_END ? k->ring.end : m->after;
	event_assign(&a->ev_read, kept_loop(), fd,
	    EV_READ | EV_ET | EV_PERSIST, read_cb, a);
	event_assign(&a->ev_write, kept_loop(), fd, EV_WRITE | EV_ET,
	    write_cb, a);
	TAILQ_INSERT_TAIL(&k->attached, a, entry);
	nattached++;
	event_add(&a->ev_read, NULL);
	event_add(&a->ev_write, NULL);
	return a;
}

/* 0: answered with why not. */
static int
allowed(struct peer *p, const struct wire_msg *msg, const struct kept *k,
    const struct msg_kept_attach *m)
{
	if (k == NULL || !k->started)
		peer_error(p, &msg->hdr, PROBLEM_NOT_FOUND, "",
		    "no such program is kept");
	else if ((m->flags & KEPT_WRITE_ONLY) &&
	    (k->in == -1 || k->in_ending))
		peer_error(p, &msg->hdr, PROBLEM_WRONG_STATE, "",
		    k->ended != 0 ? "the program has ended" :
		    "the program's input has ended");
	else if (m->after > k->ring.end)
		peer_error(p, &msg->hdr, PROBLEM_INVALID_PARAMETER, "",
		    "after: the program has not written so much yet");
	else if (nattached >= KEPT_ATTACH_MAX)
		peer_error(p, &msg->hdr, PROBLEM_LIMIT, "",
		    "too many are attached to programs of this session");
	else
		return 1;
	return 0;
}

void
attach_ask(struct peer *p, struct wire_msg *msg)
{
	struct msg_kept_attach	 m;
	struct msg_kept_stream	 st;
	struct msg_out		 out = { .type = MSG_KEPT_STREAM,
				    .request = msg->hdr.request,
				    .session = &msg->hdr.session,
				    .data = &st, .len = sizeof(st),
				    .nfds = 1 };
	struct kept		*k;
	int			 sv[2];

	memcpy(&m, msg->data, sizeof(m));
	if (m.flags & ~(uint32_t)(KEPT_READ_ONLY | KEPT_FOLLOW |
	    KEPT_WRITE_ONLY | KEPT_FROM_END)) {
		peer_close(p, "kept_attach with unknown flags");
		return;
	}
	k = kept_find(&m.id);
	if (!allowed(p, msg, k, &m))
		return;
	if (wire_pair(sv) == -1) {
		peer_error(p, &msg->hdr, PROBLEM_LIMIT, "", "no socket");
		return;
	}
	memset(&st, 0, sizeof(st));
	kept_item(k, &st.item);
	st.from = m.flags & KEPT_FROM_END ? k->ring.end :
	    m.after < k->ring.first ? k->ring.first : m.after;
	attached_new(k, sv[0], &m);
	out.fds = &sv[1];
	(void)peer_send(p, &out);
	close(sv[1]);
}
