#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "fake.h"
#include "fake_worker.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"

#define SESSIONS	64

static struct {
	struct event_base	*base;
	const char		*dir;
	const char		*program;
	struct peer		*broker;
	pid_t			 pid;
	int			 listener;
	FILE			*log;
	struct live {
		struct ulid	 id;
		int		 used;
	} live[SESSIONS];
} f;

static void	broker_start(void);

static void
note(const char *what, const struct ulid *id)
{
	char	text[SESSION_ID_TEXT];

	session_id_text(id, text);
	fprintf(f.log, "%s %s\n", what, text);
	fflush(f.log);
}

static struct live *
live_find(const struct ulid *id)
{
	int	i;

	for (i = 0; i < SESSIONS; i++)
		if (f.live[i].used && ulid_cmp(&f.live[i].id, id) == 0)
			return &f.live[i];
	return NULL;
}

static void
live_add(const struct ulid *id)
{
	int	i;

	for (i = 0; i < SESSIONS && f.live[i].used; i++)
		;
	if (i == SESSIONS)
		abort();
	f.live[i].used = 1;
	f.live[i].id = *id;
}

static void
send_msg(enum msg_type type, uint64_t request, const struct ulid *id,
    const void *data, size_t len, const char *text)
{
	struct msg_out	out;

	memset(&out, 0, sizeof(out));
	out.type = type;
	out.request = request;
	out.session = id;
	out.data = data;
	out.len = len;
	out.tail = text;
	out.tail_len = text == NULL ? 0 : strlen(text) + 1;
	peer_send(f.broker, &out);
}

static void
send_gone(uint64_t request, const struct ulid *id, enum gone_reason reason,
    const char *detail)
{
	struct msg_session_gone	g = { .reason = reason };
	struct live		*l = live_find(id);

	if (l != NULL)
		l->used = 0;
	send_msg(MSG_SESSION_GONE, request, id, &g, sizeof(g), detail);
}

/* Also asked for by a worker that was told to die. */
static void
send_worker(const struct ulid *id, enum desktop_state state)
{
	struct msg_peer	mp = { ROLE_WORKER };
	struct msg_out	out;
	int		pair[2];

	if (f.broker == NULL || live_find(id) == NULL || wire_pair(pair) == -1)
		return;
	memset(&out, 0, sizeof(out));
	out.type = MSG_PEER;
	out.session = id;
	out.data = &mp;
	out.len = sizeof(mp);
	out.fds = &pair[0];
	out.nfds = 1;
	peer_send(f.broker, &out);
	close(pair[0]);
	fake_worker(f.base, pair[1], id, state);
}

static void
worker_died(const struct ulid *id)
{
	send_worker(id, DESKTOP_READY);
}

static void
die_as_told(const struct ulid *id, const char *name)
{
	if (strcmp(name, "init-dies") == 0)
		send_gone(0, id, GONE_INIT, "pid 1 got signal 9");
	else if (strcmp(name, "no-memory") == 0)
		send_gone(0, id, GONE_MEMORY, "");
}

static void
recv_start(const struct wire_msg *m)
{
	const struct msg_session_start	*st;
	struct msg_session_started	 up = { 0, 1500 };
	const struct ulid		*id = &m->hdr.session;
	struct msg_error		 e = { PROBLEM_DISK };
	struct msg_tail			 t;
	const char			*name;

	st = (const struct msg_session_start *)m->data;
	msg_tail_init(&t, m->data, m->len, sizeof(*st));
	(void)msg_tail_next(&t);
	name = msg_tail_next(&t);
	note(st->flags & SESSION_NEW ? "start-new" : "start", id);
	if (strcmp(name, "setup-fails") == 0) {
		struct msg_out out = { .type = MSG_ERROR,
		    .request = m->hdr.request, .session = id, .data = &e,
		    .len = sizeof(e), .tail = "\0no room", .tail_len = 9 };

		peer_send(f.broker, &out);
		return;
	}
	if (strcmp(name, "slow") == 0)
		return;
	live_add(id);
	send_msg(MSG_SESSION_STARTED, m->hdr.request, id, &up, sizeof(up),
	    NULL);
	if (strcmp(name, "no-worker") == 0)
		return;
	send_worker(id, strcmp(name, "desktop-fails") == 0 ? DESKTOP_FAILED :
	    st->flags & SESSION_HAS_DESKTOP ? DESKTOP_READY : DESKTOP_NONE);
	die_as_told(id, name);
}

static void
recv_stop(const struct wire_msg *m)
{
	struct msg_error	e = { PROBLEM_NOT_FOUND };

	note("stop", &m->hdr.session);
	if (live_find(&m->hdr.session) == NULL)
		send_msg(MSG_ERROR, m->hdr.request, &m->hdr.session, &e,
		    sizeof(e), NULL);
	else
		send_gone(m->hdr.request, &m->hdr.session, GONE_STOPPED, "");
}

static void
recv_stats(const struct wire_msg *m)
{
	struct msg_session_stats	st = {
		.memory = 1000, .cpu_us = 2500000, .disk = 3000, .tasks = 4,
		.oom_kills = 5
	};

	send_msg(MSG_SESSION_STATS_DONE, m->hdr.request, &m->hdr.session, &st,
	    sizeof(st), NULL);
}

static void
send_conf(void)
{
	struct msg_conf_defaults	d;
	struct msg_conf_image		i = { IMAGE_HOST };
	struct msg_conf_user		root = { .uid = 0,
					    .flags = USER_ADMIN };
	struct msg_conf_user		alice = { .uid = FAKE_ALICE,
					    .sessions = 3,
					    .memory = 2ULL << 30 };

	memset(&d, 0, sizeof(d));
	d.resources.memory = 512ULL << 20;
	d.resources.disk = 1ULL << 30;
	d.resources.cpu_percent = 100;
	d.resources.tasks = 256;
	d.desktop.width = d.desktop.max_width = 1280;
	d.desktop.height = d.desktop.max_height = 800;
	d.desktop.dpi = 96;
	d.max_sessions = 40;
	d.user_sessions = 2;
	d.user_memory = 1ULL << 30;
	send_msg(MSG_CONF_BEGIN, 0, NULL, NULL, 0, NULL);
	send_msg(MSG_CONF_DEFAULTS, 0, NULL, &d, sizeof(d), "host");
	send_msg(MSG_CONF_IMAGE, 0, NULL, &i, sizeof(i), "host");
	send_msg(MSG_CONF_USER, 0, NULL, &root, sizeof(root), "root");
	send_msg(MSG_CONF_USER, 0, NULL, &alice, sizeof(alice), "alice");
	send_msg(MSG_CONF_END, 0, NULL, NULL, 0, NULL);
}

static void
tell_all(void)
{
	struct msg_system		ms = { .cpus = 4, .memory = 8ULL << 30 };
	struct msg_listen		li = { .kind = LISTEN_UNIX, .id = 1 };
	struct msg_session_started	up = { 0, 1500 };
	struct msg_out			out;
	int				i;

	send_conf();
	send_msg(MSG_SYSTEM, 0, NULL, &ms, sizeof(ms), "6.1.0-test");
	memset(&out, 0, sizeof(out));
	out.type = MSG_LISTEN;
	out.data = &li;
	out.len = sizeof(li);
	out.fds = &f.listener;
	out.nfds = 1;
	peer_send(f.broker, &out);
	for (i = 0; i < SESSIONS; i++) {
		if (!f.live[i].used)
			continue;
		send_msg(MSG_SESSION_STARTED, 0, &f.live[i].id, &up,
		    sizeof(up), NULL);
		send_worker(&f.live[i].id, DESKTOP_READY);
	}
	send_msg(MSG_PING, 0, NULL, NULL, 0, NULL);
}

static void
from_broker(struct peer *p, struct wire_msg *m, void *arg)
{
	int	status;

	(void)arg;
	if (m == NULL) {
		peer_free(p);
		f.broker = NULL;
		waitpid(f.pid, &status, 0);
		fprintf(f.log, "broker %d\n", status);
		fflush(f.log);
		broker_start();
		return;
	}
	switch ((enum msg_type)m->hdr.type) {
	case MSG_READY:
		tell_all();
		break;
	case MSG_SESSION_START:
		recv_start(m);
		break;
	case MSG_SESSION_STOP:
		recv_stop(m);
		break;
	case MSG_SESSION_DELETE:
		note("delete", &m->hdr.session);
		peer_ok(p, &m->hdr);
		break;
	case MSG_SESSION_SET:
		note("set", &m->hdr.session);
		peer_ok(p, &m->hdr);
		break;
	case MSG_SESSION_STATS:
		recv_stats(m);
		break;
	default:
		break;
	}
}

__attribute__((__noreturn__))
static void
exec_broker(int fd)
{
	char	root[256], uid[16];

	snprintf(root, sizeof(root), "%s/store", f.dir);
	snprintf(uid, sizeof(uid), "%u", (unsigned int)FAKE_BROKER_UID);
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) {
		perror("mount namespace");
		_exit(126);
	}
	if (fd == CHILD_FD)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, CHILD_FD);
	/* In its sandbox a sanitizer cannot look for leaks. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	execl(f.program, "deskd-broker", "-r", root, "-u", uid, "-d", "-K",
	    NULL);
	perror(f.program);
	_exit(127);
}

static void
broker_start(void)
{
	char	 path[256], new[256];
	FILE	*pid;
	int	 pair[2];

	if (wire_pair(pair) == -1 || (f.pid = fork()) == -1)
		abort();
	if (f.pid == 0) {
		close(pair[0]);
		exec_broker(pair[1]);
	}
	close(pair[1]);
	f.broker = peer_new(f.base, pair[0], ROLE_SUPERVISOR, ROLE_BROKER,
	    from_broker, NULL);
	snprintf(path, sizeof(path), "%s/broker.pid", f.dir);
	snprintf(new, sizeof(new), "%s/broker.pid.new", f.dir);
	if ((pid = fopen(new, "w")) == NULL)
		abort();
	fprintf(pid, "%d\n", (int)f.pid);
	fclose(pid);
	if (rename(new, path) == -1)
		abort();
}

static void
listener_open(void)
{
	struct sockaddr_un	sun = { .sun_family = AF_UNIX };

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/api.sock", f.dir);
	f.listener = socket(AF_UNIX,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(f.listener, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(f.listener, 64) == -1 || chmod(sun.sun_path, 0666) == -1)
		abort();
}

/* SIGUSR1: the broker is told to leave.  SIGUSR2: all sessions die. */
static void
usr_cb(int sig, short events, void *arg)
{
	struct ulid	id;
	int		i;

	(void)events;
	(void)arg;
	if (sig == SIGUSR1)
		send_msg(MSG_SHUTDOWN, 0, NULL, NULL, 0, NULL);
	for (i = 0; sig == SIGUSR2 && i < SESSIONS; i++)
		if (f.live[i].used) {
			id = f.live[i].id;
			send_gone(0, &id, GONE_INIT, "told to");
		}
}

static void
stop_cb(int sig, short events, void *arg)
{
	(void)sig;
	(void)events;
	(void)arg;
	kill(f.pid, SIGKILL);
	_exit(0);
}

pid_t
fake_start(const char *dir, const char *program)
{
	char	path[256];
	pid_t	pid;

	f.dir = dir;
	f.program = program;
	listener_open();
	if ((pid = fork()) != 0) {
		close(f.listener);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	log_init("fake", 1, 0);
	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof(path), "%s/fake.log", dir);
	if ((f.log = fopen(path, "we")) == NULL)
		abort();
	f.base = event_base_new();
	event_add(evsignal_new(f.base, SIGTERM, stop_cb, NULL), NULL);
	event_add(evsignal_new(f.base, SIGUSR1, usr_cb, NULL), NULL);
	event_add(evsignal_new(f.base, SIGUSR2, usr_cb, NULL), NULL);
	fake_worker_init(worker_died);
	broker_start();
	event_base_dispatch(f.base);
	_exit(1);
}
