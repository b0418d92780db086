/* All sessions there are, by id; ids sort by the time they were made. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "kept_session.h"
#include "life.h"
#include "move.h"
#include "session.h"
#include "wait.h"
#include "xmalloc.h"

static int
session_cmp(const struct session *a, const struct session *b)
{
	return ulid_cmp(&a->row.id, &b->row.id);
}

RB_HEAD(session_tree, session);
RB_PROTOTYPE(session_tree, session, entry, session_cmp);
RB_GENERATE(session_tree, session, entry, session_cmp);

static struct session_tree	sessions = RB_INITIALIZER(&sessions);

struct session *
session_find_any(const struct ulid *id)
{
	struct session	key;

	key.row.id = *id;
	return RB_FIND(session_tree, &sessions, &key);
}

static int
shown(const struct session *s)
{
	return !s->hidden && s->row.state != STATE_DELETED;
}

struct session *
session_find(const struct ulid *id)
{
	struct session	*s = session_find_any(id);

	return s != NULL && shown(s) ? s : NULL;
}

struct session *
session_by_name(uid_t owner, const char *name)
{
	struct session	*s;

	RB_FOREACH(s, session_tree, &sessions)
		if (s->row.owner == owner && s->row.state != STATE_DELETED &&
		    strcmp(s->row.name, name) == 0)
			return s;
	return NULL;
}

int
session_visible(const struct session *s, uid_t uid, int admin)
{
	return shown(s) && (admin || s->row.owner == uid);
}

struct session *
session_newest(void)
{
	return RB_MAX(session_tree, &sessions);
}

struct session *
session_older(struct session *s)
{
	return RB_PREV(session_tree, &sessions, s);
}

struct session *
session_before(const struct ulid *id)
{
	struct session	 key, *s;

	key.row.id = *id;
	if ((s = RB_NFIND(session_tree, &sessions, &key)) == NULL)
		return session_newest();
	return session_older(s);
}

void
session_counts(struct session_counts *c)
{
	struct session	*s;

	memset(c, 0, sizeof(*c));
	RB_FOREACH(s, session_tree, &sessions) {
		if (!shown(s))
			continue;
		c->total++;
		c->by_state[s->row.state]++;
	}
	c->running = c->by_state[STATE_RUNNING];
}

int
session_holds(const struct session *s)
{
	if (s->hidden || s->reserved)
		return 1;
	switch (s->row.state) {
	case STATE_CREATING:
	case STATE_RUNNING:
	case STATE_STARTING:
	case STATE_STOPPING:
		return 1;
	case STATE_STOPPED:
	case STATE_FAILED:
	case STATE_DELETED:
	case STATE__COUNT:
		break;
	}
	return 0;
}

struct session *
session_load(const struct session_row *row)
{
	struct session	*s;

	s = xcalloc(1, sizeof(*s));
	row_copy(&s->row, row);
	TAILQ_INIT(&s->moves);
	TAILQ_INIT(&s->unsaved);
	TAILQ_INIT(&s->waiters);
	RB_INSERT(session_tree, &sessions, s);
	return s;
}

struct session *
session_new(const struct session_row *row)
{
	struct session	*s = session_load(row);

	s->hidden = 1;
	return s;
}

void
session_free(struct session *s)
{
	struct move	*m;

	RB_REMOVE(session_tree, &sessions, s);
	wait_end(s);
	while ((m = TAILQ_FIRST(&s->unsaved)) != NULL) {
		TAILQ_REMOVE(&s->unsaved, m, entry);
		move_free(m);
	}
	worker_drop(s);
	kept_all_gone(s);
	row_clear(&s->row);
	free(s);
}
