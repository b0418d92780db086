/*
 * What windows say of themselves, and may make up: names of windows, and
 * properties of every form, length and content.
 */
#include <stdlib.h>
#include <string.h>

#include <xcb/xproto.h>

#include "test.h"
#include "window_state.h"

enum { WM_NAME_, NET_WM_NAME_, CLASS_, STARTUP_, PID_, DESKTOP_, STATE_,
    WM_STATE_, TYPE_, TRANSIENT_, LEADER_, FRAME_, HINTS_ };

#define ATOM_UTF8	900
#define FFFD		"\xef\xbf\xbd"

static struct display	d;
static struct window	w;

/* An answer with a value, of which it claims this many units. */
static void
answer(unsigned int prop, uint8_t format, uint32_t type, const void *value,
    size_t len, uint32_t claimed)
{
	xcb_get_property_reply_t	 r;
	uint8_t				*p = malloc(sizeof(r) + len);

	if (p == NULL)
		abort();
	memset(&r, 0, sizeof(r));
	r.response_type = 1;
	r.format = format;
	r.type = type;
	r.value_len = claimed;
	memcpy(p, &r, sizeof(r));
	memcpy(p + sizeof(r), value, len);
	window_prop_read(&d, &w, prop, p, sizeof(r) + len);
	free(p);
}

static const char *
title(const char *text, size_t len)
{
	memset(&w, 0, sizeof(w));
	answer(NET_WM_NAME_, 8, ATOM_UTF8, text, len, (uint32_t)len);
	return w.title;
}

static const char *
name(uint32_t type, const char *text)
{
	memset(&w, 0, sizeof(w));
	answer(WM_NAME_, 8, type, text, strlen(text), (uint32_t)strlen(text));
	return w.title;
}

static void
test_ids(void)
{
	static const char *const bad[] = { "", "win_", "win_0", "win_01",
	    "win_1A", "win_1g", "win_ 1", "win_+1", "win_-1", "win_0x1",
	    "win_100000000", "win_1ffffffff", "win_1 ", "WIN_1", "1",
	    "win_11111111111111111111111111111111" };
	char	text[WINDOW_ID_TEXT];
	size_t	i;
	int	good = 1;

	ok(window_id_parse("win_1") == 1 &&
	    window_id_parse("win_1a0000c") == 0x1a0000c &&
	    window_id_parse("win_ffffffff") == 0xffffffff, "ids");
	ok(strcmp(window_id_text(0xffffffff, text), "win_ffffffff") == 0 &&
	    strcmp(window_id_text(0x1a, text), "win_1a") == 0, "written");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (window_id_parse(bad[i]) != 0) {
			printf("# %s\n", bad[i]);
			good = 0;
		}
	ok(good, "and what are none");
}

static void
test_text(void)
{
	char	text[5000];
	size_t	i;

	ok(strcmp(title("plain", 5), "plain") == 0 &&
	    strcmp(title("", 0), "") == 0, "a title, and none");
	ok(strcmp(title("a\nb\tc\033[31m\177\302\205d\0e", 16),
	    "a b c [31m  d e") == 0, "control characters are spaces");
	ok(strcmp(title("\xff\xc0\x80z\xed\xa0\x80", 7), FFFD FFFD FFFD "z"
	    FFFD FFFD FFFD) == 0, "what is no UTF-8 is replaced");
	ok(strcmp(title("\xe4\xb8\xad\xf0\x9f\x98\x80", 7),
	    "\xe4\xb8\xad\xf0\x9f\x98\x80") == 0, "what is, stays");
	memset(text, 'x', sizeof(text));
	ok(strlen(title(text, 1024)) == 1024, "the longest title");
	ok(strlen(title(text, 5000)) == 1024, "one that is longer");
	memset(text, 0xff, sizeof(text));
	ok(strlen(title(text, 1024)) == 1023, "one that grows in cleaning");
	for (i = 0; i < 1023; i += 3)
		memcpy(text + i, "\xe4\xb8\xad", 3);
	memcpy(text + 1023, "\xe4", 1);
	ok(strlen(title(text, 1024)) == 1023, "one cut inside a character");
	ok(strcmp(name(XCB_ATOM_STRING, "caf\xe9"), "caf\xc3\xa9") == 0 &&
	    strcmp(name(XCB_ATOM_STRING, "caf\xc3\xa9"), "caf\xc3\xa9") == 0
	    && strcmp(name(ATOM_UTF8, "caf\xe9"), "caf" FFFD) == 0,
	    "the older name is Latin-1, unless it is UTF-8");
	answer(NET_WM_NAME_, 8, ATOM_UTF8, "new", 3, 3);
	ok(strcmp(w.title, "new") == 0, "the newer one wins");
	answer(NET_WM_NAME_, 8, ATOM_UTF8, "", 0, 0);
	ok(strcmp(w.title, "new") == 0, "an empty one does not");
	answer(CLASS_, 8, XCB_ATOM_STRING, "inst\0Class\0", 11, 11);
	ok(strcmp(w.instance, "inst") == 0 && strcmp(w.class, "Class") == 0,
	    "class and instance");
	memset(&w, 0, sizeof(w));
	answer(CLASS_, 8, XCB_ATOM_STRING, "alone", 5, 5);
	ok(strcmp(w.instance, "alone") == 0 && w.class[0] == '\0',
	    "an instance without a class");
	answer(CLASS_, 8, XCB_ATOM_STRING, text, 600, 600);
	ok(strlen(w.instance) <= WINDOW_NAME_MAX, "and too long a one");
}

static void
test_lies(void)
{
	uint32_t	pid = 7, big = UINT32_MAX;

	memset(&w, 0, sizeof(w));
	answer(NET_WM_NAME_, 8, ATOM_UTF8, "abc", 3, 4);
	ok(w.title[0] == '\0', "more claimed than sent");
	answer(NET_WM_NAME_, 8, ATOM_UTF8, "abc", 3, UINT32_MAX);
	answer(PID_, 32, XCB_ATOM_CARDINAL, &pid, 4, UINT32_MAX);
	answer(PID_, 32, XCB_ATOM_CARDINAL, &pid, 3, 1);
	answer(STATE_, 32, XCB_ATOM_ATOM, &pid, 4, 0x40000000);
	ok(w.title[0] == '\0' && w.state == 0, "far more");
	memset(&w, 0, sizeof(w));
	answer(PID_, 8, XCB_ATOM_CARDINAL, &pid, 4, 4);
	answer(PID_, 16, XCB_ATOM_CARDINAL, &pid, 4, 2);
	answer(PID_, 77, XCB_ATOM_CARDINAL, &pid, 4, 1);
	answer(NET_WM_NAME_, 32, ATOM_UTF8, "abcd", 4, 1);
	ok(w.pid == 0 && w.title[0] == '\0', "of another format");
	answer(PID_, 32, XCB_ATOM_CARDINAL, &big, 4, 1);
	ok(w.pid == 0, "a pid that is none");
	answer(PID_, 32, XCB_ATOM_CARDINAL, &pid, 4, 1);
	ok(w.pid == 7, "one that may be");
	window_prop_read(&d, &w, NET_WM_NAME_, "x", 1);
	ok(1, "an answer of one byte");
}

static void
test_numbers(void)
{
	uint32_t	v[40], i;

	memset(&w, 0, sizeof(w));
	for (i = 0; i < 40; i++)
		v[i] = d.atom[ATOM_STATE_HIDDEN];
	v[1] = d.atom[ATOM_STATE_ABOVE];
	v[2] = 1;
	answer(STATE_, 32, XCB_ATOM_ATOM, v, sizeof(v), 40);
	ok(w.state == (1U << WINDOW_HIDDEN | 1U << WINDOW_ABOVE), "states");
	v[0] = 3;
	answer(WM_STATE_, 32, 1, v, 8, 2);
	ok((w.state & 1U << WINDOW_MINIMIZED) != 0, "minimized");
	v[0] = 5;
	v[1] = d.atom[ATOM_TYPE_DIALOG];
	v[2] = d.atom[ATOM_TYPE_DOCK];
	answer(TYPE_, 32, XCB_ATOM_ATOM, v, 12, 3);
	ok(w.type == WINDOW_DIALOG, "the first type that is known");
	v[0] = 1;
	v[1] = 2;
	v[2] = 3;
	v[3] = 4;
	answer(FRAME_, 32, XCB_ATOM_CARDINAL, v, 16, 4);
	ok(w.left == 1 && w.right == 2 && w.top == 3 && w.bottom == 4,
	    "a frame");
	v[3] = 70000;
	v[0] = 9;
	answer(FRAME_, 32, XCB_ATOM_CARDINAL, v, 16, 4);
	answer(FRAME_, 32, XCB_ATOM_CARDINAL, v, 12, 3);
	ok(w.left == 1, "what no frame is");
	v[0] = d.root;
	answer(TRANSIENT_, 32, XCB_ATOM_WINDOW, v, 4, 1);
	ok(w.transient_for == 0, "for the root is for none");
	for (i = 0; i < 18; i++)
		v[i] = i;
	v[0] = 1 << 4 | 1 << 6 | 1 << 8;
	answer(HINTS_, 32, XCB_ATOM_WM_SIZE_HINTS, v, 72, 18);
	ok(w.hints.min_width == 5 && w.hints.max_width == 0 &&
	    w.hints.width_inc == 9 && w.hints.base_height == 16, "hints");
	memset(&w, 0, sizeof(w));
	answer(HINTS_, 32, XCB_ATOM_WM_SIZE_HINTS, v, 56, 14);
	ok(w.hints.min_width == 0, "too few of them");
	answer(LEADER_, 32, XCB_ATOM_WINDOW, v + 4, 4, 1);
	answer(DESKTOP_, 32, XCB_ATOM_CARDINAL, v + 4, 4, 1);
	ok(w.leader == 4 && w.desktop == 4, "leader and desktop");
}

int
main(void)
{
	unsigned int	i;

	for (i = 0; i < ATOM__COUNT; i++)
		d.atom[i] = 1000 + i;
	d.atom[ATOM_UTF8_STRING] = ATOM_UTF8;
	d.root = 77;
	test_ids();
	test_text();
	test_lies();
	test_numbers();
	return done();
}
