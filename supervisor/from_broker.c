/*
 * What the broker asks for.  It meets clients, so it may have been broken
 * into: every id and number is checked here as if a client had sent it.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "conf.h"
#include "disk.h"
#include "kid.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "session.h"
#include "supervisor.h"

static void
ready(struct peer *p, struct wire_msg *m)
{
	struct msg_ready	r;

	memcpy(&r, m->data, sizeof(r));
	if (r.protocol != MSG_PROTOCOL)
		peer_close(p, "speaks another protocol");
	else if (!sv.broker_told)
		broker_ready();
}

/* The session this is about, if it is up; else the refusal is sent. */
static struct session *
running(struct peer *p, struct wire_msg *m)
{
	struct session	*s = session_find(&m->hdr.session);

	if (s == NULL)
		peer_error(p, &m->hdr, PROBLEM_NOT_FOUND, NULL,
		    "no such session here");
	else if (s->phase > PHASE_UP) {
		peer_error(p, &m->hdr, PROBLEM_WRONG_STATE, NULL,
		    "the session is ending");
		s = NULL;
	}
	return s;
}

/* A stop of what is ending already is answered when it has ended. */
static void
stop(struct peer *p, struct wire_msg *m)
{
	struct session	*s = session_find(&m->hdr.session);

	if (s == NULL)
		peer_error(p, &m->hdr, PROBLEM_NOT_FOUND, NULL,
		    "no such session here");
	else
		session_stop(s, m->hdr.request);
}

static void
delete(struct peer *p, struct wire_msg *m)
{
	char	path[PATH_MAX], id[SESSION_ID_TEXT];

	if (session_find(&m->hdr.session) != NULL) {
		peer_error(p, &m->hdr, PROBLEM_WRONG_STATE, NULL,
		    "the session is not stopped");
		return;
	}
	session_id_text(&m->hdr.session, id);
	place_disk(sv.conf, id, path, sizeof(path));
	if (unlink(path) == -1 && errno != ENOENT) {
		log_warn("unlink %s", path);
		peer_error(p, &m->hdr, PROBLEM_DISK, NULL, strerror(errno));
		return;
	}
	peer_ok(p, &m->hdr);
}

static void
set(struct peer *p, struct wire_msg *m)
{
	struct msg_session_set	 set;
	struct session		*s;
	const char		*why;

	memcpy(&set, m->data, sizeof(set));
	if ((s = running(p, m)) == NULL)
		return;
	set.resources.disk = s->start.resources.disk;
	if ((why = session_check_limits(&set.resources)) != NULL) {
		peer_error(p, &m->hdr, PROBLEM_INVALID_FIELD, NULL, why);
		return;
	}
	if (sv.cgroup->limit(s->text, &set.resources) == -1) {
		/* The old ones again: half of the new ones is neither. */
		int	saved_errno = errno;

		sv.cgroup->limit(s->text, &s->start.resources);
		peer_error(p, &m->hdr, PROBLEM_CONFLICT, NULL,
		    saved_errno == EBUSY ? "more is in use already" :
		    strerror(saved_errno));
		return;
	}
	s->start.resources = set.resources;
	if (record_write(s) == -1)
		log_warn("%s: record", s->text);
	peer_ok(p, &m->hdr);
}

static void
stats(struct peer *p, struct wire_msg *m)
{
	struct msg_session_stats	 st = { 0 };
	struct msg_out			 out = { .type = MSG_SESSION_STATS_DONE,
					    .request = m->hdr.request,
					    .session = &m->hdr.session,
					    .data = &st, .len = sizeof(st) };
	struct session			*s;
	char				 dir[PATH_MAX];

	if ((s = running(p, m)) == NULL)
		return;
	place_session(sv.conf, s->text, "disk", dir, sizeof(dir));
	if (sv.cgroup->stats(s->text, &st) == -1 ||
	    disk_used(dir, &st.disk) == -1)
		log_warn("%s: statistics", s->text);
	peer_send(p, &out);
}

/* Certificates are all it is asked about. */
static void
answer(const struct wire_msg *m)
{
	struct msg_tail	 t;
	const char	*why = NULL;

	if (m->hdr.type == MSG_ERROR) {
		msg_tail_init(&t, m->data, m->len, sizeof(struct msg_error));
		(void)msg_tail_next(&t);	/* a pointer into nothing */
		if ((why = msg_tail_next(&t)) == NULL)
			why = "it is refused";
	}
	listen_answer(m->hdr.request, why);
}

void
from_broker(struct peer *p, struct wire_msg *m, void *arg)
{
	(void)arg;
	if (m == NULL) {
		/* Its end follows; a live one that closed is of no use. */
		if (sv.broker != NULL)
			kid_kill(sv.broker);
		return;
	}
	if (!sv.broker_told && m->hdr.type != MSG_READY) {
		peer_close(p, "not ready yet");
		return;
	}
	switch (m->hdr.type) {
	case MSG_READY:
		ready(p, m);
		break;
	case MSG_PONG:
		break;
	case MSG_OK:
	case MSG_ERROR:
		answer(m);
		break;
	case MSG_SESSION_START:
		session_start(m);
		break;
	case MSG_SESSION_STOP:
		stop(p, m);
		break;
	case MSG_SESSION_DELETE:
		delete(p, m);
		break;
	case MSG_SESSION_SET:
		set(p, m);
		break;
	case MSG_SESSION_STATS:
		stats(p, m);
		break;
	case MSG_SHUTDOWN_ASKED:
		supervisor_stop();
		break;
	default:
		peer_close(p, "unexpected message");
		break;
	}
}
