/*
 * The broker: started, told everything it needs to know, and started again
 * when it dies.  Its store is its root directory.
 */
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "conf.h"
#include "daemon.h"
#include "kid.h"
#include "log.h"
#include "peer.h"
#include "sandbox.h"
#include "session.h"
#include "supervisor.h"

static struct kid_restarts	restarts;

struct peer *
broker_peer(void)
{
	return sv.broker != NULL && sv.broker_told ? sv.broker->peer : NULL;
}

static void
exited(struct kid *k, int status, void *arg)
{
	(void)arg;
	kid_free(k);
	sv.broker = NULL;
	sv.broker_told = 0;
	if (sv.stopping) {
		supervisor_session_gone();
		return;
	}
	log_warnx("broker died (status %#x)", (unsigned int)status);
	if (kid_may_restart(&restarts))
		broker_start();
	else {
		log_warnx("the broker dies again and again");
		supervisor_fail();
	}
}

void
broker_start(void)
{
	char		store[PATH_MAX];
	struct kid_plan	plan = { .program = "deskd-broker", .root = store,
			    .uid = sv.conf->broker_uid, .role = ROLE_BROKER,
			    .from = from_broker, .exited = exited };

	place_store(sv.conf, store, sizeof(store));
	if ((sv.broker = kid_start(&plan)) == NULL) {
		log_warn("broker");
		supervisor_fail();
	}
}

static void
send_text(enum msg_type type, const void *data, size_t len, const char *text)
{
	struct msg_out	out = { .type = type, .data = data, .len = len };

	if (text != NULL) {
		out.tail = text;
		out.tail_len = strlen(text) + 1;
	}
	peer_send(sv.broker->peer, &out);
}

static void
send_defaults(const struct conf *c)
{
	struct msg_conf_defaults	d;

	memset(&d, 0, sizeof(d));
	d.resources = c->resources;
	d.desktop = c->desktop;
	d.max_sessions = c->max_sessions;
	d.user_sessions = c->default_quota.sessions;
	d.user_memory = c->default_quota.memory;
	send_text(MSG_CONF_DEFAULTS, &d, sizeof(d), c->default_image);
}

void
broker_conf(void)
{
	const struct conf	*c = sv.conf;
	const struct conf_image	*i;
	const struct conf_user	*u;
	struct msg_conf_image	 mi;
	struct msg_conf_user	 mu;

	if (sv.broker == NULL)
		return;
	send_text(MSG_CONF_BEGIN, NULL, 0, NULL);
	send_defaults(c);
	TAILQ_FOREACH(i, &c->images, entry) {
		mi.type = i->type;
		send_text(MSG_CONF_IMAGE, &mi, sizeof(mi), i->name);
	}
	TAILQ_FOREACH(u, &c->users, entry) {
		memset(&mu, 0, sizeof(mu));
		mu.uid = u->uid;
		mu.flags = (u->admin ? USER_ADMIN : 0) |
		    (u->proxy ? USER_PROXY : 0);
		mu.sessions = u->quota.sessions;
		mu.memory = u->quota.memory;
		send_text(MSG_CONF_USER, &mu, sizeof(mu), u->name);
	}
	send_text(MSG_CONF_RETENTION, &c->retention, sizeof(c->retention),
	    NULL);
	send_text(MSG_CONF_END, NULL, 0, NULL);
}

static void
send_system(void)
{
	struct msg_system	ms;
	struct sysinfo		si;
	struct utsname		un;

	memset(&ms, 0, sizeof(ms));
	ms.flags = sv.cgroup->controllers() | SYSTEM_LOOP;
	if (sv.conf->sandbox_kill)
		ms.flags |= SYSTEM_SECCOMP_KILL;
	ms.cgroup_version = (uint32_t)sv.cgroup->version;
	ms.landlock_abi = (uint32_t)sandbox_landlock_abi();
	ms.cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	if (sysinfo(&si) == 0)
		ms.memory = (uint64_t)si.totalram * si.mem_unit;
	if (uname(&un) == -1)
		fatal("uname");
	send_text(MSG_SYSTEM, &ms, sizeof(ms), un.release);
}

/* It is ready: configuration, machine, sockets, sessions, "that is all". */
void
broker_ready(void)
{
	struct session	*s;

	broker_conf();
	send_system();
	listen_tell(sv.broker->peer);
	sv.broker_told = 1;
	RB_FOREACH(s, sessions, &sv.sessions)
		if (s->phase == PHASE_UP)
			session_tell(s);
	sweep_tell(sv.broker->peer);
	send_text(MSG_PING, NULL, 0, NULL);
	daemon_ready();
}
