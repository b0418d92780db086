/*
 * X servers that lie: nothing they say may do more than end the connection.
 * Run this under the address sanitizer too.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <xcb/xproto.h>

#include "capture.h"
#include "display.h"
#include "input.h"
#include "log.h"
#include "monotime.h"
#include "settle.h"
#include "test.h"
#include "type.h"
#include "window.h"

enum { SEEDS = 100, TIMEOUT_MS = 150 };

enum behaviour {
	SILENT, CLOSES, GARBAGE, REFUSES, CUT_SETUP, BAD_SETUP, LONG_REPLY,
	ONLY_SETUP, WRONG_NUMBER, RANDOM
};

static char			 dir[] = "/tmp/deskd-hostile.XXXXXX";
static char			 path[64];
static struct event_base	*base;
static int			 listener;
static const char		*lost_reason;
static int			 lost, ended, listed, wrong;

/*
 * The server's side, in a process of its own.
 */
static size_t
setup_make(uint8_t *p, enum behaviour how)
{
	xcb_setup_t		s;
	xcb_format_t		f = { 24, 32, 32, { 0 } };
	xcb_screen_t		screen;
	xcb_depth_t		depth;
	xcb_visualtype_t	visual;
	size_t			n = 0;

	memset(&s, 0, sizeof(s));
	memset(&screen, 0, sizeof(screen));
	memset(&depth, 0, sizeof(depth));
	memset(&visual, 0, sizeof(visual));
	s.status = how == REFUSES ? 0 : 1;
	s.protocol_major_version = 11;
	s.length = (sizeof(s) + sizeof(f) + sizeof(screen) + sizeof(depth) +
	    sizeof(visual) - 8) / 4;
	s.resource_id_base = 0x200000;
	s.resource_id_mask = 0x1fffff;
	s.roots_len = 1;
	s.pixmap_formats_len = 1;
	s.min_keycode = 8;
	s.max_keycode = 255;
	screen.root = 0x111;
	screen.width_in_pixels = 640;
	screen.height_in_pixels = 480;
	screen.root_depth = 24;
	screen.root_visual = 0x21;
	screen.allowed_depths_len = 1;
	depth.depth = 24;
	depth.visuals_len = how == BAD_SETUP ? 60000 : 1;
	visual.visual_id = how == BAD_SETUP ? 0x22 : 0x21;
	visual._class = XCB_VISUAL_CLASS_TRUE_COLOR;
	visual.red_mask = 0xff0000;
	visual.green_mask = 0xff00;
	visual.blue_mask = 0xff;
	memcpy(p, &s, sizeof(s));
	n += sizeof(s);
	memcpy(p + n, &f, sizeof(f));
	n += sizeof(f);
	memcpy(p + n, &screen, sizeof(screen));
	n += sizeof(screen);
	memcpy(p + n, &depth, sizeof(depth));
	n += sizeof(depth);
	memcpy(p + n, &visual, sizeof(visual));
	return n + sizeof(visual);
}

static int
read_all(int fd, void *p, size_t len)
{
	size_t	n;
	ssize_t	r;

	for (n = 0; n < len; n += r)
		if ((r = recv(fd, (uint8_t *)p + n, len - n, 0)) <= 0)
			return -1;
	return 0;
}

static void
put(int fd, const void *p, size_t len)
{
	if (send(fd, p, len, MSG_NOSIGNAL) == -1)
		_exit(0);
}

/* Core requests that have an answer, and what our extensions' answer. */
static int
has_reply(const uint8_t *r)
{
	static const uint8_t	core[] = { 14, 16, 20, 38, 40, 43, 44, 98,
				    101, 119 };

	if (r[0] < 128)
		return memchr(core, r[0], sizeof(core)) != NULL;
	if (r[0] == 130)			/* MIT-SHM */
		return r[1] == 0 || r[1] == 4;
	if (r[0] == 131)			/* XFIXES */
		return r[1] == 0 || r[1] == 4;
	if (r[0] == 129)			/* RANDR */
		return r[1] == 0 || r[1] == 16 || r[1] == 21 || r[1] == 25;
	return r[0] == 128 && r[1] == 0;
}

static void
fill(uint8_t *p, size_t len)
{
	size_t	i;

	for (i = 0; i < len; i++)
		p[i] = random() % 3 == 0 ? random() : random() % 4;
}

static void
send_event(int fd, uint16_t number)
{
	static const uint8_t	kinds[] = { 22, 28, 33, 34, 64, 64, 11, 12,
		35 };
	uint8_t			e[32];

	fill(e, sizeof(e));
	e[0] = kinds[random() % sizeof(kinds)];
	memcpy(e + 2, &number, sizeof(number));
	if (e[0] == 35)
		memset(e + 4, 0, 4);
	if (e[0] == 64 && random() % 2) {
		uint32_t	damage = 0x200000;

		memcpy(e + 8, &damage, sizeof(damage));
	}
	put(fd, e, sizeof(e));
}

/* Of some format, and a little more or less than it claims. */
static void
make_property(uint8_t *p, uint32_t words)
{
	static const uint8_t	formats[] = { 32, 32, 8, 16 };
	static const uint32_t	not_theirs[] = { 0, 0x111, 0x200000,
				    0x200001 };
	uint32_t		len, one = 1;

	p[1] = formats[random() % sizeof(formats)];
	len = p[1] == 32 ? words : words * 4;
	len += random() % 16 ? 0 : 1 + random() % 3;
	memcpy(p + 16, &len, sizeof(len));
	/* Mostly the same window, which then is its own manager. */
	if (words > 0 && random() % 8)
		memcpy(p + 32, &one, sizeof(one));
	if (words > 5)
		memcpy(p + 36, not_theirs, sizeof(not_theirs));
}

/* Right enough to get far, wrong in what it says. */
static void
send_reply(int fd, const uint8_t *r, uint16_t number)
{
	static uint8_t	buf[32 + 4 * 4096];
	static uint8_t	major = 128;
	uint32_t	words = random() % 4 ? random() % 64 : random() % 4096;

	fill(buf, 32 + words * 4);
	buf[0] = random() % 60 == 0 ? 0 : 1;
	memcpy(buf + 2, &number, sizeof(number));
	memcpy(buf + 4, &words, sizeof(words));
	if (r[0] == XCB_QUERY_EXTENSION) {
		buf[0] = 1;
		buf[8] = 1;
		buf[9] = major++;
		buf[10] = 64;
	} else if (r[0] == 130 && r[1] == 0) {
		buf[8] = 1;
		buf[9] = 0;
		buf[10] = 2;
		buf[11] = 0;
	} else if (r[0] == 130) {
		buf[1] = 24;
	} else if (r[0] == XCB_GET_PROPERTY && random() % 8)
		make_property(buf, words);
	put(fd, buf, buf[0] == 0 ? 32 : 32 + words * 4);
}

static void
serve(int fd, enum behaviour how)
{
	uint8_t		req[4], junk[65536];
	uint16_t	number = 0, words;

	while (read_all(fd, req, sizeof(req)) == 0) {
		memcpy(&words, req + 2, sizeof(words));
		if (words < 1 || words > 16384 ||
		    read_all(fd, junk, (words - 1) * 4) == -1)
			break;
		number++;
		if (how == ONLY_SETUP)
			continue;
		if (random() % 8 == 0)
			send_event(fd, number);
		if (how == LONG_REPLY) {
			uint8_t	p[32] = { 1, 0, 1, 0, 255, 255, 255, 255 };

			put(fd, p, sizeof(p));
			pause();
		}
		if (how == WRONG_NUMBER) {
			uint8_t	p[32] = { 1, 0, 99, 99 };

			put(fd, p, sizeof(p));
			continue;
		}
		if (has_reply(req))
			send_reply(fd, req, number);
	}
}

__attribute__((__noreturn__))
static void
server(enum behaviour how)
{
	uint8_t	buf[4096];
	size_t	n;
	int	fd;

	if ((fd = accept(listener, NULL, NULL)) == -1)
		_exit(1);
	if (how == CLOSES)
		_exit(0);
	if (how == SILENT || read_all(fd, buf, 12) == -1)
		for (;;)
			pause();
	if (how == GARBAGE) {
		fill(buf, sizeof(buf));
		buf[0] = 7;
		put(fd, buf, sizeof(buf));
		for (;;)
			pause();
	}
	n = setup_make(buf, how);
	put(fd, buf, how == CUT_SETUP ? n - 4 : n);
	serve(fd, how);
	for (;;)
		pause();
}

/*
 * The worker's side.
 */
static void
end_cb(enum problem problem, void *arg)
{
	(void)problem;
	(void)arg;
	ended++;
}

static void
shot_cb(enum problem problem, const struct shot *s, void *arg)
{
	(void)s;
	end_cb(problem, arg);
}

static void
settle_done_cb(enum problem problem, int settled, uint64_t generation,
    void *arg)
{
	(void)settled;
	(void)generation;
	end_cb(problem, arg);
}

static void
position_cb(enum problem problem, int32_t x, int32_t y, void *arg)
{
	(void)x;
	(void)y;
	end_cb(problem, arg);
}

static void
windows_seen_cb(enum problem problem, const struct windows *w, void *arg)
{
	unsigned int	i;

	for (i = 0; w != NULL && i < w->n; i++)
		if (w->list[i].id == 0 || w->list[i].id == 0x111 ||
		    (w->list[i].id & 0xffe00000) == 0x200000 ||
		    w->list[i].type >= WINDOW_TYPES ||
		    strlen(w->list[i].title) > WINDOW_TITLE_MAX ||
		    strlen(w->list[i].class) > WINDOW_NAME_MAX)
			wrong++;
	if (w != NULL && w->n > 0)
		listed++;
	end_cb(problem, arg);
}

enum { OPS = 8 };

static void
ready_cb(struct display *d, void *arg)
{
	struct shot_want	w = { .pointer = 1 };
	struct settle_want	s = { 10, 100, 0, 0 };
	struct key_combo	k = { { 0xffe3, 0xe9 }, 2 };

	windows_query(d, 0, windows_seen_cb, arg);
	windows_query(d, 1, windows_seen_cb, arg);
	capture_shot(d, &w, shot_cb, arg);
	w.pointer = 0;
	capture_shot(d, &w, shot_cb, arg);
	type_text(d, "ab\303\205\344\270\255", 7, end_cb, arg);
	input_key(d, &k, 1, end_cb, arg);
	input_position(d, position_cb, arg);
	settle_wait(d, &s, settle_done_cb, arg);
}

static void
lost_cb(struct display *d, const char *reason, void *arg)
{
	(void)d;
	(void)arg;
	lost = 1;
	lost_reason = reason;
}

static void
tick_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
}

/* Until the connection is lost or all ops have ended; 0 when neither. */
static int
meet(enum behaviour how, unsigned int seed)
{
	struct display_conf	 c;
	struct display		*d;
	struct event		*tick;
	struct timeval		 tv = { 0, 5000 };
	struct monotime		 start = monotime_now();
	pid_t			 pid;

	lost = ended = 0;
	lost_reason = "";
	fflush(stdout);
	if ((pid = fork()) == 0) {
		srandom(seed);
		server(how);
	}
	memset(&c, 0, sizeof(c));
	c.path = path;
	c.timeout_ms = TIMEOUT_MS;
	c.wm_ms = 100;
	c.ready = ready_cb;
	c.lost = lost_cb;
	if ((d = display_open(base, &c)) == NULL) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 0;
	}
	tick = event_new(base, -1, EV_PERSIST, tick_cb, NULL);
	event_add(tick, &tv);
	while (!lost && ended < OPS && monotime_since_ms(start) < 5000)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(tick);
	display_close(d);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return lost || ended == OPS;
}

static void
reason(enum behaviour how, const char *want, const char *what)
{
	int	good = meet(how, 1) && strcmp(lost_reason, want) == 0;

	ok(good, "%s: %s", what, lost_reason);
}

int
main(void)
{
	struct sockaddr_un	sun;
	unsigned int		seed, good = 0, far = 0;

	signal(SIGPIPE, SIG_IGN);
	log_init("display_hostile_test", 1, 0);
	if (getenv("DESKTOP_VERBOSE") == NULL &&
	    freopen("/dev/null", "w", stderr) == NULL)
		skip_all("no /dev/null");
	if (mkdtemp(dir) == NULL)
		skip_all("no directory");
	snprintf(path, sizeof(path), "%s/X0", dir);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(listener, 8) == -1)
		skip_all("no socket");
	base = event_base_new();
	reason(SILENT, "display_timeout", "never says a word");
	reason(CLOSES, "display_closed", "hangs up");
	reason(GARBAGE, "display_lied", "no X at all");
	reason(REFUSES, "display_refused", "refuses");
	reason(CUT_SETUP, "display_timeout", "half a set-up");
	reason(BAD_SETUP, "display_unfit", "counts beyond the end");
	reason(LONG_REPLY, "display_lied", "an endless answer");
	reason(ONLY_SETUP, "display_timeout", "silent after set-up");
	reason(WRONG_NUMBER, "display_lied", "answers what was not asked");
	for (seed = 0; seed < SEEDS; seed++) {
		good += meet(RANDOM, seed);
		far += ended > 0;
	}
	ok(good == SEEDS, "%u of %d servers that say anything", good, SEEDS);
	ok(far > SEEDS / 4, "%u of them got past the set-up", far);
	ok(wrong == 0, "nothing wrong in %d lists of windows", listed);
	event_base_free(base);
	unlink(path);
	rmdir(dir);
	return done();
}
