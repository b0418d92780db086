#include <event2/buffer.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_error.h"
#include "field.h"
#include "http.h"
#include "kept_link.h"
#include "kept_log.h"
#include "kept_session.h"
#include "log.h"
#include "session.h"
#include "utf8.h"
#include "xmalloc.h"

#define LIMIT_DEFAULT	(64 * 1024)
#define LIMIT_MIN	16		/* a character fits */
#define LIMIT_MAX	(1024 * 1024)

struct log {
	struct request		*request;
	struct kept_link	*link;
	struct log_wanted	 want;
	struct json_object	*data;
	struct evbuffer		*bytes;		/* of the run, or of all */
	int			 label;		/* of the run */
	uint64_t		 run_at;	/* where the run began */
	uint64_t		 next;		/* after all that was seen */
	uint64_t		 lost;
	int			 attached;
	int			 now;		/* all that was kept has come */
	int			 more;
	int			 ended;
};

const char *
log_stream_name(uint32_t kind, int is_error)
{
	if (kind == KEPT_TERMINAL)
		return "terminal";
	return is_error ? "stderr" : "stdout";
}

static void
log_free(struct log *l)
{
	kept_detach(l->link);
	json_object_put(l->data);
	evbuffer_free(l->bytes);
	free(l);
}

/* The run so far as one entry; a part of a character is one, too. */
static void
flush_run(struct log *l, size_t len)
{
	struct json_object	*o;
	char			*text;
	size_t			 n;

	if (len == 0)
		return;
	text = utf8_clean(evbuffer_pullup(l->bytes, (ssize_t)len), len, &n);
	o = json_object_new_object();
	json_object_object_add(o, "stream", json_object_new_string(
	    log_stream_name(l->want.kind, l->label)));
	json_object_object_add(o, "at",
	    json_object_new_int64((int64_t)l->run_at));
	json_object_object_add(o, "text",
	    json_object_new_string_len(text, (int)n));
	json_object_array_add(l->data, o);
	free(text);
	evbuffer_drain(l->bytes, len);
}

/* What a character of it is still to come is left for the next time. */
static void
last_run(struct log *l)
{
	size_t	len = evbuffer_get_length(l->bytes), whole = len;

	if (len == 0)
		return;
	if (!l->ended)
		whole = utf8_whole((char *)evbuffer_pullup(l->bytes, -1),
		    len);
	if (whole < len)
		l->next = l->run_at + whole;
	flush_run(l, whole);
}

static void
reply_log_json(struct log *l)
{
	struct json_object	*o = json_object_new_object();

	last_run(l);
	json_object_object_add(o, "data", l->data);
	l->data = NULL;
	json_object_object_add(o, "next",
	    json_object_new_int64((int64_t)l->next));
	json_object_object_add(o, "has_more",
	    json_object_new_boolean(l->more));
	json_object_object_add(o, "lost",
	    json_object_new_int64((int64_t)l->lost));
	json_object_object_add(o, "ended",
	    json_object_new_boolean(l->ended));
	reply_json(l->request, 200, o);
}

static void
reply_log_plain(struct log *l)
{
	size_t	len = evbuffer_get_length(l->bytes);
	char	text[24];

	snprintf(text, sizeof(text), "%" PRIu64, l->next);
	reply_header(l->request, "X-Deskd-Next", text);
	snprintf(text, sizeof(text), "%" PRIu64, l->lost);
	reply_header(l->request, "X-Deskd-Lost", text);
	reply_header(l->request, "X-Deskd-Ended", l->ended ? "1" : "0");
	reply_bytes(l->request, 200, "text/plain; charset=utf-8",
	    evbuffer_pullup(l->bytes, -1), len);
}

static void
finish(struct log *l)
{
	reply_header(l->request, "Cache-Control", "no-store");
	if (l->want.plain)
		reply_log_plain(l);
	else
		reply_log_json(l);
	log_free(l);
}

static void
attached(const struct msg_kept_stream *st, void *arg)
{
	struct log	*l = arg;

	(void)st;
	l->attached = 1;
}

/* -1: enough, and the log is gone. */
static int
take(struct log *l, const struct kept_packet *p, const void *bytes)
{
	int	label = p->kind == KEPT_ERROR;
	size_t	n = p->len;

	if ((l->want.streams & (label ? LOG_STDERR : LOG_STDOUT)) == 0) {
		l->next = p->at + n;
		return 0;
	}
	if (!l->want.plain && (label != l->label ||
	    l->run_at + evbuffer_get_length(l->bytes) != p->at)) {
		flush_run(l, evbuffer_get_length(l->bytes));
		l->label = label;
		l->run_at = p->at;
	}
	if ((int64_t)n > l->want.limit)
		n = (size_t)l->want.limit;
	evbuffer_add(l->bytes, bytes, n);
	l->want.limit -= (int64_t)n;
	l->next = p->at + n;
	if (n == p->len)
		return 0;
	l->more = 1;
	finish(l);
	return -1;
}

static void
packet(const struct kept_packet *p, const void *bytes, void *arg)
{
	struct log	*l = arg;

	switch ((enum kept_packet_kind)p->kind) {
	case KEPT_OUTPUT:
	case KEPT_ERROR:
		(void)take(l, p, bytes);
		break;
	case KEPT_LOST:
		if (p->at > l->next)
			l->lost += p->at - l->next;
		l->next = p->at;
		break;
	case KEPT_NOW:
		l->now = 1;
		break;
	case KEPT_END:
		l->ended = 1;
		finish(l);
		break;
	default:
		break;
	}
}

/* The end of what there is now; or it never came so far. */
static void
gone(struct wire_msg *m, void *arg)
{
	struct log	*l = arg;

	l->link = NULL;
	if (l->attached && l->now) {
		finish(l);
		return;
	}
	reply_error(l->request, m);
	log_free(l);
}

static void
client_gone(struct request *r, void *arg)
{
	(void)r;
	log_free(arg);
}

static void
log_read(struct session *s, struct request *r, const struct ulid *id,
    const struct log_wanted *want)
{
	static const struct kept_calls	 calls = { attached, packet, NULL,
					    gone };
	struct log			*l = xcalloc(1, sizeof(*l));

	l->request = r;
	l->want = *want;
	l->next = want->after;
	l->data = json_object_new_array();
	if ((l->bytes = evbuffer_new()) == NULL)
		fatalx("no memory for a log");
	l->link = kept_attach(s, id, KEPT_READ_ONLY, want->after,
	    request_uid(r), &calls, l);
	if (l->link == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		log_free(l);
		return;
	}
	request_defer(r, client_gone, l);
}

/* -1: answered. */
static int
read_streams(struct request *r, struct log_wanted *want)
{
	static const char *const names[] = { "both", "stdout", "stderr",
				    NULL };
	static const unsigned int bits[] = { LOG_STDOUT | LOG_STDERR,
				    LOG_STDOUT, LOG_STDERR };
	int	choice = 0, given;

	if ((given = query_choice(r, "stream", names, &choice)) == -1)
		return -1;
	if (given && want->kind == KEPT_TERMINAL) {
		query_refuse(r, "stream", "a terminal has only one");
		return -1;
	}
	want->streams = bits[choice];
	return 0;
}

static int
accepts(struct request *r, const char *type)
{
	const char	*accept = request_header(r, "Accept");

	return accept != NULL && strstr(accept, type) != NULL;
}

void
kept_log(struct session *s, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	struct log_wanted	want = { .kind = kind,
				    .limit = LIMIT_DEFAULT };
	int64_t			after = 0;

	if (read_streams(r, &want) == -1 ||
	    query_int(r, "after", 0, INT64_MAX, &after) == -1 ||
	    query_int(r, "limit", LIMIT_MIN, LIMIT_MAX, &want.limit) == -1)
		return;
	want.after = (uint64_t)after;
	want.plain = accepts(r, "text/plain");
	if (!accepts(r, "text/event-stream"))
		log_read(s, r, id, &want);
	else if (request_query(r, "limit") != NULL)
		query_refuse(r, "limit", "not for a stream");
	else
		kept_follow(s, r, id, &want);
}
