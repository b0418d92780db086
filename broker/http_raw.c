/*
 * A body of any size on its way into a pipe.  No more of it is in memory
 * than MHD has just read: while the pipe is full the connection sleeps.
 *
 * It goes in frames, a length and so many bytes; a length of zero says that
 * all of it is there.  Without that, the end of the pipe means that the
 * client has left.
 *
 * MHD takes no answer before it has read the body, unless it has not begun
 * to.  What comes after an early answer is read and forgotten.
 */
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_private.h"
#include "log.h"
#include "xmalloc.h"

#define FRAME_MAX	(1024 * 1024)
#define FORGET_MAX	((uint64_t)1 << 30)	/* then the line is cut */

struct raw {
	struct request	*request;
	int		 fd;		/* -1: what comes is forgotten */
	struct event	 writable;
	uint32_t	 head;		/* of the frame under way */
	size_t		 head_left;
	size_t		 left;		/* of its bytes */
	int		 begun;		/* MHD knows that it is to read */
	int		 ended;		/* the body is here */
	uint64_t	 forgotten;
};

static void
raw_close(struct raw *w)
{
	if (w->fd == -1)
		return;
	event_del(&w->writable);
	close(w->fd);
	w->fd = -1;
}

/* The client has left: the pipe ends without a commit. */
void
raw_left(struct request *r)
{
	if (r->raw != NULL)
		raw_close(r->raw);
}

void
raw_free(struct raw *w)
{
	if (w == NULL)
		return;
	raw_close(w);
	free(w);
}

static void
frame_begin(struct raw *w, size_t len)
{
	if (len > FRAME_MAX)
		len = FRAME_MAX;
	w->head = (uint32_t)len;
	w->head_left = sizeof(w->head);
	w->left = len;
}

/*
 * What the pipe takes of the frame under way; how many of these bytes are
 * gone, or -1: nobody reads it any more.
 */
static ssize_t
frame_write(struct raw *w, const char *data, size_t len)
{
	struct iovec	iov[2];
	size_t		head = w->head_left;
	ssize_t		n;

	if (len > w->left)
		len = w->left;
	iov[0].iov_base = (char *)&w->head + sizeof(w->head) - head;
	iov[0].iov_len = head;
	iov[1].iov_base = (char *)(uintptr_t)data;
	iov[1].iov_len = len;
	n = writev(w->fd, iov, 2);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if ((size_t)n < head) {
		w->head_left -= (size_t)n;
		return 0;
	}
	w->head_left = 0;
	n -= (ssize_t)head;
	w->left -= (size_t)n;
	return n;
}

static int
frame_done(const struct raw *w)
{
	return w->head_left == 0 && w->left == 0;
}

/* All of it is in the pipe: the answer is what is waited for now. */
static void
raw_committed(struct raw *w)
{
	raw_close(w);
	w->request->phase = PHASE_WAITING;
}

static void
raw_commit(struct raw *w)
{
	if (w->fd == -1 || frame_write(w, NULL, 0) == -1 || frame_done(w))
		raw_committed(w);
	else
		event_add(&w->writable, NULL);
}

static void
writable_cb(int fd, short events, void *arg)
{
	struct raw	*w = arg;

	(void)fd;
	(void)events;
	if (w->ended)
		raw_commit(w);
	else if (w->request->conn != NULL)
		conn_resume(w->request->conn);
}

void
request_body_to(struct request *r, int fd)
{
	struct raw	*w;
	int		 flags;

	if (r->conn == NULL || r->raw != NULL || r->response != NULL ||
	    r->phase == PHASE_QUEUED || (r->route->flags & ROUTE_BODY_RAW) ==
	    0) {
		close(fd);
		return;
	}
	if ((flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	w = r->raw = xcalloc(1, sizeof(*w));
	w->request = r;
	w->fd = fd;
	w->begun = r->phase == PHASE_HANDLER;
	event_assign(&w->writable, r->http->base, fd, EV_WRITE, writable_cb,
	    w);
	r->phase = PHASE_RAW;
	conn_resume(r->conn);
}

/* An answer before the body was asked for: a small one is read all the same. */
void
raw_forget(struct request *r)
{
	r->raw = xcalloc(1, sizeof(*r->raw));
	r->raw->request = r;
	r->raw->fd = -1;
	r->raw->begun = 1;
	r->phase = PHASE_RAW;
}

/* How many bytes were taken; -1: too many for nothing. */
static ssize_t
raw_take(struct raw *w, const char *data, size_t len)
{
	size_t	at = 0;
	ssize_t	n = 0;

	while (w->fd != -1 && at < len) {
		if (frame_done(w))
			frame_begin(w, len - at);
		if ((n = frame_write(w, data + at, len - at)) == -1)
			raw_close(w);
		else if (n == 0)
			break;
		else
			at += (size_t)n;
	}
	if (w->fd != -1)
		return (ssize_t)at;
	w->forgotten += len - at;
	return w->forgotten > FORGET_MAX ? -1 : (ssize_t)len;
}

static enum MHD_Result
raw_all(struct raw *w, struct MHD_Connection *mhd)
{
	struct request	*r = w->request;

	w->ended = 1;
	if (r->response != NULL)
		return request_queue(r, mhd);
	conn_suspend(r->conn);
	frame_begin(w, 0);
	raw_commit(w);
	return MHD_YES;
}

/* MHD has some of the body, or, with none, all of it. */
enum MHD_Result
raw_go(struct request *r, struct MHD_Connection *mhd, const char *data,
    size_t *size)
{
	struct raw	*w = r->raw;
	ssize_t		 n;

	if (!w->begun) {
		w->begun = 1;
		return MHD_YES;
	}
	if (w->ended)
		return MHD_NO;
	if (*size == 0)
		return frame_done(w) || w->fd == -1 ? raw_all(w, mhd) : MHD_NO;
	if (*size > r->route->body_max - r->body_seen)
		return MHD_NO;
	if ((n = raw_take(w, data, *size)) == -1)
		return MHD_NO;
	r->body_seen += (size_t)n;
	*size -= (size_t)n;
	if (*size > 0) {
		conn_suspend(r->conn);
		event_add(&w->writable, NULL);
	}
	return MHD_YES;
}

/* There is an answer: no more of the body is wanted. */
void
raw_answered(struct request *r)
{
	raw_close(r->raw);
	if (r->raw->ended)
		r->phase = PHASE_WAITING;
	else if (!r->raw->begun) {
		/* Nothing was asked for yet. */
		free(r->raw);
		r->raw = NULL;
		r->phase = PHASE_WAITING;
	}
	conn_resume(r->conn);
}
