/*
 * Connecting, the set-up of the extensions, the window manager's sign of
 * life, and what to do with each event.
 */
#include <stdlib.h>
#include <string.h>

#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>
#include <xcb/xfixes.h>
#include <xcb/xproto.h>
#include <xcb/xtest.h>

#include "background.h"
#include "display_state.h"
#include "keymap.h"
#include "sizes.h"
#include "log.h"
#include "ping.h"
#include "probe.h"
#include "resize.h"
#include "window_state.h"
#include "xmalloc.h"

static const char *const extension_names[EXT__COUNT] = {
	[EXT_DAMAGE]	= "DAMAGE",
	[EXT_RANDR]	= "RANDR",
	[EXT_SHM]	= "MIT-SHM",
	[EXT_XFIXES]	= "XFIXES",
	[EXT_XTEST]	= "XTEST"
};

static const char *const atom_names[ATOM__COUNT] = {
	[ATOM_SUPPORTING_WM_CHECK]	= "_NET_SUPPORTING_WM_CHECK",
	[ATOM_ACTIVE_WINDOW]		= "_NET_ACTIVE_WINDOW",
	[ATOM_WM_PROTOCOLS]		= "WM_PROTOCOLS",
	[ATOM_WM_PING]			= "_NET_WM_PING",
	[ATOM_BACKGROUND]		= "_DESKD_BACKGROUND",
	[ATOM_CLIP]			= "_DESKD_CLIP",
	[ATOM_CLIPBOARD]		= "CLIPBOARD",
	[ATOM_IMAGE_PNG]		= "image/png",
	[ATOM_INCR]			= "INCR",
	[ATOM_TARGETS]			= "TARGETS",
	[ATOM_TEXT]			= "TEXT",
	[ATOM_TEXT_PLAIN]		= "text/plain",
	[ATOM_TEXT_PLAIN_UTF8]		= "text/plain;charset=utf-8",
	[ATOM_TIMESTAMP]		= "TIMESTAMP",
	[ATOM_CLIENT_LIST_STACKING]	= "_NET_CLIENT_LIST_STACKING",
	[ATOM_CLOSE_WINDOW]		= "_NET_CLOSE_WINDOW",
	[ATOM_MOVERESIZE_WINDOW]	= "_NET_MOVERESIZE_WINDOW",
	[ATOM_NET_WM_NAME]		= "_NET_WM_NAME",
	[ATOM_NET_WM_PID]		= "_NET_WM_PID",
	[ATOM_NET_WM_STATE]		= "_NET_WM_STATE",
	[ATOM_NET_WM_DESKTOP]		= "_NET_WM_DESKTOP",
	[ATOM_NET_WM_WINDOW_TYPE]	= "_NET_WM_WINDOW_TYPE",
	[ATOM_NET_STARTUP_ID]		= "_NET_STARTUP_ID",
	[ATOM_FRAME_EXTENTS]		= "_NET_FRAME_EXTENTS",
	[ATOM_UTF8_STRING]		= "UTF8_STRING",
	[ATOM_WM_STATE]			= "WM_STATE",
	[ATOM_WM_CHANGE_STATE]		= "WM_CHANGE_STATE",
	[ATOM_WM_CLIENT_LEADER]		= "WM_CLIENT_LEADER",
	[ATOM_STATE_MAXIMIZED_VERT]	= "_NET_WM_STATE_MAXIMIZED_VERT",
	[ATOM_STATE_MAXIMIZED_HORZ]	= "_NET_WM_STATE_MAXIMIZED_HORZ",
	[ATOM_STATE_FULLSCREEN]		= "_NET_WM_STATE_FULLSCREEN",
	[ATOM_STATE_HIDDEN]		= "_NET_WM_STATE_HIDDEN",
	[ATOM_STATE_ABOVE]		= "_NET_WM_STATE_ABOVE",
	[ATOM_STATE_BELOW]		= "_NET_WM_STATE_BELOW",
	[ATOM_STATE_SHADED]		= "_NET_WM_STATE_SHADED",
	[ATOM_STATE_STICKY]		= "_NET_WM_STATE_STICKY",
	[ATOM_STATE_MODAL]		= "_NET_WM_STATE_MODAL",
	[ATOM_STATE_DEMANDS_ATTENTION]	= "_NET_WM_STATE_DEMANDS_ATTENTION",
	[ATOM_TYPE_NORMAL]		= "_NET_WM_WINDOW_TYPE_NORMAL",
	[ATOM_TYPE_DIALOG]		= "_NET_WM_WINDOW_TYPE_DIALOG",
	[ATOM_TYPE_UTILITY]		= "_NET_WM_WINDOW_TYPE_UTILITY",
	[ATOM_TYPE_TOOLBAR]		= "_NET_WM_WINDOW_TYPE_TOOLBAR",
	[ATOM_TYPE_MENU]		= "_NET_WM_WINDOW_TYPE_MENU",
	[ATOM_TYPE_SPLASH]		= "_NET_WM_WINDOW_TYPE_SPLASH",
	[ATOM_TYPE_DESKTOP]		= "_NET_WM_WINDOW_TYPE_DESKTOP",
	[ATOM_TYPE_DOCK]		= "_NET_WM_WINDOW_TYPE_DOCK",
	[ATOM_TYPE_NOTIFICATION]	= "_NET_WM_WINDOW_TYPE_NOTIFICATION",
	[ATOM_TYPE_TOOLTIP]		= "_NET_WM_WINDOW_TYPE_TOOLTIP",
	[ATOM_TYPE_POPUP_MENU]		= "_NET_WM_WINDOW_TYPE_POPUP_MENU",
	[ATOM_TYPE_DROPDOWN_MENU]	= "_NET_WM_WINDOW_TYPE_DROPDOWN_MENU",
	[ATOM_TYPE_COMBO]		= "_NET_WM_WINDOW_TYPE_COMBO",
	[ATOM_TYPE_DND]			= "_NET_WM_WINDOW_TYPE_DND"
};

static void	setup_versions(struct display *);
static void	setup_screen(struct op *);

int
display_size_ok(uint32_t width, uint32_t height)
{
	return width >= 1 && height >= 1 && width <= SCREEN_MAX &&
	    height <= SCREEN_MAX;
}

/* Whoever calls back more than once asks here whether there is still one. */
void
display_enter(struct display *d)
{
	d->busy++;
}

/* Returns 0 when the display has been closed meanwhile, and is gone now. */
int
display_leave(struct display *d)
{
	if (--d->busy > 0 || !d->closed)
		return !d->closed;
	free(d);
	return 0;
}

/* The end, told once: first every op, then the owner. */
void
display_fail(struct display *d, const char *reason)
{
	struct op	*op;

	if (d->failed || d->closed)
		return;
	log_warnx("display: %s", reason);
	d->failed = 1;
	d->usable = 0;
	event_del(&d->wm_timer);
	display_enter(d);
again:
	/* Those with a failure already are about to tell it. */
	TAILQ_FOREACH(op, &d->ops, entry) {
		if (op->failed != PROBLEM_NONE)
			continue;
		op_end(op, PROBLEM_DESKTOP_FAILED);
		if (d->closed)
			break;
		goto again;
	}
	if (!d->closed)
		d->conf.lost(d, reason, d->conf.arg);
	display_leave(d);
}

static void
display_lost_cb(struct x *x, const char *reason, void *arg)
{
	(void)x;
	display_fail(arg, reason);
}

/*
 * Ready.
 */
static void
display_set_ready(struct display *d)
{
	if (d->ready || !d->usable)
		return;
	d->ready = 1;
	event_del(&d->wm_timer);
	d->conf.ready(d, d->conf.arg);
}

static void
wm_timer_cb(int fd, short events, void *arg)
{
	struct display	*d = arg;

	(void)fd;
	(void)events;
	if (!d->usable)
		display_fail(d, "display_timeout");
	else {
		log_info("display: no window manager");
		display_set_ready(d);
	}
}

static void
wm_check_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct display			*d = arg;
	xcb_get_property_reply_t	 r;
	uint32_t			 window;

	if (problem != PROBLEM_NONE || len < sizeof(r) + sizeof(window))
		return;
	memcpy(&r, reply, sizeof(r));
	if (r.type != XCB_ATOM_WINDOW || r.format != 32 || r.value_len < 1)
		return;
	memcpy(&window, (const uint8_t *)reply + sizeof(r), sizeof(window));
	if (window == 0)
		return;
	d->has_wm = 1;
	display_set_ready(d);
}

static void
wm_check(struct display *d)
{
	xcb_get_property_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_PROPERTY;
	r.window = d->root;
	r.property = d->atom[ATOM_SUPPORTING_WM_CHECK];
	r.type = XCB_ATOM_WINDOW;
	r.long_length = 1;
	x_ask(d->x, &r, sizeof(r), NULL, 0, wm_check_cb, d);
}

/*
 * Events.
 */
static void
event_damage(struct display *d, const uint8_t *p)
{
	xcb_damage_notify_event_t	e;
	xcb_damage_subtract_request_t	r;
	struct rect			rect;

	memcpy(&e, p, sizeof(e));
	if (e.damage != d->damage) {
		probe_damaged(d, p);
		return;
	}
	rect.x = e.area.x;
	rect.y = e.area.y;
	rect.w = e.area.width;
	rect.h = e.area.height;
	capture_damaged(d->capture, &rect);
	settle_damaged(d, &rect);
	/*
	 * The server stays silent about what is drawn inside this area until
	 * it is told that we know.  What it forgets by this request lies
	 * before every picture that is asked for later.
	 */
	memset(&r, 0, sizeof(r));
	r.major_opcode = d->ext[EXT_DAMAGE].major;
	r.minor_opcode = XCB_DAMAGE_SUBTRACT;
	r.damage = d->damage;
	x_send(d->x, &r, sizeof(r), NULL, 0);
}

static void
event_configure(struct display *d, const uint8_t *p)
{
	xcb_configure_notify_event_t	e;

	memcpy(&e, p, sizeof(e));
	if (e.window != d->root || !display_size_ok(e.width, e.height) ||
	    (e.width == d->width && e.height == d->height))
		return;
	d->width = e.width;
	d->height = e.height;
	if (d->usable)
		capture_resized(d->capture);
}

static void
display_event_cb(struct x *x, const uint8_t p[32], void *arg)
{
	struct display			*d = arg;
	xcb_property_notify_event_t	 e;
	uint8_t				 type = p[0] & 0x7f;

	(void)x;
	if (type == XCB_CONFIGURE_NOTIFY)
		event_configure(d, p);
	if (!d->usable)
		return;
	window_event(d, p);
	if (type == d->ext[EXT_DAMAGE].event)
		event_damage(d, p);
	else if (type == XCB_MAPPING_NOTIFY)
		keymap_changed(d->keymap, p);
	else if (type == XCB_CLIENT_MESSAGE)
		ping_message(d, p);
	else if (type == XCB_PROPERTY_NOTIFY && !d->ready) {
		memcpy(&e, p, sizeof(e));
		if (e.window == d->root && e.state == XCB_PROPERTY_NEW_VALUE &&
		    e.atom == d->atom[ATOM_SUPPORTING_WM_CHECK])
			wm_check(d);
	}
	/* Last, since it may end an op, and with that the display. */
	if (d->usable)
		clip_event(d, p);
}

/*
 * Set-up, in rounds of requests that go together: names; versions; size,
 * keyboard and what the root window tells us.
 */
static void
setup_ask(struct display *d, unsigned int what, void *request, size_t len,
    const char *name, x_reply_cb *cb)
{
	struct setup_ask	*ask = &d->asks[d->asked++];

	ask->d = d;
	ask->what = what;
	x_ask(d->x, request, len, name, strlen(name), cb, ask);
}

static void
setup_extension_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct setup_ask		*ask = arg;
	struct display			*d = ask->d;
	unsigned int			 what = ask->what;
	xcb_query_extension_reply_t	 r;

	if (problem == PROBLEM_DESKTOP_FAILED)
		return;
	memset(&r, 0, sizeof(r));
	if (problem == PROBLEM_NONE && len >= sizeof(r))
		memcpy(&r, reply, sizeof(r));
	if (problem == PROBLEM_DISPLAY_TIMEOUT) {
		display_fail(d, "display_timeout");
		return;
	}
	if (!r.present || r.major_opcode < 128) {
		if (what == EXT_RANDR)
			r.major_opcode = 0;	/* then its size stays */
		else {
			log_warnx("display: no %s", extension_names[what]);
			display_fail(d, "display_unfit");
			return;
		}
	}
	d->ext[what].major = r.major_opcode;
	d->ext[what].event = r.first_event & 0x7f;
	if (--d->asked == 0)
		setup_versions(d);
}

static void
setup_atom_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct setup_ask	*ask = arg;
	struct display		*d = ask->d;
	unsigned int		 what = ask->what;
	xcb_intern_atom_reply_t	 r;

	if (problem == PROBLEM_DESKTOP_FAILED)
		return;
	if (problem != PROBLEM_NONE || len < sizeof(r)) {
		display_fail(d, problem == PROBLEM_DISPLAY_TIMEOUT ?
		    "display_timeout" : "display_unfit");
		return;
	}
	memcpy(&r, reply, sizeof(r));
	d->atom[what] = r.atom;
	if (--d->asked == 0)
		setup_versions(d);
}

static void
display_ready_cb(struct x *x, const struct x_setup *setup, void *arg)
{
	struct display			*d = arg;
	xcb_query_extension_request_t	 qe;
	xcb_intern_atom_request_t	 ia;
	unsigned int			 i;

	(void)x;
	d->root = setup->root;
	d->width = setup->width;
	d->height = setup->height;
	d->keymap = keymap_new(d, setup->min_keycode, setup->max_keycode);
	for (i = 0; i < EXT__COUNT; i++) {
		memset(&qe, 0, sizeof(qe));
		qe.major_opcode = XCB_QUERY_EXTENSION;
		qe.name_len = strlen(extension_names[i]);
		setup_ask(d, i, &qe, sizeof(qe), extension_names[i],
		    setup_extension_cb);
	}
	for (i = 0; i < ATOM__COUNT; i++) {
		memset(&ia, 0, sizeof(ia));
		ia.major_opcode = XCB_INTERN_ATOM;
		ia.name_len = strlen(atom_names[i]);
		setup_ask(d, i, &ia, sizeof(ia), atom_names[i],
		    setup_atom_cb);
	}
}

static void
setup_shm_version_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct display			*d = arg;
	xcb_shm_query_version_reply_t	 r;

	if (problem == PROBLEM_DESKTOP_FAILED)
		return;
	memset(&r, 0, sizeof(r));
	if (problem == PROBLEM_NONE && len >= sizeof(r))
		memcpy(&r, reply, sizeof(r));
	if (problem == PROBLEM_DISPLAY_TIMEOUT) {
		display_fail(d, "display_timeout");
		return;
	}
	/* 1.2 is the first that takes a descriptor. */
	if (r.major_version != 1 || r.minor_version < 2) {
		display_fail(d, "display_unfit");
		return;
	}
	resize_start(d, setup_screen);
}

static void
setup_ignore_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	(void)problem;
	(void)reply;
	(void)len;
	(void)arg;
}

/* DAMAGE and XFIXES want to be told our version before they do anything. */
static void
setup_versions(struct display *d)
{
	xcb_damage_query_version_request_t	dv;
	xcb_xfixes_query_version_request_t	xv;
	xcb_shm_query_version_request_t		sv;

	memset(&dv, 0, sizeof(dv));
	dv.major_opcode = d->ext[EXT_DAMAGE].major;
	dv.minor_opcode = XCB_DAMAGE_QUERY_VERSION;
	dv.client_major_version = 1;
	dv.client_minor_version = 1;
	x_ask(d->x, &dv, sizeof(dv), NULL, 0, setup_ignore_cb, d);
	memset(&xv, 0, sizeof(xv));
	xv.major_opcode = d->ext[EXT_XFIXES].major;
	xv.minor_opcode = XCB_XFIXES_QUERY_VERSION;
	xv.client_major_version = 4;
	x_ask(d->x, &xv, sizeof(xv), NULL, 0, setup_ignore_cb, d);
	memset(&sv, 0, sizeof(sv));
	sv.major_opcode = d->ext[EXT_SHM].major;
	sv.minor_opcode = XCB_SHM_QUERY_VERSION;
	x_ask(d->x, &sv, sizeof(sv), NULL, 0, setup_shm_version_cb, d);
}

static void
setup_done(struct op *op)
{
	op_end(op, PROBLEM_NONE);
}

/* The size is as wanted: watch it from here on. */
static void
setup_screen(struct op *op)
{
	struct display	*d = op->d;
	struct {
		xcb_change_window_attributes_request_t	r;
		uint32_t				mask;
	} cw;
	xcb_damage_create_request_t	dc;

	memset(&cw, 0, sizeof(cw));
	cw.r.major_opcode = XCB_CHANGE_WINDOW_ATTRIBUTES;
	cw.r.window = d->root;
	cw.r.value_mask = XCB_CW_EVENT_MASK;
	/* Substructure: answers to a ping are sent to the root's watchers. */
	cw.mask = XCB_EVENT_MASK_PROPERTY_CHANGE |
	    XCB_EVENT_MASK_STRUCTURE_NOTIFY |
	    XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
	x_send(d->x, &cw, sizeof(cw), NULL, 0);
	d->damage = x_id(d->x);
	memset(&dc, 0, sizeof(dc));
	dc.major_opcode = d->ext[EXT_DAMAGE].major;
	dc.minor_opcode = XCB_DAMAGE_CREATE;
	dc.damage = d->damage;
	dc.drawable = d->root;
	dc.level = XCB_DAMAGE_REPORT_LEVEL_BOUNDING_BOX;
	x_send(d->x, &dc, sizeof(dc), NULL, 0);
	d->capture = capture_new(d);
	d->clips = clips_new();
	d->input = input_new();
	d->settle = settle_new();
	d->usable = 1;
	input_recover(d);
	keymap_load(d->keymap);
	background_start(d);
	wm_check(d);
	op_sync(op, setup_done);
}

struct display *
display_open(struct event_base *base, const struct display_conf *conf)
{
	struct display	*d = xcalloc(1, sizeof(*d));
	struct x_conf	 xc;
	struct timeval	 tv;
	uint32_t	 ms;

	memset(&xc, 0, sizeof(xc));
	xc.ready = display_ready_cb;
	xc.event = display_event_cb;
	xc.lost = display_lost_cb;
	xc.arg = d;
	xc.timeout_ms = conf->timeout_ms != 0 ? conf->timeout_ms :
	    DISPLAY_TIMEOUT_MS;
	d->conf = *conf;
	d->conf.path = NULL;
	d->base = base;
	d->opened = monotime_now();
	TAILQ_INIT(&d->ops);
	TAILQ_INIT(&d->pings);
	if ((d->x = x_open(base, conf->path, &xc)) == NULL) {
		free(d);
		return NULL;
	}
	ms = conf->wm_ms != 0 ? conf->wm_ms : DISPLAY_WM_MS;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	evtimer_assign(&d->wm_timer, base, wm_timer_cb, d);
	event_add(&d->wm_timer, &tv);
	return d;
}

void
display_close(struct display *d)
{
	if (d == NULL)
		return;
	d->closed = 1;
	d->usable = 0;
	ops_free(&d->ops);
	event_del(&d->wm_timer);
	x_close(d->x);
	capture_free(d->capture);
	clips_free(d);
	input_free(d->input);
	keymap_free(d->keymap);
	settle_free(d->settle);
	if (d->busy == 0)
		free(d);
}

int
display_is_ready(const struct display *d)
{
	return d->ready && d->usable;
}

int
display_has_wm(const struct display *d)
{
	return d->has_wm;
}

uint32_t
display_width(const struct display *d)
{
	return d->width;
}

uint32_t
display_height(const struct display *d)
{
	return d->height;
}

struct op *
display_sync(struct display *d, op_cb *cb, void *arg)
{
	static const struct op_kind	 kind;
	struct op			*op = xcalloc(1, sizeof(*op));

	op_init(op, d, &kind, cb, arg);
	if (!d->usable)
		op_fail(op, PROBLEM_DESKTOP_FAILED);
	else
		op_sync(op, setup_done);
	return op;
}
