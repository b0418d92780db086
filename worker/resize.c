/*
 * Xvfb has one output, one crtc, and sizes up to the one it was started
 * with.  A mode is made for the size wanted; the crtc is off while the
 * screen changes, since it would not fit into it.
 */
#include <stdio.h>
#include <string.h>

#include <xcb/randr.h>
#include <xcb/xproto.h>

#include "capture.h"
#include "display_state.h"
#include "log.h"
#include "resize.h"
#include "xmalloc.h"

#define MODE_NAME	"deskd-"	/* of the modes that are ours */
#define MODES_MAX	16		/* of ours that are cleaned away */

struct resize {
	struct op	 op;		/* first: it is one */
	void		(*done)(struct op *);
	uint32_t	 width;
	uint32_t	 height;
	int		 at_setup;
	uint32_t	 crtc;
	uint32_t	 output;
	uint32_t	 time;
	uint32_t	 mode;		/* of this size; 0: to be made */
	uint32_t	 old[MODES_MAX];	/* of other sizes */
	unsigned int	 nold;
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
		if (display_size_ok(g.width, g.height) &&
		    (d->width != g.width || d->height != g.height)) {
			d->width = g.width;
			d->height = g.height;
			if (d->usable)
				capture_resized(d->capture);
		}
	}
	if (r->width != 0 && (r->width != d->width || r->height != d->height))
		log_warnx("display: size is %ux%u, wanted %ux%u", d->width,
		    d->height, r->width, r->height);
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

/* A mode for every size that ever was would be many. */
static void
resize_forget_old(struct resize *r)
{
	struct display					*d = r->op.d;
	xcb_randr_delete_output_mode_request_t		 o;
	xcb_randr_destroy_mode_request_t		 m;
	unsigned int					 i;

	for (i = 0; i < r->nold; i++) {
		memset(&o, 0, sizeof(o));
		o.major_opcode = d->ext[EXT_RANDR].major;
		o.minor_opcode = XCB_RANDR_DELETE_OUTPUT_MODE;
		o.output = r->output;
		o.mode = r->old[i];
		x_send(d->x, &o, sizeof(o), NULL, 0);
		memset(&m, 0, sizeof(m));
		m.major_opcode = d->ext[EXT_RANDR].major;
		m.minor_opcode = XCB_RANDR_DESTROY_MODE;
		m.mode = r->old[i];
		x_send(d->x, &m, sizeof(m), NULL, 0);
	}
}

static void
resize_switch(struct resize *r)
{
	struct display				*d = r->op.d;
	xcb_randr_add_output_mode_request_t	 a;
	xcb_randr_set_screen_size_request_t	 s;
	uint32_t				 dpi;

	dpi = d->conf.dpi != 0 ? d->conf.dpi : 96;
	memset(&a, 0, sizeof(a));
	a.major_opcode = d->ext[EXT_RANDR].major;
	a.minor_opcode = XCB_RANDR_ADD_OUTPUT_MODE;
	a.output = r->output;
	a.mode = r->mode;
	x_send(d->x, &a, sizeof(a), NULL, 0);
	resize_crtc(r, 0);
	memset(&s, 0, sizeof(s));
	s.major_opcode = d->ext[EXT_RANDR].major;
	s.minor_opcode = XCB_RANDR_SET_SCREEN_SIZE;
	s.window = d->root;
	s.width = r->width;
	s.height = r->height;
	s.mm_width = r->width * 254 / (dpi * 10);
	s.mm_height = r->height * 254 / (dpi * 10);
	x_send(d->x, &s, sizeof(s), NULL, 0);
	resize_crtc(r, r->mode);
	resize_forget_old(r);
	resize_geometry(r);
}

static void
resize_mode_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct resize			*r = arg;
	xcb_randr_create_mode_reply_t	 m;

	if (problem != PROBLEM_NONE || len < sizeof(m)) {
		resize_geometry(r);
		return;
	}
	memcpy(&m, reply, sizeof(m));
	r->mode = m.mode;
	resize_switch(r);
}

static void
resize_make_mode(struct resize *r)
{
	struct display			*d = r->op.d;
	xcb_randr_create_mode_request_t	 m;
	char				 name[32];

	snprintf(name, sizeof(name), MODE_NAME "%ux%u", r->width, r->height);
	memset(&m, 0, sizeof(m));
	m.major_opcode = d->ext[EXT_RANDR].major;
	m.minor_opcode = XCB_RANDR_CREATE_MODE;
	m.window = d->root;
	m.mode_info.width = r->width;
	m.mode_info.height = r->height;
	m.mode_info.htotal = r->width;
	m.mode_info.vtotal = r->height;
	m.mode_info.dot_clock = r->width * r->height * 60;
	m.mode_info.name_len = strlen(name);
	x_ask(d->x, &m, sizeof(m), name, strlen(name), resize_mode_cb, r);
}

/* Which of the server's modes are ours, by their names. */
static void
resize_modes(struct resize *r, const uint8_t *p, unsigned int n,
    const uint8_t *names, size_t left)
{
	xcb_randr_mode_info_t	m;
	unsigned int		i;

	for (i = 0; i < n; i++, p += sizeof(m)) {
		memcpy(&m, p, sizeof(m));
		if (m.name_len > left)
			return;
		if (m.name_len > strlen(MODE_NAME) &&
		    memcmp(names, MODE_NAME, strlen(MODE_NAME)) == 0) {
			if (m.width == r->width && m.height == r->height)
				r->mode = m.id;
			else if (r->nold < MODES_MAX)
				r->old[r->nold++] = m.id;
		}
		names += m.name_len;
		left -= m.name_len;
	}
}

static void
resize_resources_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct resize						*r = arg;
	xcb_randr_get_screen_resources_current_reply_t		 s;
	const uint8_t						*p = reply;
	size_t							 fixed;

	memset(&s, 0, sizeof(s));
	if (problem == PROBLEM_NONE && len >= sizeof(s))
		memcpy(&s, reply, sizeof(s));
	fixed = sizeof(s) + ((size_t)s.num_crtcs + s.num_outputs) *
	    sizeof(uint32_t);
	if (s.num_crtcs < 1 || s.num_outputs < 1 || len < fixed) {
		resize_geometry(r);
		return;
	}
	memcpy(&r->crtc, p + sizeof(s), sizeof(r->crtc));
	memcpy(&r->output, p + sizeof(s) + s.num_crtcs * sizeof(uint32_t),
	    sizeof(r->output));
	r->time = s.config_timestamp;
	if (len - fixed >= s.num_modes * sizeof(xcb_randr_mode_info_t) +
	    s.names_len)
		resize_modes(r, p + fixed, s.num_modes, p + fixed +
		    s.num_modes * sizeof(xcb_randr_mode_info_t), s.names_len);
	if (r->at_setup && (r->mode != 0 || r->nold > 0)) {
		r->width = r->height = 0;
		resize_geometry(r);
	} else if (r->mode != 0)
		resize_switch(r);
	else
		resize_make_mode(r);
}

static void
resize_begin(struct op *op)
{
	struct resize						*r;
	struct display						*d = op->d;
	xcb_randr_query_version_request_t			 v;
	xcb_randr_get_screen_resources_current_request_t	 s;

	r = (struct resize *)op;
	if (d->ext[EXT_RANDR].major == 0 || r->width == 0 ||
	    (r->width == d->width && r->height == d->height)) {
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

static struct resize *
resize_new(struct display *d, uint32_t width, uint32_t height,
    void (*done)(struct op *), op_cb *cb, void *arg)
{
	struct resize	*r = xcalloc(1, sizeof(*r));

	op_init(&r->op, d, &resize_kind, cb, arg);
	r->width = width;
	r->height = height;
	r->done = done;
	return r;
}

void
resize_start(struct display *d, void (*done)(struct op *))
{
	struct resize	*r;

	r = resize_new(d, d->conf.width, d->conf.height, done, NULL, NULL);
	r->at_setup = 1;
	resize_begin(&r->op);
}

static void
resize_end(struct op *op)
{
	struct resize	*r = (struct resize *)op;

	op_end(op, op->d->width == r->width && op->d->height == r->height ?
	    PROBLEM_NONE : PROBLEM_INTERNAL);
}

struct op *
display_resize(struct display *d, uint32_t width, uint32_t height, op_cb *cb,
    void *arg)
{
	struct resize	*r;

	r = resize_new(d, width, height, resize_end, cb, arg);
	op_start(&r->op, resize_begin);
	return &r->op;
}
