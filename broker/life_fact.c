/* Facts: what became of a session, by the supervisor and its worker. */
#include <json-c/json.h>
#include <string.h>

#include "ask.h"
#include "broker.h"
#include "journal.h"
#include "kept_session.h"
#include "life.h"
#include "log.h"
#include "monotime.h"
#include "move.h"
#include "peer.h"
#include "utf8.h"

static struct json_object *
reason_json(const char *reason, const char *detail)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "reason", json_object_new_string(reason));
	if (*detail != '\0')
		json_object_object_add(o, "detail",
		    json_object_new_string(detail));
	return o;
}

static struct move *
fact_new(const char *kind, const char *reason, const char *detail)
{
	struct move	*m = move_new(kind, -1);

	m->fact = 1;
	strlcpy(m->reason, reason, sizeof(m->reason));
	utf8_line(m->detail, sizeof(m->detail), detail);
	return m;
}

/* Its life has ended, one way or the other. */
static enum problem
ended_prepare(struct session *s, struct session_row *r, struct move *m)
{
	enum session_state	to;

	to = m->num;
	if (r->state == STATE_STOPPED || r->state == STATE_FAILED) {
		m->kind[0] = '\0';
		return PROBLEM_NONE;
	}
	/* We asked for this end; unless it came before, and for another. */
	if (s->fail_reason[0] != '\0' &&
	    strcmp(m->reason, "stopped_by_user") == 0) {
		strlcpy(m->reason, s->fail_reason, sizeof(m->reason));
		strlcpy(m->detail, s->fail_detail, sizeof(m->detail));
		to = STATE_FAILED;
	} else if (r->state == STATE_STOPPING &&
	    strcmp(m->reason, "shutdown") != 0) {
		strlcpy(m->reason, "stopped_by_user", sizeof(m->reason));
		m->detail[0] = '\0';
		to = STATE_STOPPED;
	}
	strlcpy(m->kind, to == STATE_FAILED ? "session.failed" :
	    "session.stopped", sizeof(m->kind));
	m->data = reason_json(m->reason, m->detail);
	r->state = to;
	strlcpy(r->reason, m->reason, sizeof(r->reason));
	strlcpy(r->detail, m->detail, sizeof(r->detail));
	r->stopped_at = walltime_ms();
	if (s->came_up)
		r->has_disk = 1;
	if (s->setup_us != 0)
		r->setup_us = s->setup_us;
	return PROBLEM_NONE;
}

static void
ended_done(struct session *s, enum problem problem, void *arg)
{
	(void)problem;
	(void)arg;
	s->reserved = 0;
	s->fail_reason[0] = s->fail_detail[0] = '\0';
}

static void
ended(struct session *s, enum session_state to, const char *reason,
    const char *detail)
{
	struct move	*m;

	s->live = s->start_sent = s->stop_sent = 0;
	s->workers = 0;
	worker_drop(s);
	kept_all_gone(s);
	m = fact_new("session.stopped", reason, detail);
	m->num = to;
	m->prepare = ended_prepare;
	m->done = ended_done;
	move_start(s, m);
}

void
life_gone(struct session *s, enum gone_reason reason, const char *detail)
{
	static const char *const reasons[GONE__COUNT] = {
		[GONE_STOPPED] = "stopped_by_user",
		[GONE_SHUTDOWN] = "shutdown",
		[GONE_INIT] = "init_died",
		[GONE_MEMORY] = "out_of_memory",
		[GONE_WORKER] = "worker_failed",
		[GONE_SETUP] = "setup_failed"
	};

	ended(s, reason == GONE_STOPPED || reason == GONE_SHUTDOWN ?
	    STATE_STOPPED : STATE_FAILED, reasons[reason], detail);
}

static enum problem
swept_prepare(struct session *s, struct session_row *r, struct move *m)
{
	(void)s;
	m->data = reason_json("swept", m->detail);
	if (r->state != STATE_STOPPED && r->state != STATE_FAILED) {
		r->state = STATE_STOPPED;
		r->stopped_at = walltime_ms();
		r->has_disk = 1;
		strlcpy(r->reason, "swept", sizeof(r->reason));
		strlcpy(r->detail, m->detail, sizeof(r->detail));
	}
	return PROBLEM_NONE;
}

void
life_swept(struct session *s, const char *detail)
{
	struct move	*m;

	s->live = 0;
	m = fact_new("session.swept", "swept", detail);
	m->prepare = swept_prepare;
	move_start(s, m);
}

void
life_started(struct session *s, uint32_t setup_us)
{
	s->live = s->came_up = 1;
	s->start_sent = 1;
	s->setup_us = setup_us;
	life_push(s);
}

static enum problem
running_prepare(struct session *s, struct session_row *r, struct move *m)
{
	if (r->state != STATE_CREATING && r->state != STATE_STARTING) {
		m->kind[0] = '\0';
		return PROBLEM_NONE;
	}
	r->state = STATE_RUNNING;
	r->reason[0] = r->detail[0] = '\0';
	r->has_disk = 1;
	r->started_at = walltime_ms();
	r->setup_us = s->setup_us;
	r->desktop_ms = m->num;
	m->data = json_object_new_object();
	json_object_object_add(m->data, "setup_us",
	    json_object_new_int64(r->setup_us));
	json_object_object_add(m->data, "desktop_ms",
	    json_object_new_int64(r->desktop_ms));
	return PROBLEM_NONE;
}

static void
running_done(struct session *s, enum problem problem, void *arg)
{
	(void)problem;
	(void)arg;
	s->reserved = 0;
}

void
life_desktop(struct session *s, const struct msg_desktop *d, const char *why)
{
	struct move	*m;

	if (s->row.state == STATE_STOPPING || !s->live)
		return;
	if (d->state == DESKTOP_FAILED) {
		strlcpy(s->fail_reason, "desktop_failed",
		    sizeof(s->fail_reason));
		utf8_line(s->fail_detail, sizeof(s->fail_detail), why);
		life_push(s);
		return;
	}
	m = fact_new("session.running", "", "");
	m->num = d->ready_ms;
	m->prepare = running_prepare;
	m->done = running_done;
	move_start(s, m);
}

void
worker_drop(struct session *s)
{
	struct peer	*p = s->worker;

	if (p == NULL)
		return;
	s->worker = NULL;
	asks_lost(p);
	peer_free(p);
}

void
life_worker(struct session *s, int fd)
{
	struct json_object	*o;

	worker_drop(s);
	s->worker = peer_new(broker_base(), fd, ROLE_BROKER, ROLE_WORKER,
	    from_worker, s);
	s->kept_synced = 0;
	if (s->workers++ == 0)
		return;
	o = json_object_new_object();
	json_object_object_add(o, "restarts",
	    json_object_new_int64(s->workers - 1));
	journal_event(STORE_FULL, "worker.restarted", &s->row, -1, o);
}

static void
reconcile(struct session *s)
{
	switch (s->row.state) {
	case STATE_CREATING:
		ended(s, STATE_FAILED, "setup_failed",
		    "deskd stopped before the session was up");
		break;
	case STATE_STARTING:
	case STATE_RUNNING:
	case STATE_STOPPING:
		ended(s, STATE_STOPPED, "swept",
		    "the session ended while nobody was watching");
		break;
	default:
		life_push(s);
	}
}

void
life_reconcile(void)
{
	struct session	*s, *older;

	for (s = session_newest(); s != NULL; s = older) {
		older = session_older(s);
		if (s->live)
			life_push(s);
		else
			reconcile(s);
	}
}
