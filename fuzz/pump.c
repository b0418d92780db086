/*
 * A session that speaks for deskd-pump: words and lines in any order, and
 * messages of its worker.  Whatever comes, who waits hears of the end once,
 * before or with the end of what it can say, and nothing is left.
 *
 * An input is a list of steps, a byte each and what it takes:
 *
 *	0, 1	u16 bytes on the word channel, on the output
 *	2, 3	that channel ends
 *	4	the worker says: started, exited, error, gone or nonsense
 *	5	the loop turns
 *	6, 7	no more lines for a while, and on
 *	8, 9	nobody waits: stop, leave
 */
#include <sys/socket.h>

#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_error.h"
#include "ask.h"
#include "broker.h"
#include "http.h"
#include "input.h"
#include "peer.h"
#include "places.h"
#include "pump.h"
#include "session.h"
#include "wire.h"

#define TURNS		64
#define KILLS_MAX	64	/* signals to one pump */

static struct event_base	*base;
static struct session		 session;

/* One pump, from its start until it is free. */
static struct {
	struct pump	*p;
	ask_cb		*cb;
	void		*arg;
	int		 asked;		/* an ask is open */
	int		 started;
	int		 heads, ends;
	int		 stopped;
	int		 kills;
	int		 places;
	int		 fd[3];		/* the pump's side */
} t;

/* Stand-ins for what surrounds it. */

struct event_base *
broker_base(void)
{
	return base;
}

int
need_running(struct request *r, const struct session *s)
{
	(void)r;
	(void)s;
	return 0;
}

uid_t
request_uid(const struct request *r)
{
	(void)r;
	return 1;
}

void
reply_problem(struct request *r, enum problem problem, const char *pointer,
    const char *fmt, ...)
{
	(void)r;
	(void)problem;
	(void)pointer;
	(void)fmt;
}

int
places_take(struct places *p, struct request *r)
{
	(void)p;
	(void)r;
	t.places++;
	return 0;
}

void
places_leave(struct places *p, uid_t uid)
{
	(void)p;
	(void)uid;
	if (--t.places < 0)
		abort();
}

struct ask *
ask_new(struct peer *peer, const struct ulid *id, ask_cb *cb, void *arg)
{
	(void)peer;
	(void)id;
	t.cb = cb;
	t.arg = arg;
	t.asked = 1;
	return (struct ask *)&t;
}

void
ask_free(struct ask *a)
{
	if (a != NULL)
		t.asked = 0;
}

struct peer *
ask_peer(const struct ask *a)
{
	(void)a;
	return (struct peer *)&t;
}

int
ask_send(struct ask *a, enum msg_type type, const void *data, size_t len,
    const void *tail, size_t tail_len)
{
	(void)data;
	(void)len;
	(void)tail;
	(void)tail_len;
	if (a == NULL || !t.asked)
		abort();
	if (type == MSG_EXEC_SIGNAL && ++t.kills > KILLS_MAX)
		abort();	/* without end */
	return 0;
}

/* As peers do: its loss is told later. */
static int	lost;

void
__wrap_peer_close(struct peer *p, const char *why);

void
__wrap_peer_close(struct peer *p, const char *why)
{
	(void)p;
	(void)why;
	lost = 1;
}

/* Who waits. */

static void
alive(void)
{
	if (t.ends > 0 || t.stopped)
		abort();
}

static void
head(struct pump *p, struct json_object *o, void *arg)
{
	(void)p;
	alive();
	if (arg != &t || !json_object_is_type(o, json_type_object) ||
	    ++t.heads > 1)
		abort();
}

static void
line(struct pump *p, struct json_object *o, void *arg)
{
	(void)p;
	alive();
	if (arg != &t || !json_object_is_type(o, json_type_object))
		abort();
}

static void
end(struct pump *p, struct json_object *last, const struct pump_fault *fault,
    void *arg)
{
	(void)p;
	(void)arg;
	alive();
	if (fault != NULL && (fault->detail == NULL ||
	    fault->problem == PROBLEM_NONE))
		abort();
	if (fault == NULL && last == NULL)
		abort();
	t.ends++;
}

static const struct pump_calls	calls = { head, line, end };

static void
worker_gone(void)
{
	if (!t.asked)
		return;
	t.asked = 0;
	t.cb(NULL, t.arg);
}

static void
turn(int n)
{
	while (n-- > 0) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (lost)
			worker_gone();
		lost = 0;
	}
}

static void
shut(int i)
{
	if (t.fd[i] != -1)
		close(t.fd[i]);
	t.fd[i] = -1;
}

static void
started(struct wire_msg *m)
{
	int	i, p[2];

	for (i = 0; i < 3; i++) {
		if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
			abort();
		m->fds[m->nfds++] = p[i != 0 ? 0 : 1];
		if (t.started)
			close(p[i != 0]);
		else
			t.fd[i] = p[i != 0];
	}
	t.started = 1;
}

static void
worker_says(unsigned int what)
{
	static struct wire_msg	m;
	static const enum msg_type types[] = { MSG_EXEC_STARTED,
				    MSG_EXEC_EXITED, MSG_ERROR, MSG_OK };

	if (!t.asked)
		return;
	if (what % 8 == 7) {
		worker_gone();
		return;
	}
	memset(&m.hdr, 0, sizeof(m.hdr));
	memset(m.data, (int)(what >> 3), 64);
	m.hdr.type = types[what % 4];
	m.len = m.hdr.type == MSG_ERROR ? 4 + what % 60 : 16;
	m.data[m.len] = '\0';
	m.nfds = 0;
	if (m.hdr.type == MSG_EXEC_STARTED)
		started(&m);
	t.cb(&m, t.arg);
	wire_close_fds(&m);
	turn(1);
}

static void
say(struct input *in, int i)
{
	const uint8_t	*bytes;
	size_t		 n = input_bytes(in, input_u16(in), &bytes);

	if (t.fd[i] != -1 && n > 0 && write(t.fd[i], bytes, n) == -1)
		turn(1);
}

static int
waits(void)
{
	return t.ends == 0 && !t.stopped;
}

static void
step(struct input *in)
{
	unsigned int	what = input_u8(in);

	switch (what % 10) {
	case 0:
	case 1:
		say(in, what % 10 == 0 ? 2 : 1);
		break;
	case 2:
	case 3:
		shut(what % 10 == 2 ? 2 : 1);
		break;
	case 4:
		worker_says(input_u8(in));
		break;
	case 5:
		turn(1 + input_u8(in) % 4);
		break;
	case 6:
		if (waits())
			pump_hold(t.p);
		break;
	case 7:
		if (waits())
			pump_go_on(t.p);
		break;
	case 8:
		if (waits()) {
			t.stopped = 1;
			pump_stop(t.p);
		}
		break;
	case 9:
		if (waits())
			pump_leave(t.p);
		break;
	}
}

/* All that it holds is closed and its worker goes: that is the end. */
static void
finish(void)
{
	if (waits())
		pump_go_on(t.p);
	turn(1);
	shut(0);
	shut(1);
	shut(2);
	turn(TURNS);
	worker_gone();
	turn(TURNS);
	if (waits() || t.ends > 1 || t.places != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pump_plan	 plan = { .argv = { "list", "/" } };
	struct input			 in = { data, size };

	if (base == NULL) {
		signal(SIGPIPE, SIG_IGN);
		base = event_base_new();
	}
	memset(&t, 0, sizeof(t));
	t.fd[0] = t.fd[1] = t.fd[2] = -1;
	lost = 0;
	if ((t.p = pump_start(&session, NULL, &plan, &calls, &t)) == NULL)
		abort();
	while (in.left > 0)
		step(&in);
	finish();
	return 0;
}
