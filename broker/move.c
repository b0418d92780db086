#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "asker.h"
#include "broker.h"
#include "journal.h"
#include "life.h"
#include "log.h"
#include "monotime.h"
#include "move.h"
#include "wait.h"
#include "xmalloc.h"

static void	run(struct session *);

struct move *
move_new(const char *kind, int64_t actor)
{
	struct move	*m;

	m = xcalloc(1, sizeof(*m));
	strlcpy(m->kind, kind, sizeof(m->kind));
	m->actor = actor;
	m->token = *asker();
	return m;
}

void
move_free(struct move *m)
{
	json_object_put(m->data);
	row_clear(&m->next);
	free(m);
}

/* When the disk is full, facts are tried again this often. */
static void
retry_cb(int fd, short events, void *arg)
{
	static const struct timeval	 tv = { 1, 0 };
	struct event			*ev = *(struct event **)arg;
	struct session			*s;
	struct move			*m;
	int				 left = 0;

	(void)fd;
	(void)events;
	for (s = session_newest(); s != NULL; s = session_older(s)) {
		if (TAILQ_EMPTY(&s->unsaved))
			continue;
		left = 1;
		if (!TAILQ_EMPTY(&s->moves))
			continue;
		m = move_new("", -1);
		m->fact = m->resave = 1;
		move_start(s, m);
	}
	if (left)
		event_add(ev, &tv);
}

static void
retry_later(void)
{
	static struct event		*ev;
	static const struct timeval	 tv = { 1, 0 };

	if (ev == NULL)
		ev = event_new(broker_base(), -1, 0, retry_cb, &ev);
	if (ev != NULL && !event_pending(ev, EV_TIMEOUT, NULL))
		event_add(ev, &tv);
}

static void
unsaved_free(struct session *s)
{
	struct move	*m;

	while ((m = TAILQ_FIRST(&s->unsaved)) != NULL) {
		TAILQ_REMOVE(&s->unsaved, m, entry);
		move_free(m);
	}
}

/* The first move has ended; its session may be free when this returns. */
static void
finish(struct session *s, struct move *m, enum problem problem)
{
	TAILQ_REMOVE(&s->moves, m, entry);
	if (m->done != NULL)
		m->done(s, problem, m->arg);
}

static void
stored(int ok, void *arg)
{
	struct move	*m = arg;
	struct session	*s = m->session;
	int		 kept = 0;

	s->moving = 0;
	if (ok)
		unsaved_free(s);
	if (ok || m->fact) {
		row_clear(&s->row);
		s->row = m->next;
		memset(&m->next, 0, sizeof(m->next));
		s->hidden = 0;
	}
	s->moving = 1;
	finish(s, m, ok || m->fact ? PROBLEM_NONE : PROBLEM_DISK);
	s->moving = 0;
	if (!ok && m->fact) {
		if (!m->resave) {
			TAILQ_INSERT_TAIL(&s->unsaved, m, entry);
			kept = 1;
		}
		retry_later();
	}
	if (!kept)
		move_free(m);
	run(s);
}

static void
add_event(struct entry *e, struct move *m, const struct session_row *row)
{
	struct ulid	before = *asker();

	asker_set(&m->token);
	entry_event(e, m->kind, row, m->actor, m->time,
	    json_object_get(m->data));
	asker_set(&before);
}

static void
write_move(struct session *s, struct move *m)
{
	struct entry	*e;
	struct move	*u;

	m->session = s;
	m->time = walltime_ms();
	if (!m->resave)
		m->next.updated_at = m->time;
	e = entry_new(STORE_FULL);
	TAILQ_FOREACH(u, &s->unsaved, entry)
		add_event(e, u, &m->next);
	if (!m->resave)
		add_event(e, m, &m->next);
	txn_session(entry_txn(e), &m->next);
	s->moving = 1;
	entry_commit(e, stored, m);
}

/* Refused, nothing to do, or on its way to the store. */
static enum problem
begin(struct session *s, struct move *m, int *on_its_way)
{
	enum problem	problem = PROBLEM_NONE;

	*on_its_way = 0;
	if (s->row.state == STATE_DELETED && !m->resave)
		return PROBLEM_NOT_FOUND;
	row_copy(&m->next, &s->row);
	if (m->prepare != NULL)
		problem = m->prepare(s, &m->next, m);
	if (problem != PROBLEM_NONE || (m->kind[0] == '\0' && !m->resave))
		return problem;
	write_move(s, m);
	*on_its_way = 1;
	return PROBLEM_NONE;
}

static void
run(struct session *s)
{
	struct move	*m;
	enum problem	 problem;
	int		 on_its_way;

	if (s->moving)
		return;
	while ((m = TAILQ_FIRST(&s->moves)) != NULL) {
		problem = begin(s, m, &on_its_way);
		if (on_its_way)
			return;
		s->moving = 1;
		finish(s, m, problem);
		s->moving = 0;
		move_free(m);
	}
	if (s->hidden || (s->row.state == STATE_DELETED &&
	    TAILQ_EMPTY(&s->unsaved))) {
		session_free(s);
		return;
	}
	wait_check(s);
	life_push(s);
}

void
move_start(struct session *s, struct move *m)
{
	TAILQ_INSERT_TAIL(&s->moves, m, entry);
	run(s);
}
