#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_error.h"
#include "ask.h"
#include "broker.h"
#include "exec.h"
#include "exec_pipe.h"
#include "http.h"
#include "journal.h"
#include "log.h"
#include "peer.h"
#include "places.h"
#include "session.h"
#include "signal_name.h"
#include "utf8.h"
#include "wire.h"
#include "xmalloc.h"

#define EXECS_MAX	128
#define USER_EXECS	48
/* After the end: a child in the background may hold a pipe for ever. */
#define DRAIN_WAIT	{ 0, 250 * 1000 }
#define DRAIN_ROUNDS	240	/* of them, when a client reads slowly */

struct exec {
	struct request		*request;	/* NULL: answered, or left */
	struct stream		*stream;
	int			 streamed;
	struct ask		*ask;		/* NULL: it has exited */
	struct session_row	 row;		/* id and owner, for events */
	uid_t			 uid;
	char			 program[NAME_MAX_LEN + 1];
	uint32_t		 argc;
	int			 started;
	char			*input;
	size_t			 input_len;
	size_t			 input_at;
	int			 in;		/* fd, or -1 */
	struct event		 writable;
	struct exec_pipe	 out[2];
	struct event		 drain;
	int			 rounds;
	struct msg_exec_exited	 end;
};

static struct places	places = {
	.max = EXECS_MAX,
	.uid_max = USER_EXECS,
	.what = "programs run at once"
};

static void
close_input(struct exec *e)
{
	if (e->in == -1)
		return;
	event_del(&e->writable);
	close(e->in);
	e->in = -1;
}

static void
exec_free(struct exec *e)
{
	ask_free(e->ask);
	close_input(e);
	pipe_clear(&e->out[0]);
	pipe_clear(&e->out[1]);
	event_del(&e->drain);
	row_clear(&e->row);
	free(e->input);
	places_leave(&places, e->uid);
	free(e);
}

static struct json_object *
end_json(const struct exec *e)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "exit_code", e->end.signal != 0 ? NULL :
	    json_object_new_int(e->end.code));
	json_object_object_add(o, "signal", signal_json(e->end.signal));
	json_object_object_add(o, "timed_out",
	    json_object_new_boolean((e->end.flags & EXEC_TIMED_OUT) != 0));
	return o;
}

static void
add_duration(struct json_object *o, const struct exec *e)
{
	json_object_object_add(o, "duration_ms",
	    json_object_new_int64(e->end.duration_ms));
}

static void
journal_started(const struct exec *e)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "program",
	    json_object_new_string(e->program));
	json_object_object_add(o, "arguments",
	    json_object_new_int64(e->argc));
	journal_event(STORE_FULL, "exec.started", &e->row, e->uid, o);
}

static void
journal_exited(const struct exec *e)
{
	struct json_object	*o = end_json(e);

	json_object_object_add(o, "program",
	    json_object_new_string(e->program));
	add_duration(o, e);
	journal_event(STORE_FULL, "exec.exited", &e->row, e->uid, o);
}

static void
journal_lost(const struct exec *e)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "program",
	    json_object_new_string(e->program));
	json_object_object_add(o, "lost", json_object_new_boolean(1));
	journal_event(STORE_FULL, "exec.exited", &e->row, e->uid, o);
}

static void
tell(struct exec *e, const char *kind, struct json_object *o)
{
	(void)stream_event(e->stream, 0, kind,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static struct json_object *
answer_json(const struct exec *e)
{
	struct json_object	*o = end_json(e), *cut;
	int			 i;

	cut = json_object_new_object();
	for (i = 0; i < 2; i++) {
		json_object_object_add(o, e->out[i].name,
		    pipe_text(&e->out[i]));
		json_object_object_add(cut, e->out[i].name,
		    json_object_new_boolean(e->out[i].truncated));
	}
	json_object_object_add(o, "truncated", cut);
	json_object_object_add(o, "encoding", json_object_new_string("utf-8"));
	add_duration(o, e);
	return o;
}

/* It has exited and its streams have ended, or had their time. */
static void
finish(struct exec *e)
{
	struct json_object	*o;

	pipe_flush(&e->out[0]);
	pipe_flush(&e->out[1]);
	if (e->stream != NULL) {
		o = end_json(e);
		add_duration(o, e);
		tell(e, "exited", o);
		stream_end(e->stream);
	} else if (e->request != NULL)
		reply_json(e->request, 200, answer_json(e));
	exec_free(e);
}

static void
drain_cb(int fd, short events, void *arg)
{
	static const struct timeval	 tv = DRAIN_WAIT;
	struct exec			*e = arg;

	(void)fd;
	(void)events;
	if ((e->out[0].paused || e->out[1].paused) &&
	    e->rounds++ < DRAIN_ROUNDS) {
		event_add(&e->drain, &tv);
		return;
	}
	finish(e);
}

static void
pipe_ended(void *arg)
{
	struct exec	*e = arg;

	if (e->out[0].fd == -1 && e->out[1].fd == -1 && e->ask == NULL)
		finish(e);
}

/* The client is gone: the program goes, too, and its end is journaled. */
static void
abandon(struct exec *e)
{
	struct msg_exec_signal	kill_it = { .signal = SIGKILL };

	e->request = NULL;
	e->stream = NULL;
	e->out[0].stream = e->out[1].stream = NULL;
	close_input(e);
	pipe_stop(&e->out[0]);
	pipe_stop(&e->out[1]);
	if (e->ask == NULL) {
		exec_free(e);
		return;
	}
	ask_send(e->ask, MSG_EXEC_SIGNAL, &kill_it, sizeof(kill_it), NULL, 0);
}

static void
request_gone(struct request *r, void *arg)
{
	(void)r;
	abandon(arg);
}

static void
stream_gone(struct stream *s, void *arg)
{
	(void)s;
	abandon(arg);
}

static void
writable_cb(int fd, short events, void *arg)
{
	struct exec	*e = arg;
	ssize_t		 n;

	(void)events;
	n = write(fd, e->input + e->input_at, e->input_len - e->input_at);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		e->input_at += (size_t)n;
	/* A program need not read all we have for it. */
	if (n <= 0 || e->input_at == e->input_len)
		close_input(e);
}

static void
start_input(struct exec *e, int fd)
{
	int	flags;

	if (e->input_len == 0) {
		close(fd);
		return;
	}
	if ((flags = fcntl(fd, F_GETFL)) != -1)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	e->in = fd;
	event_assign(&e->writable, broker_base(), fd, EV_WRITE | EV_PERSIST,
	    writable_cb, e);
	event_add(&e->writable, NULL);
}

static void
start_stream(struct exec *e, uint32_t pid)
{
	struct json_object	*o = json_object_new_object();
	struct request		*r = e->request;

	e->request = NULL;
	reply_header(r, "Cache-Control", "no-store");
	e->stream = reply_stream(r, stream_gone, e);
	json_object_object_add(o, "pid", json_object_new_int64(pid));
	if (e->stream == NULL)
		json_object_put(o);
	else
		tell(e, "started", o);
}

static void
recv_started(struct exec *e, struct wire_msg *m)
{
	const struct msg_exec_started	*st;
	int				 fd[3], i;

	if (e->started) {
		peer_close(ask_peer(e->ask), "a program started twice");
		return;
	}
	e->started = 1;
	st = (const struct msg_exec_started *)m->data;
	journal_started(e);
	if (e->request != NULL && e->streamed)
		start_stream(e, st->pid);
	if (e->request == NULL && e->stream == NULL) {
		abandon(e);
		return;
	}
	for (i = 0; i < 3; i++)
		fd[i] = wire_take_fd(m, i);
	start_input(e, fd[0]);
	pipe_start(&e->out[0], fd[1], e->stream);
	pipe_start(&e->out[1], fd[2], e->stream);
}

static void
recv_exited(struct exec *e, const struct wire_msg *m)
{
	static const struct timeval	 tv = DRAIN_WAIT;

	if (!e->started) {
		peer_close(ask_peer(e->ask), "a program ended before it began");
		return;
	}
	memcpy(&e->end, m->data, sizeof(e->end));
	if (e->end.signal < 0 || e->end.signal > 64)
		e->end.signal = SIGKILL;
	ask_free(e->ask);
	e->ask = NULL;
	journal_exited(e);
	close_input(e);
	if (e->request == NULL && e->stream == NULL)
		exec_free(e);
	else if (e->out[0].fd == -1 && e->out[1].fd == -1)
		finish(e);
	else
		event_add(&e->drain, &tv);
}

/* The worker is gone, and with it the news of the program's end. */
static void
lost(struct exec *e)
{
	struct json_object	*o;

	e->ask = NULL;		/* freed by who calls */
	if (e->started)
		journal_lost(e);
	if (e->stream != NULL) {
		o = json_object_new_object();
		json_object_object_add(o, "code", json_object_new_string(
		    problem_code(PROBLEM_UNAVAILABLE)));
		tell(e, "error", o);
		stream_end(e->stream);
	} else if (e->request != NULL)
		reply_error(e->request, NULL);
	exec_free(e);
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct exec	*e = arg;

	if (m == NULL) {
		lost(e);
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_EXEC_STARTED:
		recv_started(e, m);
		break;
	case MSG_EXEC_EXITED:
		recv_exited(e, m);
		break;
	case MSG_ERROR:
		if (e->started) {
			peer_close(ask_peer(e->ask), "an error after a start");
			break;
		}
		if (e->request != NULL)
			reply_error(e->request, m);
		exec_free(e);
		break;
	default:
		peer_close(ask_peer(e->ask), "no answer to exec");
	}
}

static struct exec *
exec_new(const struct session *s, struct request *r,
    const struct exec_plan *plan)
{
	struct exec	*e = xcalloc(1, sizeof(*e));

	e->request = r;
	e->streamed = plan->streamed;
	row_copy(&e->row, &s->row);
	e->uid = request_uid(r);
	utf8_line(e->program, sizeof(e->program), plan->program);
	e->argc = plan->head.argc;
	e->in = e->out[0].fd = e->out[1].fd = -1;
	e->out[0].name = "stdout";
	e->out[1].name = "stderr";
	e->out[0].ended = e->out[1].ended = pipe_ended;
	e->out[0].arg = e->out[1].arg = e;
	evtimer_assign(&e->drain, broker_base(), drain_cb, e);
	if (plan->input_len > 0) {
		e->input = xmalloc(plan->input_len);
		memcpy(e->input, plan->input, plan->input_len);
		e->input_len = plan->input_len;
	}
	return e;
}

void
exec_start(struct session *s, struct request *r, const struct exec_plan *plan)
{
	struct exec	*e;

	if (places_take(&places, r) == -1)
		return;
	e = exec_new(s, r, plan);
	if ((e->ask = ask_new(s->worker, &s->row.id, answer, e)) == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		exec_free(e);
		return;
	}
	(void)ask_send(e->ask, MSG_EXEC, &plan->head, sizeof(plan->head),
	    plan->tail, plan->tail_len);
	request_defer(r, request_gone, e);
}
