/*
 * A program's output as server-sent events.  An event's id is the offset
 * after it: who comes back with it misses nothing and gets nothing twice.
 * Who reads slowly is let fall behind by init, and told what he lost.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api_error.h"
#include "http.h"
#include "kept_link.h"
#include "kept_log.h"
#include "kept_session.h"
#include "places.h"
#include "session.h"
#include "utf8.h"
#include "xmalloc.h"

#define FOLLOW_MAX	256
#define USER_FOLLOW	64
/* A packet as JSON: each byte is six at worst. */
#define ROOM_MIN	((KEPT_CHUNK + 4) * 6 + 1024)

struct follow {
	struct request		*request;	/* NULL: it streams */
	struct stream		*stream;	/* NULL: not yet, or left */
	struct kept_link	*link;
	struct log_wanted	 want;
	struct stream_wait	 room;
	uid_t			 uid;
	char			 part[4];	/* of a character */
	size_t			 npart;
	int			 label;		/* that it is of */
	uint64_t		 next;		/* after all that was told */
};

static struct places	following = {
	.max = FOLLOW_MAX,
	.uid_max = USER_FOLLOW,
	.what = "logs followed at once"
};

static void
follow_free(struct follow *f)
{
	if (f->stream != NULL)
		stream_unwait(&f->room);
	kept_detach(f->link);
	places_leave(&following, f->uid);
	free(f);
}

static void
client_gone(struct request *r, void *arg)
{
	(void)r;
	follow_free(arg);
}

static void
stream_gone(struct stream *s, void *arg)
{
	(void)s;
	follow_free(arg);
}

static void
tell(struct follow *f, const char *event, struct json_object *o)
{
	(void)stream_event(f->stream, (int64_t)f->next, event,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void
tell_text(struct follow *f, const char *bytes, size_t len)
{
	struct json_object	*o = json_object_new_object();
	char			*text;
	size_t			 n;

	text = utf8_clean(bytes, len, &n);
	json_object_object_add(o, "at",
	    json_object_new_int64((int64_t)f->next));
	json_object_object_add(o, "data",
	    json_object_new_string_len(text, (int)n));
	f->next += len;
	tell(f, log_stream_name(f->want.kind, f->label), o);
	free(text);
}

/* What is left of a character that will not be completed. */
static void
flush_part(struct follow *f)
{
	size_t	n = f->npart;

	f->npart = 0;
	if (n > 0)
		tell_text(f, f->part, n);
}

static void
output(struct follow *f, const struct kept_packet *p, const char *bytes)
{
	char	buf[KEPT_CHUNK + sizeof(f->part)];
	int	label = p->kind == KEPT_ERROR;
	size_t	n, whole;

	if (label != f->label || f->next + f->npart != p->at)
		flush_part(f);
	if ((f->want.streams & (label ? LOG_STDERR : LOG_STDOUT)) == 0) {
		f->next = p->at + p->len;
		return;
	}
	f->label = label;
	if (f->npart == 0)
		f->next = p->at;
	memcpy(buf, f->part, f->npart);
	memcpy(buf + f->npart, bytes, p->len);
	n = f->npart + p->len;
	whole = utf8_whole(buf, n);
	f->npart = n - whole;
	memcpy(f->part, buf + whole, f->npart);
	if (whole > 0)
		tell_text(f, buf, whole);
}

static void
lost(struct follow *f, const struct kept_packet *p)
{
	struct json_object	*o = json_object_new_object();

	flush_part(f);
	json_object_object_add(o, "bytes", json_object_new_int64(
	    (int64_t)(p->at > f->next ? p->at - f->next : 0)));
	f->next = p->at;
	tell(f, "lost", o);
}

static void
ended(struct follow *f, const struct kept_end *end)
{
	struct json_object	*o = json_object_new_object();

	flush_part(f);
	kept_json_end(o, end->code, end->signal, end->flags,
	    end->duration_ms);
	tell(f, "exited", o);
	stream_end(f->stream);
	f->stream = NULL;
	follow_free(f);
}

static void
packet(const struct kept_packet *p, const void *bytes, void *arg)
{
	struct follow	*f = arg;
	struct kept_end	 end;

	switch ((enum kept_packet_kind)p->kind) {
	case KEPT_OUTPUT:
	case KEPT_ERROR:
		output(f, p, bytes);
		break;
	case KEPT_LOST:
		lost(f, p);
		break;
	case KEPT_END:
		memcpy(&end, bytes, sizeof(end));
		ended(f, &end);
		return;
	default:
		break;
	}
	if (stream_room(f->stream) < ROOM_MIN) {
		kept_pause(f->link);
		stream_wait(f->stream, &f->room);
	}
}

static void
room_cb(void *arg)
{
	struct follow	*f = arg;

	kept_resume(f->link);
}

static void
attached(const struct msg_kept_stream *st, void *arg)
{
	struct follow	*f = arg;
	struct request	*r = f->request;

	(void)st;
	f->request = NULL;
	f->room.room = ROOM_MIN;
	f->room.cb = room_cb;
	f->room.arg = f;
	reply_header(r, "Cache-Control", "no-store");
	if ((f->stream = reply_stream(r, stream_gone, f)) == NULL)
		follow_free(f);
}

/* It was removed, or its session has ended. */
static void
gone(struct wire_msg *m, void *arg)
{
	struct follow	*f = arg;

	f->link = NULL;
	if (f->stream == NULL)
		reply_error(f->request, m);
	else {
		flush_part(f);
		tell(f, "removed", json_object_new_object());
		stream_unwait(&f->room);
		stream_end(f->stream);
		f->stream = NULL;
	}
	follow_free(f);
}

/* Where the client left off; -1: answered. */
static int
read_start(struct request *r, uint64_t *after)
{
	const char	*last = request_header(r, "Last-Event-ID"), *errstr;

	if (last == NULL)
		return 0;
	*after = (uint64_t)strtonum(last, 0, INT64_MAX, &errstr);
	/* strtonum takes space and a plus sign; we do not. */
	if (errstr == NULL && *last >= '0' && *last <= '9')
		return 0;
	reply_problem(r, PROBLEM_INVALID_PARAMETER, NULL,
	    "Last-Event-ID must be the id of an event of this log");
	return -1;
}

void
kept_follow(struct session *s, struct request *r, const struct ulid *id,
    const struct log_wanted *want)
{
	static const struct kept_calls	 calls = { attached, packet, NULL,
					    gone };
	struct follow			*f;
	uint64_t			 after = want->after;

	if (read_start(r, &after) == -1 || places_take(&following, r) == -1)
		return;
	f = xcalloc(1, sizeof(*f));
	f->request = r;
	f->uid = request_uid(r);
	f->want = *want;
	f->next = after;
	f->link = kept_attach(s, id, KEPT_READ_ONLY | KEPT_FOLLOW, after,
	    f->uid, &calls, f);
	if (f->link == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		follow_free(f);
		return;
	}
	request_defer(r, client_gone, f);
}
