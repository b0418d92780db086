/*
 * deskd-broker: meets the clients, keeps the journal and the store, and
 * decides what becomes of each session.
 *
 * May touch: its own directory (the database and blobs), the clients that
 * connect, the supervisor's socket, one socket per worker, and the key of
 * its certificate.  Must never see: provider keys at rest, a desktop's
 * files; it opens no connection.
 */
#include <sys/queue.h>

#include <event2/event.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "broker.h"
#include "child.h"
#include "http.h"
#include "idem.h"
#include "journal.h"
#include "life.h"
#include "log.h"
#include "peer.h"
#include "retention.h"
#include "sandbox.h"
#include "session.h"
#include "store.h"
#include "token.h"
#include "xmalloc.h"

#define DATABASE	"/deskd.db"

static struct {
	struct event_base	*base;
	struct peer		*supervisor;
	struct conf		*conf;
	struct system_facts	 facts;
	struct http		*http;
	int			 listens;
	int			 told;
	int			 stopping;
	int			 said_so;	/* in the journal */
} broker;

struct event_base *
broker_base(void)
{
	return broker.base;
}

struct peer *
broker_supervisor(void)
{
	return broker.supervisor;
}

const struct conf *
broker_conf(void)
{
	return broker.conf;
}

const struct system_facts *
broker_system(void)
{
	return &broker.facts;
}

int
broker_told(void)
{
	return broker.told;
}

int
broker_admin(uid_t uid)
{
	const struct conf_user	*u;

	if (broker.conf == NULL)
		return 0;
	u = conf_user(broker.conf, uid);
	return u != NULL && (u->flags & USER_ADMIN) != 0;
}

int
broker_proxy(uid_t uid)
{
	const struct conf_user	*u;

	u = broker.conf == NULL ? NULL : conf_user(broker.conf, uid);
	return u != NULL && (u->flags & USER_PROXY) != 0;
}

int
broker_ready(const char **why)
{
	if (broker.stopping)
		*why = "deskd is leaving";
	else if (!broker.told || broker.conf == NULL)
		*why = "the supervisor has not told everything yet";
	else
		return 0;
	return -1;
}

void
broker_shutdown(uid_t uid)
{
	struct json_object	*o = json_object_new_object();
	struct msg_out		 out;

	json_object_object_add(o, "asked_by", json_object_new_int64(uid));
	journal_event(STORE_FULL, "system.stopping", NULL, uid, o);
	broker.said_so = 1;
	memset(&out, 0, sizeof(out));
	out.type = MSG_SHUTDOWN_ASKED;
	peer_send(broker.supervisor, &out);
}

void
broker_set_conf(struct conf *c)
{
	int	again = broker.conf != NULL;

	conf_free(broker.conf);
	broker.conf = c;
	if (again) {
		journal_event(STORE_FULL, "system.reloaded", NULL, -1, NULL);
		retention_run();
	}
}

void
broker_set_system(const struct msg_system *m, const char *kernel)
{
	broker.facts.m = *m;
	strlcpy(broker.facts.kernel, kernel, sizeof(broker.facts.kernel));
}

const char *
broker_listen(const struct http_listen *l, int fd)
{
	broker.listens = 1;
	return http_listen(broker.http, l, fd);
}

/* What a token stood for ends with it. */
static void
token_ended(const struct ulid *id)
{
	http_revoke(broker.http, id);
}

static void
add_session(const struct session_row *row, void *arg)
{
	(void)arg;
	session_load(row);
}

/* The first ping: from now on clients are heard. */
void
broker_all_told(void)
{
	struct json_object	*o;

	if (broker.told)
		return;
	if (broker.conf == NULL || !broker.listens)
		fatalx("the supervisor sent no configuration or no listener");
	broker.told = 1;
	o = json_object_new_object();
	json_object_object_add(o, "version",
	    json_object_new_string(PACKAGE_VERSION));
	journal_event(STORE_FULL, "system.started", NULL, -1, o);
	life_reconcile();
	retention_start(broker.base);
	http_open_doors(broker.http);
}

/* What was sent is on its way; the supervisor starts us again. */
void
broker_again(void)
{
	struct timeval	tv = { 0, 100 * 1000 };

	broker.stopping = 1;
	event_base_loopexit(broker.base, &tv);
}

void
broker_stop(void)
{
	broker.stopping = 1;
	if (!broker.said_so && broker.told)
		journal_event(STORE_FULL, "system.stopping", NULL, -1, NULL);
	event_base_loopexit(broker.base, NULL);
}

static void
signal_cb(int sig, short events, void *arg)
{
	/* The supervisor decides when we leave; a terminal's Ctrl-C is his. */
	(void)sig;
	(void)events;
	(void)arg;
}

static void
signals(void)
{
	static const int	 sigs[] = { SIGINT, SIGTERM, SIGHUP };
	struct event		*ev;
	size_t			 i;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		ev = evsignal_new(broker.base, sigs[i], signal_cb, NULL);
		if (ev == NULL || event_add(ev, NULL) == -1)
			fatalx("signal event");
	}
}

/*
 * stdio	memory, time, messages, clients
 * event	the loop, its timers and signals; the store's eventfd
 * memfd	pictures come in them, large batches leave in them
 * thread	the store's writer
 * rpath wpath	the database, its log and index, blobs
 * flock	SQLite's locks, and syncing to disk
 * accept	clients on the inherited sockets
 */
static void
confine(const struct child *c)
{
	static const struct sandbox_path paths[] = {
		{ "/", 1 },
		{ NULL, 0 }
	};
	const struct sandbox	sb = {
		.groups = SANDBOX_STDIO | SANDBOX_EVENT | SANDBOX_MEMFD |
		    SANDBOX_THREAD | SANDBOX_RPATH | SANDBOX_WPATH |
		    SANDBOX_FLOCK | SANDBOX_ACCEPT,
		.paths = paths,
		.kill = c->seccomp_kill
	};

	sandbox_enter(&sb);
}

static void
say_ready(void)
{
	struct msg_ready	ready = { MSG_PROTOCOL };
	struct msg_out		out;

	memset(&out, 0, sizeof(out));
	out.type = MSG_READY;
	out.data = &ready;
	out.len = sizeof(ready);
	if (peer_send(broker.supervisor, &out) == -1)
		fatal("ready");
}

/* What is on its way is stored and answered before the clients are left. */
static void
leave(void)
{
	store_flush();
	http_stop(broker.http);
	store_stop();
	log_debug("leaving");
}

int
main(int argc, char **argv)
{
	struct child	c;

	child_options(&c, "deskd-broker", argc, argv);
	tzset();
	child_drop(&c);
	confine(&c);

	if ((broker.base = event_base_new()) == NULL)
		fatalx("event_base_new");
	signals();
	restore_apply(DATABASE);
	store_open(DATABASE);
	store_start(broker.base);
	journal_start(broker.base);
	store_sessions(add_session, NULL);
	token_start(broker.base, token_ended);
	broker.http = http_start(broker.base);

	broker.supervisor = peer_new(broker.base, CHILD_FD, ROLE_BROKER,
	    ROLE_SUPERVISOR, from_supervisor, NULL);
	say_ready();
	log_ready();
	event_base_dispatch(broker.base);
	leave();
	return 0;
}
