/*
 * A program for a desktop under test that owns a selection and does with it
 * what no program should, or asks for one as none should.
 *
 *	evil_owner CLIPBOARD|PRIMARY HOW
 *
 * It says "owns" once it does, or "asked" when all is asked for, and stays.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xcb/xcb.h>

#define HUGE_BYTES	(3 * 1024 * 1024)
#define PART		(64 * 1024)
#define FLOOD		20000
#define ONE_MORE	(1024 * 1024 + 1)

static xcb_connection_t	*c;
static xcb_screen_t	*screen;
static xcb_window_t	 window;
static xcb_atom_t	 selection, targets, utf8, png, incr, plain;
static const char	*how;
static char		 bytes[PART];
static xcb_selection_request_event_t	last;

static int
is(const char *what)
{
	return strcmp(how, what) == 0;
}

static xcb_atom_t
atom(const char *name)
{
	xcb_intern_atom_reply_t	*r;
	xcb_atom_t		 a;

	r = xcb_intern_atom_reply(c, xcb_intern_atom(c, 0, strlen(name), name),
	    NULL);
	if (r == NULL)
		exit(1);
	a = r->atom;
	free(r);
	return a;
}

static void
put(xcb_atom_t type, int format, const void *p, size_t n)
{
	xcb_change_property(c, XCB_PROP_MODE_REPLACE, last.requestor,
	    last.property, type, format, n, p);
}

static void
notify(xcb_atom_t property)
{
	xcb_selection_notify_event_t	n;

	memset(&n, 0, sizeof(n));
	n.response_type = XCB_SELECTION_NOTIFY;
	n.time = last.time;
	n.requestor = last.requestor;
	n.selection = last.selection;
	n.target = last.target;
	n.property = property;
	xcb_send_event(c, 0, last.requestor, 0, (const char *)&n);
	xcb_flush(c);
}

static void
put_large(size_t left)
{
	size_t	n;

	put(utf8, 8, bytes, 0);
	for (; left > 0; left -= n) {
		n = left < PART ? left : PART;
		xcb_change_property(c, XCB_PROP_MODE_APPEND, last.requestor,
		    last.property, utf8, 8, n, bytes);
	}
}

static void
put_incr(uint32_t size)
{
	uint32_t	mask = XCB_EVENT_MASK_PROPERTY_CHANGE;

	xcb_change_window_attributes(c, last.requestor, XCB_CW_EVENT_MASK,
	    &mask);
	put(incr, 32, &size, 1);
}

/* Of TARGETS. */
static void
offer(void)
{
	xcb_atom_t	list[2] = { targets, utf8 };

	if (is("bad-targets"))
		put(XCB_ATOM_STRING, 8, "UTF8_STRING", 11);
	else {
		if (is("picture"))
			list[1] = png;
		else if (is("latin1"))
			list[1] = XCB_ATOM_STRING;
		else if (is("plain"))
			list[1] = plain;
		else if (is("strange"))
			list[1] = atom("application/x-strange");
		put(XCB_ATOM_ATOM, 32, list, 2);
	}
	notify(last.property);
}

static void
give(void)
{
	uint32_t	words[2] = { 1, 2 };

	if (is("wrong-type"))
		put(atom("COMPOUND_TEXT"), 8, "text", 4);
	else if (is("wrong-format"))
		put(utf8, 32, words, 2);
	else if (is("picture"))
		put(png, 8, "no picture", 10);
	else if (is("latin1") || is("no-targets"))
		put(XCB_ATOM_STRING, 8, "caf\351", 4);
	else if (is("plain"))
		put(plain, 8, "caf\303\251", 5);
	else if (is("malformed"))
		put(utf8, 8, "a\377b\300\200c", 6);
	else if (is("empty"))
		put(utf8, 8, "", 0);
	else if (is("huge"))
		put_large(HUGE_BYTES);
	else if (is("one-more"))
		put_large(ONE_MORE);
	else if (is("endless") || is("dribble") || is("stops"))
		put_incr(1);
	else if (is("says-huge"))
		put_incr(UINT32_MAX);
	notify(last.property);
}

static void
requested(const xcb_selection_request_event_t *e)
{
	last = *e;
	if (is("silent"))
		return;
	if (is("dies"))
		_exit(0);
	if (e->target == targets && is("no-targets"))
		notify(XCB_NONE);
	else if (e->target == targets && !is("nothing"))
		offer();
	else if (is("refuses") || (is("no-targets") &&
	    e->target != XCB_ATOM_STRING))
		notify(XCB_NONE);
	else if (is("silent-later"))
		return;
	else
		give();
}

/* The requestor took a part: here is another. */
static void
taken(const xcb_property_notify_event_t *e)
{
	if (e->window != last.requestor || e->atom != last.property ||
	    e->state != XCB_PROPERTY_DELETE)
		return;
	if (is("dribble"))
		usleep(300000);
	if (is("endless"))
		put(utf8, 8, bytes, PART);
	else if (is("dribble"))
		put(utf8, 8, bytes, 1);
	xcb_flush(c);
}

/* Far more than can be answered, and nothing of it is ever taken. */
static void
ask(void)
{
	xcb_window_t	from = is("asks-as-root") ? screen->root : window;
	uint32_t	i;

	for (i = 0; i < FLOOD; i++) {
		xcb_convert_selection(c, from, selection, utf8,
		    is("asks-one-place") || i % 50 != 0 ? utf8 :
		    XCB_ATOM_CUT_BUFFER0 + (i / 50) % 8, XCB_CURRENT_TIME);
		if (is("asks-as-root") && i == 100)
			break;
	}
	free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
	puts("asked");
	fflush(stdout);
}

static void
own(void)
{
	xcb_get_selection_owner_reply_t	*r;

	xcb_set_selection_owner(c, window, selection, XCB_CURRENT_TIME);
	r = xcb_get_selection_owner_reply(c,
	    xcb_get_selection_owner(c, selection), NULL);
	if (r == NULL || r->owner != window)
		exit(1);
	free(r);
	puts("owns");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	xcb_generic_event_t	*e;

	if (argc != 3 || (c = xcb_connect(NULL, NULL)) == NULL ||
	    xcb_connection_has_error(c))
		return 1;
	how = argv[2];
	memset(bytes, 'x', sizeof(bytes));
	screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
	window = xcb_generate_id(c);
	xcb_create_window(c, 0, window, screen->root, 0, 0, 1, 1, 0,
	    XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, 0, NULL);
	selection = atom(argv[1]);
	targets = atom("TARGETS");
	utf8 = atom("UTF8_STRING");
	png = atom("image/png");
	incr = atom("INCR");
	plain = atom("text/plain");
	if (strncmp(how, "asks", 4) == 0)
		ask();
	else
		own();
	while ((e = xcb_wait_for_event(c)) != NULL) {
		if ((e->response_type & 0x7f) == XCB_SELECTION_REQUEST)
			requested((void *)e);
		else if ((e->response_type & 0x7f) == XCB_PROPERTY_NOTIFY)
			taken((void *)e);
		free(e);
	}
	return 0;
}
