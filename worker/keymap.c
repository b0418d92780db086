#include <stdlib.h>
#include <string.h>

#include <xcb/xproto.h>
#include <xkbcommon/xkbcommon.h>

#include "display_state.h"
#include "keymap.h"
#include "keysym.h"
#include "log.h"
#include "xmalloc.h"

enum {
	KEYS		= 256,
	MAIN_LAST	= 96,	/* the keys every keyboard has */
	BLOCKED_FIRST	= 136,	/* browsers act on these by number, */
	BLOCKED_LAST	= 202	/* whatever character they give */
};

/*
 * Key numbers that a plain pc keyboard leaves unused, without those that
 * browsers act upon.  Names like XF86Mail that a larger keymap gives to some
 * of them are given up for letters.
 */
static const struct {
	uint8_t	first, last;
} spare_ranges[] = {
	{ 97, 103 }, { 109, 109 }, { 120, 124 }, { 126, 126 }, { 128, 128 },
	{ 130, 132 }, { 208, 234 }, { 239, 255 }
};

struct keymap_key {
	uint32_t	sym[2];		/* plain and with shift */
	uint32_t	planned;	/* 0: stays as it is */
	uint64_t	used;		/* when it was last needed */
	uint64_t	pinned;		/* the plan that needs it */
	uint8_t		spare;
	uint8_t		lent;		/* has had a character */
	uint8_t		grabbed;	/* by a window manager */
	uint8_t		modifier;
};

struct keymap {
	struct display	 *d;
	struct keymap_key key[KEYS];
	uint64_t	  plan;		/* number of the plan */
	uint64_t	  clock;
	uint64_t	  committed;	/* request of the last change */
	uint64_t	  asked;	/* request of the map under way */
	unsigned int	  own;		/* notices of our own changes to come */
	unsigned int	  planned;	/* keys in the plan */
	uint8_t		  min;
	uint8_t		  max;
	int		  takes;
	int		  loaded;
	int		  loading;
	int		  again;
};

struct keymap *
keymap_new(struct display *d, uint8_t min, uint8_t max)
{
	struct keymap	*km = xcalloc(1, sizeof(*km));

	km->d = d;
	km->min = min;
	km->max = max;
	return km;
}

void
keymap_free(struct keymap *km)
{
	free(km);
}

int
keymap_loaded(const struct keymap *km)
{
	return km->loaded;
}

static void
keymap_mark_spares(struct keymap *km)
{
	struct keymap_key	*k;
	unsigned int		 i, code;

	for (i = 0; i < sizeof(spare_ranges) / sizeof(spare_ranges[0]); i++)
		for (code = spare_ranges[i].first;
		    code <= spare_ranges[i].last; code++) {
			k = &km->key[code];
			k->spare = code >= km->min && code <= km->max &&
			    !k->modifier && !k->grabbed;
			/* Both the same: our doing, before a restart. */
			k->lent = k->spare && k->sym[0] != 0 &&
			    k->sym[0] == k->sym[1];
		}
}

static void
keymap_map_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct keymap				*km = arg;
	const uint8_t				*p = reply;
	xcb_get_keyboard_mapping_reply_t	 r;
	uint32_t				 sym[2];
	unsigned int				 code, n;

	km->loading = 0;
	if (problem != PROBLEM_NONE || len < sizeof(r))
		return;
	memcpy(&r, reply, sizeof(r));
	n = r.keysyms_per_keycode;
	if (n == 0 || len < sizeof(r) + ((size_t)km->max - km->min + 1) * n *
	    sizeof(uint32_t))
		return;
	/* Older than a change of ours: ask once more. */
	if (km->committed > km->asked || km->again) {
		keymap_load(km);
		return;
	}
	p += sizeof(r);
	for (code = km->min; code <= km->max; code++) {
		memset(sym, 0, sizeof(sym));
		memcpy(sym, p, (n < 2 ? n : 2) * sizeof(*sym));
		p += n * sizeof(*sym);
		/* One letter alone stands for its small and its capital. */
		if (sym[1] == 0 && xkb_keysym_to_upper(sym[0]) != sym[0])
			sym[1] = xkb_keysym_to_upper(sym[0]);
		memcpy(km->key[code].sym, sym, sizeof(sym));
	}
	keymap_mark_spares(km);
	km->loaded = 1;
}

static void
keymap_modifiers_cb(enum problem problem, const void *reply, size_t len,
    void *arg)
{
	struct keymap				*km = arg;
	const uint8_t				*p = reply;
	xcb_get_modifier_mapping_reply_t	 r;
	unsigned int				 i, n;

	if (problem != PROBLEM_NONE || len < sizeof(r))
		return;
	memcpy(&r, reply, sizeof(r));
	n = 8 * r.keycodes_per_modifier;
	if (len < sizeof(r) + n)
		return;
	for (i = 0; i < KEYS; i++)
		km->key[i].modifier = 0;
	for (i = 0; i < n; i++)
		km->key[p[sizeof(r) + i]].modifier = 1;
}

void
keymap_load(struct keymap *km)
{
	xcb_get_modifier_mapping_request_t	mm;
	xcb_get_keyboard_mapping_request_t	km_r;

	if (km->loading) {
		km->again = 1;
		return;
	}
	km->loading = 1;
	km->again = 0;
	memset(&mm, 0, sizeof(mm));
	mm.major_opcode = XCB_GET_MODIFIER_MAPPING;
	x_ask(km->d->x, &mm, sizeof(mm), NULL, 0, keymap_modifiers_cb, km);
	memset(&km_r, 0, sizeof(km_r));
	km_r.major_opcode = XCB_GET_KEYBOARD_MAPPING;
	km_r.first_keycode = km->min;
	km_r.count = km->max - km->min + 1;
	x_ask(km->d->x, &km_r, sizeof(km_r), NULL, 0, keymap_map_cb, km);
	km->asked = x_sent(km->d->x);
}

void
keymap_changed(struct keymap *km, const uint8_t event[32])
{
	xcb_mapping_notify_event_t	e;

	memcpy(&e, event, sizeof(e));
	if (e.request == XCB_MAPPING_POINTER)
		return;
	if (e.request == XCB_MAPPING_KEYBOARD && km->own > 0) {
		km->own--;
		return;
	}
	keymap_load(km);
}

static void
keymap_probe_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct keymap_key	*k = arg;

	(void)reply;
	(void)len;
	if (problem == PROBLEM_INTERNAL) {
		k->grabbed = 1;
		k->spare = 0;
	}
}

/* Grabbing a key is refused when somebody else has it. */
void
keymap_probe(struct keymap *km)
{
	xcb_grab_key_request_t		g;
	xcb_ungrab_key_request_t	u;
	unsigned int			code;

	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GRAB_KEY;
	g.grab_window = km->d->root;
	g.modifiers = XCB_MOD_MASK_ANY;
	g.pointer_mode = XCB_GRAB_MODE_ASYNC;
	g.keyboard_mode = XCB_GRAB_MODE_ASYNC;
	memset(&u, 0, sizeof(u));
	u.major_opcode = XCB_UNGRAB_KEY;
	u.grab_window = km->d->root;
	u.modifiers = XCB_MOD_MASK_ANY;
	for (code = km->min; code <= km->max; code++) {
		if (!km->key[code].spare || km->key[code].lent)
			continue;
		g.key = u.key = code;
		x_send(km->d->x, &g, sizeof(g), NULL, 0);
		x_watch(km->d->x, keymap_probe_cb, &km->key[code]);
		x_send(km->d->x, &u, sizeof(u), NULL, 0);
	}
}

/*
 * Finding a key.
 */
static int
keymap_try(struct keymap *km, uint32_t sym, unsigned int first,
    unsigned int last, int level, struct key *out)
{
	const struct keymap_key	*k;
	unsigned int		 code;

	for (code = first; code <= last; code++) {
		k = &km->key[code];
		if (code < km->min || code > km->max || k->sym[level] != sym)
			continue;
		/* A spare one counts when it gives the same with shift. */
		if (k->spare && level == 1)
			continue;
		out->code = code;
		out->shift = level == 1 && !k->modifier;
		out->lent = k->spare;
		return 0;
	}
	return -1;
}

int
keymap_find(struct keymap *km, uint32_t sym, struct key *out)
{
	if (sym == 0)
		return -1;
	if (keymap_try(km, sym, 0, MAIN_LAST, 0, out) == 0 ||
	    keymap_try(km, sym, 0, MAIN_LAST, 1, out) == 0 ||
	    keymap_try(km, sym, MAIN_LAST + 1, KEYS - 1, 0, out) == 0 ||
	    keymap_try(km, sym, MAIN_LAST + 1, KEYS - 1, 1, out) == 0)
		return 0;
	return -1;
}

int
keymap_find_text(struct keymap *km, uint32_t sym, struct key *out)
{
	unsigned int	code;

	if (sym == 0)
		return -1;
	if (keymap_try(km, sym, 0, MAIN_LAST, 0, out) == 0 ||
	    keymap_try(km, sym, 0, MAIN_LAST, 1, out) == 0)
		return 0;
	for (code = MAIN_LAST + 1; code < KEYS; code++)
		if (km->key[code].spare && km->key[code].sym[0] == sym &&
		    km->key[code].sym[1] == sym) {
			out->code = code;
			out->shift = 0;
			out->lent = 1;
			return 0;
		}
	return -1;
}

/*
 * Planning.  A key that never had a character is taken first, then the one
 * whose character has not been needed for longest.
 */
static struct keymap_key *
keymap_choose(struct keymap *km)
{
	struct keymap_key	*k, *best = NULL;
	unsigned int		 code;

	for (code = km->min; code <= km->max; code++) {
		k = &km->key[code];
		if (!k->spare || k->planned != 0 || k->pinned == km->plan)
			continue;
		if (best == NULL || k->lent < best->lent ||
		    (k->lent == best->lent && k->used < best->used))
			best = k;
	}
	return best;
}

static int
keymap_in_plan(const struct keymap *km, uint32_t sym)
{
	unsigned int	code;

	for (code = km->min; code <= km->max; code++)
		if (km->key[code].planned == sym)
			return 1;
	return 0;
}

size_t
keymap_plan(struct keymap *km, const uint32_t *syms, size_t n)
{
	struct keymap_key	*k;
	struct key		 key;
	size_t			 i;

	keymap_drop_plan(km);
	km->plan++;
	for (i = 0; i < n; i++) {
		if (keymap_find_text(km, syms[i], &key) == 0 &&
		    km->key[key.code].planned == 0) {
			k = &km->key[key.code];
			k->used = ++km->clock;
			k->pinned = km->plan;
			continue;
		}
		if (keymap_in_plan(km, syms[i]))
			continue;
		if ((k = keymap_choose(km)) == NULL)
			break;
		k->planned = syms[i];
		k->used = ++km->clock;
		km->planned++;
		km->takes |= k->lent;
	}
	return i;
}

int
keymap_plan_empty(const struct keymap *km)
{
	return km->planned == 0;
}

int
keymap_takes(const struct keymap *km)
{
	return km->takes;
}

void
keymap_drop_plan(struct keymap *km)
{
	unsigned int	i;

	for (i = 0; i < KEYS; i++)
		km->key[i].planned = 0;
	km->planned = 0;
	km->takes = 0;
}

/*
 * A run of neighbours goes in one request: each request makes every program
 * read the keyboard again.  The character stands on both levels, or the
 * server would make a pair of small and capital of it.
 */
static unsigned int
keymap_send_run(struct keymap *km, unsigned int first)
{
	xcb_change_keyboard_mapping_request_t	r;
	uint32_t				syms[KEYS][2];
	struct keymap_key			*k;
	unsigned int				n = 0;

	for (; first + n <= km->max && km->key[first + n].planned != 0; n++) {
		k = &km->key[first + n];
		k->sym[0] = k->sym[1] = k->planned;
		k->planned = 0;
		k->lent = 1;
		syms[n][0] = syms[n][1] = k->sym[0];
	}
	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_CHANGE_KEYBOARD_MAPPING;
	r.keycode_count = n;
	r.first_keycode = first;
	r.keysyms_per_keycode = 2;
	x_send(km->d->x, &r, sizeof(r), syms, n * sizeof(syms[0]));
	km->committed = x_sent(km->d->x);
	km->own++;
	return n;
}

void
keymap_commit(struct keymap *km)
{
	unsigned int	code;

	for (code = km->min; code <= km->max; )
		if (km->key[code].planned != 0)
			code += keymap_send_run(km, code);
		else
			code++;
	km->planned = 0;
	km->takes = 0;
}
