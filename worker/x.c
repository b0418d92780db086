#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <xcb/xproto.h>

#include "sizes.h"
#include "log.h"
#include "monotime.h"
#include "x.h"
#include "xmalloc.h"

enum {
	X_TIMEOUT_MS	= 5000,
	X_READ_CHUNK	= 65536,
	X_READ_TURN	= 1024 * 1024,	/* then others have their turn */
	X_OUT_MAX	= 8 * 1024 * 1024,
	X_SETUP_MAX	= 256 * 1024,
	X_PACKET	= 32
};

enum x_state { X_SETUP, X_OPEN, X_LOST };

/* An answer, or an error, that somebody waits for; in order of requests. */
struct x_wait {
	TAILQ_ENTRY(x_wait) entry;
	uint64_t	 seq;
	struct monotime	 since;
	x_reply_cb	*cb;		/* NULL: nobody cares any more */
	void		*arg;
	int		 has_reply;
	int		 overdue;
};
TAILQ_HEAD(x_waits, x_wait);

/* A descriptor that travels with the byte at this place in the stream. */
struct x_pass {
	TAILQ_ENTRY(x_pass) entry;
	uint64_t	 at;
	int		 fd;
};
TAILQ_HEAD(x_passes, x_pass);

struct x_buf {
	uint8_t		*p;
	size_t		 off;		/* first byte not used up */
	size_t		 len;		/* bytes from off */
	size_t		 size;
};

struct x {
	struct x_conf	 conf;
	struct event	 readable;
	struct event	 writable;
	struct event	 timer;
	struct x_buf	 in;
	struct x_buf	 out;
	struct x_waits	 waits;
	struct x_passes	 passes;
	struct monotime	 opened;
	uint64_t	 sent;		/* requests */
	uint64_t	 seen;		/* the last request heard of */
	uint64_t	 written;	/* bytes of the stream */
	const char	*reason;
	enum x_state	 state;
	uint32_t	 id_base;
	uint32_t	 id_mask;
	uint32_t	 id_next;
	int		 fd;
	int		 busy;		/* callbacks are running */
	int		 closed;
};

static void	x_timer_set(struct x *);

static void
buf_append(struct x_buf *b, const void *p, size_t len)
{
	if (len == 0)
		return;
	if (b->off + b->len + len > b->size) {
		if (b->off > 0)
			memmove(b->p, b->p + b->off, b->len);
		b->off = 0;
		if (b->len + len > b->size) {
			b->size = (b->len + len) * 2;
			b->p = xreallocarray(b->p, 1, b->size);
		}
	}
	memcpy(b->p + b->off + b->len, p, len);
	b->len += len;
}

static void
buf_drop(struct x_buf *b, size_t len)
{
	b->off += len;
	b->len -= len;
	if (b->len == 0)
		b->off = 0;
	/* A long answer was the exception: give its memory back. */
	if (b->len == 0 && b->size > 256 * 1024) {
		free(b->p);
		memset(b, 0, sizeof(*b));
	}
}

/*
 * The connection is of no use any more.  Those who wait are told from the
 * loop, since this may be called from a function they are still in.
 */
static void
x_lose(struct x *x, const char *reason)
{
	if (x->state == X_LOST)
		return;
	x->state = X_LOST;
	x->reason = reason;
	event_del(&x->readable);
	event_del(&x->writable);
	event_active(&x->timer, EV_TIMEOUT, 0);
}

static ssize_t
x_write_some(struct x *x)
{
	struct msghdr	 mh;
	struct iovec	 iov;
	struct cmsghdr	*c;
	struct x_pass	*pass = TAILQ_FIRST(&x->passes);
	ssize_t		 n;
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(sizeof(int))];
	} u;

	memset(&mh, 0, sizeof(mh));
	iov.iov_base = x->out.p + x->out.off;
	iov.iov_len = x->out.len;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	if (pass != NULL && pass->at == x->written) {
		memset(&u, 0, sizeof(u));
		mh.msg_control = u.buf;
		mh.msg_controllen = sizeof(u.buf);
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass->fd, sizeof(int));
	} else if (pass != NULL && pass->at - x->written < iov.iov_len)
		iov.iov_len = pass->at - x->written;
	n = sendmsg(x->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0 && mh.msg_control != NULL) {
		TAILQ_REMOVE(&x->passes, pass, entry);
		close(pass->fd);
		free(pass);
	}
	return n;
}

void
x_flush(struct x *x)
{
	ssize_t	n;

	while (x->state != X_LOST && x->out.len > 0) {
		if ((n = x_write_some(x)) == -1) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == ENOBUFS)
				break;
			x_lose(x, "display_closed");
			return;
		}
		x->written += n;
		buf_drop(&x->out, n);
	}
	if (x->state != X_LOST && x->out.len > 0)
		event_add(&x->writable, NULL);
}

static void
x_queue(struct x *x, const void *p, size_t len)
{
	if (x->state == X_LOST)
		return;
	if (x->out.len + len > X_OUT_MAX) {
		x_lose(x, "display_not_reading");
		return;
	}
	buf_append(&x->out, p, len);
}

void
x_send(struct x *x, void *request, size_t len, const void *data, size_t dlen)
{
	static const uint8_t	zero[4];
	size_t			 pad = (4 - (len + dlen) % 4) % 4;
	uint16_t		 words = (len + dlen + pad) / 4;

	memcpy((uint8_t *)request + 2, &words, sizeof(words));
	x_queue(x, request, len);
	x_queue(x, data, dlen);
	x_queue(x, zero, pad);
	x->sent++;
}

void
x_send_fd(struct x *x, void *request, size_t len, int fd)
{
	struct x_pass	*pass = xcalloc(1, sizeof(*pass));

	pass->at = x->written + x->out.len;
	pass->fd = fd;
	TAILQ_INSERT_TAIL(&x->passes, pass, entry);
	x_send(x, request, len, NULL, 0);
}

static void
x_wait_new(struct x *x, x_reply_cb *cb, void *arg, int has_reply)
{
	struct x_wait	*w = xcalloc(1, sizeof(*w));

	w->seq = x->sent;
	w->since = monotime_now();
	w->cb = cb;
	w->arg = arg;
	w->has_reply = has_reply;
	TAILQ_INSERT_TAIL(&x->waits, w, entry);
	x_timer_set(x);
}

/* One of many questions: they go out together. */
void
x_want(struct x *x, void *request, size_t len, x_reply_cb *cb, void *arg)
{
	x_send(x, request, len, NULL, 0);
	x_wait_new(x, cb, arg, 1);
}

void
x_ask(struct x *x, void *request, size_t len, const void *data, size_t dlen,
    x_reply_cb *cb, void *arg)
{
	x_send(x, request, len, data, dlen);
	x_wait_new(x, cb, arg, 1);
	x_flush(x);
}

void
x_sync(struct x *x, x_reply_cb *cb, void *arg)
{
	xcb_get_input_focus_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_INPUT_FOCUS;
	x_ask(x, &r, sizeof(r), NULL, 0, cb, arg);
}

void
x_watch(struct x *x, x_reply_cb *cb, void *arg)
{
	x_wait_new(x, cb, arg, 0);
}

void
x_forget(struct x *x, const void *arg)
{
	struct x_wait	*w;

	TAILQ_FOREACH(w, &x->waits, entry)
		if (w->arg == arg)
			w->cb = NULL;
}

uint64_t
x_sent(const struct x *x)
{
	return x->sent;
}

size_t
x_queued(const struct x *x)
{
	return x->out.len;
}

int
x_stalled(const struct x *x)
{
	const struct x_wait	*w = TAILQ_FIRST(&x->waits);

	return w != NULL && w->overdue;
}

/* There are far fewer uses of this than a client's mask has room for. */
uint32_t
x_id(struct x *x)
{
	uint32_t	step = x->id_mask & (~x->id_mask + 1);
	uint32_t	id = x->id_base | (x->id_next & x->id_mask);

	x->id_next += step;
	return id;
}

/*
 * Deadlines.  All waits have the same patience, so the first that is not
 * yet overdue is the next to become so.
 */
static int64_t
x_left_ms(const struct x *x, struct monotime since)
{
	return (int64_t)x->conf.timeout_ms - monotime_since_ms(since);
}

static void
x_timer_set(struct x *x)
{
	struct x_wait	*w;
	struct timeval	 tv;
	int64_t		 left = -1;

	if (x->state == X_LOST)
		return;
	if (x->state == X_SETUP)
		left = x_left_ms(x, x->opened);
	else {
		TAILQ_FOREACH(w, &x->waits, entry)
			if (!w->overdue)
				break;
		if (w == NULL) {
			event_del(&x->timer);
			return;
		}
		/* One that is already set fires earlier: leave it alone. */
		if (event_pending(&x->timer, EV_TIMEOUT, NULL))
			return;
		left = x_left_ms(x, w->since);
	}
	if (left < 0)
		left = 0;
	tv.tv_sec = left / 1000;
	tv.tv_usec = left % 1000 * 1000 + 500;
	event_add(&x->timer, &tv);
}

static void
x_free(struct x *x)
{
	struct x_wait	*w;
	struct x_pass	*p;

	while ((w = TAILQ_FIRST(&x->waits)) != NULL) {
		TAILQ_REMOVE(&x->waits, w, entry);
		free(w);
	}
	while ((p = TAILQ_FIRST(&x->passes)) != NULL) {
		TAILQ_REMOVE(&x->passes, p, entry);
		close(p->fd);
		free(p);
	}
	free(x->in.p);
	free(x->out.p);
	free(x);
}

void
x_close(struct x *x)
{
	if (x == NULL || x->closed)
		return;
	x->closed = 1;
	x->state = X_LOST;
	event_del(&x->readable);
	event_del(&x->writable);
	event_del(&x->timer);
	close(x->fd);
	if (x->busy == 0)
		x_free(x);
}

/* Callbacks may close the connection; it is freed when the last is back. */
static void
x_enter(struct x *x)
{
	x->busy++;
}

static void
x_leave(struct x *x)
{
	if (--x->busy == 0 && x->closed)
		x_free(x);
}

static void
x_wait_done(struct x *x, struct x_wait *w, enum problem problem,
    const void *reply, size_t len)
{
	x_reply_cb	*cb = w->cb;
	void		*arg = w->arg;

	TAILQ_REMOVE(&x->waits, w, entry);
	free(w);
	if (cb != NULL)
		cb(problem, reply, len, arg);
}

static void
x_lost_all(struct x *x)
{
	struct x_wait	*w;

	while (!x->closed && (w = TAILQ_FIRST(&x->waits)) != NULL)
		x_wait_done(x, w, PROBLEM_DESKTOP_FAILED, NULL, 0);
	if (!x->closed)
		x->conf.lost(x, x->reason, x->conf.arg);
}

static void
x_timer_cb(int fd, short events, void *arg)
{
	struct x	*x = arg;
	struct x_wait	*w;
	x_reply_cb	*cb;

	(void)fd;
	(void)events;
	x_enter(x);
	if (x->state == X_SETUP && x_left_ms(x, x->opened) <= 0)
		x_lose(x, "display_timeout");
	if (x->state == X_LOST)
		x_lost_all(x);
again:
	if (x->state == X_OPEN && !x->closed) {
		TAILQ_FOREACH(w, &x->waits, entry) {
			if (w->overdue || x_left_ms(x, w->since) > 0)
				continue;
			/* Stays in line: its answer may still come. */
			w->overdue = 1;
			if ((cb = w->cb) == NULL)
				continue;
			w->cb = NULL;
			cb(PROBLEM_DISPLAY_TIMEOUT, NULL, 0, w->arg);
			goto again;
		}
		x_timer_set(x);
	}
	x_leave(x);
}

/* The full number of the request a packet speaks of; 0: of none we sent. */
static uint64_t
x_number(const struct x *x, uint16_t low)
{
	uint64_t	n = (x->seen & ~(uint64_t)0xffff) | low;

	if (n < x->seen)
		n += 0x10000;
	return n > x->sent ? 0 : n;
}

static void
x_packet_answer(struct x *x, const uint8_t *p, size_t len, uint64_t number)
{
	struct x_wait	*w;
	int		 is_error = p[0] == 0;

	while (!x->closed && (w = TAILQ_FIRST(&x->waits)) != NULL &&
	    w->seq < number) {
		if (w->has_reply) {
			x_lose(x, "display_lied");
			return;
		}
		x_wait_done(x, w, PROBLEM_NONE, NULL, 0);
	}
	if (x->closed)
		return;
	if (w == NULL || w->seq != number) {
		if (!is_error)
			x_lose(x, "display_lied");
		else
			log_debug("X error %u of request %u.%u", p[1], p[10],
			    p[8]);
		return;
	}
	if (is_error) {
		log_debug("X error %u of request %u.%u", p[1], p[10], p[8]);
		x_wait_done(x, w, PROBLEM_INTERNAL, NULL, 0);
	} else if (!w->has_reply)
		x_lose(x, "display_lied");
	else
		x_wait_done(x, w, PROBLEM_NONE, p, len);
}

static void
x_packet(struct x *x, const uint8_t *p, size_t len)
{
	uint8_t		kind = p[0] & 0x7f;
	uint64_t	number;
	uint16_t	low;

	/* KeymapNotify alone has no number. */
	if (kind != XCB_KEYMAP_NOTIFY) {
		memcpy(&low, p + 2, sizeof(low));
		if ((number = x_number(x, low)) == 0 && x->sent > 0) {
			x_lose(x, "display_lied");
			return;
		}
		x->seen = number;
		if (p[0] <= 1) {
			x_packet_answer(x, p, len, number);
			return;
		}
	}
	x->conf.event(x, p, x->conf.arg);
}

/* Length of the packet at the head, 0 when it cannot be told yet. */
static size_t
x_packet_len(const struct x_buf *b)
{
	const uint8_t	*p = b->p + b->off;
	uint32_t	 words;

	if (b->len < X_PACKET)
		return 0;
	if (p[0] != 1 && (p[0] & 0x7f) != XCB_GE_GENERIC)
		return X_PACKET;
	memcpy(&words, p + 4, sizeof(words));
	if (words > X_REPLY_MAX / 4)
		return SIZE_MAX;
	return X_PACKET + (size_t)words * 4;
}

static int
x_host_order(void)
{
	const uint16_t	one = 1;

	return *(const uint8_t *)&one == 1 ? 0 : 1;	/* 0: lowest first */
}

/* The pixels we understand: 24 bits deep, 32 wide, red, green, blue. */
static int
x_screen_ok(const xcb_screen_t *s, const uint8_t *p, size_t len)
{
	xcb_depth_t		depth;
	xcb_visualtype_t	visual;
	unsigned int		i, j;

	for (i = 0; i < s->allowed_depths_len; i++) {
		if (len < sizeof(depth))
			return 0;
		memcpy(&depth, p, sizeof(depth));
		p += sizeof(depth);
		len -= sizeof(depth);
		if (len / sizeof(visual) < depth.visuals_len)
			return 0;
		for (j = 0; j < depth.visuals_len; j++) {
			memcpy(&visual, p, sizeof(visual));
			p += sizeof(visual);
			len -= sizeof(visual);
			if (visual.visual_id == s->root_visual)
				return visual._class ==
				    XCB_VISUAL_CLASS_TRUE_COLOR &&
				    visual.red_mask == 0xff0000 &&
				    visual.green_mask == 0xff00 &&
				    visual.blue_mask == 0xff;
		}
	}
	return 0;
}

static int
x_format_ok(const uint8_t *p, unsigned int n)
{
	xcb_format_t	f;
	unsigned int	i;

	for (i = 0; i < n; i++) {
		memcpy(&f, p + i * sizeof(f), sizeof(f));
		if (f.depth == 24)
			return f.bits_per_pixel == 32 && f.scanline_pad == 32;
	}
	return 0;
}

static int
x_setup_parse(struct x *x, const uint8_t *p, size_t len, struct x_setup *out)
{
	xcb_setup_t	s;
	xcb_screen_t	screen;
	size_t		vendor, formats;

	if (len < sizeof(s))
		return -1;
	memcpy(&s, p, sizeof(s));
	vendor = ((size_t)s.vendor_len + 3) / 4 * 4;
	formats = (size_t)s.pixmap_formats_len * sizeof(xcb_format_t);
	if (len < sizeof(s) + vendor + formats + sizeof(screen))
		return -1;
	if (s.image_byte_order != x_host_order() || s.roots_len < 1 ||
	    !x_format_ok(p + sizeof(s) + vendor, s.pixmap_formats_len))
		return -1;
	p += sizeof(s) + vendor + formats;
	len -= sizeof(s) + vendor + formats;
	memcpy(&screen, p, sizeof(screen));
	if (screen.root_depth != 24 || screen.root == 0 ||
	    !x_screen_ok(&screen, p + sizeof(screen), len - sizeof(screen)))
		return -1;
	if (screen.width_in_pixels < 1 || screen.height_in_pixels < 1 ||
	    screen.width_in_pixels > SCREEN_MAX ||
	    screen.height_in_pixels > SCREEN_MAX ||
	    s.min_keycode < 8 || s.max_keycode < s.min_keycode ||
	    s.resource_id_mask == 0)
		return -1;
	x->id_base = s.resource_id_base;
	x->id_mask = s.resource_id_mask;
	out->root = screen.root;
	out->width = screen.width_in_pixels;
	out->height = screen.height_in_pixels;
	out->min_keycode = s.min_keycode;
	out->max_keycode = s.max_keycode;
	return 0;
}

static void
x_setup_read(struct x *x)
{
	const uint8_t	*p = x->in.p + x->in.off;
	struct x_setup	 setup;
	uint16_t	 words;
	size_t		 len;

	if (x->in.len < 8)
		return;
	memcpy(&words, p + 6, sizeof(words));
	len = 8 + (size_t)words * 4;
	if (len > X_SETUP_MAX || p[0] > 2) {
		x_lose(x, "display_lied");
		return;
	}
	if (x->in.len < len)
		return;
	memset(&setup, 0, sizeof(setup));
	if (p[0] != 1) {
		x_lose(x, "display_refused");
		return;
	}
	if (x_setup_parse(x, p, len, &setup) == -1) {
		x_lose(x, "display_unfit");
		return;
	}
	buf_drop(&x->in, len);
	x->state = X_OPEN;
	event_del(&x->timer);
	x->conf.ready(x, &setup, x->conf.arg);
}

static void
x_parse(struct x *x)
{
	size_t	len;

	if (x->state == X_SETUP)
		x_setup_read(x);
	while (x->state == X_OPEN && !x->closed) {
		if ((len = x_packet_len(&x->in)) == 0)
			return;
		if (len == SIZE_MAX) {
			x_lose(x, "display_lied");
			return;
		}
		if (x->in.len < len)
			return;
		/* The buffer grows in x_read_cb only: these bytes stay. */
		x_packet(x, x->in.p + x->in.off, len);
		if (x->closed)
			return;
		buf_drop(&x->in, len);
	}
}

static void
x_read_cb(int fd, short events, void *arg)
{
	struct x	*x = arg;
	static uint8_t	 chunk[X_READ_CHUNK];
	size_t		 turn = 0;
	ssize_t		 n;

	(void)events;
	x_enter(x);
	while (turn < X_READ_TURN && x->state != X_LOST) {
		if ((n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT)) == -1) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN)
				x_lose(x, "display_closed");
			break;
		}
		if (n == 0) {
			x_lose(x, "display_closed");
			break;
		}
		turn += n;
		buf_append(&x->in, chunk, n);
		x_parse(x);
		if ((size_t)n < sizeof(chunk))
			break;
	}
	if (!x->closed && x->state == X_OPEN) {
		event_del(&x->timer);
		x_timer_set(x);
		x_flush(x);
	}
	x_leave(x);
}

static void
x_write_cb(int fd, short events, void *arg)
{
	struct x	*x = arg;

	(void)fd;
	(void)events;
	x_flush(x);
}

static int
x_connect(const char *path)
{
	struct sockaddr_un	sun;
	int			fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1)
		return -1;
	/* A full backlog is EAGAIN here, never a wait. */
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		int	saved_errno = errno;

		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

struct x *
x_open(struct event_base *base, const char *path, const struct x_conf *conf)
{
	xcb_setup_request_t	 hello;
	struct x		*x;
	int			 fd;

	if ((fd = x_connect(path)) == -1)
		return NULL;
	x = xcalloc(1, sizeof(*x));
	x->conf = *conf;
	if (x->conf.timeout_ms == 0)
		x->conf.timeout_ms = X_TIMEOUT_MS;
	x->fd = fd;
	x->state = X_SETUP;
	x->opened = monotime_now();
	TAILQ_INIT(&x->waits);
	TAILQ_INIT(&x->passes);
	event_assign(&x->readable, base, fd, EV_READ | EV_PERSIST, x_read_cb,
	    x);
	event_assign(&x->writable, base, fd, EV_WRITE, x_write_cb, x);
	evtimer_assign(&x->timer, base, x_timer_cb, x);
	event_add(&x->readable, NULL);
	x_timer_set(x);
	memset(&hello, 0, sizeof(hello));
	hello.byte_order = x_host_order() == 0 ? 'l' : 'B';
	hello.protocol_major_version = 11;
	x_queue(x, &hello, sizeof(hello));
	x_flush(x);
	return x;
}
