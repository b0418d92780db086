/*
 * An answer whose body comes out of a pipe.  MHD is given what there is;
 * with nothing to give the connection sleeps.  A pipe that ends too early,
 * or without anybody saying that it was all, cuts the connection: a client
 * never takes half of a body for the whole.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "http_private.h"
#include "idem.h"
#include "log.h"
#include "xmalloc.h"

#define CHUNK	65536		/* what MHD sends at once */

struct piped {
	struct request	*request;
	int		 fd;		/* -1: it has ended */
	struct event	 readable;
	int		 known;		/* length */
	int		 verdict;	/* 1: it was all; -1: it was not */
	int		 cut;
	void		(*over)(void *);
	void		*arg;
};

static void
pipe_close(struct piped *p)
{
	if (p->fd == -1)
		return;
	event_del(&p->readable);
	close(p->fd);
	p->fd = -1;
}

static void
wake(struct piped *p)
{
	if (p->request->conn != NULL)
		conn_resume(p->request->conn);
}

static void
readable_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	wake(arg);
}

/* Nothing more comes: is that all? */
static ssize_t
at_end(struct piped *p)
{
	pipe_close(p);
	if (p->known || p->verdict == -1)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (p->verdict == 1)
		return MHD_CONTENT_READER_END_OF_STREAM;
	conn_suspend(p->request->conn);
	return 0;
}

static ssize_t
read_cb(void *arg, uint64_t at, char *buf, size_t max)
{
	struct piped	*p = arg;
	ssize_t		 n;

	(void)at;
	if (p->cut)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (p->fd == -1)
		return at_end(p);
	if ((n = read(p->fd, buf, max)) > 0)
		return n;
	if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
		event_add(&p->readable, NULL);
		conn_suspend(p->request->conn);
		return 0;
	}
	return at_end(p);
}

static struct MHD_Response *
response(struct piped *p, const char *type, int64_t length)
{
	struct MHD_Response	*m;

	m = MHD_create_response_from_callback(length == -1 ?
	    MHD_SIZE_UNKNOWN : (uint64_t)length, CHUNK, read_cb, p, NULL);
	if (m != NULL)
		MHD_add_response_header(m, "Content-Type", type);
	return m;
}

struct piped *
reply_pipe(struct request *r, int status, const char *type, int fd,
    int64_t length, void (*over)(void *), void *arg)
{
	struct piped	*p;
	int		 flags;

	if (r->key != NULL)
		idem_abandon(r, r->key);
	if (reply_given(r) || r->conn == NULL) {
		close(fd);
		if (r->conn == NULL)
			reply_response(r, status, NULL);
		return NULL;
	}
	if ((flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	p = r->piped = xcalloc(1, sizeof(*p));
	p->request = r;
	p->fd = fd;
	p->known = length != -1;
	p->over = over;
	p->arg = arg;
	event_assign(&p->readable, r->http->base, fd, EV_READ, readable_cb, p);
	reply_response(r, status, response(p, type, length));
	return p;
}

void
piped_verdict(struct piped *p, int all)
{
	p->verdict = all ? 1 : -1;
	if (p->fd == -1)
		wake(p);
}

/* Its socket is dead while it sleeps: MHD is woken to find out. */
void
piped_left(struct piped *p)
{
	if (p->cut)
		return;
	p->cut = 1;
	shutdown(p->request->conn->fd, SHUT_RDWR);
	wake(p);
}

/* MHD is through with it. */
void
piped_done(struct piped *p)
{
	p->request->piped = NULL;
	pipe_close(p);
	p->over(p->arg);
	free(p);
}

/* Nobody reads it, since nobody asked for it: HEAD. */
static ssize_t
read_none(void *arg, uint64_t at, char *buf, size_t max)
{
	(void)arg;
	(void)at;
	(void)buf;
	(void)max;
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

void
reply_length(struct request *r, int status, const char *type, int64_t length)
{
	struct MHD_Response	*m;

	if (reply_given(r))
		return;
	if (r->key != NULL)
		idem_abandon(r, r->key);
	m = MHD_create_response_from_callback(length == -1 ?
	    MHD_SIZE_UNKNOWN : (uint64_t)length, 1, read_none, NULL, NULL);
	if (m != NULL)
		MHD_add_response_header(m, "Content-Type", type);
	reply_response(r, status, m);
}
