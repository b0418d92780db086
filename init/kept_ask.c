/* What may be asked of the programs that are kept, one message each. */
#include <sys/ioctl.h>

#include <signal.h>
#include <string.h>
#include <termios.h>

#include "init.h"
#include "kept_program.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"

void
kept_item(const struct kept *k, struct msg_kept_item *m)
{
	memset(m, 0, sizeof(*m));
	m->id = k->ask.id;
	m->kind = k->ask.kind;
	m->flags = k->flags;
	if (k->ended == 0)
		m->flags |= KEPT_RUNS;
	if (k->ask.exec.flags & EXEC_ROOT)
		m->flags |= KEPT_ROOT;
	if (k->in != -1 && !k->in_ending)
		m->flags |= KEPT_INPUT_OPEN;
	m->pid = (uint32_t)k->pid;
	m->principal = k->ask.exec.principal;
	m->code = k->code;
	m->signal = k->signal;
	m->cols = k->ask.exec.cols;
	m->rows = k->ask.exec.rows;
	m->keep = k->ask.keep;
	m->argc = k->ask.exec.argc;
	m->duration_ms = k->ended != 0 ? k->duration_ms :
	    (uint32_t)monotime_since_ms(k->since);
	m->started_ms = k->started_ms;
	m->ended_ms = k->ended_ms;
	m->first = k->ring.first;
	m->end = k->ring.end;
	memcpy(m->name, k->ask.name, sizeof(m->name));
}

static void
list(struct peer *p, struct wire_msg *msg)
{
	struct msg_kept_item	 m;
	struct msg_out		 out = { .type = MSG_KEPT_ITEM,
				    .request = msg->hdr.request,
				    .session = &msg->hdr.session,
				    .data = &m, .len = sizeof(m) };
	const struct kept	*k;

	for (k = kept_next(NULL); k != NULL; k = kept_next(k)) {
		if (!k->started)
			continue;
		kept_item(k, &m);
		out.tail = k->argv;
		out.tail_len = k->argv_len;
		(void)peer_send(p, &out);
	}
	(void)peer_ok(p, &msg->hdr);
}

/* NULL: answered with why not. */
static struct kept *
running(struct peer *p, const struct wire_msg *msg, const struct ulid *id)
{
	struct kept	*k = kept_find(id);

	if (k == NULL || !k->started) {
		peer_error(p, &msg->hdr, PROBLEM_NOT_FOUND, "",
		    "no such program is kept");
		return NULL;
	}
	if (k->ended != 0) {
		peer_error(p, &msg->hdr, PROBLEM_WRONG_STATE, "",
		    "the program has ended");
		return NULL;
	}
	return k;
}

static void
resize(struct peer *p, struct wire_msg *msg)
{
	struct msg_kept_resize	 m;
	struct winsize		 ws = { 0 };
	struct kept		*k;

	memcpy(&m, msg->data, sizeof(m));
	if (m.cols == 0 || m.rows == 0) {
		peer_close(p, "kept_resize to nothing");
		return;
	}
	if ((k = running(p, msg, &m.id)) == NULL)
		return;
	ws.ws_col = m.cols;
	ws.ws_row = m.rows;
	if (k->ask.kind != KEPT_TERMINAL || k->out[0] == -1 ||
	    ioctl(k->out[0], TIOCSWINSZ, &ws) == -1) {
		peer_error(p, &msg->hdr, PROBLEM_WRONG_STATE, "",
		    "it has no terminal");
		return;
	}
	k->ask.exec.cols = m.cols;
	k->ask.exec.rows = m.rows;
	(void)peer_ok(p, &msg->hdr);
}

static void
sig(struct peer *p, struct wire_msg *msg)
{
	struct msg_kept_signal	 m;
	struct kept		*k;

	memcpy(&m, msg->data, sizeof(m));
	if (m.signal == 0 || m.signal >= NSIG) {
		peer_close(p, "kept_signal with no signal's number");
		return;
	}
	if ((k = running(p, msg, &m.id)) == NULL)
		return;
	kept_kill(k, (int)m.signal);
	(void)peer_ok(p, &msg->hdr);
}

static void
remove_one(struct peer *p, struct wire_msg *msg)
{
	struct msg_kept_remove	 m;
	struct kept		*k;

	memcpy(&m, msg->data, sizeof(m));
	k = kept_find(&m.id);
	if (k == NULL || !k->started)
		peer_error(p, &msg->hdr, PROBLEM_NOT_FOUND, "",
		    "no such program is kept");
	else if (k->remover != NULL)
		peer_error(p, &msg->hdr, PROBLEM_CONFLICT, "",
		    "it is being removed already");
	else
		kept_remove(k, p, &msg->hdr);
}

void
kept_ask(struct peer *p, struct wire_msg *msg)
{
	if (msg->hdr.request == 0) {
		peer_close(p, "a question without a number");
		return;
	}
	switch (msg->hdr.type) {
	case MSG_KEPT_START:
		kept_start_ask(p, msg);
		break;
	case MSG_KEPT_LIST:
		list(p, msg);
		break;
	case MSG_KEPT_ATTACH:
		attach_ask(p, msg);
		break;
	case MSG_KEPT_RESIZE:
		resize(p, msg);
		break;
	case MSG_KEPT_SIGNAL:
		sig(p, msg);
		break;
	case MSG_KEPT_REMOVE:
		remove_one(p, msg);
		break;
	default:
		peer_close(p, "not about a kept program");
	}
}
