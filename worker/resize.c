/*
 * Xvfb has one output, one crtc, and sizes up to the one it was started
 * with.  A mode is made for the size wanted; the crtc is off while the
 * screen changes, since it would not fit into it.
 */
#include <stdio.h>
#include <string.h>

#include <xcb/randr.h>
#include <xcb/xproto.h>

#include "display_state.h"
#include "log.h"
#include "resize.h"
#include "xmalloc.h"

struct resize {
	struct op	 op;
	void		(*done)(struct op *);
	uint32_t	 crtc;
	uint32_t	 output;
	uint32_t	 time;
};

static const struct op_kind	resize_kind;

static void
resize_geometry_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct resize			*r = arg;
	struct display			*d = r->op.d;
	xcb_get_geometry_reply_t	 g;

	if (problem == PROBLEM_NONE && len >= sizeof(g)) {
		memcpy(&g, reply, sizeof(g));
		if (display_size_ok(g.width, g.height)) {
			d->width = g.width;
			d->height = g.height;
		}
	}
	if (d->conf.width != 0 && (d->conf.width != d->width ||
	    d->conf.height != d->height))
		log_warnx("display: size is %ux%u, wanted %ux%u", d->width,
		    d->height, d->conf.width, d->conf.height);
	r->done(&r->op);
}

static void
resize_geometry(struct resize *r)
{
	struct display			*d = r->op.d;
	xcb_get_geometry_request_t	 g;

	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GET_GEOMETRY;
	g.drawable = d->root;
	x_ask(d->x, &g, sizeof(g), NULL, 0, resize_geometry_cb, r);
}

static void
resize_crtc(struct resize *r, uint32_t mode)
{
	struct display	*d = r->op.d;
	struct {
		xcb_randr_set_crtc_config_request_t	r;
		uint32_t				output;
	} c;

	memset(&c, 0, sizeof(c));
	c.r.major_opcode = d->ext[EXT_RANDR].major;
	c.r.minor_opcode = XCB_RANDR_SET_CRTC_CONFIG;
	c.r.crtc = r->crtc;
	c.r.config_timestamp = r->time;
	c.r.mode = mode;
	c.r.rotation = XCB_RANDR_ROTATION_ROTATE_0;
	c.output = r->output;
	/* Its answer is of no interest: the geometry is asked for after. */
	x_ask(d->x, &c, mode == 0 ? sizeof(c.r) : sizeof(c), NULL, 0, NULL,
	    NULL);
}

static void
resize_mode_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct resize				*r = arg;
	struct display				*d = r->op.d;
	xcb_randr_create_mode_reply_t		 m;
	xcb_randr_add_output_mode_request_t	 a;
	xcb_randr_set_screen_size_request_t	 s;

	if (problem != PROBLEM_NONE || len < sizeof(m)) {
		resize_geometry(r);
		return;
	}
	memcpy(&m, reply, sizeof(m));
	memset(&a, 0, sizeof(a));
	a.major_opcode = d->ext[EXT_RANDR].major;
	a.minor_opcode = XCB_RANDR_ADD_OUTPUT_MODE;
	a.output = r->output;
	a.mode = m.mode;
	x_send(d->x, &a, sizeof(a), NULL, 0);
	resize_crtc(r, 0);
	memset(&s, 0, sizeof(s));
	s.major_opcode = d->ext[EXT_RANDR].major;
	s.minor_opcode = XCB_RANDR_SET_SCREEN_SIZE;
	s.window = d->root;
	s.width = d->conf.width;
	s.height = d->conf.height;
	s.mm_width = d->conf.width * 254 / 960;		/* 96 dpi */
	s.mm_height = d->conf.height * 254 / 960;
	x_send(d->x, &s, sizeof(s), NULL, 0);
	resize_crtc(r, m.mode);
	resize_geometry(r);
}

static void
resize_resources_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct resize						*r = arg;
	struct display						*d = r->op.d;
	xcb_randr_get_screen_resources_current_reply_t		 s;
	xcb_randr_create_mode_request_t				 m;
	char							 name[32];

	memset(&s, 0, sizeof(s));
	if (problem == PROBLEM_NONE && len >= sizeof(s))
		memcpy(&s, reply, sizeof(s));
	if (s.num_crtcs < 1 || s.num_outputs < 1 || len < sizeof(s) +
	    ((size_t)s.num_crtcs + s.num_outputs) * sizeof(uint32_t)) {
		resize_geometry(r);
		return;
	}
	memcpy(&r->crtc, (const uint8_t *)reply + sizeof(s),
	    sizeof(r->crtc));
	memcpy(&r->output, (const uint8_t *)reply + sizeof(s) +
	    s.num_crtcs * sizeof(uint32_t), sizeof(r->output));
	r->time = s.config_timestamp;
	snprintf(name, sizeof(name), "deskd-%ux%u", d->conf.width,
	    d->conf.height);
	memset(&m, 0, sizeof(m));
	m.major_opcode = d->ext[EXT_RANDR].major;
	m.minor_opcode = XCB_RANDR_CREATE_MODE;
	m.window = d->root;
	m.mode_info.width = d->conf.width;
	m.mode_info.height = d->conf.height;
	m.mode_info.htotal = d->conf.width;
	m.mode_info.vtotal = d->conf.height;
	m.mode_info.dot_clock = d->conf.width * d->conf.height * 60;
	m.mode_info.name_len = strlen(name);
	x_ask(d->x, &m, sizeof(m), name, strlen(name), resize_mode_cb, r);
}

void
resize_start(struct display *d, void (*done)(struct op *))
{
	struct resize						*r;
	xcb_randr_query_version_request_t			 v;
	xcb_randr_get_screen_resources_current_request_t	 s;

	r = xcalloc(1, sizeof(*r));
	op_init(&r->op, d, &resize_kind, NULL, NULL);
	r->done = done;
	if (d->ext[EXT_RANDR].major == 0 || d->conf.width == 0 ||
	    (d->conf.width == d->width && d->conf.height == d->height)) {
		resize_geometry(r);
		return;
	}
	memset(&v, 0, sizeof(v));
	v.major_opcode = d->ext[EXT_RANDR].major;
	v.minor_opcode = XCB_RANDR_QUERY_VERSION;
	v.major_version = 1;
	v.minor_version = 3;
	x_ask(d->x, &v, sizeof(v), NULL, 0, NULL, NULL);
	memset(&s, 0, sizeof(s));
	s.major_opcode = d->ext[EXT_RANDR].major;
	s.minor_opcode = XCB_RANDR_GET_SCREEN_RESOURCES_CURRENT;
	s.window = d->root;
	x_ask(d->x, &s, sizeof(s), NULL, 0, resize_resources_cb, r);
}
