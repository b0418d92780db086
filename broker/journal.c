#include <sys/queue.h>

#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "asker.h"
#include "journal.h"
#include "log.h"
#include "monotime.h"
#include "session.h"
#include "token.h"
#include "xmalloc.h"

struct written {
	STAILQ_ENTRY(written)	 entry;
	struct event_row	 row;
	struct json_object	*data;
};

STAILQ_HEAD(written_list, written);

struct entry {
	struct txn		*txn;
	struct written_list	 events;
	store_cb		*cb;
	void			*arg;
	int			 keep;		/* when the disk refuses it */
};

struct listener {
	TAILQ_ENTRY(listener)	 entry;
	listener_cb		*cb;
	void			*arg;
};

static TAILQ_HEAD(, listener)	listeners = TAILQ_HEAD_INITIALIZER(listeners);
static int64_t			last_seq;

/* Events the disk refused, and when they are tried again. */
#define KEPT_MAX	1000
#define KEPT_WAIT	{ 1, 0 }
static struct written_list	kept = STAILQ_HEAD_INITIALIZER(kept);
static size_t			nkept;
static struct event		*again;

static void	again_cb(int, short, void *);

void
journal_start(struct event_base *base)
{
	last_seq = store_last_seq();
	if (again == NULL && (again = event_new(base, -1, 0, again_cb,
	    NULL)) == NULL)
		fatalx("journal: event");
}

struct entry *
entry_new(enum store_care care)
{
	struct entry	*e;

	e = xcalloc(1, sizeof(*e));
	e->txn = txn_new(care);
	STAILQ_INIT(&e->events);
	return e;
}

static void
add(struct entry *e, const char *kind, const struct session_row *s,
    int64_t owner, int64_t actor, int64_t time, struct json_object *data)
{
	struct written	*wr;

	wr = xcalloc(1, sizeof(*wr));
	wr->data = data != NULL ? data : json_object_new_object();
	wr->row.seq = ++last_seq;
	ulid_make(&wr->row.id);
	wr->row.time = time != 0 ? time : walltime_ms();
	strlcpy(wr->row.kind, kind, sizeof(wr->row.kind));
	if (s != NULL)
		wr->row.session = s->id;
	wr->row.owner = owner;
	wr->row.actor = actor;
	if (actor != -1)
		wr->row.token = *asker();
	wr->row.data = json_object_to_json_string_ext(wr->data,
	    JSON_C_TO_STRING_PLAIN);
	txn_event(e->txn, &wr->row);
	STAILQ_INSERT_TAIL(&e->events, wr, entry);
}

int64_t
entry_seq(const struct entry *e)
{
	return STAILQ_LAST(&e->events, written, entry)->row.seq;
}

void
entry_event(struct entry *e, const char *kind, const struct session_row *s,
    int64_t actor, int64_t time, struct json_object *data)
{
	add(e, kind, s, s != NULL ? (int64_t)s->owner : -1, actor, time, data);
}

void
entry_user_event(struct entry *e, const char *kind, uid_t owner,
    int64_t actor, struct json_object *data)
{
	add(e, kind, NULL, owner, actor, 0, data);
}

struct txn *
entry_txn(struct entry *e)
{
	return e->txn;
}

static void
publish(const struct event_row *row)
{
	struct listener	*l, *next;

	TAILQ_FOREACH_SAFE(l, &listeners, entry, next)
		l->cb(row, l->arg);
}

static void
written_free(struct written *wr)
{
	json_object_put(wr->data);
	free(wr);
}

static void
keep(struct written *wr)
{
	static const struct timeval	tv = KEPT_WAIT;

	if (nkept >= KEPT_MAX) {
		log_warnx("journal: event %s is lost", wr->row.kind);
		written_free(wr);
		return;
	}
	nkept++;
	STAILQ_INSERT_TAIL(&kept, wr, entry);
	if (!event_pending(again, EV_TIMEOUT, NULL))
		event_add(again, &tv);
}

/* With new numbers: those that followed may be known to readers. */
static void
again_cb(int fd, short events, void *arg)
{
	struct entry	*e;
	struct written	*wr;

	(void)fd;
	(void)events;
	(void)arg;
	e = entry_new(STORE_FULL);
	e->keep = 1;
	STAILQ_CONCAT(&e->events, &kept);
	nkept = 0;
	STAILQ_FOREACH(wr, &e->events, entry) {
		wr->row.seq = ++last_seq;
		txn_event(e->txn, &wr->row);
	}
	entry_commit(e, NULL, NULL);
}

static void
stored(int ok, void *arg)
{
	struct entry	*e = arg;
	struct written	*wr;

	if (e->cb != NULL)
		e->cb(ok, e->arg);
	while ((wr = STAILQ_FIRST(&e->events)) != NULL) {
		STAILQ_REMOVE_HEAD(&e->events, entry);
		if (!ok && e->keep) {
			keep(wr);
			continue;
		}
		if (ok)
			publish(&wr->row);
		written_free(wr);
	}
	free(e);
}

void
entry_commit(struct entry *e, store_cb *cb, void *arg)
{
	struct txn	*t = e->txn;

	e->txn = NULL;
	e->cb = cb;
	e->arg = arg;
	store_commit(t, stored, e);
}

void
journal_event(enum store_care care, const char *kind,
    const struct session_row *s, int64_t actor, struct json_object *data)
{
	struct entry	*e;

	e = entry_new(care);
	e->keep = 1;
	entry_event(e, kind, s, actor, 0, data);
	entry_commit(e, NULL, NULL);
}

void
journal_event_by(enum store_care care, const char *kind,
    const struct session_row *s, int64_t actor, const struct ulid *token,
    struct json_object *data)
{
	struct ulid	before = *asker();

	asker_set(token);
	journal_event(care, kind, s, actor, data);
	asker_set(&before);
}

struct listener *
journal_listen(listener_cb *cb, void *arg)
{
	struct listener	*l;

	l = xcalloc(1, sizeof(*l));
	l->cb = cb;
	l->arg = arg;
	TAILQ_INSERT_TAIL(&listeners, l, entry);
	return l;
}

void
journal_unlisten(struct listener *l)
{
	if (l == NULL)
		return;
	TAILQ_REMOVE(&listeners, l, entry);
	free(l);
}

static struct json_object *
session_or_null(const struct ulid *id)
{
	char	text[SESSION_ID_TEXT];

	if (ulid_is_zero(id))
		return NULL;
	session_id_text(id, text);
	return json_object_new_string(text);
}

static struct json_object *
actor_json(const struct event_row *row)
{
	struct json_object	*o = json_object_new_object(), *token = NULL;
	char			 id[TOKEN_ID];

	if (!ulid_is_zero(&row->token)) {
		token_id_text(&row->token, id);
		token = json_object_new_string(id);
	}
	json_object_object_add(o, "uid", json_object_new_int64(row->actor));
	json_object_object_add(o, "token_id", token);
	return o;
}

struct json_object *
event_json(const struct event_row *row)
{
	struct json_object	*o, *actor = NULL;
	char			 id[4 + ULID_TEXT] = "evt_";
	char			 time[RFC3339_TEXT];

	ulid_text(&row->id, id + 4);
	walltime_text(row->time, time);
	if (row->actor != -1)
		actor = actor_json(row);
	o = json_object_new_object();
	json_object_object_add(o, "id", json_object_new_string(id));
	json_object_object_add(o, "seq", json_object_new_int64(row->seq));
	json_object_object_add(o, "time", json_object_new_string(time));
	json_object_object_add(o, "kind", json_object_new_string(row->kind));
	json_object_object_add(o, "session_id",
	    session_or_null(&row->session));
	json_object_object_add(o, "actor", actor);
	json_object_object_add(o, "data", json_tokener_parse(row->data));
	return o;
}
