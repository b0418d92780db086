/*
 * The desktop's life as the worker sees it: init starts the X server, then
 * the worker connects.  A lost connection to a server that lives is made
 * again, a few times; a server that died is the end of the desktop.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "display.h"
#include "input.h"
#include "log.h"
#include "peer.h"
#include "worker.h"

#define DISPLAY_SOCKET	"/X0"	/* in our root directory */
#define START_MS	30000	/* for init to start the X server */
#define TRIES_MAX	12	/* connections without one that held */
#define RETRY_MS	10	/* doubled for each one more */
#define RETRY_MAX_MS	1000
#define HELD_MS		60000	/* a connection that lived so long was good */

static void
timer_set(struct desktop *d, unsigned int ms)
{
	struct timeval	tv = { .tv_sec = ms / 1000,
			    .tv_usec = (ms % 1000) * 1000 };

	event_add(&d->timer, &tv);
}

static const char *
step_reason(const struct worker *w)
{
	return w->desktop.step == DESKTOP_BROKEN ? w->desktop.why : "";
}

void
desktop_tell(struct worker *w)
{
	const struct desktop	*d = &w->desktop;
	const char		*why = step_reason(w);
	struct msg_desktop	 m = { .state = DESKTOP_FAILED };
	struct msg_out		 out = { .type = MSG_DESKTOP,
				    .session = &w->session, .data = &m,
				    .len = sizeof(m), .tail = why,
				    .tail_len = strlen(why) + 1 };

	if (w->broker == NULL)
		return;
	switch (d->step) {
	case DESKTOP_UNKNOWN:
	case DESKTOP_STARTING:
	case DESKTOP_CONNECTING:
		return;
	case DESKTOP_ABSENT:
		m.state = DESKTOP_NONE;
		break;
	case DESKTOP_USABLE:
		m.state = DESKTOP_READY;
		m.width = display_width(d->display);
		m.height = display_height(d->display);
		m.ready_ms = d->ready_ms;
		break;
	case DESKTOP_BROKEN:
		break;
	}
	peer_send(w->broker, &out);
}

enum problem
desktop_problem(const struct worker *w)
{
	switch (w->desktop.step) {
	case DESKTOP_ABSENT:
		return PROBLEM_NO_DESKTOP;
	case DESKTOP_USABLE:
		return PROBLEM_NONE;
	case DESKTOP_BROKEN:
		return PROBLEM_DESKTOP_FAILED;
	case DESKTOP_UNKNOWN:
	case DESKTOP_STARTING:
	case DESKTOP_CONNECTING:
		break;
	}
	return PROBLEM_UNAVAILABLE;
}

const char *
desktop_problem_text(enum problem problem)
{
	switch (problem) {
	case PROBLEM_NO_DESKTOP:
		return "this session has no desktop";
	case PROBLEM_DESKTOP_FAILED:
		return "the session's desktop has failed";
	case PROBLEM_DISPLAY_TIMEOUT:
		return "the session's X server did not answer in time";
	case PROBLEM_UNAVAILABLE:
		return "the session's desktop is not ready";
	default:
		return "the action could not be carried out";
	}
}

/*
 * Ops of a display that is closed are not called back: what is under way is
 * ended first.
 */
static void
disconnect(struct worker *w)
{
	struct display	*x = w->desktop.display;

	event_del(&w->desktop.timer);
	if (x == NULL)
		return;
	batch_display_lost(w);
	clipboard_display_lost(w);
	shot_display_lost(w);
	size_display_lost(w);
	windows_display_lost(w);
	w->desktop.display = NULL;
	display_close(x);
}

void
desktop_failed(struct worker *w, const char *fmt, ...)
{
	struct desktop	*d = &w->desktop;
	va_list		 ap;

	if (d->step == DESKTOP_BROKEN)
		return;
	d->step = DESKTOP_BROKEN;
	d->request = 0;
	va_start(ap, fmt);
	vsnprintf(d->why, sizeof(d->why), fmt, ap);
	va_end(ap);
	log_warnx("desktop failed: %s", d->why);
	disconnect(w);
	desktop_tell(w);
}

static void	connect_display(struct worker *);

static void
retry(struct worker *w, const char *why)
{
	struct desktop	*d = &w->desktop;
	unsigned int	 ms = RETRY_MS;
	unsigned int	 i;

	disconnect(w);
	if (++d->tries >= TRIES_MAX) {
		desktop_failed(w, "the X server cannot be used: %s", why);
		return;
	}
	for (i = 1; i < d->tries && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	d->step = DESKTOP_CONNECTING;
	timer_set(d, ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS);
}

static void
ready_cb(struct display *x, void *arg)
{
	struct worker	*w = arg;
	struct desktop	*d = &w->desktop;

	d->step = DESKTOP_USABLE;
	if (d->ready_ms == 0)
		d->ready_ms = (uint32_t)monotime_since_ms(d->began);
	log_debug("desktop %ux%u ready after %u ms, %s window manager",
	    display_width(x), display_height(x), d->ready_ms,
	    display_has_wm(x) ? "with" : "without");
	timer_set(d, HELD_MS);
	desktop_tell(w);
}

static void
lost_cb(struct display *x, const char *why, void *arg)
{
	struct worker	*w = arg;

	(void)x;
	log_warnx("lost the display: %s", why);
	retry(w, why);
}

static void
connect_display(struct worker *w)
{
	struct desktop		*d = &w->desktop;
	struct display_conf	 conf = {
		.path = DISPLAY_SOCKET,
		.width = w->setup.desktop.width,
		.height = w->setup.desktop.height,
		.dpi = w->setup.desktop.dpi,
		.ready = ready_cb,
		.lost = lost_cb,
		.arg = w
	};

	d->step = DESKTOP_CONNECTING;
	if ((d->display = display_open(w->base, &conf)) == NULL)
		retry(w, strerror(errno));
}

static void
timer_cb(int fd, short events, void *arg)
{
	struct worker	*w = arg;

	(void)fd;
	(void)events;
	switch (w->desktop.step) {
	case DESKTOP_STARTING:
		desktop_failed(w, "the X server did not start within %u s",
		    START_MS / 1000);
		break;
	case DESKTOP_CONNECTING:
		connect_display(w);
		break;
	case DESKTOP_USABLE:
		w->desktop.tries = 0;
		break;
	case DESKTOP_UNKNOWN:
	case DESKTOP_ABSENT:
	case DESKTOP_BROKEN:
		break;
	}
}

void
desktop_init(struct worker *w)
{
	event_assign(&w->desktop.timer, w->base, -1, 0, timer_cb, w);
}

void
desktop_begin(struct worker *w)
{
	struct desktop			*d = &w->desktop;
	struct msg_display_start	 m = { .desktop = w->setup.desktop };
	struct msg_out			 out = { .type = MSG_DISPLAY_START,
					    .session = &w->session,
					    .data = &m, .len = sizeof(m) };

	if (!w->is_set_up || w->init == NULL)
		return;
	if ((w->setup.flags & SESSION_HAS_DESKTOP) == 0) {
		d->step = DESKTOP_ABSENT;
		desktop_tell(w);
		return;
	}
	if (d->step == DESKTOP_CONNECTING || d->step == DESKTOP_USABLE)
		return;
	d->step = DESKTOP_STARTING;
	d->began = monotime_now();
	d->tries = 0;
	d->ready_ms = 0;
	out.request = d->request = ++w->next_request;
	timer_set(d, START_MS);
	if (peer_send(w->init, &out) == -1)
		desktop_failed(w, "the session's init cannot be asked");
}

/* Init may say so again after a restart of the server it was told of. */
void
desktop_listens(struct worker *w)
{
	struct desktop	*d = &w->desktop;

	if (d->step != DESKTOP_STARTING)
		return;
	d->request = 0;
	event_del(&d->timer);
	connect_display(w);
}

void
desktop_end(struct worker *w)
{
	struct display	*x = w->desktop.display;

	if (x != NULL && display_is_ready(x))
		input_release_all(x);
	disconnect(w);
	w->desktop.step = DESKTOP_BROKEN;
}
