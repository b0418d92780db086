/*
 * What a worker says.  It lives next to a stranger's desktop and may be his:
 * whatever breaks a rule closes this worker and nothing else.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "asker.h"
#include "broker.h"
#include "journal.h"
#include "json_read.h"
#include "kept_session.h"
#include "life.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"

/* Records waiting for the disk, of all sessions together. */
#define RECORDS_MAX	16384
#define RECORD_MAX	16384	/* bytes of one */

static void
bad(struct peer *p, const struct session *s, const struct wire_msg *m,
    const char *why)
{
	char	id[SESSION_ID_TEXT];

	session_id_text(&s->row.id, id);
	log_warnx("%s: %s from its worker: %s", id, msg_name(m->hdr.type),
	    why);
	peer_close(p, why);
}

static void
recv_desktop(struct peer *p, struct session *s, const struct wire_msg *m)
{
	const struct msg_desktop	*d;
	struct msg_tail			 t;
	const char			*why;

	d = (const struct msg_desktop *)m->data;
	if (d->state < DESKTOP_NONE || d->state > DESKTOP_FAILED) {
		bad(p, s, m, "no such state");
		return;
	}
	msg_tail_init(&t, m->data, m->len, sizeof(*d));
	why = msg_tail_next(&t);
	life_desktop(s, d, why == NULL ? "" : why);
	/* It has found its init by now: what of the programs there? */
	kept_sync(s);
}

/*
 * Who asked is only what the worker says.  Nobody but the owner and admins
 * can ask anything of a session.
 */
static int64_t
actor(const struct session *s, uid_t principal)
{
	return principal == s->row.owner || broker_admin(principal) ?
	    (int64_t)principal : -1;
}

/* An action that was done: its type, arguments and outcome. */
static void
recv_record(struct peer *p, struct session *s, const struct wire_msg *m)
{
	const struct msg_record	*r = (const struct msg_record *)m->data;
	struct json_object	*o;
	struct json_error	 error;
	size_t			 len = m->len - sizeof(*r);

	if (store_queued() > RECORDS_MAX) {
		bad(p, s, m, "more records than can be stored");
		return;
	}
	/* Its NUL, if it sent one, is not part of the JSON. */
	if (len > 0 && m->data[m->len - 1] == '\0')
		len--;
	o = len > RECORD_MAX ? NULL :
	    json_read((const char *)m->data + sizeof(*r), len, &error);
	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		bad(p, s, m, "not a JSON object");
		return;
	}
	json_object_object_add(o, "ok",
	    json_object_new_boolean(r->problem == PROBLEM_NONE));
	if (r->problem != PROBLEM_NONE)
		json_object_object_add(o, "error", json_object_new_string(
		    problem_code(problem_valid(r->problem))));
	json_object_object_add(o, "duration_us",
	    json_object_new_int64(r->duration_us));
	/* By number, which it cannot make up: the question is open. */
	asker_set(ask_asker(p, m->hdr.request));
	journal_event(STORE_NORMAL, "action", &s->row,
	    actor(s, r->principal), o);
	asker_set(NULL);
}

/* One that is not known was started for a broker that is no more. */
static void
recv_kept_exited(struct session *s, const struct wire_msg *m)
{
	struct msg_kept_exited	e;

	memcpy(&e, m->data, sizeof(e));
	if (kept_exited(s, &e) == -1)
		log_debug("a program has ended that nobody here started");
}

static void
recv_answer(struct peer *p, struct session *s, struct wire_msg *m)
{
	if (ulid_cmp(&m->hdr.session, &s->row.id) != 0 &&
	    !ulid_is_zero(&m->hdr.session)) {
		bad(p, s, m, "about another session");
		return;
	}
	if (ask_answer(p, m) == -1)
		bad(p, s, m, "answers what was never asked");
}

void
from_worker(struct peer *p, struct wire_msg *m, void *arg)
{
	struct session	*s = arg;

	if (m == NULL) {
		worker_drop(s);
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_DESKTOP:
		recv_desktop(p, s, m);
		break;
	case MSG_RECORD:
		recv_record(p, s, m);
		break;
	case MSG_KEPT_EXITED:
		recv_kept_exited(s, m);
		break;
	default:
		recv_answer(p, s, m);
	}
}
