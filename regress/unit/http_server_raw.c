/*
 * The server's side of bodies into pipes and answers out of them: what a
 * deskd-pump would do at the other end, well or badly.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <json.h>

#include "http_private.h"
#include "http_test.h"
#include "log.h"
#include "xmalloc.h"

long	n_raw_uncommitted, n_raw_gone, n_pipe_over;

/* Reads frames from the pipe that a body goes into. */
struct sink {
	struct request	*r;
	char		 how[16];	/* longer than the request lives */
	int		 fd[2];		/* read end, and the other until given */
	struct event	 ev;
	unsigned char	 head[4];
	size_t		 nhead;
	uint32_t	 left;
	uint64_t	 bytes;
	uint64_t	 sum;
	uint64_t	 frames;
};

static struct event_base *
base_of(const struct request *r)
{
	return request_http(r)->base;
}

static void
sink_free(struct sink *k)
{
	event_del(&k->ev);
	if (k->fd[0] != -1)
		close(k->fd[0]);
	if (k->fd[1] != -1)
		close(k->fd[1]);
	free(k);
}

static void
sink_done(struct sink *k)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "bytes", json_object_new_int64(
	    (int64_t)k->bytes));
	json_object_object_add(o, "sum", json_object_new_int64(
	    (int64_t)k->sum));
	if (k->r != NULL)
		reply_json(k->r, 200, o);
	sink_free(k);
}

/* The bytes of one read; 1: the commit was among them. */
static int
sink_take(struct sink *k, const unsigned char *p, size_t len)
{
	for (; len > 0; p++, len--) {
		if (k->left > 0) {
			k->left--;
			k->bytes++;
			k->sum = (k->sum * 31 + *p) & 0xffffff;
			continue;
		}
		k->head[k->nhead++] = *p;
		if (k->nhead < 4)
			continue;
		k->nhead = 0;
		memcpy(&k->left, k->head, 4);
		if (k->left == 0)
			return 1;
		k->frames++;
	}
	return 0;
}

static void
sink_refuse(struct sink *k)
{
	reply_problem(k->r, PROBLEM_DISK, NULL, "after %llu bytes",
	    (unsigned long long)k->bytes);
	sink_free(k);
}

static void
sink_cb(int fd, short events, void *arg)
{
	static unsigned char buf[65536];
	struct sink *k = arg;
	struct timeval slow = { 0, 2000 };
	ssize_t n;

	(void)events;
	(void)fd;
	n = read(k->fd[0], buf, strcmp(k->how, "slow") == 0 ? 8192 :
	    sizeof(buf));
	if (n == -1 && errno == EAGAIN) {
		event_add(&k->ev, &slow);
		return;
	}
	if (n <= 0) {
		n_raw_uncommitted++;
		sink_free(k);
	} else if (sink_take(k, buf, (size_t)n))
		sink_done(k);
	else if (strcmp(k->how, "middle") == 0 && k->bytes > 100000)
		sink_refuse(k);
	else
		event_add(&k->ev, &slow);
}

static void
sink_gone(struct request *r, void *arg)
{
	struct sink *k = arg;

	(void)r;
	n_raw_gone++;
	k->r = NULL;
}

static void
sink_start_cb(int fd, short events, void *arg)
{
	struct timeval tv = { 0, 0 };
	struct sink *k = arg;

	(void)fd;
	(void)events;
	if (k->r == NULL || strcmp(k->how, "refuse") == 0) {
		if (k->r != NULL)
			reply_problem(k->r, PROBLEM_CONFLICT, NULL, "no");
		sink_free(k);
		return;
	}
	request_body_to(k->r, k->fd[1]);
	k->fd[1] = -1;
	event_assign(&k->ev, base_of(k->r), -1, 0, sink_cb, k);
	event_add(&k->ev, &tv);
}

void
test_put(struct request *r)
{
	struct timeval tv = { 0, 20000 };
	struct sink *k;

	if (strcmp(request_param(r, "how"), "at_once") == 0) {
		reply_problem(r, PROBLEM_CONFLICT, NULL, "no");
		return;
	}
	k = xcalloc(1, sizeof(*k));
	k->r = r;
	strlcpy(k->how, request_param(r, "how"), sizeof(k->how));
	if (pipe2(k->fd, O_CLOEXEC | O_NONBLOCK) == -1)
		fatal("pipe2");
	request_defer(r, sink_gone, k);
	event_assign(&k->ev, base_of(r), -1, 0, sink_start_cb, k);
	event_add(&k->ev, &tv);
}

/* Writes into the pipe that an answer comes out of. */
struct well {
	struct piped	*piped;		/* NULL: over */
	const char	*how;
	int		 fd;		/* -1: all written */
	size_t		 left;
	struct event	 ev;
};

static void
well_release(struct well *w)
{
	if (w->piped != NULL || w->fd != -1)
		return;
	event_del(&w->ev);
	free(w);
}

static void
well_close(struct well *w)
{
	event_del(&w->ev);
	close(w->fd);
	w->fd = -1;
	if (w->piped != NULL && strcmp(w->how, "unsaid") != 0)
		piped_verdict(w->piped, strcmp(w->how, "lie") != 0);
}

static void
well_cb(int fd, short events, void *arg)
{
	static char buf[10000];
	struct well *w = arg;
	size_t n = w->left < sizeof(buf) ? w->left : sizeof(buf);
	ssize_t done;

	(void)events;
	memset(buf, 'w', sizeof(buf));
	done = write(fd, buf, n);
	if (done == -1 && errno == EAGAIN)
		return;
	if (done > 0)
		w->left -= (size_t)done;
	if (done == -1 || w->left == 0) {
		well_close(w);
		well_release(w);
	}
}

static void
well_over(void *arg)
{
	struct well *w = arg;

	n_pipe_over++;
	w->piped = NULL;
	if (w->fd != -1) {
		event_del(&w->ev);
		close(w->fd);
		w->fd = -1;
	}
	well_release(w);
}

void
test_pipe(struct request *r)
{
	static const char *const hows[] = { "known", "short", "chunked",
	    "lie", "silent", "unsaid" };
	struct well *w = xcalloc(1, sizeof(*w));
	size_t i;
	int fd[2];

	for (i = 0; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (strcmp(request_param(r, "how"), hows[i]) == 0)
			w->how = hows[i];
	if (w->how == NULL || pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1)
		fatal("pipe2");
	w->fd = fd[1];
	w->left = strcmp(w->how, "short") == 0 ? TEST_PIPE_SIZE / 2 :
	    TEST_PIPE_SIZE;
	event_assign(&w->ev, base_of(r), fd[1], EV_WRITE | EV_PERSIST,
	    well_cb, w);
	if (strcmp(w->how, "silent") != 0)
		event_add(&w->ev, NULL);
	w->piped = reply_pipe(r, 200, "application/octet-stream", fd[0],
	    strcmp(w->how, "known") == 0 || strcmp(w->how, "short") == 0 ?
	    TEST_PIPE_SIZE : -1, well_over, w);
}
