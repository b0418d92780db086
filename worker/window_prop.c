/*
 * Properties of a window: asked for, and made into what we keep.  A window
 * that has none of one, or one of another form, keeps what it had.
 */
#include <string.h>

#include <xcb/xproto.h>

#include "keysym.h"
#include "window_state.h"

#define HINTS_WORDS	18	/* of WM_NORMAL_HINTS */
#define STATES_MAX	32	/* looked at in a window's state */
#define ICONIC_STATE	3

enum { HINT_MIN = 1 << 4, HINT_MAX = 1 << 5, HINT_INC = 1 << 6,
    HINT_BASE = 1 << 8 };

/* An answer, its length checked. */
struct prop {
	uint32_t	 type;
	const uint8_t	*bytes;		/* format 8 */
	size_t		 len;
	uint32_t	 words[HINTS_WORDS > STATES_MAX ? HINTS_WORDS :
			    STATES_MAX];	/* format 32 */
	uint32_t	 n;
};

uint32_t
window_prop_values(const void *reply, size_t len, uint32_t *values,
    uint32_t max)
{
	xcb_get_property_reply_t	r;
	uint32_t			n;

	if (len < sizeof(r))
		return 0;
	memcpy(&r, reply, sizeof(r));
	if (r.format != 32)
		return 0;
	n = r.value_len < max ? r.value_len : max;
	if (len < sizeof(r) + (size_t)n * sizeof(*values))
		return 0;
	memcpy(values, (const uint8_t *)reply + sizeof(r),
	    n * sizeof(*values));
	return n;
}

static void
prop_parse(struct prop *p, const void *reply, size_t len)
{
	xcb_get_property_reply_t	r;

	memset(p, 0, sizeof(*p));
	if (len < sizeof(r))
		return;
	memcpy(&r, reply, sizeof(r));
	p->type = r.type;
	if (r.format == 32)
		p->n = window_prop_values(reply, len, p->words,
		    sizeof(p->words) / sizeof(p->words[0]));
	else if (r.format == 8 && len - sizeof(r) >= r.value_len) {
		p->bytes = (const uint8_t *)reply + sizeof(r);
		p->len = r.value_len;
	}
}

static size_t
put_char(char *to, size_t at, size_t max, uint32_t c)
{
	uint8_t	b[4];
	size_t	n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	if (at + n > max)
		return max + 1;
	b[0] = n == 1 ? c : n == 2 ? 0xc0 | c >> 6 : n == 3 ? 0xe0 | c >> 12 :
	    0xf0 | c >> 18;
	for (i = 1; i < n; i++)
		b[i] = 0x80 | (c >> 6 * (n - 1 - i) & 0x3f);
	memcpy(to + at, b, n);
	return at + n;
}

/*
 * Clean UTF-8 of at most max bytes: what is none becomes U+FFFD, control
 * characters become spaces.  Text that is not said to be UTF-8 is Latin-1,
 * as ICCCM has it, unless it happens to be UTF-8.
 */
static void
put_text(char *to, size_t max, const uint8_t *from, size_t len, int latin1)
{
	size_t	at = 0, i, used, end;
	int32_t	c;

	for (i = 0; latin1 && i < len; i += used)
		if (utf8_next((const char *)from + i, len - i, &used) == -1)
			break;
	latin1 = latin1 && i < len;
	for (i = 0; i < len; i += used) {
		c = utf8_next((const char *)from + i, len - i, &used);
		if (latin1) {
			c = from[i];
			used = 1;
		}
		/* One that was cut at the end says nothing. */
		if (c == -1 && len - i < 4 && len >= max && from[i] >= 0xc0)
			break;
		if (c == -1)
			c = 0xfffd;
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			c = ' ';
		if ((end = put_char(to, at, max, (uint32_t)c)) > max)
			break;
		at = end;
	}
	to[at] = '\0';
}

static void
read_title(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->bytes != NULL && p->len > 0)
		put_text(w->title, WINDOW_TITLE_MAX, p->bytes, p->len, 0);
}

/* The older name; the newer one, asked for after, replaces it. */
static void
read_name(const struct display *d, struct window *w, const struct prop *p)
{
	if (p->bytes != NULL)
		put_text(w->title, WINDOW_TITLE_MAX, p->bytes, p->len,
		    p->type != d->atom[ATOM_UTF8_STRING]);
}

/* Two texts, each with its NUL. */
static void
read_class(const struct display *d, struct window *w, const struct prop *p)
{
	size_t	n;

	(void)d;
	if (p->bytes == NULL)
		return;
	n = strnlen((const char *)p->bytes, p->len);
	put_text(w->instance, WINDOW_NAME_MAX, p->bytes, n, 1);
	if (n < p->len)
		put_text(w->class, WINDOW_NAME_MAX, p->bytes + n + 1,
		    strnlen((const char *)p->bytes + n + 1, p->len - n - 1),
		    1);
}

static void
read_startup(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->bytes != NULL)
		put_text(w->startup_id, WINDOW_NAME_MAX, p->bytes,
		    strnlen((const char *)p->bytes, p->len), 0);
}

static void
read_pid(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->n > 0 && p->words[0] <= INT32_MAX)
		w->pid = p->words[0];
}

static void
read_desktop(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->n > 0)
		w->desktop = p->words[0];
}

static void
read_state(const struct display *d, struct window *w, const struct prop *p)
{
	uint32_t	i;
	unsigned int	bit;

	for (i = 0; i < p->n; i++)
		for (bit = 0; bit < WINDOW_STATE_ATOMS; bit++)
			if (p->words[i] ==
			    d->atom[ATOM_STATE_MAXIMIZED_VERT + bit])
				w->state |= 1U << bit;
}

static void
read_wm_state(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->n > 0 && p->words[0] == ICONIC_STATE)
		w->state |= 1U << WINDOW_MINIMIZED;
}

/* The first that we know. */
static void
read_type(const struct display *d, struct window *w, const struct prop *p)
{
	uint32_t	i;
	unsigned int	type;

	for (i = 0; i < p->n; i++)
		for (type = 0; type < WINDOW_TYPES; type++)
			if (p->words[i] == d->atom[ATOM_TYPE_NORMAL + type]) {
				w->type = type;
				return;
			}
}

static void
read_transient(const struct display *d, struct window *w, const struct prop *p)
{
	if (p->n > 0 && p->words[0] != d->root)
		w->transient_for = p->words[0];
}

static void
read_leader(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->n > 0)
		w->leader = p->words[0];
}

static void
read_frame(const struct display *d, struct window *w, const struct prop *p)
{
	(void)d;
	if (p->n < 4 || p->words[0] > INT16_MAX || p->words[1] > INT16_MAX ||
	    p->words[2] > INT16_MAX || p->words[3] > INT16_MAX)
		return;
	w->left = p->words[0];
	w->right = p->words[1];
	w->top = p->words[2];
	w->bottom = p->words[3];
}

static void
read_hints(const struct display *d, struct window *w, const struct prop *p)
{
	const uint32_t		*v = p->words;
	struct window_hints	*h = &w->hints;

	(void)d;
	if (p->n < 15)
		return;
	if ((v[0] & HINT_MIN) != 0) {
		h->min_width = h->base_width = v[5];
		h->min_height = h->base_height = v[6];
	}
	if ((v[0] & HINT_MAX) != 0) {
		h->max_width = v[7];
		h->max_height = v[8];
	}
	if ((v[0] & HINT_INC) != 0) {
		h->width_inc = v[9];
		h->height_inc = v[10];
	}
	if ((v[0] & HINT_BASE) != 0 && p->n > 16) {
		h->base_width = v[15];
		h->base_height = v[16];
	}
}

static const struct {
	int		 predefined;	/* an atom of the protocol's own */
	enum atom	 atom;
	uint32_t	 words;		/* asked for at most */
	void		(*read)(const struct display *, struct window *,
			    const struct prop *);
} props[] = {
	{ XCB_ATOM_WM_NAME, 0, WINDOW_TITLE_MAX / 4, read_name },
	{ 0, ATOM_NET_WM_NAME, WINDOW_TITLE_MAX / 4, read_title },
	{ XCB_ATOM_WM_CLASS, 0, 2 * WINDOW_NAME_MAX / 4, read_class },
	{ 0, ATOM_NET_STARTUP_ID, WINDOW_NAME_MAX / 4, read_startup },
	{ 0, ATOM_NET_WM_PID, 1, read_pid },
	{ 0, ATOM_NET_WM_DESKTOP, 1, read_desktop },
	{ 0, ATOM_NET_WM_STATE, STATES_MAX, read_state },
	{ 0, ATOM_WM_STATE, 1, read_wm_state },
	{ 0, ATOM_NET_WM_WINDOW_TYPE, STATES_MAX, read_type },
	{ XCB_ATOM_WM_TRANSIENT_FOR, 0, 1, read_transient },
	{ 0, ATOM_WM_CLIENT_LEADER, 1, read_leader },
	{ 0, ATOM_FRAME_EXTENTS, 4, read_frame },
	{ XCB_ATOM_WM_NORMAL_HINTS, 0, HINTS_WORDS, read_hints }
};

_Static_assert(sizeof(props) / sizeof(props[0]) == WINDOW_PROPS + 1,
    "the last one is asked of one window only");

static void
ask(struct display *d, uint32_t window, uint32_t atom, uint32_t words,
    x_reply_cb *cb, void *arg)
{
	xcb_get_property_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_PROPERTY;
	r.window = window;
	r.property = atom;
	r.type = XCB_GET_PROPERTY_TYPE_ANY;
	r.long_length = words;
	x_want(d->x, &r, sizeof(r), cb, arg);
}

void
window_prop_ask(struct display *d, uint32_t window, unsigned int i,
    x_reply_cb *cb, void *arg)
{
	ask(d, window, props[i].predefined != 0 ?
	    (uint32_t)props[i].predefined : d->atom[props[i].atom],
	    props[i].words, cb, arg);
}

void
window_prop_read(const struct display *d, struct window *w, unsigned int i,
    const void *reply, size_t len)
{
	struct prop	p;

	prop_parse(&p, reply, len);
	props[i].read(d, w, &p);
}

void
window_prop_ask_startup(struct display *d, uint32_t window, x_reply_cb *cb,
    void *arg)
{
	ask(d, window, d->atom[ATOM_NET_STARTUP_ID], WINDOW_NAME_MAX / 4, cb,
	    arg);
}

void
window_prop_read_startup(struct window *w, const void *reply, size_t len)
{
	struct prop	p;

	prop_parse(&p, reply, len);
	read_startup(NULL, w, &p);
}
