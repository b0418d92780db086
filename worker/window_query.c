/*
 * What windows there are.  However many: a round for their list, one for all
 * that is asked of each, and one for their leaders where these must be asked.
 * Answers come in the order of the questions, so a number tells which it is.
 */
#include <string.h>

#include <xcb/xproto.h>

#include "window_state.h"
#include "xmalloc.h"

#define LIST_MAX	4096	/* windows in the manager's own list */

/* The first round, and what of each window is no property. */
enum { ASK_CHECK, ASK_LIST, ASK_ACTIVE, ASKS };
enum { EACH_GEOMETRY, EACH_PLACE, EACH_PROPS };

struct query {
	struct op	 op;
	windows_cb	*cb;
	uint32_t	 only;		/* 0: all */
	uint32_t	 check;		/* the manager's own window */
	unsigned int	 heard;		/* answers of this round */
	unsigned int	 asked;
	unsigned int	 each;		/* questions for one window */
	unsigned int	 who[WINDOWS_MAX];	/* whose leader was asked */
	struct windows	 found;
	struct window	 list[];	/* one, or WINDOWS_MAX */
};

static void	query_report(struct op *, enum problem);

static const struct op_kind	query_kind = { NULL, query_report };

static void
query_report(struct op *op, enum problem problem)
{
	struct query	*q = (struct query *)op;

	q->cb(problem, problem == PROBLEM_NONE ? &q->found : NULL, op->arg);
}

/* Those that vanished while they were asked are no windows any more. */
static void
query_end(struct query *q)
{
	struct windows	*f = &q->found;
	unsigned int	 i, n = 0;

	for (i = 0; f->has_wm && i < f->n; i++) {
		if (!q->list[i].is_there)
			continue;
		if (q->list[i].id == f->active)
			q->list[i].state |= 1U << WINDOW_FOCUSED;
		if (n != i)
			q->list[n] = q->list[i];
		n++;
	}
	f->n = n;
	op_end(&q->op, PROBLEM_NONE);
}

/*
 * What an X error answers is a window that is not there any more; anything
 * else ends it all, and returns -1.
 */
static int
query_heard(struct query *q, enum problem problem)
{
	if (problem != PROBLEM_NONE && problem != PROBLEM_INTERNAL) {
		op_end(&q->op, problem);
		return -1;
	}
	q->heard++;
	return 0;
}

static void
leader_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct query	*q = arg;

	if (problem == PROBLEM_NONE)
		window_prop_read_startup(&q->list[q->who[q->heard]], reply,
		    len);
	if (query_heard(q, problem) == 0 && q->heard == q->asked)
		query_end(q);
}

/* A toolkit may tell the startup id of its leader only. */
static void
query_leaders(struct query *q)
{
	struct window	*w;
	unsigned int	 i;

	q->heard = q->asked = 0;
	for (i = 0; i < q->found.n; i++) {
		w = &q->list[i];
		if (!w->is_there || w->leader == 0 || w->leader == w->id ||
		    w->startup_id[0] != '\0')
			continue;
		q->who[q->asked++] = i;
		window_prop_ask_startup(q->op.d, w->leader, leader_cb, q);
	}
	x_flush(q->op.d->x);
	if (q->asked == 0)
		query_end(q);
}

/* The manager's window names itself, unless it is gone with its manager. */
static int
is_manager(const struct query *q, const void *reply, size_t len)
{
	uint32_t	window;

	return window_prop_values(reply, len, &window, 1) == 1 &&
	    window == q->check;
}

static void
read_geometry(struct window *w, const void *reply, size_t len)
{
	xcb_get_geometry_reply_t	g;

	if (len < sizeof(g))
		return;
	memcpy(&g, reply, sizeof(g));
	w->width = g.width;
	w->height = g.height;
	/* Its place is that of the inside: the border is before it. */
	w->is_there = 1;
}

static void
read_place(struct window *w, const void *reply, size_t len)
{
	xcb_translate_coordinates_reply_t	t;

	if (len < sizeof(t))
		return;
	memcpy(&t, reply, sizeof(t));
	w->x = t.dst_x;
	w->y = t.dst_y;
}

static void
each_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct query	*q = arg;
	unsigned int	 i, what;

	if (problem == PROBLEM_NONE && q->heard == 0)
		q->found.has_wm = is_manager(q, reply, len);
	else if (problem == PROBLEM_NONE) {
		i = (q->heard - 1) / q->each;
		what = (q->heard - 1) % q->each;
		if (what == EACH_GEOMETRY)
			read_geometry(&q->list[i], reply, len);
		else if (what == EACH_PLACE)
			read_place(&q->list[i], reply, len);
		else
			window_prop_read(q->op.d, &q->list[i],
			    what - EACH_PROPS, reply, len);
	}
	if (query_heard(q, problem) == -1 || q->heard < q->asked)
		return;
	if (q->found.has_wm)
		query_leaders(q);
	else
		query_end(q);
}

static void
ask_place(struct query *q, uint32_t window)
{
	struct display				*d = q->op.d;
	xcb_get_geometry_request_t		 g;
	xcb_translate_coordinates_request_t	 t;

	memset(&g, 0, sizeof(g));
	g.major_opcode = XCB_GET_GEOMETRY;
	g.drawable = window;
	x_want(d->x, &g, sizeof(g), each_cb, q);
	memset(&t, 0, sizeof(t));
	t.major_opcode = XCB_TRANSLATE_COORDINATES;
	t.src_window = window;
	t.dst_window = d->root;
	x_want(d->x, &t, sizeof(t), each_cb, q);
}

static void
query_property(struct query *q, uint32_t window, enum atom atom,
    uint32_t words, x_reply_cb *cb)
{
	xcb_get_property_request_t	r;

	memset(&r, 0, sizeof(r));
	r.major_opcode = XCB_GET_PROPERTY;
	r.window = window;
	r.property = q->op.d->atom[atom];
	r.type = XCB_ATOM_WINDOW;
	r.long_length = words;
	x_want(q->op.d->x, &r, sizeof(r), cb, q);
}

static void
query_each(struct query *q)
{
	unsigned int	i, p;
	unsigned int	nprops = q->only == 0 ? WINDOW_PROPS :
			    WINDOW_PROPS + 1;

	if (q->check == 0) {
		query_end(q);
		return;
	}
	q->each = EACH_PROPS + nprops;
	q->heard = 0;
	q->asked = 1 + q->found.n * q->each;
	query_property(q, q->check, ATOM_SUPPORTING_WM_CHECK, 1, each_cb);
	for (i = 0; i < q->found.n; i++) {
		q->list[i].desktop = WINDOW_NO_DESKTOP;
		ask_place(q, q->list[i].id);
		for (p = 0; p < nprops; p++)
			window_prop_ask(q->op.d, q->list[i].id, p, each_cb,
			    q);
	}
	x_flush(q->op.d->x);
}

/*
 * Anybody can write the manager's list.  The root and windows of ours are no
 * windows to others: what we watch of them is not to be touched.
 */
static int
is_window(const struct query *q, uint32_t id)
{
	return id != 0 && id != q->op.d->root && !x_is_ours(q->op.d->x, id) &&
	    (q->only == 0 || id == q->only);
}

/* The manager has the lowest first. */
static void
read_list(struct query *q, const void *reply, size_t len)
{
	static uint32_t	 ids[LIST_MAX];		/* used here only */
	struct windows	*f = &q->found;
	uint32_t	 i;

	f->total = window_prop_values(reply, len, ids, LIST_MAX);
	for (i = f->total; i > 0; i--) {
		if (!is_window(q, ids[i - 1]) || f->n == WINDOWS_MAX)
			continue;
		q->list[f->n++].id = ids[i - 1];
		if (q->only != 0)
			break;
	}
}

static void
list_cb(enum problem problem, const void *reply, size_t len, void *arg)
{
	struct query	*q = arg;
	uint32_t	 value;

	if (problem == PROBLEM_NONE && q->heard == ASK_LIST)
		read_list(q, reply, len);
	else if (problem == PROBLEM_NONE &&
	    window_prop_values(reply, len, &value, 1) == 1) {
		if (q->heard == ASK_CHECK)
			q->check = value;
		else
			q->found.active = value;
	}
	if (query_heard(q, problem) == 0 && q->heard == ASKS)
		query_each(q);
}

static void
query_begin(struct op *op)
{
	struct query	*q = (struct query *)op;

	query_property(q, op->d->root, ATOM_SUPPORTING_WM_CHECK, 1, list_cb);
	query_property(q, op->d->root, ATOM_CLIENT_LIST_STACKING, LIST_MAX,
	    list_cb);
	query_property(q, op->d->root, ATOM_ACTIVE_WINDOW, 1, list_cb);
	x_flush(op->d->x);
}

struct op *
windows_query(struct display *d, uint32_t only, windows_cb *cb, void *arg)
{
	struct query	*q;

	q = xcalloc(1, sizeof(*q) +
	    (only != 0 ? 1 : WINDOWS_MAX) * sizeof(q->list[0]));
	op_init(&q->op, d, &query_kind, NULL, arg);
	q->cb = cb;
	q->only = only;
	q->found.list = q->list;
	op_start(&q->op, query_begin);
	return &q->op;
}
