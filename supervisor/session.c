/*
 * A session's life: built step by step, each of which session_end undoes;
 * ended by killing its groups, then flushing and unmounting apart, then
 * forgetting it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "conf.h"
#include "log.h"
#include "peer.h"
#include "problem.h"
#include "session.h"
#include "supervisor.h"
#include "xmalloc.h"

#define SETUP_SECONDS	30
#define RETRY_MS	20
#define RETRIES		250	/* of removing what is left, together 5 s */

static int
session_cmp(struct session *a, struct session *b)
{
	return ulid_cmp(&a->id, &b->id);
}

RB_GENERATE(sessions, session, entry, session_cmp)

struct session *
session_find(const struct ulid *id)
{
	struct session	key;

	key.id = *id;
	return RB_FIND(sessions, &sv.sessions, &key);
}

static void	deadline_cb(int, short, void *);
static void	memory_cb(int, short, void *);

/* The broker's word is checked as if it were a client's. */
const char *
session_check_limits(const struct msg_resources *r)
{
	if (r->memory < MEMORY_MIN || r->memory > MEMORY_MAX)
		return "memory";
	if (r->cpu_percent < CPU_PERCENT_MIN ||
	    r->cpu_percent > CPU_PERCENT_MAX)
		return "cpu share";
	if (r->tasks < TASKS_MIN || r->tasks > TASKS_MAX)
		return "number of tasks";
	return NULL;
}

static const char *
check(const struct msg_session_start *st)
{
	const struct msg_desktop_size	*d = &st->desktop;
	const char			*why;

	if ((why = session_check_limits(&st->resources)) != NULL)
		return why;
	if (st->resources.disk < DISK_MIN || st->resources.disk > DISK_MAX)
		return "disk size";
	if ((st->flags & ~(SESSION_HAS_DESKTOP | SESSION_NEW)) != 0)
		return "flags";
	if ((st->flags & SESSION_HAS_DESKTOP) == 0)
		return NULL;
	if (d->width < SCREEN_MIN || d->height < SCREEN_MIN ||
	    d->max_width > SCREEN_MAX || d->max_height > SCREEN_MAX ||
	    d->width > d->max_width || d->height > d->max_height)
		return "geometry";
	if (d->dpi < DPI_MIN || d->dpi > DPI_MAX)
		return "dpi";
	return NULL;
}

static int
good_hostname(const char *name)
{
	size_t	n = strlen(name);

	return n > 0 && n <= NAME_MAX_LEN && name[0] != '-' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/*
 * A session's files are only as good as their image: what another user of
 * the machine may change is none.  NULL, or why not.
 */
static const char *
image_wrong(const struct conf_image *image)
{
	struct stat	st;

	if (image->type == IMAGE_HOST)
		return NULL;
	if (lstat(image->path, &st) == -1 || !S_ISDIR(st.st_mode))
		return "the image's directory is not there";
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "the image's directory must be one that only root "
		    "may write";
	return NULL;
}

/* Image, host name and environment from the message's tail. */
static const char *
take_texts(struct session *s, struct wire_msg *m)
{
	const struct conf_image	*image;
	const char		*name, *host, *env, *why;
	struct msg_tail		 t;
	uint32_t		 i;

	msg_tail_init(&t, m->data, m->len, sizeof(s->start));
	if ((name = msg_tail_next(&t)) == NULL ||
	    (host = msg_tail_next(&t)) == NULL)
		return "texts are missing";
	if ((image = conf_image(sv.conf, name)) == NULL)
		return "no such image";
	if ((why = image_wrong(image)) != NULL)
		return why;
	strlcpy(s->image, image->name, sizeof(s->image));
	s->image_type = image->type;
	strlcpy(s->hostname, good_hostname(host) ? host : "desktop",
	    sizeof(s->hostname));
	s->env_len = t.left;
	s->env = xmalloc(s->env_len);
	memcpy(s->env, t.p, s->env_len);
	for (i = 0; i < s->start.env_count; i++)
		if ((env = msg_tail_next(&t)) == NULL ||
		    strchr(env, '=') == NULL)
			return "environment";
	return t.left == 0 ? NULL : "more than was said";
}

static struct session *
session_new(struct wire_msg *m)
{
	struct session	*s = xcalloc(1, sizeof(*s));

	memcpy(&s->start, m->data, sizeof(s->start));
	s->id = m->hdr.session;
	session_id_text(&s->id, s->text);
	s->start_request = m->hdr.request;
	s->init_pid = -1;
	s->init_pidfd = s->status_fd = s->memory_fd = -1;
	s->since = monotime_now();
	evtimer_assign(&s->ev_deadline, sv.base, deadline_cb, s);
	return s;
}

static void
session_free(struct session *s)
{
	RB_REMOVE(sessions, &sv.sessions, s);
	event_del(&s->ev_deadline);
	free(s->env);
	free(s);
	supervisor_session_gone();
}

/* The broker counts as well; this is for one that does not. */
static int
too_many(void)
{
	struct session	*s;
	uint32_t	 n = 0;

	RB_FOREACH(s, sessions, &sv.sessions)
		n += s->phase <= PHASE_UP;
	return n >= sv.conf->max_sessions;
}

static void
refuse(struct wire_msg *m, enum problem problem, const char *why)
{
	if (broker_peer() != NULL)
		peer_error(broker_peer(), &m->hdr, problem, NULL, why);
}

static int
set_limits(struct session *s, const char **step)
{
	*step = "control group";
	/* Also when it fails: it may have been made in part. */
	s->has_cgroup = 1;
	if (sv.cgroup->create(s->text) == -1)
		return -1;
	*step = "limits";
	if (sv.cgroup->limit(s->text, &s->start.resources) == -1)
		return -1;
	if ((s->memory_fd = sv.cgroup->watch_memory(s->text)) != -1) {
		event_assign(&s->ev_memory, sv.base, s->memory_fd, EV_READ,
		    memory_cb, s);
		event_add(&s->ev_memory, NULL);
	}
	return 0;
}

static int
build(struct session *s, const char **step)
{
	struct timeval	limit = { SETUP_SECONDS, 0 };

	event_add(&s->ev_deadline, &limit);
	*step = "uid range";
	if (uidrange_take(sv.conf, &s->uids) == -1)
		return -1;
	if (set_limits(s, step) == -1)
		return -1;
	if (session_spawn(s, step) == -1)
		return -1;
	/* It loads while the session's first process builds its root. */
	*step = "worker";
	return session_worker_start(s);
}

void
session_start(struct wire_msg *m)
{
	struct msg_session_start	 st;
	struct session			*s;
	const char			*why, *step = "";

	memcpy(&st, m->data, sizeof(st));
	if ((why = check(&st)) != NULL || sv.stopping ||
	    ulid_is_zero(&m->hdr.session)) {
		refuse(m, sv.stopping ? PROBLEM_UNAVAILABLE :
		    PROBLEM_INVALID_FIELD, why);
		return;
	}
	if (session_find(&m->hdr.session) != NULL) {
		refuse(m, PROBLEM_WRONG_STATE, "the session is there already");
		return;
	}
	if (too_many()) {
		refuse(m, PROBLEM_LIMIT, "no more sessions on this machine");
		return;
	}
	s = session_new(m);
	RB_INSERT(sessions, &sv.sessions, s);
	if ((why = take_texts(s, m)) != NULL) {
		refuse(m, strstr(why, "image") != NULL ?
		    PROBLEM_NO_SUCH_IMAGE : PROBLEM_INVALID_FIELD, why);
		session_free(s);
		return;
	}
	if (build(s, &step) == -1)
		session_end(s, GONE_SETUP, "%s: %s", step, strerror(errno));
}

void
session_tell(struct session *s)
{
	struct msg_session_started	started;
	struct msg_out			out = { .type = MSG_SESSION_STARTED,
					    .request = s->start_request,
					    .session = &s->id,
					    .data = &started,
					    .len = sizeof(started) };

	memset(&started, 0, sizeof(started));
	started.uid_base = s->uids.base;
	started.setup_us = s->setup_us;
	if (broker_peer() != NULL)
		peer_send(broker_peer(), &out);
	s->start_request = 0;
	session_introduce(s);
}

/* init has its filter and answers. */
void
session_joined(struct session *s)
{
	s->phase = PHASE_UP;
	event_del(&s->ev_deadline);
	s->setup_us = (uint32_t)monotime_since_us(s->since);
	if (record_write(s) == -1)
		log_warn("%s: record", s->text);
	session_tell(s);
	if (s->worker_ready)
		session_worker_ready(s);
}

static int
send_peer(struct peer *to, const struct session *s, enum role role, int fd)
{
	struct msg_peer	mp = { .role = role };
	struct msg_out	out = { .type = MSG_PEER, .session = &s->id,
			    .data = &mp, .len = sizeof(mp), .fds = &fd,
			    .nfds = 1 };

	return peer_send(to, &out);
}

void
session_introduce(struct session *s)
{
	int	pair[2];

	if (broker_peer() == NULL || s->worker == NULL || !s->worker_set_up)
		return;
	if (wire_pair(pair) == -1) {
		/* Useless to anybody now; a new one is introduced again. */
		log_warn("%s: socketpair", s->text);
		kid_kill(s->worker);
		return;
	}
	if (send_peer(s->worker->peer, s, ROLE_BROKER, pair[0]) == -1 ||
	    send_peer(broker_peer(), s, ROLE_WORKER, pair[1]) == -1)
		log_warn("%s: broker and worker", s->text);
	close(pair[0]);
	close(pair[1]);
}

/*
 * Who asks may have seen the session die before we did: then that is how it
 * ended.
 */
void
session_stop(struct session *s, uint64_t request)
{
	struct pollfd	pfd = { .fd = s->init_pidfd, .events = POLLIN };

	s->stop_request = request;
	if (s->phase == PHASE_UP && s->init_pidfd != -1 &&
	    poll(&pfd, 1, 0) == 1) {
		session_end(s, GONE_INIT, "pid 1 of the session died");
		return;
	}
	session_end(s, GONE_STOPPED, "%s", "");
}

static void
tell_gone(struct session *s)
{
	struct msg_session_gone	gone;
	struct msg_out		out = { .type = MSG_SESSION_GONE,
				    .request = s->stop_request,
				    .session = &s->id, .data = &gone,
				    .len = sizeof(gone), .tail = s->detail,
				    .tail_len = strlen(s->detail) + 1 };
	struct msg_hdr		hdr = { .request = s->start_request,
				    .session = s->id };

	if (broker_peer() == NULL)
		return;
	if (s->start_request != 0) {
		peer_error(broker_peer(), &hdr, PROBLEM_SESSION_FAILED, NULL,
		    s->detail);
		if (s->stop_request == 0)
			return;
	}
	memset(&gone, 0, sizeof(gone));
	gone.reason = s->reason;
	gone.status = s->init_status;
	peer_send(broker_peer(), &out);
}

static int
remove_disk(const struct session *s)
{
	char	path[PATH_MAX];

	/* One that was up has something to keep, and so had one before it. */
	if (!s->made_disk || s->setup_us != 0)
		return 0;
	place_disk(sv.conf, s->text, path, sizeof(path));
	return unlink(path) == -1 && errno != ENOENT ? -1 : 0;
}

/* Each step may be tried again; what could not be removed, or NULL. */
static const char *
remove_rest(struct session *s)
{
	const char	*left = NULL;

	if (s->has_cgroup && sv.cgroup->remove(s->text) == -1) {
		left = "control group";
		sv.cgroup->kill(s->text);
	} else
		s->has_cgroup = 0;
	if (place_remove(sv.conf, s->text) == -1 && errno != ENOENT)
		left = "run directory";
	if (remove_disk(s) == -1)
		left = "disk";
	/* Others may have the ids once nothing runs under them. */
	if (!s->has_cgroup && uidrange_free(&s->uids) == -1)
		left = "uid range";
	return left;
}

/* Processes and mounts are gone; now the rest, until nothing is left. */
static void
forget(struct session *s)
{
	struct timeval	 again = { 0, RETRY_MS * 1000 };
	const char	*left;

	if ((left = remove_rest(s)) != NULL) {
		if (s->end_tries++ < RETRIES) {
			event_add(&s->ev_deadline, &again);
			return;
		}
		log_warnx("%s: its %s stays", s->text, left);
	}
	tell_gone(s);
	session_free(s);
}

static void
unmounted(struct kid *k, int status, void *arg)
{
	struct session	*s = arg;

	(void)status;
	kid_free(k);
	s->unmounter = NULL;
	forget(s);
}

static void
unmount(void *arg)
{
	session_unmount(arg);
}

__attribute__((__format__(__printf__, 3, 0)))
static void
say_end(struct session *s, enum gone_reason reason, const char *fmt,
    va_list ap)
{
	struct msg_session_stats	stats = { 0 };

	s->reason = reason;
	if (reason == GONE_INIT && s->has_cgroup &&
	    sv.cgroup->stats(s->text, &stats) == 0 && stats.oom_kills > 0)
		s->reason = GONE_MEMORY;
	vsnprintf(s->detail, sizeof(s->detail), fmt, ap);
	if (reason != GONE_STOPPED && reason != GONE_SHUTDOWN)
		log_warnx("%s: %s", s->text, s->detail);
}

/*
 * Called again for each process that has ended, until none is left; the
 * first reason is the one that counts.
 */
void
session_end(struct session *s, enum gone_reason reason, const char *fmt, ...)
{
	va_list	ap;

	if (s->phase < PHASE_ENDING) {
		va_start(ap, fmt);
		say_end(s, reason, fmt, ap);
		va_end(ap);
		s->phase = PHASE_ENDING;
		event_del(&s->ev_deadline);
		if (s->memory_fd != -1) {
			event_del(&s->ev_memory);
			close(s->memory_fd);
			s->memory_fd = -1;
		}
		session_init_free(s);
		if (s->worker != NULL)
			kid_kill(s->worker);
		if (s->init_pidfd != -1)
			kill(s->init_pid, SIGKILL);
		if (s->has_cgroup)
			sv.cgroup->kill(s->text);
	}
	if (s->phase != PHASE_ENDING || s->worker != NULL ||
	    s->init_pidfd != -1)
		return;
	s->phase = PHASE_CLEANING;
	s->unmounter = kid_fork("unmount", unmount, unmounted, s);
	if (s->unmounter == NULL) {
		log_warn("fork");
		session_unmount(s);
		forget(s);
	}
}

static void
deadline_cb(int fd, short events, void *arg)
{
	struct session	*s = arg;

	(void)fd;
	(void)events;
	if (s->phase == PHASE_CLEANING)
		forget(s);
	else
		session_end(s, GONE_SETUP, "not ready within %d seconds",
		    SETUP_SECONDS);
}

static void
memory_cb(int fd, short events, void *arg)
{
	struct session	*s = arg;

	(void)fd;
	(void)events;
	session_end(s, GONE_MEMORY, "out of memory");
}
