/* What the supervisor says. */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "broker.h"
#include "http.h"
#include "journal.h"
#include "life.h"
#include "log.h"
#include "memfd.h"
#include "peer.h"
#include "sizes.h"
#include "wire.h"
#include "xmalloc.h"

static struct conf	*coming;	/* between BEGIN and END */

static const char *
tail_first(const struct wire_msg *m, size_t size)
{
	struct msg_tail	 t;
	const char	*text;

	msg_tail_init(&t, m->data, m->len, size);
	text = msg_tail_next(&t);
	return text == NULL ? "" : text;
}

static void
recv_conf_begin(void)
{
	conf_free(coming);
	coming = conf_new();
}

static void
recv_conf_defaults(const struct wire_msg *m)
{
	memcpy(&coming->defaults, m->data, sizeof(coming->defaults));
	strlcpy(coming->image, tail_first(m, sizeof(coming->defaults)),
	    sizeof(coming->image));
}

static void
recv_conf_image(const struct wire_msg *m)
{
	const struct msg_conf_image	*mi;
	struct conf_image		*i;

	mi = (const struct msg_conf_image *)m->data;
	i = xcalloc(1, sizeof(*i));
	i->type = mi->type;
	strlcpy(i->name, tail_first(m, sizeof(*mi)), sizeof(i->name));
	TAILQ_INSERT_TAIL(&coming->images, i, entry);
}

static void
recv_conf_user(const struct wire_msg *m)
{
	const struct msg_conf_user	*mu;
	struct conf_user		*u;

	mu = (const struct msg_conf_user *)m->data;
	u = xcalloc(1, sizeof(*u));
	u->uid = mu->uid;
	u->flags = mu->flags;
	u->sessions = mu->sessions;
	u->memory = mu->memory;
	strlcpy(u->name, tail_first(m, sizeof(*mu)), sizeof(u->name));
	TAILQ_INSERT_TAIL(&coming->users, u, entry);
}

static void
recv_conf(const struct wire_msg *m)
{
	if (m->hdr.type == MSG_CONF_BEGIN) {
		recv_conf_begin();
		return;
	}
	if (coming == NULL)
		fatalx("the supervisor sent %s before conf_begin",
		    msg_name(m->hdr.type));
	if (m->hdr.type == MSG_CONF_DEFAULTS)
		recv_conf_defaults(m);
	else if (m->hdr.type == MSG_CONF_IMAGE)
		recv_conf_image(m);
	else if (m->hdr.type == MSG_CONF_USER)
		recv_conf_user(m);
	else if (m->hdr.type == MSG_CONF_RETENTION)
		memcpy(&coming->retention, m->data,
		    sizeof(coming->retention));
	else {
		broker_set_conf(coming);
		coming = NULL;
	}
}

/* A session we have no row of: it must not go on living unseen. */
static void
stop_unknown(struct peer *p, const struct ulid *id)
{
	struct msg_out	out;
	char		text[SESSION_ID_TEXT];

	session_id_text(id, text);
	log_warnx("%s is not in the journal: stopping it", text);
	memset(&out, 0, sizeof(out));
	out.type = MSG_SESSION_STOP;
	out.session = id;
	peer_send(p, &out);
}

static void
recv_session_started(struct peer *p, const struct wire_msg *m)
{
	const struct msg_session_started	*st;
	struct session				*s;

	st = (const struct msg_session_started *)m->data;
	if ((s = session_find_any(&m->hdr.session)) == NULL)
		stop_unknown(p, &m->hdr.session);
	else
		life_started(s, st->setup_us);
}

static void
recv_session_gone(const struct wire_msg *m)
{
	const struct msg_session_gone	*g;
	struct session			*s;
	enum gone_reason		 reason;

	g = (const struct msg_session_gone *)m->data;
	reason = g->reason > 0 && g->reason < GONE__COUNT ?
	    (enum gone_reason)g->reason : GONE_INIT;
	if ((s = session_find_any(&m->hdr.session)) != NULL)
		life_gone(s, reason, tail_first(m, sizeof(*g)));
}

static void
recv_session_swept(const struct wire_msg *m)
{
	struct session	*s;

	if ((s = session_find_any(&m->hdr.session)) != NULL)
		life_swept(s, tail_first(m, 0));
	else
		log_info("remains of a session that is not in the journal "
		    "were swept");
}

static void
recv_peer(struct wire_msg *m)
{
	const struct msg_peer	*mp = (const struct msg_peer *)m->data;
	struct session		*s;
	int			 fd;

	if (mp->role != ROLE_WORKER)
		fatalx("the supervisor sent a peer of role %u", mp->role);
	if ((s = session_find_any(&m->hdr.session)) == NULL)
		return;		/* it is being stopped */
	if ((fd = wire_take_fd(m, 0)) != -1)
		life_worker(s, fd);
}

static void
recv_ping(struct peer *p, const struct wire_msg *m)
{
	struct msg_out	out;

	broker_all_told();
	memset(&out, 0, sizeof(out));
	out.type = MSG_PONG;
	out.request = m->hdr.request;
	peer_send(p, &out);
}

static void
listen_plan(struct http_listen *l, const struct wire_msg *m)
{
	const struct msg_listen	*ml = (const struct msg_listen *)m->data;

	memset(l, 0, sizeof(*l));
	l->kind = ml->kind;
	l->id = ml->id;
	l->token = (ml->flags & LISTEN_TOKEN) != 0;
}

static void
recv_listen(struct wire_msg *m)
{
	struct http_listen	l;

	listen_plan(&l, m);
	if (l.kind != LISTEN_UNIX && l.kind != LISTEN_TCP)
		fatalx("the supervisor sent a listener of kind %u", l.kind);
	(void)broker_listen(&l, wire_take_fd(m, 0));
}

/* A copy that ends in a NUL; it is wiped after its use. */
static char *
pem_read(int fd)
{
	void	*map;
	char	*text;
	size_t	 len;

	if ((map = memfd_map(fd, PEM_MAX, &len)) == NULL)
		fatal("certificate or key of the supervisor");
	text = xstrndup(map, len);
	munmap(map, len);
	return text;
}

static void
recv_listen_tls(struct peer *p, struct wire_msg *m)
{
	struct http_listen	 l;
	struct msg_hdr		 hdr = m->hdr;
	const char		*why;
	char			*cert, *key;

	listen_plan(&l, m);
	if (l.kind != LISTEN_TLS)
		fatalx("the supervisor sent a certificate for kind %u", l.kind);
	hdr.request = l.id;
	l.cert = cert = pem_read(m->fds[1]);
	l.key = key = pem_read(m->fds[2]);
	why = broker_listen(&l, wire_take_fd(m, 0));
	explicit_bzero(key, strlen(key));
	free(cert);
	free(key);
	if (why == NULL)
		peer_ok(p, &hdr);
	else
		peer_error(p, &hdr, PROBLEM_INVALID_FIELD, NULL, why);
}

static void
recv_system(const struct wire_msg *m)
{
	broker_set_system((const struct msg_system *)m->data,
	    tail_first(m, sizeof(struct msg_system)));
}

static void
dispatch(struct peer *p, struct wire_msg *m)
{
	switch ((enum msg_type)m->hdr.type) {
	case MSG_CONF_BEGIN:
	case MSG_CONF_DEFAULTS:
	case MSG_CONF_IMAGE:
	case MSG_CONF_USER:
	case MSG_CONF_RETENTION:
	case MSG_CONF_END:
		recv_conf(m);
		break;
	case MSG_LISTEN:
		recv_listen(m);
		break;
	case MSG_LISTEN_TLS:
		recv_listen_tls(p, m);
		break;
	case MSG_SYSTEM:
		recv_system(m);
		break;
	case MSG_PEER:
		recv_peer(m);
		break;
	case MSG_PING:
		recv_ping(p, m);
		break;
	case MSG_SHUTDOWN:
		broker_stop();
		break;
	case MSG_SESSION_STARTED:
		recv_session_started(p, m);
		break;
	case MSG_SESSION_GONE:
		recv_session_gone(m);
		break;
	case MSG_SESSION_SWEPT:
		recv_session_swept(m);
		break;
	case MSG_OK:
	case MSG_ERROR:
	case MSG_SESSION_STATS_DONE:
		break;		/* answers only */
	default:
		fatalx("the supervisor sent %s", msg_name(m->hdr.type));
	}
}

void
from_supervisor(struct peer *p, struct wire_msg *m, void *arg)
{
	(void)arg;
	if (m == NULL)
		fatalx("the supervisor has gone");
	/* Facts first, so that who asked sees what became of it. */
	dispatch(p, m);
	if (m->hdr.request != 0)
		(void)ask_answer(p, m);
}
