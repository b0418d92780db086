#include <string.h>

#include <xcb/xproto.h>

#include "background.h"
#include "display_state.h"

#define BACKGROUND_COLOUR	0x3b6082	/* a calm blue */

/* A mark on the root window, for the workers that come after this one. */
static void
background_mark(struct display *d)
{
	struct {
		xcb_change_property_request_t	r;
		uint32_t			colour;
	} cp;

	memset(&cp, 0, sizeof(cp));
	cp.r.major_opcode = XCB_CHANGE_PROPERTY;
	cp.r.mode = XCB_PROP_MODE_REPLACE;
	cp.r.window = d->root;
	cp.r.property = d->atom[ATOM_BACKGROUND];
	cp.r.type = XCB_ATOM_CARDINAL;
	cp.r.format = 32;
	cp.r.data_len = 1;
	cp.colour = BACKGROUND_COLOUR;
	x_send(d->x, &cp, sizeof(cp), NULL, 0);
}

static void
background_draw(struct display *d)
{
	struct {
		xcb_change_window_attributes_request_t	r;
		uint32_t				pixel;
	} cw;
	xcb_clear_area_request_t	ca;

	memset(&cw, 0, sizeof(cw));
	cw.r.major_opcode = XCB_CHANGE_WINDOW_ATTRIBUTES;
	cw.r.window = d->root;
	cw.r.value_mask = XCB_CW_BACK_PIXEL;
	cw.pixel = BACKGROUND_COLOUR;
	x_send(d->x, &cw, sizeof(cw), NULL, 0);
	memset(&ca, 0, sizeof(ca));
	ca.major_opcode = XCB_CLEAR_AREA;
	ca.window = d->root;
	x_send(d->x, &ca, sizeof(ca), NULL, 0);
}

static void
background_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct display			*d = arg;
	xcb_get_property_reply_t	 r;

	if (problem != PROBLEM_NONE || len < sizeof(r))
		return;
	memcpy(&r, reply, sizeof(r));
	if (r.type != XCB_ATOM_NONE)
		return;
	background_mark(d);
	background_draw(d);
}

void
background_start(struct display *d)
{
	xcb_get_property_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_PROPERTY;
	r.window = d->root;
	r.property = d->atom[ATOM_BACKGROUND];
	r.type = XCB_ATOM_CARDINAL;
	r.long_length = 1;
	x_ask(d->x, &r, sizeof(r), NULL, 0, background_cb, d);
}
