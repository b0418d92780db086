/*
 * deskd, the supervisor.  It is root, reads the configuration, builds the
 * walls around sessions and watches its children.  It parses its own
 * configuration and fixed-size messages; it never sees a client's byte, a
 * model's byte or a pixel.
 */
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caps.h"
#include "cgroup.h"
#include "conf.h"
#include "daemon.h"
#include "filter.h"
#include "kid.h"
#include "log.h"
#include "peer.h"
#include "session.h"
#include "skeleton.h"
#include "supervisor.h"

enum deskd_flags {
	DESKD_CHECK	= 0x1,		/* -n */
	DESKD_VERBOSE	= 0x2,		/* -v */
	DESKD_DEBUG	= 0x4		/* -d */
};

struct supervisor	sv;

static struct event	ev_term, ev_int, ev_hup, ev_leave;

static const char usage_text[] =
    "usage: deskd [-dhnvV] [-f file] [-g cgroup]\n"
    "  -d       stay in the foreground, log to standard error\n"
    "  -f file  the configuration (" CONF_FILE "); - is standard input\n"
    "  -g path  the cgroup for sessions, unless the configuration says\n"
    "  -n       check the configuration and exit\n"
    "  -v       log more; with -n, print the configuration\n"
    "  -V       print the version\n"
    "  -h       print this\n";

static void
wrong_usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

static unsigned int
options(int argc, char **argv)
{
	unsigned int	 flags = 0;
	int		 c;

	while ((c = getopt(argc, argv, "df:g:hnvV")) != -1)
		switch (c) {
		case 'd':
			flags |= DESKD_DEBUG;
			break;
		case 'f':
			sv.conf_path = optarg;
			break;
		case 'g':
			sv.cgroup_path = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(0);
		case 'n':
			flags |= DESKD_CHECK;
			break;
		case 'v':
			flags |= DESKD_VERBOSE;
			break;
		case 'V':
			printf("deskd %s\n", PACKAGE_VERSION);
			exit(0);
		default:
			wrong_usage();
		}
	if (optind != argc)
		wrong_usage();
	/* It is put behind the mount point as it is. */
	if (sv.cgroup_path != NULL && (*sv.cgroup_path != '/' ||
	    strstr(sv.cgroup_path, "/..") != NULL))
		errx(2, "-g %s: not the absolute path of a cgroup",
		    sv.cgroup_path);
	return flags;
}

static struct conf *
load(const char *file)
{
	struct conf	*conf;
	char		*errors;

	if ((conf = conf_load(file, &errors)) == NULL) {
		fputs(errors, stderr);
		exit(1);
	}
	return conf;
}

/* Mounts made here are seen by nobody else and vanish with us. */
static void
own_mounts(void)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		fatal("mount namespace");
}

/*
 * One supervisor for one run directory.  Children do not inherit the
 * descriptor past their exec, so the lock is ours alone.  One that leaves
 * removes the file: what we locked must be what the next one will find.
 */
static void
lock_run_dir(const struct conf *c)
{
	struct stat	ours, there;
	char		path[PATH_MAX];
	int		fd;

	snprintf(path, sizeof(path), "%s/deskd.pid", c->run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd == -1)
		fatal("%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1 || fstat(fd, &ours) == -1 ||
	    lstat(path, &there) == -1 || ours.st_ino != there.st_ino)
		fatalx("another deskd runs with %s", c->run_dir);
	if (ftruncate(fd, 0) == -1 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		fatal("%s", path);
}

/*
 * A session takes half a dozen descriptors.  Children and what runs in
 * sessions have lower limits of their own.
 */
static void
raise_files(void)
{
	struct rlimit	rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		fatal("getrlimit");
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		log_warn("raise the limit of open files");
}

static void
open_null(void)
{
	int	fd;

	do {
		if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
			err(1, "/dev/null");
	} while (fd <= STDERR_FILENO);
	if (dup2(fd, STDIN_FILENO) == -1)
		err(1, "/dev/null");
	close(fd);
}

/* The file is read again later, from another working directory. */
static void
absolute_path(const char **path)
{
	char	dir[PATH_MAX], *absolute;

	if (**path == '/' || strcmp(*path, "-") == 0)
		return;
	if (getcwd(dir, sizeof(dir)) == NULL ||
	    asprintf(&absolute, "%s/%s", dir, *path) == -1)
		fatal("%s", *path);
	*path = absolute;
}

/* Two instances on one machine have groups of their own. */
static void
group_name(const struct conf *c, char *name, size_t size)
{
	const char	*p;
	uint32_t	 hash = 2166136261u;

	for (p = c->run_dir; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	snprintf(name, size, "deskd-%08x", hash);
}

static void
prepare(void)
{
	char	path[PATH_MAX], name[32];

	places_make(sv.conf);
	lock_run_dir(sv.conf);
	/* What can fail for another's sake comes before anything is made. */
	listen_open(sv.conf);
	own_mounts();
	group_name(sv.conf, name, sizeof(name));
	/* What -g names belongs to who made it: a unit of systemd's. */
	sv.cgroup = cgroup_start(sv.conf->cgroup != NULL ? sv.conf->cgroup :
	    sv.cgroup_path, name, sv.conf->cgroup != NULL);
	sweep();
	place_skeleton(sv.conf, path, sizeof(path));
	if (skeleton_make(path) == -1)
		fatal("%s", path);
}

/* A socket is not opened anew; certificates are read again by listen.c. */
static int
same_listen(const struct conf_listen *l, const struct conf_listen *m)
{
	return l->kind == m->kind && strcmp(l->name, m->name) == 0 &&
	    l->gid == m->gid && l->mode == m->mode && l->token == m->token;
}

static int
same_listens(const struct conf *a, const struct conf *b)
{
	const struct conf_listen	*l = TAILQ_FIRST(&a->listens);
	const struct conf_listen	*m = TAILQ_FIRST(&b->listens);

	while (l != NULL && m != NULL && same_listen(l, m)) {
		l = TAILQ_NEXT(l, entry);
		m = TAILQ_NEXT(m, entry);
	}
	return l == NULL && m == NULL;
}

static int
same_ids(const struct conf_ids *a, const struct conf_ids *b)
{
	return a->first == b->first && a->count == b->count;
}

/* What was made by the old configuration and stays; NULL: all of it did. */
static const char *
changed(const struct conf *a, const struct conf *b)
{
	if (strcmp(a->run_dir, b->run_dir) != 0 ||
	    strcmp(a->state_dir, b->state_dir) != 0)
		return "prefix";
	if (!same_listens(a, b))
		return "listen";
	if (strcmp(a->cgroup == NULL ? "" : a->cgroup,
	    b->cgroup == NULL ? "" : b->cgroup) != 0)
		return "cgroup";
	if (!same_ids(&a->session_uids, &b->session_uids))
		return "uids";
	if (!same_ids(&a->worker_uids, &b->worker_uids))
		return "worker uids";
	/* It owns the store. */
	return a->broker_uid != b->broker_uid ? "the broker's user" : NULL;
}

/* One mistake in the file is one line in the log. */
static void
say_errors(char *errors)
{
	char	*line;

	while ((line = strsep(&errors, "\n")) != NULL)
		if (*line != '\0')
			log_warnx("%s", line);
	log_warnx("configuration not reloaded");
}

/* A bad file changes nothing; a good one does not touch a session. */
static void
reload_cb(int sig, short events, void *arg)
{
	struct conf	*new;
	const char	*what;
	char		*errors;

	(void)sig;
	(void)events;
	(void)arg;
	if (strcmp(sv.conf_path, "-") == 0) {
		log_warnx("configuration not reloaded: "
		    "standard input cannot be read again");
		return;
	}
	if ((new = conf_load(sv.conf_path, &errors)) == NULL) {
		say_errors(errors);
		free(errors);
		return;
	}
	if ((what = changed(sv.conf, new)) != NULL) {
		log_warnx("configuration not reloaded: "
		    "%s cannot change while running", what);
		conf_free(new);
		return;
	}
	conf_free(sv.conf);
	sv.conf = new;
	broker_conf();
	listen_reload(sv.conf);
	log_info("configuration reloaded");
}

static void
stop_cb(int sig, short events, void *arg)
{
	(void)sig;
	(void)events;
	(void)arg;
	supervisor_stop();
}

static void
leave_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	log_warnx("the broker does not leave");
	if (sv.broker != NULL)
		kid_kill(sv.broker);
}

void
supervisor_stop(void)
{
	struct session	*s, *next;

	if (sv.stopping)
		return;
	log_info("stopping");
	sv.stopping = 1;
	for (s = RB_MIN(sessions, &sv.sessions); s != NULL; s = next) {
		next = RB_NEXT(sessions, &sv.sessions, s);
		session_end(s, GONE_SHUTDOWN, "%s", "");
	}
	supervisor_session_gone();
}

/* No session is left without someone to answer for it. */
void
supervisor_fail(void)
{
	sv.failed = 1;
	supervisor_stop();
}

/* The broker leaves after the last session, so that it can write it down. */
void
supervisor_session_gone(void)
{
	struct timeval	limit = { 5, 0 };
	struct msg_out	out = { .type = MSG_SHUTDOWN };

	if (!sv.stopping || !RB_EMPTY(&sv.sessions))
		return;
	if (sv.broker == NULL) {
		/* Also before the loop has begun. */
		event_base_loopexit(sv.base, NULL);
		return;
	}
	if (evtimer_pending(&ev_leave, NULL))
		return;
	if (peer_send(sv.broker->peer, &out) == -1)
		kid_kill(sv.broker);
	evtimer_add(&ev_leave, &limit);
}

static void
signals(void)
{
	evsignal_assign(&ev_term, sv.base, SIGTERM, stop_cb, NULL);
	evsignal_assign(&ev_int, sv.base, SIGINT, stop_cb, NULL);
	evsignal_assign(&ev_hup, sv.base, SIGHUP, reload_cb, NULL);
	evtimer_assign(&ev_leave, sv.base, leave_cb, NULL);
	event_add(&ev_term, NULL);
	event_add(&ev_int, NULL);
	event_add(&ev_hup, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
clean_up(void)
{
	char	path[PATH_MAX];

	listen_close();
	sv.cgroup->stop();
	snprintf(path, sizeof(path), "%s/deskd.pid", sv.conf->run_dir);
	unlink(path);
	event_base_free(sv.base);
	conf_free(sv.conf);
	log_info("stopped");
}

int
main(int argc, char **argv)
{
	unsigned int	 flags;

	sv.conf_path = CONF_FILE;
	flags = options(argc, argv);
	sv.conf = load(sv.conf_path);
	if (flags & DESKD_CHECK) {
		if (flags & DESKD_VERBOSE)
			conf_print(sv.conf, stdout);
		else
			fprintf(stderr, "configuration OK\n");
		conf_free(sv.conf);
		return 0;
	}
	if (geteuid() != 0)
		errx(1, "needs root");
	sv.foreground = (flags & DESKD_DEBUG) != 0;
	sv.verbose = (flags & DESKD_VERBOSE) != 0;
	/* First: nothing else may get the number of a standard stream. */
	open_null();
	log_init("deskd", sv.foreground, sv.verbose);
	if (!sv.foreground) {
		absolute_path(&sv.conf_path);
		daemon_start();
	}
	umask(022);
	raise_files();
	RB_INIT(&sv.sessions);
	TAILQ_INIT(&sv.swept);
	prepare();
	if ((sv.filter = filter_session()) == -1)
		fatalx("the sessions' filter");
	/*
	 * Landlock is not for this process: the kernel forbids mounts to one
	 * that is under it, and its children would inherit it.
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		fatal("undumpable");
	caps_drop();
	filter_supervisor();
	if ((sv.base = event_base_new()) == NULL)
		fatalx("event_base_new");
	signals();
	broker_start();
	event_base_dispatch(sv.base);
	clean_up();
	return sv.failed;
}
