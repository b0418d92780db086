/*
 * From clone3 to an init that answers.  Init says on a pipe that it
 * listens; then it is connected to, and the kernel is asked whether the
 * listener is the process we made.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "conf.h"
#include "log.h"
#include "ns.h"
#include "peer.h"
#include "problem.h"
#include "session.h"
#include "supervisor.h"

static void
close_mounts(struct ns_mounts *m)
{
	int	*fds[] = { &m->root, &m->usr, &m->ctl, &m->init, &m->pump,
		    &m->x11 };
	size_t	 i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (*fds[i] != -1)
			close(*fds[i]);
}

static void
exited_cb(int fd, short events, void *arg)
{
	struct session	*s = arg;

	(void)fd;
	(void)events;
	if (waitpid(s->init_pid, &s->init_status, WNOHANG) != s->init_pid)
		return;
	event_del(&s->ev_init);
	close(s->init_pidfd);
	s->init_pidfd = -1;
	session_end(s, s->phase == PHASE_SETUP ? GONE_SETUP : GONE_INIT,
	    "pid 1 of the session died");
}

static void
from_init(struct peer *p, struct wire_msg *m, void *arg)
{
	struct session	*s = arg;

	if (m == NULL) {
		peer_free(p);
		s->init = NULL;
		/* Its death is told by its pidfd; a live one misbehaved. */
		if (s->init_pidfd != -1)
			session_end(s, GONE_INIT, "pid 1 closed its socket");
		return;
	}
	switch (m->hdr.type) {
	case MSG_OK:
		if (s->phase == PHASE_SETUP)
			session_joined(s);
		break;
	case MSG_ERROR:
		session_end(s, GONE_SETUP, "pid 1 refused its filter");
		break;
	default:
		peer_close(p, "unexpected message");
		break;
	}
}

/*
 * Connects without following a link, to the process that listens there, if
 * that is the pid 1 we made.
 */
static int
connect_init(const struct session *s)
{
	struct sockaddr_un	 sun;
	struct ucred		 cred;
	socklen_t		 len = sizeof(cred);
	char			 path[PATH_MAX];
	int			 at, fd;

	place_session(sv.conf, s->text, "ctl/init.sock", path, sizeof(path));
	if ((at = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC)) == -1)
		return -1;
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d", at);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && (connect(fd, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED,
	    &cred, &len) == -1)) {
		close(fd);
		fd = -1;
	}
	close(at);
	if (fd != -1 && cred.pid != s->init_pid) {
		log_warnx("%s: another process listens for init", s->text);
		close(fd);
		errno = EPERM;
		return -1;
	}
	return fd;
}

int
session_connect(struct session *s, enum role role)
{
	struct msg_hdr	hdr;
	struct msg_peer	mp;
	int		fd;

	if ((fd = connect_init(s)) == -1)
		return -1;
	memset(&hdr, 0, sizeof(hdr));
	memset(&mp, 0, sizeof(mp));
	hdr.type = MSG_INIT_ROLE;
	mp.role = role;
	if (wire_send(fd, &hdr, &mp, sizeof(mp), NULL, 0, NULL, 0) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
set_up_init(struct session *s)
{
	struct msg_init_setup	setup;
	struct msg_out		out = { .type = MSG_INIT_SETUP, .request = 1,
				    .session = &s->id, .data = &setup,
				    .len = sizeof(setup), .fds = &sv.filter,
				    .nfds = 1 };
	int			fd;

	if ((fd = connect_init(s)) == -1) {
		session_end(s, GONE_SETUP, "pid 1 cannot be reached: %s",
		    strerror(errno));
		return;
	}
	s->init = peer_new(sv.base, fd, ROLE_SUPERVISOR, ROLE_INIT, from_init,
	    s);
	memset(&setup, 0, sizeof(setup));
	if (s->image_type != IMAGE_HOST)
		setup.flags = INIT_ROOT_OFFERED;
	if (peer_send(s->init, &out) == -1)
		session_end(s, GONE_SETUP, "pid 1 does not listen");
}

static void
status_cb(int fd, short events, void *arg)
{
	struct session		*s = arg;
	struct ns_status	 st;
	ssize_t			 n;
	int			 error;

	(void)events;
	memset(&st, 0, sizeof(st));
	n = read(fd, &st, sizeof(st));
	error = errno;
	if (n == -1 && error == EAGAIN)
		return;
	event_del(&s->ev_status);
	close(s->status_fd);
	s->status_fd = -1;
	st.step[sizeof(st.step) - 1] = '\0';
	if (n == -1)
		session_end(s, GONE_SETUP, "what pid 1 says: %s",
		    strerror(error));
	else if (n == 1 && st.error == 0)
		set_up_init(s);
	else if (n == sizeof(st))
		session_end(s, GONE_SETUP, "%s: %s", st.step,
		    strerror(st.error));
	/* Else: it died without a word, and its pidfd says so. */
}

static int
enter_groups(struct session *s, int box)
{
	if (ns_map_ids(s->init_pid, s->uids.base) == -1)
		return -1;
	/* Where it was born into its group, moving it again is harmless. */
	return box != -1 ? 0 : sv.cgroup->enter(s->text, CGROUP_BOX,
	    s->init_pid);
}

static int
start_child(struct session *s, struct ns_mounts *m)
{
	struct ns_plan	plan = { .hostname = s->hostname, .mounts = *m,
			    .memory = s->start.resources.memory,
			    .verbose = sv.foreground && sv.verbose };
	char		stage[PATH_MAX];
	int		box, go, r;

	place_session(sv.conf, s->text, "stage", stage, sizeof(stage));
	plan.stage = stage;
	box = sv.cgroup->open_box(s->text);
	s->init_pid = ns_start(&plan, box, &s->init_pidfd, &go, &s->status_fd);
	if (s->init_pid == -1) {
		s->init_pidfd = s->status_fd = -1;
		if (box != -1)
			close(box);
		return -1;
	}
	event_assign(&s->ev_init, sv.base, s->init_pidfd,
	    EV_READ | EV_PERSIST, exited_cb, s);
	event_add(&s->ev_init, NULL);
	event_assign(&s->ev_status, sv.base, s->status_fd,
	    EV_READ | EV_PERSIST, status_cb, s);
	event_add(&s->ev_status, NULL);
	r = enter_groups(s, box);
	if (box != -1)
		close(box);
	if (r == -1) {
		close(go);
		return -1;
	}
	return ns_go(go);
}

int
session_spawn(struct session *s, const char **step)
{
	struct ns_mounts	m;
	int			r, saved_errno;

	r = session_mount(s, &m, step);
	if (r == 0) {
		*step = "namespaces";
		r = start_child(s, &m);
	}
	saved_errno = errno;
	close_mounts(&m);
	errno = saved_errno;
	return r;
}

void
session_init_free(struct session *s)
{
	if (s->status_fd != -1) {
		event_del(&s->ev_status);
		close(s->status_fd);
		s->status_fd = -1;
	}
	peer_free(s->init);
	s->init = NULL;
}
