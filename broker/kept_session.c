#include <sys/queue.h>

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "asker.h"
#include "http.h"
#include "journal.h"
#include "kept_session.h"
#include "places.h"
#include "session.h"
#include "utf8.h"
#include "xmalloc.h"

#define KEPT_MAX	1024	/* that run, in all sessions */
#define USER_KEPT	256
#define ENDED_MAX	64	/* known by their ids, in a session */

/* How far back the journal is read for what a dead broker wrote of them. */
#define READ_BACK	500

struct record {
	TAILQ_ENTRY(record)	 entry;
	struct ulid		 id;
	uint32_t		 kind;
	uid_t			 principal;
	struct ulid		 token;		/* that he used, if known */
	char			 program[NAME_MAX_LEN + 1];
	int			 ended;		/* and that is in the journal */
	int			 seen;		/* by a sync */
};

struct kept_records {
	TAILQ_HEAD(, record)	 list;		/* oldest first */
	unsigned int		 nended;
};

static struct places	places = {
	.max = KEPT_MAX,
	.uid_max = USER_KEPT,
	.what = "programs kept at once"
};

int
kept_take(struct request *r)
{
	return places_take(&places, r);
}

void
kept_give_back(uid_t uid)
{
	places_leave(&places, uid);
}

static struct record *
find(struct session *s, const struct ulid *id)
{
	struct record	*k;

	if (s->kept == NULL)
		return NULL;
	TAILQ_FOREACH(k, &s->kept->list, entry)
		if (ulid_cmp(&k->id, id) == 0)
			return k;
	return NULL;
}

static struct record *
record_new(struct session *s, const struct msg_kept_item *m,
    const char *program)
{
	struct record	*k = xcalloc(1, sizeof(*k));

	if (s->kept == NULL) {
		s->kept = xcalloc(1, sizeof(*s->kept));
		TAILQ_INIT(&s->kept->list);
	}
	k->id = m->id;
	k->kind = m->kind;
	k->principal = m->principal;
	utf8_line(k->program, sizeof(k->program), program);
	TAILQ_INSERT_TAIL(&s->kept->list, k, entry);
	return k;
}

/* Its end is told once: it stays known for as long as init may list it. */
static void
record_end(struct session *s, struct record *k)
{
	places_leave(&places, k->principal);
	k->ended = 1;
	if (s->kept->nended++ < ENDED_MAX)
		return;
	TAILQ_FOREACH(k, &s->kept->list, entry)
		if (k->ended)
			break;
	TAILQ_REMOVE(&s->kept->list, k, entry);
	s->kept->nended--;
	free(k);
}

static struct json_object *
event_data(const struct ulid *id, uint32_t kind, const char *program)
{
	struct json_object	*o = json_object_new_object();
	char			 text[KEPT_ID_TEXT];

	kept_id_text(id, kind, text);
	json_object_object_add(o, "id", json_object_new_string(text));
	json_object_object_add(o, "program",
	    json_object_new_string(program));
	return o;
}

static const char *
kind_begun(uint32_t kind)
{
	return kind == KEPT_TERMINAL ? "terminal.opened" : "process.started";
}

static const char *
kind_ended(uint32_t kind)
{
	return kind == KEPT_TERMINAL ? "terminal.closed" : "process.exited";
}

static void
journal_begun(struct session *s, const struct msg_kept_item *m,
    const char *program)
{
	struct json_object	*o = event_data(&m->id, m->kind, program);

	json_object_object_add(o, "arguments",
	    json_object_new_int64(m->argc));
	journal_event(STORE_FULL, kind_begun(m->kind), &s->row, m->principal,
	    o);
}

static void
journal_lost(struct session *s, const struct record *k)
{
	struct json_object	*o = event_data(&k->id, k->kind, k->program);

	json_object_object_add(o, "lost", json_object_new_boolean(1));
	journal_event_by(STORE_FULL, kind_ended(k->kind), &s->row,
	    k->principal, &k->token, o);
}

void
kept_begun(struct session *s, const struct msg_kept_item *m,
    const char *program)
{
	struct record	*k = record_new(s, m, program);

	k->seen = 1;
	k->token = *asker();
	journal_begun(s, m, k->program);
}

static void
ended(struct session *s, struct record *k, int32_t code, int32_t sig,
    uint32_t flags, uint32_t duration_ms)
{
	struct json_object	*o = event_data(&k->id, k->kind, k->program);

	kept_json_end(o, code, sig, flags, duration_ms);
	journal_event_by(STORE_FULL, kind_ended(k->kind), &s->row,
	    k->principal, &k->token, o);
	record_end(s, k);
}

/* -1: of none that runs. */
int
kept_exited(struct session *s, const struct msg_kept_exited *m)
{
	struct record	*k = find(s, &m->id);

	if (k == NULL || k->ended)
		return -1;
	ended(s, k, m->code, m->signal, m->flags, m->duration_ms);
	return 0;
}

void
kept_all_gone(struct session *s)
{
	struct record	*k;

	if (s->kept == NULL)
		return;
	while ((k = TAILQ_FIRST(&s->kept->list)) != NULL) {
		if (!k->ended) {
			journal_lost(s, k);
			places_leave(&places, k->principal);
		}
		TAILQ_REMOVE(&s->kept->list, k, entry);
		free(k);
	}
	free(s->kept);
	s->kept = NULL;
}

struct search {
	const char	*id;
	int		 found;
};

static int
search_row(const struct event_row *e, void *arg)
{
	struct search	*s = arg;

	s->found = strstr(e->data, s->id) != NULL;
	return s->found;
}

/* Whether an event of that kind, about that program, was written. */
static int
journaled(const struct session *s, const char *kind, const struct ulid *id,
    uint32_t what)
{
	char			text[KEPT_ID_TEXT];
	struct search		search = { .id = text };
	struct event_query	q = { .newest_first = 1, .owner = -1,
				    .session = &s->row.id, .kind = kind,
				    .limit = READ_BACK };

	kept_id_text(id, what, text);
	(void)store_events(&q, search_row, &search);
	return search.found;
}

/* One that another broker started, or this one without hearing of it. */
static void
found(struct session *s, const struct msg_kept_item *m, const char *program)
{
	struct record	*k;

	k = record_new(s, m, program);
	places_hold(&places, m->principal);
	k->seen = 1;
	if ((m->flags & KEPT_RUNS) == 0 &&
	    journaled(s, kind_ended(m->kind), &m->id, m->kind)) {
		record_end(s, k);
		return;
	}
	if (!journaled(s, kind_begun(m->kind), &m->id, m->kind))
		journal_begun(s, m, k->program);
	if ((m->flags & KEPT_RUNS) == 0)
		ended(s, k, m->code, m->signal, m->flags, m->duration_ms);
}

static void
sync_item(const struct msg_kept_item *m, struct msg_tail *tail, void *arg)
{
	struct session	*s = arg;
	struct record	*k = find(s, &m->id);
	const char	*program = msg_tail_next(tail);

	if (k == NULL)
		found(s, m, program == NULL ? "" : program);
	else if (k->ended || (m->flags & KEPT_RUNS) != 0)
		k->seen = 1;
	else
		ended(s, k, m->code, m->signal, m->flags, m->duration_ms);
}

static struct record *
unseen(const struct session *s)
{
	struct record	*k;

	TAILQ_FOREACH(k, &s->kept->list, entry)
		if (!k->seen && !k->ended)
			return k;
	return NULL;
}

static void
sync_done(struct wire_msg *m, int failed, void *arg)
{
	struct session	*s = arg;
	struct record	*k;

	(void)m;
	s->kept_synced = !failed;
	if (failed || s->kept == NULL)
		return;
	while ((k = unseen(s)) != NULL) {
		journal_lost(s, k);
		record_end(s, k);
	}
}

void
kept_sync(struct session *s)
{
	static const struct kept_listing calls = { sync_item, sync_done };
	struct record	*k;

	if (s->kept_synced)
		return;
	if (s->kept != NULL)
		TAILQ_FOREACH(k, &s->kept->list, entry)
			k->seen = 0;
	s->kept_synced = kept_list(s, &calls, s) == 0;
}
