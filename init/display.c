/*
 * The X server: started once, when the worker asks.  Its death is told and
 * not repaired: the windows are gone, so the session has failed.
 */
#include <sys/wait.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "log.h"
#include "msg.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"

#define XVFB		"/usr/bin/Xvfb"
#define START_LIMIT	20	/* seconds; a loaded machine needs one */

enum state { DISPLAY_OFF, DISPLAY_STARTING, DISPLAY_UP, DISPLAY_DEAD };

static struct {
	struct event_base	*base;
	enum state		 state;
	pid_t			 pid;
	struct peer		*asker;		/* NULL: has gone */
	struct msg_hdr		 hdr;		/* of the asker's request */
	int			 number;	/* -displayfd's pipe, or -1 */
	int			 status;	/* of the launch, or -1 */
	int			 words;		/* stderr's pipe, or -1 */
	struct event		 ev_number, ev_words, ev_limit;
	char			 said[200];	/* the last it wrote there */
} d = { .number = -1, .status = -1, .words = -1 };

static const char	*size_wrong(const struct msg_desktop_size *);
static int		 server_run(const struct msg_desktop_size *);
static int		 server_launch(char *const *, int, int);
static void		 server_watch(void);
static void		 answer_failed(const char *);
static void		 number_cb(int, short, void *);
static void		 words_cb(int, short, void *);
static void		 limit_cb(int, short, void *);
static void		 close_one(int *, struct event *);

void
display_start(struct event_base *base)
{
	d.base = base;
}

int
display_up(void)
{
	return d.state == DISPLAY_UP;
}

/* Idempotent: a new worker asks, too. */
void
display_ask(struct peer *p, struct wire_msg *msg)
{
	struct msg_display_start	 m;
	struct msg_out			 up = { .type = MSG_DISPLAY_READY,
					    .request = msg->hdr.request,
					    .session = &msg->hdr.session };
	const char			*why;

	memcpy(&m, msg->data, sizeof(m));
	if (d.state == DISPLAY_UP) {
		(void)peer_send(p, &up);
		return;
	}
	if (d.state == DISPLAY_STARTING && d.asker != NULL) {
		peer_error(p, &msg->hdr, PROBLEM_BUSY, "",
		    "the X server is being started");
		return;
	}
	d.asker = p;
	d.hdr = msg->hdr;
	if (d.state == DISPLAY_STARTING)
		return;
	if (d.state == DISPLAY_DEAD) {
		answer_failed("the X server has died");
	} else if (!filter_ready()) {
		answer_failed("the session is not set up yet");
	} else if ((why = size_wrong(&m.desktop)) != NULL) {
		peer_error(p, &msg->hdr, PROBLEM_INVALID_FIELD, why,
		    "out of range");
		d.asker = NULL;
	} else if (access(XVFB, X_OK) == -1) {
		answer_failed("the image has no " XVFB);
	} else if (server_run(&m.desktop) == -1) {
		answer_failed("the X server cannot be started");
	}
}

static const char *
size_wrong(const struct msg_desktop_size *s)
{
	if (s->max_width < SCREEN_MIN || s->max_width > SCREEN_MAX)
		return "/desktop/max_width";
	if (s->max_height < SCREEN_MIN || s->max_height > SCREEN_MAX)
		return "/desktop/max_height";
	if (s->width < SCREEN_MIN || s->width > s->max_width)
		return "/desktop/width";
	if (s->height < SCREEN_MIN || s->height > s->max_height)
		return "/desktop/height";
	if (s->dpi < DPI_MIN || s->dpi > DPI_MAX)
		return "/desktop/dpi";
	return NULL;
}

static void
answer_failed(const char *detail)
{
	log_warnx("display: %s", detail);
	if (d.asker != NULL)
		peer_error(d.asker, &d.hdr, PROBLEM_DESKTOP_FAILED, "",
		    detail);
	d.asker = NULL;
}

/*
 * The screen is made at its largest: RandR only shrinks it.  GLX is off: it
 * loads Mesa and LLVM, 55 MB and 22 ms, for software rendering that programs
 * do themselves.  The font path stays: built-ins alone would save 1 ms and
 * take the wide core fonts away from xterm.
 */
static int
server_run(const struct msg_desktop_size *s)
{
	char	 screen[32], dpi[16];
	char	*argv[] = { (char[]){ XVFB }, (char[]){ SESSION_DISPLAY },
		    (char[]){ "-screen" }, (char[]){ "0" }, screen,
		    (char[]){ "-dpi" }, dpi, (char[]){ "-nolisten" },
		    (char[]){ "tcp" }, (char[]){ "-noreset" },
		    (char[]){ "-extension" }, (char[]){ "GLX" },
		    (char[]){ "-displayfd" }, (char[]){ "3" }, NULL };
	int	 number[2], words[2];

	snprintf(screen, sizeof(screen), "%ux%ux24", s->max_width,
	    s->max_height);
	snprintf(dpi, sizeof(dpi), "%u", s->dpi);
	if (pipe2(number, O_CLOEXEC) == -1)
		return -1;
	if (pipe2(words, O_CLOEXEC) == -1) {
		close(number[0]);
		close(number[1]);
		return -1;
	}
	d.number = number[0];
	d.words = words[0];
	if (server_launch(argv, number[1], words[1]) == -1) {
		close(number[0]);
		close(words[0]);
		d.number = d.words = -1;
		d.pid = 0;
	}
	close(number[1]);
	close(words[1]);
	if (d.pid == 0)
		return -1;
	server_watch();
	return 0;
}

static int
server_launch(char *const *argv, int number, int words)
{
	struct launch	l;
	struct env	env;
	int		null;

	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
		return -1;
	/* Left by a server that was killed before it was up. */
	(void)unlink("/tmp/.X0-lock");
	(void)unlink("/tmp/.X11-unix/X0");
	env_init(&env, ENV_USER);
	memset(&l, 0, sizeof(l));
	l.argv = argv;
	l.env = env.v;
	l.rights = RIGHTS_USER;
	l.stdio[0] = l.stdio[1] = null;
	l.stdio[2] = words;
	l.extra = number;
	d.pid = launch(&l, &d.status);
	if (d.pid == -1)
		log_warn("launch %s", XVFB);
	env_free(&env);
	close(null);
	return d.pid == -1 ? -1 : 0;
}

static void
server_watch(void)
{
	struct timeval	limit = { START_LIMIT, 0 };

	d.state = DISPLAY_STARTING;
	d.said[0] = '\0';
	(void)fcntl(d.number, F_SETFL, O_NONBLOCK);
	(void)fcntl(d.words, F_SETFL, O_NONBLOCK);
	event_assign(&d.ev_number, d.base, d.number, EV_READ, number_cb, NULL);
	event_assign(&d.ev_words, d.base, d.words, EV_READ | EV_PERSIST,
	    words_cb, NULL);
	evtimer_assign(&d.ev_limit, d.base, limit_cb, NULL);
	event_add(&d.ev_number, NULL);
	event_add(&d.ev_words, NULL);
	evtimer_add(&d.ev_limit, &limit);
}

/*
 * "0\n": it listens.  The server writes the number and the newline apart and
 * dies when the pipe is closed between them.  An end without a newline is
 * left to its death.
 */
static void
number_cb(int fd, short events, void *arg)
{
	struct msg_out	out = { .type = MSG_DISPLAY_READY };
	char		text[16];
	ssize_t		n;

	(void)events;
	(void)arg;
	if ((n = read(fd, text, sizeof(text))) == -1 && errno == EAGAIN) {
		event_add(&d.ev_number, NULL);
		return;
	}
	if (n > 0 && memchr(text, '\n', (size_t)n) == NULL) {
		event_add(&d.ev_number, NULL);
		return;
	}
	close_one(&d.number, &d.ev_number);
	if (n <= 0)
		return;
	event_del(&d.ev_limit);
	d.state = DISPLAY_UP;
	if (d.asker != NULL) {
		out.request = d.hdr.request;
		out.session = &d.hdr.session;
		(void)peer_send(d.asker, &out);
	}
	d.asker = NULL;
	wm_run();
}

/* Kept for the one who asks why it did not start; written by the session. */
static void
words_cb(int fd, short events, void *arg)
{
	char	text[1024];
	size_t	i, len;
	ssize_t	n;

	(void)events;
	(void)arg;
	if ((n = read(fd, text, sizeof(text))) == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		close_one(&d.words, &d.ev_words);
		return;
	}
	len = (size_t)n < sizeof(d.said) ? (size_t)n : sizeof(d.said) - 1;
	memcpy(d.said, text + (size_t)n - len, len);
	d.said[len] = '\0';
	for (i = 0; i < len; i++)
		if (d.said[i] < ' ' || d.said[i] > '~')
			d.said[i] = ' ';
}

static void
limit_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	log_warnx("display: not up after %d seconds", START_LIMIT);
	(void)kill(d.pid, SIGKILL);
}

static void
close_one(int *fd, struct event *ev)
{
	if (*fd == -1)
		return;
	event_del(ev);
	close(*fd);
	*fd = -1;
}

/*
 * A server that never came up may be asked for again; one that was up and
 * died took the session's windows with it.
 */
int
display_reaped(pid_t pid, int status)
{
	struct msg_display_gone	 m = { .status = status };
	struct msg_out		 out = { .type = MSG_DISPLAY_GONE,
				    .data = &m, .len = sizeof(m) };
	struct launch_fault	 fault;
	char			 why[300];

	if (d.pid == 0 || pid != d.pid)
		return 0;
	d.pid = 0;
	if (d.words != -1)
		words_cb(d.words, EV_READ, NULL);
	snprintf(why, sizeof(why), "the X server ended: %s", d.said);
	if (launch_state(d.status, &fault) == LAUNCH_FAILED)
		snprintf(why, sizeof(why), "%s: %s: %s", XVFB,
		    launch_step_text(&fault), strerror(fault.error));
	close(d.status);
	d.status = -1;
	close_one(&d.number, &d.ev_number);
	close_one(&d.words, &d.ev_words);
	event_del(&d.ev_limit);
	if (d.state == DISPLAY_STARTING) {
		d.state = DISPLAY_OFF;
		answer_failed(why);
		return 1;
	}
	d.state = DISPLAY_DEAD;
	log_warnx("display: %s", why);
	if (link_worker() != NULL)
		(void)peer_send(link_worker(), &out);
	return 1;
}

void
display_forget(const struct peer *p)
{
	if (d.asker == p)
		d.asker = NULL;
}
