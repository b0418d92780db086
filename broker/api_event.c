/* The journal's events: in pages, or as they happen. */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "broker.h"
#include "field.h"
#include "http.h"
#include "journal.h"
#include "places.h"
#include "session.h"
#include "xmalloc.h"

#define PAGE_DEFAULT	100
#define PAGE_MAX	1000
#define CATCH_UP	64		/* events read at once for a stream */
#define ROOM_MIN	(128 * 1024)	/* else it waits for its client */
#define READ_AGAIN	{ 1, 0 }	/* after the store was in trouble */
#define STREAMS_MAX	128
#define USER_STREAMS	48

/* A query that owns its texts. */
struct wanted {
	struct event_query	 q;
	struct ulid		 session;
	char			 kind[EVENT_KIND];
};

static void
wanted_point(struct wanted *w, int by_session, int by_kind)
{
	w->q.session = by_session ? &w->session : NULL;
	w->q.kind = by_kind ? w->kind : NULL;
}

/* Only what the asker may see; -1: answered. */
static int
read_wanted(struct request *r, const struct session *s, struct wanted *w)
{
	static const char *const orders[] = { "asc", "desc", NULL };
	const char	*kind = NULL, *id = NULL;
	int64_t		 limit = PAGE_DEFAULT;

	memset(w, 0, sizeof(*w));
	w->q.owner = request_admin(r) ? -1 : (int64_t)request_uid(r);
	if (query_text(r, "kind", EVENT_KIND - 1, &kind) == -1 ||
	    query_int(r, "after", 0, INT64_MAX, &w->q.after) == -1 ||
	    query_int(r, "before", 1, INT64_MAX, &w->q.before) == -1 ||
	    query_choice(r, "order", orders, &w->q.newest_first) == -1 ||
	    query_int(r, "limit", 1, PAGE_MAX, &limit) == -1)
		return -1;
	if (s == NULL && query_text(r, "session", SESSION_ID_LEN, &id) == -1)
		return -1;
	if (id != NULL && session_id_parse(&w->session, id) == -1) {
		query_refuse(r, "session", "must be the id of a session");
		return -1;
	}
	if (s != NULL)
		w->session = s->row.id;
	if (kind != NULL)
		strlcpy(w->kind, kind, sizeof(w->kind));
	w->q.limit = (int)limit;
	wanted_point(w, s != NULL || id != NULL, kind != NULL);
	return 0;
}

static int
wanted_has(const struct wanted *w, const struct event_row *e)
{
	return e->seq > w->q.after &&
	    (w->q.owner == -1 || w->q.owner == e->owner) &&
	    (w->q.session == NULL ||
	    ulid_cmp(w->q.session, &e->session) == 0) &&
	    (w->q.kind == NULL || strcmp(w->q.kind, e->kind) == 0);
}

struct page {
	struct json_object	*data;
	int			 left;
	int			 more;
	int64_t			 last;
};

static int
page_add(const struct event_row *e, void *arg)
{
	struct page	*p = arg;

	if (p->left-- == 0) {
		p->more = 1;
		return 1;
	}
	json_object_array_add(p->data, event_json(e));
	p->last = e->seq;
	return 0;
}

static void
reply_page(struct request *r, struct wanted *w)
{
	struct page		 p = { .left = w->q.limit };
	struct json_object	*o;
	char			 last[24];

	p.data = json_object_new_array();
	w->q.limit++;		/* one more tells whether there is more */
	if (store_events(&w->q, page_add, &p) == -1) {
		json_object_put(p.data);
		reply_problem(r, PROBLEM_DISK, NULL,
		    "the journal cannot be read");
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "data", p.data);
	snprintf(last, sizeof(last), "%lld", (long long)p.last);
	json_object_object_add(o, "next_cursor",
	    p.more ? json_object_new_string(last) : NULL);
	json_object_object_add(o, "has_more", json_object_new_boolean(p.more));
	json_object_object_add(o, "pruned_through",
	    json_object_new_int64(store_pruned()));
	reply_json(r, 200, o);
}

/*
 * A stream reads the journal until nothing more is stored, then hears of
 * each event after its commit.  What it was given last decides what is
 * new, so nothing is missed or told twice where the two meet.
 */
struct follow {
	struct stream		*stream;
	uid_t			 uid;
	struct wanted		 wanted;
	struct listener		*listener;
	struct event		 timer;
	struct stream_wait	 room;
	int			 live;
	int			 full;	/* the last page was */
};

static struct places	following = {
	.max = STREAMS_MAX,
	.uid_max = USER_STREAMS,
	.what = "streams of events"
};

static void
follow_free(struct follow *f)
{
	journal_unlisten(f->listener);
	event_del(&f->timer);
	stream_unwait(&f->room);
	places_leave(&following, f->uid);
	free(f);
}

static void
follow_gone(struct stream *s, void *arg)
{
	(void)s;
	follow_free(arg);
}

static int
tell(struct follow *f, const struct event_row *e)
{
	struct json_object	*o = event_json(e);
	int			 rc;

	rc = stream_event(f->stream, e->seq, e->kind,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	f->wanted.q.after = e->seq;
	return rc;
}

static int
tell_stored(const struct event_row *e, void *arg)
{
	struct follow	*f = arg;

	f->full++;
	return tell(f, e) == -1 || stream_room(f->stream) < ROOM_MIN;
}

static void
catch_up(struct follow *f)
{
	static const struct timeval	soon = { 0, 0 }, wait = READ_AGAIN;

	if (stream_room(f->stream) < ROOM_MIN) {
		stream_wait(f->stream, &f->room);
		return;
	}
	f->full = 0;
	f->wanted.q.limit = CATCH_UP;
	if (store_events(&f->wanted.q, tell_stored, f) == -1) {
		event_add(&f->timer, &wait);
		return;
	}
	if (f->full == 0)
		f->live = 1;
	else
		event_add(&f->timer, &soon);	/* others get their turn */
}

static void
timer_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	catch_up(arg);
}

static void
room_cb(void *arg)
{
	catch_up(arg);
}

static void
heard(const struct event_row *e, void *arg)
{
	struct follow	*f = arg;

	if (!f->live || !wanted_has(&f->wanted, e))
		return;
	/* A slow client is let fall behind and reads on from the store. */
	if (stream_room(f->stream) < ROOM_MIN) {
		f->live = 0;
		catch_up(f);
		return;
	}
	(void)tell(f, e);
}

/* Where the client left off; without that, what happens from now on. */
static int
read_start(struct request *r, struct wanted *w)
{
	const char	*last = request_header(r, "Last-Event-ID");
	const char	*errstr;

	if (w->q.newest_first || w->q.before != 0) {
		query_refuse(r, w->q.newest_first ? "order" : "before",
		    "not for a stream, which goes on from now");
		return -1;
	}
	if (last != NULL) {
		w->q.after = strtonum(last, 0, INT64_MAX, &errstr);
		/* strtonum takes space and a plus sign; we do not. */
		if (errstr != NULL || *last < '0' || *last > '9') {
			reply_problem(r, PROBLEM_INVALID_PARAMETER, NULL,
			    "Last-Event-ID must be the number of an event");
			return -1;
		}
	} else if (request_query(r, "after") == NULL)
		w->q.after = store_last_seq();
	return 0;
}

/* A client who was away too long must not take a gap for silence. */
static void
tell_lost(struct follow *f)
{
	int64_t	through = store_pruned();
	char	data[64];

	if (f->wanted.q.after == 0 || f->wanted.q.after >= through)
		return;
	snprintf(data, sizeof(data), "{\"pruned_through\":%lld}",
	    (long long)through);
	(void)stream_event(f->stream, 0, "lost", data);
}

static void
reply_follow(struct request *r, const struct wanted *w)
{
	struct follow	*f;

	f = xcalloc(1, sizeof(*f));
	f->uid = request_uid(r);
	f->wanted = *w;
	if (read_start(r, &f->wanted) == -1 ||
	    places_take(&following, r) == -1) {
		free(f);
		return;
	}
	wanted_point(&f->wanted, w->q.session != NULL, w->q.kind != NULL);
	reply_header(r, "Cache-Control", "no-store");
	evtimer_assign(&f->timer, broker_base(), timer_cb, f);
	f->room.room = ROOM_MIN;
	f->room.cb = room_cb;
	f->room.arg = f;
	f->stream = reply_stream(r, follow_gone, f);
	if (f->stream == NULL) {
		follow_free(f);
		return;
	}
	tell_lost(f);
	f->listener = journal_listen(heard, f);
	catch_up(f);
}

static void
events(struct request *r, const struct session *s)
{
	struct wanted	 w;
	const char	*accept = request_header(r, "Accept");

	if (read_wanted(r, s, &w) == -1)
		return;
	if (accept != NULL && strstr(accept, "text/event-stream") != NULL)
		reply_follow(r, &w);
	else
		reply_page(r, &w);
}

void
api_event_list(struct request *r)
{
	events(r, NULL);
}

void
api_event_session(struct request *r)
{
	events(r, request_session(r));
}
