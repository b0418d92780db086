/*
 * A program for a desktop under test: opens windows that a window manager
 * manages, and says on standard output, a line each, what happens to them.
 *
 *	wclient [-k] [-c CLASS] [-d TYPE] [-g WxH+X+Y] [-m COUNT] [-n TITLE]
 *	    [-p PID] [-s STARTUP-ID] [-t WINDOW] [-x BYTES]
 *
 * -k stays when it is told to close, -m opens so many windows, -x has a title
 * of so many bytes that are no text, -t is transient for another window, -d
 * says it is of that type, -s its startup id, - for $DESKTOP_STARTUP_ID.
 * A line "title TEXT" on standard input gives the first another title.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xcb/xcb.h>

static xcb_connection_t	*c;
static xcb_screen_t	*screen;
static xcb_window_t	 first;
static xcb_atom_t	 protocols, delete;
static int		 stays, left;

static xcb_atom_t
atom(const char *name)
{
	xcb_intern_atom_reply_t	*r;
	xcb_atom_t		 a;

	r = xcb_intern_atom_reply(c, xcb_intern_atom(c, 0,
	    (uint16_t)strlen(name), name), NULL);
	a = r == NULL ? 0 : r->atom;
	free(r);
	return a;
}

static void
set(xcb_window_t w, const char *name, const char *type, uint8_t format,
    const void *value, size_t n)
{
	xcb_change_property(c, XCB_PROP_MODE_REPLACE, w, atom(name),
	    atom(type), format, (uint32_t)n, value);
}

static void
set_text(xcb_window_t w, const char *name, const char *text)
{
	if (text != NULL)
		set(w, name, "UTF8_STRING", 8, text, strlen(text));
}

/* Every byte there is, NUL, control characters and broken UTF-8. */
static void
set_rubbish(xcb_window_t w, size_t n)
{
	uint8_t	*p = malloc(n);
	size_t	 i;

	if (p == NULL)
		exit(1);
	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7);
	set(w, "_NET_WM_NAME", "UTF8_STRING", 8, p, n);
	free(p);
}

struct wish {
	int		 w, h, x, y;
	const char	*class, *type, *title, *startup;
	uint32_t	 pid, transient_for;
	size_t		 rubbish;
};

static void
say_class(xcb_window_t w, const char *class)
{
	char	both[256];
	size_t	n = strlen(class) + 1;

	if (2 * n > sizeof(both))
		exit(2);
	memcpy(both, class, n);
	memcpy(both + n, class, n);
	both[0] |= 0x20;
	set(w, "WM_CLASS", "STRING", 8, both, 2 * n);
}

static xcb_window_t
open_window(const struct wish *wish)
{
	xcb_window_t	w = xcb_generate_id(c);
	uint32_t	values[2] = { screen->white_pixel,
			    XCB_EVENT_MASK_STRUCTURE_NOTIFY |
			    XCB_EVENT_MASK_FOCUS_CHANGE };
	uint32_t	a;

	xcb_create_window(c, XCB_COPY_FROM_PARENT, w, screen->root, wish->x,
	    wish->y, wish->w, wish->h, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
	    screen->root_visual, XCB_CW_BACK_PIXEL | XCB_CW_EVENT_MASK,
	    values);
	set(w, "WM_PROTOCOLS", "ATOM", 32, &delete, 1);
	set_text(w, "_NET_WM_NAME", wish->title);
	set_text(w, "_NET_STARTUP_ID", wish->startup);
	if (wish->rubbish > 0)
		set_rubbish(w, wish->rubbish);
	if (wish->class != NULL)
		say_class(w, wish->class);
	if (wish->pid != 0)
		set(w, "_NET_WM_PID", "CARDINAL", 32, &wish->pid, 1);
	if (wish->transient_for != 0)
		set(w, "WM_TRANSIENT_FOR", "WINDOW", 32, &wish->transient_for,
		    1);
	if (wish->type != NULL) {
		a = atom(wish->type);
		set(w, "_NET_WM_WINDOW_TYPE", "ATOM", 32, &a, 1);
	}
	xcb_map_window(c, w);
	left++;
	return w;
}

static void
closing(const xcb_client_message_event_t *e)
{
	if (e->type != protocols || e->data.data32[0] != delete)
		return;
	printf("delete%s\n", stays ? ", stays" : "");
	if (stays)
		return;
	xcb_destroy_window(c, e->window);
	left--;
}

static void
say(const xcb_generic_event_t *e)
{
	const xcb_configure_notify_event_t	*n = (const void *)e;

	switch (e->response_type & 0x7f) {
	case XCB_CLIENT_MESSAGE:
		closing((const void *)e);
		break;
	case XCB_CONFIGURE_NOTIFY:
		/* From the window manager: in the root's coordinates. */
		if ((e->response_type & 0x80) != 0)
			printf("at %d,%d\n", n->x, n->y);
		printf("size %ux%u\n", n->width, n->height);
		break;
	case XCB_MAP_NOTIFY:
		printf("mapped\n");
		break;
	case XCB_UNMAP_NOTIFY:
		printf("unmapped\n");
		break;
	case XCB_FOCUS_IN:
		printf("focus_in\n");
		break;
	case XCB_FOCUS_OUT:
		printf("focus_out\n");
		break;
	}
}

static int
told(void)
{
	char	line[4096];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "title ", 6) == 0)
		set_text(first, "_NET_WM_NAME", line + 6);
	return 1;
}

static void
run(void)
{
	xcb_generic_event_t	*e;
	struct pollfd		 p[2] = { { .events = POLLIN },
				    { .events = POLLIN } };

	p[0].fd = xcb_get_file_descriptor(c);
	p[1].fd = 0;
	while (left > 0) {
		xcb_flush(c);
		while ((e = xcb_poll_for_event(c)) != NULL) {
			say(e);
			free(e);
		}
		xcb_flush(c);
		fflush(stdout);
		if (xcb_connection_has_error(c) || left == 0)
			break;
		if (poll(p, 2, -1) > 0 && p[1].revents != 0 && !told())
			p[1].fd = -1;
	}
}

static int
wish_read(struct wish *wish, int ch)
{
	switch (ch) {
	case 'c':
		wish->class = optarg;
		return 1;
	case 'd':
		wish->type = optarg;
		return 1;
	case 'g':
		return sscanf(optarg, "%dx%d+%d+%d", &wish->w, &wish->h,
		    &wish->x, &wish->y) == 4;
	case 'n':
		wish->title = optarg;
		return 1;
	case 'p':
		wish->pid = (uint32_t)atoi(optarg);
		return 1;
	case 's':
		wish->startup = strcmp(optarg, "-") == 0 ?
		    getenv("DESKTOP_STARTUP_ID") : optarg;
		return 1;
	case 't':
		wish->transient_for = (uint32_t)strtoul(optarg, NULL, 16);
		return 1;
	case 'x':
		wish->rubbish = strtoul(optarg, NULL, 10);
		return 1;
	default:
		return 0;
	}
}

int
main(int argc, char **argv)
{
	struct wish	wish = { .w = 200, .h = 100 };
	int		ch, i, many = 1;

	while ((ch = getopt(argc, argv, "c:d:g:km:n:p:s:t:x:")) != -1)
		if (ch == 'k')
			stays = 1;
		else if (ch == 'm')
			many = atoi(optarg);
		else if (!wish_read(&wish, ch))
			return 2;
	c = xcb_connect(NULL, NULL);
	if (xcb_connection_has_error(c))
		return 1;
	screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
	protocols = atom("WM_PROTOCOLS");
	delete = atom("WM_DELETE_WINDOW");
	first = open_window(&wish);
	for (i = 1; i < many; i++)
		open_window(&wish);
	run();
	return 0;
}
