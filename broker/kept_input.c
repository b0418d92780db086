#include <event2/event.h>
#include <event2/event_struct.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api_error.h"
#include "base64.h"
#include "broker.h"
#include "field.h"
#include "http.h"
#include "kept_input.h"
#include "kept_link.h"
#include "kept_session.h"
#include "session.h"
#include "xmalloc.h"

#define INPUT_MAX	(1024 * 1024)
#define WAIT_DEFAULT	10.0
#define WAIT_MIN	0.1
#define WAIT_MAX	60.0

struct input {
	struct request		*request;
	struct kept_link	*link;
	struct event		 late;
	struct timeval		 patience;
	int			 attached;
	char			*bytes;
	size_t			 len;
	size_t			 sent;
	uint64_t		 taken;		/* by the program */
	int			 end;
	int			 end_sent;
};

static void
input_free(struct input *in)
{
	event_del(&in->late);
	kept_detach(in->link);
	free(in->bytes);
	free(in);
}

static void
finish(struct input *in)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "written",
	    json_object_new_int64((int64_t)in->taken));
	json_object_object_add(o, "complete",
	    json_object_new_boolean(in->taken >= in->len));
	reply_json(in->request, 200, o);
	input_free(in);
}

static void
late_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	finish(arg);
}

static void
send_more(struct input *in)
{
	in->sent += kept_input(in->link, in->bytes + in->sent,
	    in->len - in->sent);
	if (in->sent == in->len && in->end && !in->end_sent)
		in->end_sent = kept_input_end(in->link) == 0;
}

static void
attached(const struct msg_kept_stream *st, void *arg)
{
	struct input	*in = arg;

	(void)st;
	in->attached = 1;
	event_add(&in->late, &in->patience);
	send_more(in);
}

static void
room(void *arg)
{
	send_more(arg);
}

/* With an end, the link is over when that was taken, too. */
static void
packet(const struct kept_packet *p, const void *bytes, void *arg)
{
	struct input	*in = arg;

	(void)bytes;
	if (p->kind != KEPT_TAKEN)
		return;
	in->taken = p->at > in->sent ? in->sent : p->at;
	if (in->taken == in->len && !in->end)
		finish(in);
}

static void
gone(struct wire_msg *m, void *arg)
{
	struct input	*in = arg;

	in->link = NULL;
	if (in->attached) {
		finish(in);
		return;
	}
	reply_error(in->request, m);
	input_free(in);
}

static void
client_gone(struct request *r, void *arg)
{
	(void)r;
	input_free(arg);
}

static void
read_bytes(struct fields *f, struct input *in)
{
	const char	*text, *base64;
	size_t		 len;

	text = field_bytes(f, "text", INPUT_MAX, &in->len);
	base64 = field_bytes(f, "base64", (INPUT_MAX + 2) / 3 * 4, &len);
	if (text != NULL && base64 != NULL)
		fields_fail(f, "base64", PROBLEM_INVALID_FIELD,
		    "text or base64, not both");
	else if (text != NULL) {
		in->bytes = xmalloc(in->len + 1);
		memcpy(in->bytes, text, in->len);
	} else if (base64 != NULL &&
	    (in->bytes = base64_decode(base64, len, &in->len)) == NULL)
		fields_fail(f, "base64", PROBLEM_INVALID_FIELD,
		    "must be base64 with its padding and nothing else");
	if (in->bytes == NULL)
		in->len = 0;
}

/* -1: answered. */
static int
read_body(struct request *r, struct input *in, uint32_t kind)
{
	struct fields	f;
	double		wait;

	fields_begin(&f, request_json(r));
	read_bytes(&f, in);
	if (kind == KEPT_PROCESS)
		in->end = field_bool(&f, "end", 0);
	wait = field_number(&f, "timeout_seconds", WAIT_MIN, WAIT_MAX,
	    WAIT_DEFAULT);
	in->patience.tv_sec = (time_t)wait;
	in->patience.tv_usec = (suseconds_t)((wait - (double)(time_t)wait) *
	    1e6);
	if (in->len == 0 && !in->end)
		fields_fail(&f, "text", PROBLEM_MISSING_FIELD,
		    "there is nothing to write");
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	return 0;
}

void
kept_input_post(struct session *s, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	static const struct kept_calls	 calls = { attached, packet, room,
					    gone };
	struct input			*in = xcalloc(1, sizeof(*in));

	in->request = r;
	evtimer_assign(&in->late, broker_base(), late_cb, in);
	if (read_body(r, in, kind) == -1) {
		input_free(in);
		return;
	}
	in->link = kept_attach(s, id, KEPT_WRITE_ONLY, 0, request_uid(r),
	    &calls, in);
	if (in->link == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		input_free(in);
		return;
	}
	request_defer(r, client_gone, in);
}
