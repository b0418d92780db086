/*
 * Everything the worker does on a desktop, seen from outside: by what a
 * terminal was told, what a window recorded, and the pixels.
 */
#include <sys/mman.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "capture.h"
#include "desktop.h"
#include "display.h"
#include "input.h"
#include "log.h"
#include "monotime.h"
#include "png_read.h"
#include "settle.h"
#include "test.h"
#include "type.h"

static struct display	*d;
static int		 ready, lost;
static const char	*lost_reason;

static void
ready_cb(struct display *dd, void *arg)
{
	(void)dd;
	(void)arg;
	ready = 1;
}

static void
lost_cb(struct display *dd, const char *reason, void *arg)
{
	(void)dd;
	(void)arg;
	lost = 1;
	lost_reason = reason;
}

static struct display_conf
conf(const char *path)
{
	struct display_conf	c;

	memset(&c, 0, sizeof(c));
	c.path = path;
	c.timeout_ms = 500;
	c.ready = ready_cb;
	c.lost = lost_cb;
	ready = lost = 0;
	return c;
}

/*
 * A picture, kept for looking at it.
 */
struct picture {
	int			done;
	enum problem		problem;
	int			same;
	uint64_t		tag;
	uint64_t		generation;
	struct png_picture	png;
};

static void
picture_cb(enum problem problem, const struct shot *s, void *arg)
{
	struct picture	*p = arg;
	uint8_t		*map;

	p->done++;
	p->problem = problem;
	if (s == NULL)
		return;
	p->same = s->same;
	p->tag = s->tag;
	p->generation = s->generation;
	png_free(&p->png);
	if (s->fd == -1)
		return;
	map = mmap(NULL, s->size, PROT_READ, MAP_PRIVATE, s->fd, 0);
	if (map == MAP_FAILED || png_read(map, s->size, &p->png) != 0)
		printf("# png: %s\n", png_read_why());
	if (map != MAP_FAILED)
		munmap(map, s->size);
}

static int
shoot(struct picture *p, const struct shot_want *w)
{
	static const struct shot_want	whole;

	p->done = 0;
	capture_shot(d, w != NULL ? w : &whole, picture_cb, p);
	return wait_flag(&p->done, DESKTOP_WAIT_MS) &&
	    p->problem == PROBLEM_NONE;
}

static uint32_t
pixel(const struct picture *p, uint32_t x, uint32_t y)
{
	if (x >= p->png.width || y >= p->png.height)
		return UINT32_MAX;
	return p->png.pixels[(size_t)y * p->png.width + x];
}

/* The newest picture has this colour there. */
struct want_pixel {
	uint32_t	x, y, colour;
};

static int
pixel_holds(void *arg)
{
	struct want_pixel	*w = arg;
	struct picture		 p;
	int			 good;

	memset(&p, 0, sizeof(p));
	good = shoot(&p, NULL) && pixel(&p, w->x, w->y) == w->colour;
	png_free(&p.png);
	return good;
}

/* Two pictures, between which nothing was drawn: the same one twice. */
static int
is_still(void *arg)
{
	struct picture	*p = arg;
	uint64_t	 tag;

	if (!shoot(p, NULL))
		return 0;
	tag = p->tag;
	return shoot(p, NULL) && p->tag == tag && !p->same;
}

/* Who has that one gets the word instead. */
static int
is_same(void *arg)
{
	struct picture		*p = arg;
	struct shot_want	 w = { .tag = 0 };

	if (!shoot(p, NULL))
		return 0;
	w.tag = p->tag;
	return shoot(p, &w) && p->same && p->tag == w.tag;
}

static int
wait_pixel(uint32_t x, uint32_t y, uint32_t colour)
{
	struct want_pixel	w = { x, y, colour };

	return wait_until(pixel_holds, &w, DESKTOP_WAIT_MS);
}

static int
key(const char *text)
{
	struct key_combo	k;
	struct result		r = { 0, 0 };

	if (keysym_combo(text, &k, NULL) == -1)
		return 0;
	input_key(d, &k, 1, result_cb, &r);
	return result_ok(&r);
}

/*
 * Tests.
 */
static void
test_open(void)
{
	struct display_conf	c = conf(desktop_socket());
	struct monotime		start = monotime_now();

	c.width = 1280;
	c.height = 800;
	d = display_open(desktop_base, &c);
	ok(d != NULL, "connects");
	desktop_wm();
	ok(wait_flag(&ready, DESKTOP_WAIT_MS), "ready");
	printf("# ready in %lld ms, icewm included\n",
	    (long long)monotime_since_ms(start));
	ok(display_has_wm(d), "has seen the window manager");
	ok(display_width(d) == 1280 && display_height(d) == 800,
	    "shrunk from 1600x1000 to the size wanted (%ux%u)",
	    display_width(d), display_height(d));
}

static void
test_picture(void)
{
	const char *const	argv[] = { desktop_tool("recorder"), "-o", "-c",
		"336699", "-g", "200x100+300+200", NULL };
	const char *const	top[] = { argv[0], "-o", "-c", "ff0000", "-g",
		"20x20+400+250", NULL };
	struct picture		p;
	struct shot_want	w;
	struct monotime		start;
	pid_t			pid, pid2;
	uint64_t		tag;
	int			i;

	memset(&p, 0, sizeof(p));
	memset(&w, 0, sizeof(w));
	pid = desktop_run(argv, NULL);
	ok(wait_pixel(300, 200, 0x336699), "a window is in the picture");
	ok(shoot(&p, NULL) && p.png.width == 1280 && p.png.height == 800,
	    "the picture has the screen's size");
	ok(pixel(&p, 499, 299) == 0x336699 && pixel(&p, 299, 250) != 0x336699 &&
	    pixel(&p, 500, 250) != 0x336699, "where it belongs");
	ok(wait_until(is_still, &p, DESKTOP_WAIT_MS) && p.png.width == 1280,
	    "unchanged: the same tag and the picture again");
	ok(wait_until(is_same, &p, DESKTOP_WAIT_MS),
	    "unchanged: no picture for who has it");
	tag = w.tag = p.tag;
	start = monotime_now();
	for (i = 0; i < 200; i++)
		shoot(&p, &w);
	printf("# unchanged screen: %.3f ms\n",
	    monotime_since_us(start) / 200000.0);
	w.x = 310;
	w.y = 210;
	w.width = 50;
	w.height = 20;
	ok(shoot(&p, &w) && !p.same && p.tag != tag && p.png.width == 50 &&
	    p.png.height == 20 && pixel(&p, 49, 19) == 0x336699, "a region");
	pid2 = desktop_run(top, NULL);
	ok(wait_pixel(405, 255, 0xff0000), "a change is seen");
	w.tag = tag;
	w.width = w.height = w.x = w.y = 0;
	ok(shoot(&p, &w) && !p.same && p.tag != tag && pixel(&p, 320, 220) ==
	    0x336699 && pixel(&p, 420, 255) == 0x336699, "a tag is outdated");
	w.out_width = 640;
	w.out_height = 400;
	ok(shoot(&p, &w) && p.png.width == 640 && p.png.height == 400 &&
	    pixel(&p, 160, 110) == 0x336699 && pixel(&p, 203, 128) ==
	    0xff0000, "half the size");
	desktop_kill(pid2);
	ok(wait_pixel(405, 255, 0x336699), "what was covered is back");
	desktop_kill(pid);
	png_free(&p.png);
}

static void
test_picture_at_once(void)
{
	static const struct shot_want	whole;
	struct picture			p[10];
	int				i, good = 1;

	memset(p, 0, sizeof(p));
	for (i = 0; i < 10; i++)
		capture_shot(d, &whole, picture_cb, &p[i]);
	op_cancel(capture_shot(d, &whole, picture_cb, NULL));
	for (i = 0; i < 10; i++) {
		good &= wait_flag(&p[i].done, DESKTOP_WAIT_MS) &&
		    p[i].problem == PROBLEM_NONE && p[i].png.width == 1280;
		png_free(&p[i].png);
	}
	ok(good, "ten at once, and one that was cancelled");
}

static void
count_cb(enum problem problem, const struct shot *s, void *arg)
{
	unsigned int	*n = arg;

	n[0]++;
	if (problem != PROBLEM_NONE || s == NULL || s->fd == -1)
		return;
	n[1] += (s->took & SHOT_CAPTURED) != 0;
	n[2] += (s->took & SHOT_ENCODED) != 0;
	n[3] += s->format == SHOT_JPEG && s->size > 100;
}

static int
all_told(void *arg)
{
	const unsigned int	*n = arg;

	return n[0] == 50;
}

/*
 * Whatever was drawn before, all of them wait for the same capture.  Tried
 * again when something was drawn among them.
 */
static int
is_shared(void *arg)
{
	struct shot_want	 w = { .kind = { SHOT_JPEG, 0, 0 } };
	unsigned int		*quality = arg, n[4] = { 0, 0, 0, 0 }, i;

	w.kind.quality = *quality = *quality % 100 + 1;
	for (i = 0; i < 50; i++)
		capture_shot(d, &w, count_cb, n);
	if (!wait_until(all_told, n, DESKTOP_WAIT_MS))
		return 0;
	printf("# %u captures, %u encodings, %u pictures\n", n[1], n[2], n[3]);
	return n[1] <= 1 && n[2] == 1 && n[3] == 50;
}

static void
test_shared(void)
{
	unsigned int	quality = 36;

	ok(wait_until(is_shared, &quality, DESKTOP_WAIT_MS),
	    "fifty at once: one capture at most, one encoding");
}

static void
test_check(void)
{
	struct shot_want	w = { .x = 1200, .width = 100,
	    .height = 10 };
	const char		*bad;

	ok(capture_check(d, &w, &bad) == PROBLEM_INVALID_FIELD &&
	    strcmp(bad, "region") == 0, "a region outside is refused");
	w.x = 1180;
	ok(capture_check(d, &w, &bad) == PROBLEM_NONE, "one at the edge is not");
	w.x = UINT32_MAX - 10;
	ok(capture_check(d, &w, &bad) == PROBLEM_INVALID_FIELD, "nor wraps");
	w.x = 0;
	w.out_width = 100000;
	w.out_height = 1;
	ok(capture_check(d, &w, &bad) == PROBLEM_INVALID_FIELD &&
	    strcmp(bad, "out_width") == 0, "an output too large");
}

static void
test_pointer_picture(void)
{
	struct picture		a, b;
	struct shot_want	w;
	struct result		r = { 0, 0 };
	uint32_t		x, y;
	int			diff = 0, tag_same;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	memset(&w, 0, sizeof(w));
	input_move(d, 600, 500, result_cb, &r);
	ok(result_ok(&r), "the pointer moves");
	wait_pixel(0, 0, UINT32_MAX - 1);
	ok(shoot(&a, NULL), "a picture without it");
	input_move(d, 640, 520, result_cb, &r);
	result_ok(&r);
	ok(shoot(&b, NULL), "moved");
	tag_same = a.tag == b.tag;
	ok(tag_same, "the pointer alone does not change the picture");
	w.pointer = 1;
	ok(shoot(&b, &w), "a picture with it");
	for (y = 0; y < 800; y++)
		for (x = 0; x < 1280; x++)
			if (pixel(&a, x, y) != pixel(&b, x, y)) {
				diff += x < 600 || x > 700 || y < 480 ||
				    y > 580 ? 100000 : 1;
			}
	ok(diff > 5 && diff < 100000, "is there, and nowhere else (%d)", diff);
	ok(shoot(&b, NULL), "and without it again");
	for (diff = 0, y = 0; y < 800; y++)
		for (x = 0; x < 1280; x++)
			diff += pixel(&a, x, y) != pixel(&b, x, y);
	ok(diff == 0, "it is gone (%d)", diff);
	png_free(&a.png);
	png_free(&b.png);
}

static struct input_point	path[] = { { 200, 200 }, { 300, 250 },
	{ 250, 350 } };
static int32_t			at_x, at_y;

static void
position_cb(enum problem problem, int32_t x, int32_t y, void *arg)
{
	at_x = x;
	at_y = y;
	result_cb(problem, arg);
}

static void
test_pointer(const char *log)
{
	struct result		r = { 0, 0 };
	struct key_combo	k;
	struct input_drag	g = { path, 3, BUTTON_LEFT, 50, NULL };
	struct monotime		start;
	int			i;

	input_move(d, 321, 123, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "motion 321,123"), "move");
	input_position(d, position_cb, &r);
	ok(result_ok(&r) && at_x == 321 && at_y == 123, "position");
	input_click(d, 150, 160, BUTTON_LEFT, 1, NULL, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 1 at 150,160") &&
	    wait_line(log, "button_release 1 at 150,160"), "click");
	input_click(d, INPUT_HERE, INPUT_HERE, BUTTON_RIGHT, 1, NULL,
	    result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 3 at 150,160"),
	    "right click where the pointer is");
	input_click(d, 170, 180, BUTTON_BACK, 1, NULL, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 8 at 170,180"),
	    "back click");
	input_click(d, 171, 181, BUTTON_MIDDLE, 3, NULL, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 2 at 171,181 state "
	    "0x0\nbutton_release 2 at 171,181 state 0x200\nbutton_press 2 at "
	    "171,181 state 0x0\nbutton_release 2 at 171,181 state 0x200\n"
	    "button_press 2 at 171,181"), "triple click");
	keysym_combo("ctrl+shift", &k, NULL);
	input_click(d, 172, 182, BUTTON_LEFT, 1, &k, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 1 at 172,182 state "
	    "0x5"), "with control and shift");
	input_scroll(d, 180, 190, SCROLL_DOWN, 3, NULL, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 5 at 180,190"),
	    "scroll down");
	input_scroll(d, 180, 190, SCROLL_LEFT, 1, NULL, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 6 at 180,190"),
	    "scroll left");
	input_drag(d, &g, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "button_press 1 at 200,200") &&
	    wait_line(log, "motion 300,250 state 0x100") &&
	    wait_line(log, "motion 250,350 state 0x100") &&
	    wait_line(log, "button_release 1 at 250,350"),
	    "drag through all its points");
	input_button(d, 210, 211, BUTTON_LEFT, 1, result_cb, &r);
	ok(result_ok(&r) && input_held(d) == 1, "button down");
	input_release_all(d);
	ok(wait_line(log, "button_release 1 at 210,211") && input_held(d) == 0,
	    "let go");
	g.duration_ms = 60000;
	op_cancel(input_drag(d, &g, result_cb, &r));
	ok(input_held(d) == 0 && r.done == 0, "a cancelled drag holds nothing");
	start = monotime_now();
	for (i = 0; i < 200; i++) {
		input_click(d, 220, 220 + i % 10, BUTTON_LEFT, 1, NULL,
		    result_cb, &r);
		result_ok(&r);
	}
	printf("# click: %.3f ms\n", monotime_since_us(start) / 200000.0);
}

static void
test_keys(const char *log)
{
	struct result		r = { 0, 0 };
	struct key_combo	k;

	ok(key("a") && wait_line(log, "key_press code 38 keysym 0x61"), "a");
	ok(key("A") && wait_line(log, "code 38 keysym 0x41 state 0x1"), "A");
	ok(key("plus") && wait_line(log, "keysym 0x2b state 0x1"), "plus");
	ok(key("ctrl+shift+t") && wait_line(log, "keysym 0x54 state 0x5"),
	    "ctrl+shift+t");
	ok(key("alt+x") && wait_line(log, "keysym 0x78 state 0x8"), "alt+x");
	ok(key("super+y") && wait_line(log, "keysym 0x79 state 0x40"),
	    "super+y");
	ok(key("KP_1") && wait_line(log, "keysym 0xffb1"), "KP_1");
	ok(key("F5") && wait_line(log, "keysym 0xffc2"), "F5");
	ok(key("eacute") && wait_line(log, "keysym 0xe9 state 0x0"),
	    "a key no keyboard here has");
	ok(key("ctrl+U4e2d") && wait_line(log, "keysym 0x1004e2d state 0x4"),
	    "and one with control");
	keysym_combo("ctrl", &k, NULL);
	input_key_down(d, &k, result_cb, &r);
	ok(result_ok(&r) && input_held(d) == 1, "control down");
	ok(key("q") && wait_line(log, "keysym 0x71 state 0x4"), "is held");
	input_key_up(d, &k, result_cb, &r);
	ok(result_ok(&r) && input_held(d) == 0, "control up");
	ok(key("q") && wait_line(log, "keysym 0x71 state 0x0"), "let go");
	keysym_combo("w", &k, NULL);
	input_hold(d, &k, 100, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "key_release code 25"), "hold");
	op_cancel(input_hold(d, &k, 60000, result_cb, &r));
	ok(input_held(d) == 0, "a cancelled hold holds nothing");
	k.n = 1;
	k.sym[0] = 0xfe01;	/* ISO_Lock: a modifier nobody has */
	input_key(d, &k, 1, result_cb, &r);
	wait_flag(&r.done, DESKTOP_WAIT_MS);
	ok(r.done == 1 && (r.problem == PROBLEM_UNKNOWN_KEY ||
	    r.problem == PROBLEM_NONE), "a modifier nobody has");
}

/*
 * Settling.
 */
static int	was_settled;

static void
settled_cb(enum problem problem, int settled, uint64_t generation, void *arg)
{
	(void)generation;
	was_settled = settled;
	result_cb(problem, arg);
}

static int64_t
settle(uint32_t quiet, uint32_t limit, int change)
{
	struct settle_want	w = { quiet, limit, change, 0 };
	struct result		r = { 0, 0 };
	struct monotime		start = monotime_now();

	settle_wait(d, &w, settled_cb, &r);
	if (!result_ok(&r))
		return -1;
	return monotime_since_ms(start);
}

/*
 * Typing.
 */
static pid_t
terminal(const char *file)
{
	static char		cmd[256];
	const char *const	argv[] = { "xterm", "-u8", "-geometry",
		"100x30+100+100", "-e", "sh", "-c", cmd, NULL };
	struct result		r = { 0, 0 };
	pid_t			pid;

	snprintf(cmd, sizeof(cmd), "echo up > '%s.up'; exec cat > '%s'", file,
	    file);
	pid = desktop_run(argv, NULL);
	snprintf(cmd, sizeof(cmd), "%s.up", file);
	if (!wait_line(cmd, "up"))
		printf("# no terminal\n");
	/* The window manager gives it the keyboard when it has it mapped. */
	settle(100, 3000, 0);
	input_click(d, 300, 300, BUTTON_LEFT, 1, NULL, result_cb, &r);
	result_ok(&r);
	settle(100, 3000, 0);
	return pid;
}

static int
typed(const char *what, const char *text, const char *want)
{
	static int		n;
	char			name[32], file[128];
	struct result		r = { 0, 0 };
	struct monotime		start;
	size_t			chars = 0;
	pid_t			pid;
	int64_t			us;
	int			good;

	snprintf(name, sizeof(name), "typed%d", n++);
	snprintf(file, sizeof(file), "%s", desktop_path(name));
	pid = terminal(file);
	type_check(text, strlen(text), &chars, NULL);
	start = monotime_now();
	type_text(d, text, strlen(text), result_cb, &r);
	good = result_ok(&r);
	us = monotime_since_us(start);
	ok(good && wait_file(file, want, strlen(want)), "%s", what);
	printf("# %zu characters in %.1f ms: %.0f/s\n", chars, us / 1000.0,
	    chars * 1e6 / us);
	desktop_kill(pid);
	return good;
}

static size_t
put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = 0xc0 | c >> 6;
		p[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		p[0] = 0xe0 | c >> 12;
		p[1] = 0x80 | (c >> 6 & 0x3f);
		p[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	p[0] = 0xf0 | c >> 18;
	p[1] = 0x80 | (c >> 12 & 0x3f);
	p[2] = 0x80 | (c >> 6 & 0x3f);
	p[3] = 0x80 | (c & 0x3f);
	return 4;
}

static void
test_type(void)
{
	static char	text[80000];
	struct result	r = { 0, 0 };
	size_t		i, n;
	pid_t		pid;

	srandom(4);
	for (i = 0; i < 10000; i++)
		text[i] = i % 100 == 99 ? '\n' : ' ' + random() % 95;
	text[i] = '\0';
	typed("10,000 ASCII characters", text, text);
	snprintf(text, sizeof(text), "\303\205 \303\207 \303\245\303\247 "
	    "\303\211\303\251 stra\303\237e \320\226\320\266 \316\251\317\211 "
	    "\344\270\255\346\226\207 \360\237\230\200 \342\202\254 A\303\205a"
	    "\303\245A\n");
	typed("letters of many kinds, in the right case", text, text);
	for (n = i = 0; i < 1000; i++) {
		n += put_utf8(text + n, 0x4e00 + i * 7);
		if (i % 50 == 49)
			text[n++] = '\n';
	}
	text[n] = '\0';
	typed("1,000 different Chinese characters", text, text);
	for (n = i = 0; i < 1000; i++) {
		n += put_utf8(text + n, i % 3 == 0 ? 0x4e00 + random() % 200 :
		    i % 3 == 1 ? 0x1f600 + random() % 60 :
		    ' ' + random() % 95);
		if (i % 40 == 39)
			text[n++] = '\n';
	}
	text[n++] = '\n';
	text[n] = '\0';
	typed("1,000 mixed", text, text);
	typed("line ends", "a\r\nb\rc\n", "a\nb\nc\n");
	ok(type_check("a\303", 2, NULL, &i) == PROBLEM_UNTYPABLE && i == 1,
	    "what is not UTF-8 is refused");
	ok(type_check("ab\033", 3, NULL, &i) == PROBLEM_UNTYPABLE && i == 2,
	    "and control characters");
	unlink(desktop_path("caps"));
	pid = terminal(desktop_path("caps"));
	key("Caps_Lock");
	type_text(d, "aBc\n", 4, result_cb, &r);
	ok(result_ok(&r) && wait_file(desktop_path("caps"), "aBc\n", 4),
	    "caps lock is no matter");
	key("a");
	key("Caps_Lock");
	key("b");
	key("Return");
	ok(wait_file(desktop_path("caps"), "aBc\nAb\n", 7),
	    "and is on again afterwards");
	desktop_kill(pid);
	r.done = 0;
	op_cancel(type_text(d, text, strlen(text), result_cb, &r));
	ok(r.done == 0, "cancelled typing is silent");
}

static void
nap(int ms)
{
	int	never = 0;

	wait_flag(&never, ms);
}

static void
test_settle(void)
{
	const char *const	caret[] = { desktop_tool("recorder"), "-o", "-g",
		"300x200+700+300", "-a", "2x18+30+30,500", NULL };
	const char *const	spin[] = { caret[0], "-o", "-g",
		"300x200+700+300", "-a", "40x40+30+30,50", NULL };
	const char *const	late[] = { caret[0], "-o", "-g",
		"300x200+700+300", "-a", "100x100+30+30,400", NULL };
	int64_t			ms;
	pid_t			pid;

	settle(300, 5000, 0);
	ms = settle(150, 3000, 0);
	ok(was_settled && ms >= 150 && ms < 400, "a quiet screen (%lld ms)",
	    (long long)ms);
	pid = desktop_run(caret, NULL);
	nap(2200);
	ms = settle(1200, 4000, 0);
	ok(was_settled && ms < 2000, "a blinking caret is no movement (%lld ms)",
	    (long long)ms);
	ms = settle(100, 1500, 1);
	ok(!was_settled && ms >= 1500, "nor a change (%lld ms)",
	    (long long)ms);
	desktop_kill(pid);
	settle(300, 5000, 0);
	pid = desktop_run(spin, NULL);
	wait_pixel(740, 350, 0);
	ms = settle(200, 1000, 0);
	ok(!was_settled && ms >= 1000, "a spinner is movement (%lld ms)",
	    (long long)ms);
	desktop_kill(pid);
	settle(300, 5000, 0);
	pid = desktop_run(late, NULL);
	wait_pixel(710, 310, 0xffffff);
	wait_pixel(750, 350, 0);
	ms = settle(100, 2000, 1);
	ok(was_settled && ms >= 200 && ms < 700,
	    "waits for a change, then for quiet (%lld ms)", (long long)ms);
	desktop_kill(pid);
}

/* Without decoding. */
static void
measure_cb(enum problem problem, const struct shot *s, void *arg)
{
	struct picture	*p = arg;

	(void)s;
	p->done++;
	p->problem = problem;
}

static void
test_speed(void)
{
	static const struct shot_want	whole;
	struct picture		 p;
	struct result		 r = { 0, 0 };
	struct monotime		 start;
	int64_t			 us = 0;
	pid_t			 pid;
	int			 i;

	memset(&p, 0, sizeof(p));
	pid = terminal(desktop_path("speed"));
	for (i = 0; i < 60; i++) {
		type_text(d, "The quick brown fox jumps over the lazy dog. "
		    "1234567890 ()[]{}\n", 63, result_cb, &r);
		result_ok(&r);
		nap(10);
		start = monotime_now();
		p.done = 0;
		capture_shot(d, &whole, measure_cb, &p);
		while (!p.done)
			event_base_loop(desktop_base, EVLOOP_ONCE);
		us += monotime_since_us(start);
	}
	printf("# changed screen of text: %.2f ms\n",
	    us / 60000.0);
	desktop_kill(pid);
	png_free(&p.png);
}

static void
test_frozen(void)
{
	struct result	r = { 0, 0 };
	struct picture	p;
	struct monotime	start = monotime_now();

	memset(&p, 0, sizeof(p));
	kill(desktop_server(), SIGSTOP);
	input_move(d, 5, 5, result_cb, &r);
	capture_shot(d, &(struct shot_want){ 0 }, picture_cb, &p);
	wait_flag(&r.done, DESKTOP_WAIT_MS);
	wait_flag(&p.done, DESKTOP_WAIT_MS);
	ok(r.problem == PROBLEM_DISPLAY_TIMEOUT &&
	    p.problem == PROBLEM_DISPLAY_TIMEOUT &&
	    monotime_since_ms(start) < 1000,
	    "a frozen server: a timeout within the deadline (%lld ms)",
	    (long long)monotime_since_ms(start));
	memset(&r, 0, sizeof(r));
	start = monotime_now();
	input_click(d, 6, 6, BUTTON_LEFT, 1, NULL, result_cb, &r);
	wait_flag(&r.done, DESKTOP_WAIT_MS);
	ok(r.problem == PROBLEM_DISPLAY_TIMEOUT &&
	    monotime_since_ms(start) < 1000, "and again");
	memset(&r, 0, sizeof(r));
	kill(desktop_server(), SIGCONT);
	input_move(d, 77, 78, result_cb, &r);
	ok(result_ok(&r), "after it went on, everything goes on");
	input_position(d, position_cb, &r);
	ok(result_ok(&r) && at_x == 77 && at_y == 78,
	    "the pointer is where it was sent last");
	ok(shoot(&p, NULL), "and pictures");
	png_free(&p.png);
}

static void
test_lost(void)
{
	struct result	r = { 0, 0 };

	input_hold(d, &(struct key_combo){ { 'a' }, 1 }, 60000, result_cb,
	    &r);
	nap(50);
	kill(desktop_server(), SIGKILL);
	ok(wait_flag(&lost, DESKTOP_WAIT_MS) && strcmp(lost_reason,
	    "display_closed") == 0, "a server that died");
	ok(r.done == 1 && r.problem == PROBLEM_DESKTOP_FAILED,
	    "what was under way has failed");
	memset(&r, 0, sizeof(r));
	input_move(d, 1, 1, result_cb, &r);
	ok(r.done == 0 && wait_flag(&r.done, 1000) && r.problem ==
	    PROBLEM_DESKTOP_FAILED, "and what comes after fails, but later");
	display_close(d);
	ok(display_open(desktop_base, &(struct display_conf){
	    .path = desktop_socket() }) == NULL, "nobody listens");
}

/* A worker dies with a key and two buttons down; the next one comes. */
static void
test_recover(const char *log)
{
	struct display_conf	 c = conf(desktop_socket());
	struct key_combo	 k;
	struct result		 r = { 0, 0 };

	keysym_combo("b", &k, NULL);
	input_key_down(d, &k, result_cb, &r);
	ok(result_ok(&r) && wait_line(log, "key_press code 56"), "a key");
	input_button(d, 220, 221, BUTTON_RIGHT, 1, result_cb, &r);
	ok(result_ok(&r), "and a button are held");
	input_button(d, 220, 221, BUTTON_BACK, 1, result_cb, &r);
	ok(result_ok(&r), "and another");
	display_close(d);
	d = display_open(desktop_base, &c);
	ok(wait_flag(&ready, DESKTOP_WAIT_MS), "another worker's display");
	ok(wait_line(log, "key_release code 56"), "lets go of the key");
	ok(wait_line(log, "button_release 3 at 220,221"), "of the button");
	ok(wait_line(log, "button_release 8 at 220,221"), "and the other");
	ok(input_held(d) == 0, "and holds nothing itself");
}

int
main(int argc, char **argv)
{
	char		 log[128];
	const char	*recorder[8];
	pid_t		 pid;

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	log_init("display_test", 1, getenv("DESKTOP_VERBOSE") != NULL);
	desktop_self(argv[0]);
	desktop_open(1600, 1000);
	test_open();
	test_picture();
	test_picture_at_once();
	test_shared();
	test_check();
	test_pointer_picture();
	recorder[0] = desktop_tool("recorder");
	recorder[1] = "-o";
	recorder[2] = "-g";
	recorder[3] = "1280x800+0+0";
	recorder[4] = NULL;
	snprintf(log, sizeof(log), "%s", desktop_path("log"));
	pid = desktop_run(recorder, log);
	ok(wait_line(log, "focus_in"), "a window that records");
	test_pointer(log);
	test_keys(log);
	test_recover(log);
	desktop_kill(pid);
	test_type();
	test_speed();
	test_settle();
	test_frozen();
	test_lost();
	event_base_free(desktop_base);
	return done();
}
