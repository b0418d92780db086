/*
 * Actions: the body goes to the session's worker as it is, which checks and
 * does them; its results come back one by one and are the answer.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "broker.h"
#include "http.h"
#include "json_number.h"
#include "json_read.h"
#include "log.h"
#include "memfd.h"
#include "peer.h"
#include "picture.h"
#include "session.h"
#include "utf8.h"
#include "wire.h"
#include "xmalloc.h"

#define TAIL_MAX	60000			/* else a memfd */
#define PICTURES_MAX	(32 * 1024 * 1024)	/* bytes in one answer */

struct batch {
	struct request		*request;
	struct ask		*ask;
	int			 single;	/* one action, not a list */
	unsigned int		 done;
	size_t			 pictures;	/* bytes so far */
	struct json_object	*results;
	struct json_object	*shot;		/* of the next one, or NULL */
	int			 omitted;
	enum problem		 problem;	/* of a single one */
};

static void
batch_free(struct batch *b)
{
	json_object_put(b->results);
	json_object_put(b->shot);
	free(b);
}

static void
gone(struct request *r, void *arg)
{
	struct batch	*b = arg;

	(void)r;
	ask_send(b->ask, MSG_ACTIONS_CANCEL, NULL, 0, NULL, 0);
	ask_free(b->ask);
	batch_free(b);
}

/* The worker broke a rule: it is closed, and that ends the question. */
static void
bad(struct batch *b, const char *why)
{
	peer_close(ask_peer(b->ask), why);
}

static void
recv_picture(struct batch *b, struct wire_msg *m)
{
	const struct msg_action_picture	*p;
	char				*text;
	size_t				 len;

	p = (const struct msg_action_picture *)m->data;
	if (p->index != b->done || b->shot != NULL || b->omitted) {
		bad(b, "a picture out of turn");
		return;
	}
	if (picture_check(m->fds[0], p->size, p->width, p->height,
	    p->format) == -1) {
		bad(b, "a picture that is none");
		return;
	}
	if (p->size > PICTURES_MAX - b->pictures ||
	    (text = picture_base64(m->fds[0], &len)) == NULL) {
		b->omitted = 1;
		return;
	}
	b->pictures += p->size;
	b->shot = json_object_new_object();
	json_object_object_add(b->shot, "media_type",
	    json_object_new_string(picture_type(p->format)));
	json_object_object_add(b->shot, "width",
	    json_object_new_int64(p->width));
	json_object_object_add(b->shot, "height",
	    json_object_new_int64(p->height));
	json_object_object_add(b->shot, "generation",
	    json_object_new_int64((int64_t)(p->generation & INT64_MAX)));
	json_object_object_add(b->shot, "settled",
	    json_object_new_boolean(p->settled != 0));
	json_object_object_add(b->shot, "data",
	    json_object_new_string_len(text, (int)len));
	free(text);
}

/* Names that are ours in a result, whatever a worker writes. */
static int
is_ours(const char *name)
{
	static const char *const ours[] = {
		"index", "ok", "duration_ms", "error", "screenshot",
		"screenshot_omitted"
	};
	size_t	i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(name, ours[i]) == 0)
			return 1;
	return 0;
}

static void
move_member(struct json_object *from, struct json_object *to, const char *name)
{
	struct json_object	*o;

	if (json_object_object_get_ex(from, name, &o) &&
	    json_object_is_type(o, json_type_string))
		json_object_object_add(to, name, json_object_get(o));
}

static void
add_error(struct json_object *result, struct json_object *said,
    enum problem problem)
{
	struct json_object	*error = json_object_new_object();

	json_object_object_add(error, "code",
	    json_object_new_string(problem_code(problem)));
	move_member(said, error, "detail");
	move_member(said, error, "pointer");
	move_member(said, result, "type");
	json_object_object_add(result, "error", error);
}

static void
add_result(struct batch *b, const struct msg_action_done *d,
    struct json_object *said)
{
	struct json_object	*o = json_object_new_object();
	enum problem		 problem = problem_valid(d->problem);

	json_object_object_add(o, "index", json_object_new_int64(d->index));
	if (problem == PROBLEM_NONE) {
		json_object_object_foreach(said, key, value)
			if (!is_ours(key))
				json_object_object_add(o, key,
				    json_object_get(value));
	} else
		add_error(o, said, problem);
	json_object_object_add(o, "ok",
	    json_object_new_boolean(problem == PROBLEM_NONE));
	json_object_object_add(o, "duration_ms",
	    json_millis(d->duration_us / 1000.0));
	if (b->shot != NULL) {
		json_object_object_add(o, "screenshot", b->shot);
		b->shot = NULL;
	} else if (b->omitted) {
		json_object_object_add(o, "screenshot", NULL);
		json_object_object_add(o, "screenshot_omitted",
		    json_object_new_boolean(1));
		b->omitted = 0;
	}
	json_object_array_add(b->results, o);
	if (b->single)
		b->problem = problem;
}

static void
recv_done(struct batch *b, const struct wire_msg *m)
{
	const struct msg_action_done	*d;
	struct json_object		*said;
	struct json_error		 error;
	size_t				 len;

	d = (const struct msg_action_done *)m->data;
	if (d->index != b->done || b->done >= ACTIONS_MAX ||
	    (b->single && b->done > 0)) {
		bad(b, "a result out of turn");
		return;
	}
	len = m->len - sizeof(*d);
	if (len > 0 && m->data[m->len - 1] == '\0')
		len--;
	said = json_read((const char *)m->data + sizeof(*d), len, &error);
	if (!json_object_is_type(said, json_type_object))
		bad(b, "a result that is no JSON object");
	else {
		add_result(b, d, said);
		b->done++;
	}
	json_object_put(said);
}

static const char *
text_of(struct json_object *o, const char *name)
{
	struct json_object	*text;

	return json_object_object_get_ex(o, name, &text) ?
	    json_object_get_string(text) : NULL;
}

/* A single action that failed is the answer's own failure. */
static void
reply_single(struct batch *b)
{
	struct json_object	*error = NULL;
	const char		*detail;

	json_object_object_get_ex(json_object_array_get_idx(b->results, 0),
	    "error", &error);
	detail = text_of(error, "detail");
	reply_problem(b->request, b->problem, text_of(error, "pointer"),
	    "%s", detail != NULL ? detail : problem_title(b->problem));
}

static void
finish(struct batch *b)
{
	struct json_object	*o;

	ask_free(b->ask);
	if (b->done == 0)
		reply_problem(b->request, PROBLEM_INTERNAL, NULL,
		    "the session's worker gave no result");
	else if (b->problem != PROBLEM_NONE)
		reply_single(b);
	else {
		o = json_object_new_object();
		json_object_object_add(o, "results", b->results);
		b->results = NULL;
		reply_json(b->request, 200, o);
	}
	batch_free(b);
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct batch	*b = arg;

	if (m == NULL || m->hdr.type == MSG_ERROR) {
		if (m != NULL)
			ask_free(b->ask);
		reply_error(b->request, m);
		batch_free(b);
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_ACTION_PICTURE:
		recv_picture(b, m);
		break;
	case MSG_ACTION_DONE:
		recv_done(b, m);
		break;
	case MSG_ACTIONS_DONE:
		finish(b);
		break;
	default:
		bad(b, "no answer to actions");
	}
}

/* In the message where it fits, else in a memfd. */
static int
send_body(struct ask *a, struct peer *worker, const struct ulid *session,
    uid_t uid, const char *body, size_t len)
{
	struct msg_actions	ma = { .principal = uid };
	struct msg_out		out;
	int			fd;

	if (len <= TAIL_MAX) {
		(void)ask_send(a, MSG_ACTIONS, &ma, sizeof(ma), body, len);
		return 0;
	}
	if ((fd = memfd_from("actions", body, len)) == -1) {
		log_warn("memfd");
		return -1;
	}
	memset(&out, 0, sizeof(out));
	out.type = MSG_ACTIONS_BULK;
	out.request = ask_id(a);
	out.session = session;
	out.data = &ma;
	out.len = sizeof(ma);
	out.fds = &fd;
	out.nfds = 1;
	(void)peer_send(worker, &out);
	close(fd);
	return 0;
}

void
api_actions(struct request *r)
{
	struct session	*s = request_session(r);
	struct batch	*b;
	const char	*body;
	size_t		 len;

	if (need_running(r, s) == -1)
		return;
	body = request_body(r, &len);
	b = xcalloc(1, sizeof(*b));
	b->request = r;
	b->single = !json_object_object_get_ex(request_json(r), "actions",
	    NULL);
	b->results = json_object_new_array();
	b->ask = ask_new(s->worker, &s->row.id, answer, b);
	if (b->ask == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		batch_free(b);
		return;
	}
	if (send_body(b->ask, s->worker, &s->row.id, request_uid(r), body,
	    len) == -1) {
		ask_free(b->ask);
		reply_problem(r, PROBLEM_UNAVAILABLE, NULL,
		    "no memory for these actions now");
		batch_free(b);
		return;
	}
	request_defer(r, gone, b);
}
