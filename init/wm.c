/*
 * The window manager.  It may be killed from inside (it is the user's), so
 * it is started again, but not for ever.
 */
#include <sys/stat.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"
#include "monotime.h"

#define RESTARTS	5	/* within RESTARTS_MS */
#define RESTARTS_MS	60000
#define RESTART_DELAY	20000	/* us; if the server died, that is known then */

#define ICEWM_DIR	INIT_DIR "/icewm"

static struct event_base	*loop;
static struct event		 ev_again;
static struct monotime		 started[RESTARTS];
static unsigned int		 nstarted;
static pid_t			 wm;

/* What is looked for, best first. */
static const char *const	programs[] = {
	"/usr/bin/icewm",
	"/usr/bin/openbox",
	NULL
};

/*
 * A plain theme, whose buttons a model knows, and nothing that changes by
 * itself: a screen where nothing happened stays the same to the pixel, so
 * taking it again costs nothing.
 */
static const char	preferences[] =
    "TaskBarShowClock=0\n"
    "TaskBarShowCPUStatus=0\n"
    "TaskBarShowMEMStatus=0\n"
    "TaskBarShowNetStatus=0\n"
    "TaskBarShowAPMStatus=0\n"
    "TaskBarShowAPMAuto=0\n"
    "TaskBarShowMailboxStatus=0\n"
    "TaskBarShowWorkspaces=0\n"
    "TaskBarShowCollapseButton=0\n"
    "ShowLogoutMenu=0\n"
    "ShowSettingsMenu=0\n"
    "ShowHelp=0\n"
    "ShowAbout=0\n"
    "ConfirmLogout=0\n";
static const char	theme[] = "Theme=\"win95/default.theme\"\n";
/* A program that is not there has no button. */
static const char	toolbar[] =
    "prog Terminal xterm xterm\n"
    "prog Browser ! x-www-browser\n";

static void	again_cb(int, short, void *);
static void	icewm_write(const char *, const char *);
static int	too_often(void);

void
wm_start(struct event_base *base)
{
	loop = base;
	evtimer_assign(&ev_again, loop, again_cb, NULL);
}

/* Once: the directory is pid 1's, so that nobody inside changes it. */
static void
icewm_configure(void)
{
	if (mkdir(ICEWM_DIR, 0755) == -1) {
		if (errno != EEXIST)
			log_warn("mkdir %s", ICEWM_DIR);
		return;
	}
	icewm_write(ICEWM_DIR "/preferences", preferences);
	icewm_write(ICEWM_DIR "/theme", theme);
	icewm_write(ICEWM_DIR "/toolbar", toolbar);
}

static void
icewm_write(const char *path, const char *text)
{
	int	fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		log_warn("write %s", path);
	if (fd != -1)
		close(fd);
}

void
wm_run(void)
{
	struct launch	 l;
	struct env	 env;
	const char	*const *p;
	char		*argv[2] = { NULL, NULL };
	int		 null, status = -1;

	for (p = programs; *p != NULL && access(*p, X_OK) == -1; p++)
		continue;
	if (*p == NULL) {
		log_info("the image has no window manager");
		return;
	}
	icewm_configure();
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1) {
		log_warn("open /dev/null");
		return;
	}
	argv[0] = (char *)(uintptr_t)*p;
	env_init(&env, ENV_USER);
	env_set(&env, "ICEWM_PRIVCFG=" ICEWM_DIR);
	memset(&l, 0, sizeof(l));
	l.argv = argv;
	l.env = env.v;
	l.rights = RIGHTS_USER;
	l.stdio[0] = l.stdio[1] = l.stdio[2] = null;
	l.extra = -1;
	if ((wm = launch(&l, &status)) == -1) {
		log_warn("launch %s", *p);
		wm = 0;
	}
	/* Its death is noticed by reaping, whatever the reason. */
	if (status != -1)
		close(status);
	env_free(&env);
	close(null);
}

int
wm_reaped(pid_t pid, int status)
{
	struct timeval	soon = { 0, RESTART_DELAY };

	if (wm == 0 || pid != wm)
		return 0;
	wm = 0;
	log_debug("window manager: status %d", status);
	evtimer_add(&ev_again, &soon);
	return 1;
}

static void
again_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	if (!display_up())
		return;
	if (too_often()) {
		log_warnx("the window manager dies too often; left so");
		return;
	}
	wm_run();
}

/* The oldest of the last RESTARTS restarts says how fast they come. */
static int
too_often(void)
{
	struct monotime	*slot = &started[nstarted % RESTARTS];

	if (nstarted >= RESTARTS && monotime_since_ms(*slot) < RESTARTS_MS)
		return 1;
	*slot = monotime_now();
	nstarted++;
	return 0;
}
