/*
 * A program for a desktop under test: opens a window and says on standard
 * output, a line each, every event it gets.  Root coordinates, so that it
 * does not matter where a window manager puts it.
 *
 *	recorder [-ot] [-c RRGGBB] [-g WxH+X+Y] [-a WxH+X+Y,MS] [-n TITLE]
 *
 * -o leaves the window manager out, -t adds the server's time to keys and
 * buttons, -c fills the window, -a draws and wipes a rectangle each MS
 * milliseconds, for as long as the program runs.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xcb/xcb.h>

struct box {
	int	w, h, x, y;
};

static xcb_connection_t	*c;
static xcb_screen_t	*screen;
static xcb_window_t	 window;
static xcb_gcontext_t	 gc;
static uint32_t		 colour = 0xffffff;
static struct box	 blink;
static int		 blink_ms, blink_on;
static int		 times;

static int
box_parse(const char *s, struct box *b)
{
	return sscanf(s, "%dx%d+%d+%d", &b->w, &b->h, &b->x, &b->y) == 4;
}

static void
window_open(const struct box *b, int override, const char *title)
{
	uint32_t	values[3], mask;

	window = xcb_generate_id(c);
	values[0] = colour;
	values[1] = override;
	values[2] = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE |
	    XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE |
	    XCB_EVENT_MASK_POINTER_MOTION | XCB_EVENT_MASK_STRUCTURE_NOTIFY |
	    XCB_EVENT_MASK_FOCUS_CHANGE | XCB_EVENT_MASK_EXPOSURE;
	mask = XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT |
	    XCB_CW_EVENT_MASK;
	xcb_create_window(c, XCB_COPY_FROM_PARENT, window, screen->root, b->x,
	    b->y, b->w, b->h, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
	    screen->root_visual, mask, values);
	xcb_change_property(c, XCB_PROP_MODE_REPLACE, window, XCB_ATOM_WM_NAME,
	    XCB_ATOM_STRING, 8, strlen(title), title);
	gc = xcb_generate_id(c);
	xcb_create_gc(c, gc, window, 0, NULL);
	xcb_map_window(c, window);
	if (override)
		xcb_set_input_focus(c, XCB_INPUT_FOCUS_POINTER_ROOT, window,
		    XCB_CURRENT_TIME);
	xcb_flush(c);
}

static uint32_t
keysym_of(xcb_keycode_t code, uint16_t state)
{
	xcb_get_keyboard_mapping_reply_t	*r;
	const xcb_keysym_t			*syms;
	uint32_t				 sym = 0;
	unsigned int				 n, level;

	r = xcb_get_keyboard_mapping_reply(c,
	    xcb_get_keyboard_mapping(c, code, 1), NULL);
	if (r == NULL)
		return 0;
	syms = xcb_get_keyboard_mapping_keysyms(r);
	n = r->keysyms_per_keycode;
	level = (state & XCB_MOD_MASK_SHIFT) != 0;
	if (level < n)
		sym = syms[level];
	if (sym == 0 && n > 0)
		sym = syms[0];
	free(r);
	return sym;
}

static void
time_print(xcb_timestamp_t t)
{
	if (times)
		printf(" time %u", t);
	putchar('\n');
}

static void
event_print(const xcb_generic_event_t *e)
{
	const xcb_key_press_event_t	*k = (const void *)e;
	const xcb_button_press_event_t	*b = (const void *)e;
	const xcb_motion_notify_event_t	*m = (const void *)e;

	switch (e->response_type & 0x7f) {
	case XCB_KEY_PRESS:
	case XCB_KEY_RELEASE:
		printf("key_%s code %u keysym 0x%x state 0x%x",
		    (e->response_type & 0x7f) == XCB_KEY_PRESS ? "press" :
		    "release", k->detail, keysym_of(k->detail, k->state),
		    k->state);
		time_print(k->time);
		break;
	case XCB_BUTTON_PRESS:
	case XCB_BUTTON_RELEASE:
		printf("button_%s %u at %d,%d state 0x%x",
		    (e->response_type & 0x7f) == XCB_BUTTON_PRESS ? "press" :
		    "release", b->detail, b->root_x, b->root_y, b->state);
		time_print(b->time);
		break;
	case XCB_MOTION_NOTIFY:
		printf("motion %d,%d state 0x%x\n", m->root_x, m->root_y,
		    m->state);
		break;
	case XCB_MAP_NOTIFY:
		printf("mapped\n");
		break;
	case XCB_FOCUS_IN:
		printf("focus_in\n");
		break;
	case XCB_FOCUS_OUT:
		printf("focus_out\n");
		break;
	}
}

static void
blink_once(void)
{
	xcb_rectangle_t	r = { blink.x, blink.y, blink.w, blink.h };
	uint32_t	pixel;

	blink_on = !blink_on;
	pixel = blink_on ? screen->black_pixel : colour;
	xcb_change_gc(c, gc, XCB_GC_FOREGROUND, &pixel);
	xcb_poly_fill_rectangle(c, window, gc, 1, &r);
	xcb_flush(c);
}

static int64_t
now_ms(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
run(void)
{
	xcb_generic_event_t	*e;
	struct pollfd		 pfd;
	int64_t			 next = now_ms() + blink_ms, left;

	pfd.fd = xcb_get_file_descriptor(c);
	pfd.events = POLLIN;
	for (;;) {
		while ((e = xcb_poll_for_event(c)) != NULL) {
			event_print(e);
			free(e);
		}
		if (xcb_connection_has_error(c))
			return;
		fflush(stdout);
		left = next - now_ms();
		if (blink_ms > 0 && left <= 0) {
			blink_once();
			next += blink_ms;
			continue;
		}
		if (poll(&pfd, 1, blink_ms > 0 ? (int)left : -1) == -1 &&
		    errno != EINTR)
			return;
	}
}

int
main(int argc, char **argv)
{
	struct box	 b = { 400, 300, 100, 100 };
	const char	*title = "recorder";
	char		*comma;
	int		 ch, override = 0;

	while ((ch = getopt(argc, argv, "a:c:g:n:ot")) != -1)
		switch (ch) {
		case 'a':
			if ((comma = strchr(optarg, ',')) == NULL ||
			    !box_parse(optarg, &blink))
				return 2;
			blink_ms = atoi(comma + 1);
			break;
		case 'c':
			colour = strtoul(optarg, NULL, 16);
			break;
		case 'g':
			if (!box_parse(optarg, &b))
				return 2;
			break;
		case 'n':
			title = optarg;
			break;
		case 'o':
			override = 1;
			break;
		case 't':
			times = 1;
			break;
		default:
			return 2;
		}
	c = xcb_connect(NULL, NULL);
	if (xcb_connection_has_error(c)) {
		fprintf(stderr, "recorder: no display\n");
		return 1;
	}
	screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
	window_open(&b, override, title);
	run();
	return 0;
}
