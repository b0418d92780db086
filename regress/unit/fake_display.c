/*
 * The worker's X side for tests: every function of its headers, with a
 * screen of 1280x800 that is always there.  What it is told goes to
 * descriptor FAKE_FD, a line for each, if that is open.  Texts and places
 * ask for trouble:
 *
 *	type "hang"		never ends
 *	type "timeout"		ends with PROBLEM_DISPLAY_TIMEOUT
 *	type "lose"		the connection is lost
 *	a PNG of PRIMARY	never ends to be read
 *	window win_404		is not there
 *	wait for "hang"		never ends
 */
#include <sys/mman.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "clip.h"
#include "display.h"
#include "fake_display.h"
#include "input.h"
#include "resize.h"
#include "settle.h"
#include "type.h"
#include "window.h"

struct display {
	struct event_base	*base;
	struct display_conf	 conf;
	struct event		 ready;
	struct event		 lost;
	int			 is_ready;
	int			 held;
	int			 x, y;
	struct op		*op;	/* the tests have one at a time */
};

struct op {
	struct event		 end;
	struct display		*d;
	enum problem		 problem;
	op_cb			*cb;
	input_position_cb	*position;
	capture_cb		*capture;
	settle_cb		*settle;
	clip_read_cb		*clip;
	enum clip_selection	 selection;
	windows_cb		*windows;
	window_cb		*window;
	struct shot_want	 want;
	void			*arg;
};

static uint64_t	generation = 1;
static struct clip_bytes	*clips[2];

void
encode_warm_up(void)
{
}

__attribute__((__format__(__printf__, 1, 2)))
static void
say(const char *fmt, ...)
{
	char	line[256];
	va_list	ap;
	int	n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > 0 && write(FAKE_FD, line, (size_t)n) == -1)
		return;
}

static void
give_shot(struct op *op)
{
	struct shot	shot = { .fd = -1, .width = op->want.out_width,
			    .height = op->want.out_height,
			    .generation = generation, .tag = generation };

	if (shot.width == 0) {
		shot.width = op->want.width ? op->want.width : FAKE_WIDTH;
		shot.height = op->want.height ? op->want.height : FAKE_HEIGHT;
	}
	if (op->want.tag == shot.tag) {
		shot.same = 1;
	} else {
		shot.format = op->want.kind.format;
		shot.fd = memfd_create("shot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		shot.size = 4;
		if (write(shot.fd, "PNG\n", 4) != 4)
			abort();
		fcntl(shot.fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
		    F_SEAL_WRITE | F_SEAL_SEAL);
	}
	op->capture(PROBLEM_NONE, &shot, op->arg);
	if (shot.fd != -1)
		close(shot.fd);
}

static struct window	a_window = {
	.id = 0x1a, .pid = 7, .x = 1, .y = 2, .width = 3, .height = 4,
	.state = 1U << WINDOW_FOCUSED, .title = "a window",
	.class = "Class", .instance = "instance",
	.desktop = WINDOW_NO_DESKTOP
};

static void
give_windows(struct op *op)
{
	struct windows	some = { .list = &a_window, .n = 1, .total = 300,
			    .has_wm = 1 };

	op->windows(op->problem, &some, op->arg);
}

static void
give_window(struct op *op)
{
	op->window(op->problem, op->problem == PROBLEM_NONE ? NULL :
	    "in these words", op->problem == PROBLEM_NONE ? &a_window : NULL,
	    op->arg);
}

static void
end_cb(int fd, short events, void *arg)
{
	struct op	*op = arg, done = *op;

	(void)fd;
	(void)events;
	op->d->op = NULL;
	free(op);
	if (done.cb != NULL)
		done.cb(done.problem, done.arg);
	else if (done.position != NULL)
		done.position(done.problem, done.d->x, done.d->y, done.arg);
	else if (done.settle != NULL)
		done.settle(done.problem, 1, generation, done.arg);
	else if (done.clip != NULL)
		done.clip(done.problem, clips[done.selection - 1], NULL,
		    done.arg);
	else if (done.windows != NULL)
		give_windows(&done);
	else if (done.window != NULL)
		give_window(&done);
	else
		give_shot(&done);
}

static struct op *
new_op(struct display *d, op_cb *cb, void *arg)
{
	struct op	*op = calloc(1, sizeof(*op));

	op->d = d;
	op->cb = cb;
	op->arg = arg;
	event_assign(&op->end, d->base, -1, 0, end_cb, op);
	event_active(&op->end, EV_TIMEOUT, 1);
	d->op = op;
	return op;
}

/* One that draws. */
static struct op *
new_deed(struct display *d, op_cb *cb, void *arg)
{
	generation++;
	return new_op(d, cb, arg);
}

void
op_cancel(struct op *op)
{
	if (op == NULL)
		return;
	say("cancelled\n");
	event_del(&op->end);
	op->d->op = NULL;
	free(op);
}

static void
ready_cb(int fd, short events, void *arg)
{
	struct display	*d = arg;

	(void)fd;
	(void)events;
	d->is_ready = 1;
	d->conf.ready(d, d->conf.arg);
}

static void
lost_cb(int fd, short events, void *arg)
{
	struct display	*d = arg;
	struct op	*op = d->op;

	(void)fd;
	(void)events;
	if (op != NULL) {
		op->problem = PROBLEM_DESKTOP_FAILED;
		event_del(&op->end);
		end_cb(-1, 0, op);
	}
	d->conf.lost(d, "connection_lost", d->conf.arg);
}

struct display *
display_open(struct event_base *base, const struct display_conf *conf)
{
	struct display	*d = calloc(1, sizeof(*d));

	say("open %s\n", conf->path);
	d->base = base;
	d->conf = *conf;
	event_assign(&d->ready, base, -1, 0, ready_cb, d);
	event_assign(&d->lost, base, -1, 0, lost_cb, d);
	event_active(&d->ready, EV_TIMEOUT, 1);
	return d;
}

void
display_close(struct display *d)
{
	say("close\n");
	if (d->op != NULL)
		op_cancel(d->op);
	event_del(&d->ready);
	event_del(&d->lost);
	free(d);
}

int
display_is_ready(const struct display *d)
{
	return d->is_ready;
}

int
display_has_wm(const struct display *d)
{
	return d->is_ready;
}

uint32_t
display_width(const struct display *d)
{
	(void)d;
	return FAKE_WIDTH;
}

uint32_t
display_height(const struct display *d)
{
	(void)d;
	return FAKE_HEIGHT;
}

struct op *
display_sync(struct display *d, op_cb *cb, void *arg)
{
	return new_op(d, cb, arg);
}

enum problem
capture_check(struct display *d, const struct shot_want *w, const char **bad)
{
	(void)d;
	*bad = "region";
	if (w->x + w->width > FAKE_WIDTH || w->y + w->height > FAKE_HEIGHT)
		return PROBLEM_INVALID_FIELD;
	return PROBLEM_NONE;
}

struct op *
capture_shot(struct display *d, const struct shot_want *w, capture_cb *cb,
    void *arg)
{
	struct op	*op = new_op(d, NULL, arg);

	say("shot %u,%u %ux%u to %ux%u%s%s", w->x, w->y, w->width, w->height,
	    w->out_width, w->out_height, w->pointer ? " pointer" : "",
	    w->kind.format == SHOT_PNG ? "\n" : "");
	if (w->kind.format != SHOT_PNG)
		say(" %s %u%s\n", w->kind.format == SHOT_JPEG ? "jpeg" :
		    "webp", w->kind.quality, w->kind.lossless ? " lossless" :
		    "");
	op->capture = cb;
	op->want = *w;
	return op;
}

uint64_t
capture_generation(const struct display *d)
{
	(void)d;
	return generation;
}

struct op *
settle_wait(struct display *d, const struct settle_want *w, settle_cb *cb,
    void *arg)
{
	struct op	*op = new_op(d, NULL, arg);

	say("settle %u/%u%s\n", w->quiet_ms, w->limit_ms,
	    w->change ? w->since < generation ? " changed" : " change" : "");
	op->settle = cb;
	return op;
}

static void
say_keys(const char *what, const struct key_combo *k, unsigned int n)
{
	char		line[200] = "";
	char		word[24];
	unsigned int	i;

	for (i = 0; k != NULL && i < k->n; i++) {
		snprintf(word, sizeof(word), " %x", k->sym[i]);
		strlcat(line, word, sizeof(line));
	}
	say("%s%s *%u\n", what, line, n);
}

static void
go(struct display *d, int32_t x, int32_t y)
{
	if (x == INPUT_HERE)
		return;
	d->x = x;
	d->y = y;
}

struct op *
input_move(struct display *d, int32_t x, int32_t y, op_cb *cb, void *arg)
{
	go(d, x, y);
	say("move %d,%d\n", x, y);
	return new_deed(d, cb, arg);
}

struct op *
input_click(struct display *d, int32_t x, int32_t y, enum input_button b,
    unsigned int n, const struct key_combo *k, op_cb *cb, void *arg)
{
	go(d, x, y);
	say("click %u *%u at %d,%d with %u\n", b, n, d->x, d->y,
	    k == NULL ? 0 : k->n);
	return new_deed(d, cb, arg);
}

struct op *
input_button(struct display *d, int32_t x, int32_t y, enum input_button b,
    int down, op_cb *cb, void *arg)
{
	go(d, x, y);
	d->held += down ? 1 : -1;
	say("button %u %s at %d,%d\n", b, down ? "down" : "up", d->x, d->y);
	return new_deed(d, cb, arg);
}

struct op *
input_drag(struct display *d, const struct input_drag *g, op_cb *cb, void *arg)
{
	const struct input_point	*last = &g->path[g->npath - 1];

	say("drag %u from %d,%d to %d,%d by %u in %u ms\n", g->button,
	    g->path[0].x, g->path[0].y, last->x, last->y, g->npath,
	    g->duration_ms);
	go(d, last->x, last->y);
	return new_deed(d, cb, arg);
}

struct op *
input_scroll(struct display *d, int32_t x, int32_t y,
    enum input_direction to, unsigned int n, const struct key_combo *k,
    op_cb *cb, void *arg)
{
	go(d, x, y);
	say("scroll %u *%u at %d,%d with %u\n", to, n, d->x, d->y,
	    k == NULL ? 0 : k->n);
	return new_deed(d, cb, arg);
}

struct op *
input_key(struct display *d, const struct key_combo *k, unsigned int n,
    op_cb *cb, void *arg)
{
	say_keys("key", k, n);
	return new_deed(d, cb, arg);
}

struct op *
input_key_down(struct display *d, const struct key_combo *k, op_cb *cb,
    void *arg)
{
	d->held++;
	say_keys("key down", k, 1);
	return new_deed(d, cb, arg);
}

struct op *
input_key_up(struct display *d, const struct key_combo *k, op_cb *cb,
    void *arg)
{
	d->held--;
	say_keys("key up", k, 1);
	return new_deed(d, cb, arg);
}

struct op *
input_hold(struct display *d, const struct key_combo *k, uint32_t ms,
    op_cb *cb, void *arg)
{
	say_keys("hold", k, ms);
	return new_deed(d, cb, arg);
}

struct op *
input_position(struct display *d, input_position_cb *cb, void *arg)
{
	struct op	*op = new_op(d, NULL, arg);

	op->position = cb;
	return op;
}

void
input_release_all(struct display *d)
{
	d->held = 0;
	say("released\n");
}

int
input_held(const struct display *d)
{
	return d->held;
}

enum problem
type_check(const char *text, size_t len, size_t *chars, size_t *offset)
{
	size_t	i;

	*chars = len;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n') {
			*offset = i;
			return PROBLEM_UNTYPABLE;
		}
	return PROBLEM_NONE;
}

struct op *
type_text(struct display *d, const char *text, size_t len, op_cb *cb,
    void *arg)
{
	struct op	*op = new_deed(d, cb, arg);

	say("type %.*s\n", (int)(len > 100 ? 100 : len), text);
	if (len == 4 && memcmp(text, "hang", 4) == 0)
		event_del(&op->end);
	if (len == 7 && memcmp(text, "timeout", 7) == 0)
		op->problem = PROBLEM_DISPLAY_TIMEOUT;
	if (len == 4 && memcmp(text, "lose", 4) == 0) {
		event_del(&op->end);
		event_active(&d->lost, EV_TIMEOUT, 1);
	}
	return op;
}

struct op *
windows_query(struct display *d, uint32_t only, windows_cb *cb, void *arg)
{
	struct op	*op = new_op(d, NULL, arg);

	(void)only;
	op->windows = cb;
	return op;
}

struct op *
window_act(struct display *d, const struct window_want *want, window_cb *cb,
    void *arg)
{
	struct op	*op = new_deed(d, NULL, arg);

	say("window %x deed %d at %d,%d size %ux%u\n", want->window,
	    want->deed, want->x, want->y, want->width, want->height);
	op->window = cb;
	if (want->window == 0x404)
		op->problem = PROBLEM_NOT_FOUND;
	return op;
}

struct op *
window_wait(struct display *d, const struct window_match *m, window_cb *cb,
    void *arg)
{
	struct op	*op = new_op(d, NULL, arg);

	say("wait for %s %s %s %u not %u any %d ms %u\n",
	    m->title == NULL ? "-" : m->title,
	    m->class == NULL ? "-" : m->class,
	    m->startup_id == NULL ? "-" : m->startup_id, m->pid, m->nnot_in,
	    m->any, m->limit_ms);
	op->window = cb;
	if (m->title != NULL && strcmp(m->title, "hang") == 0)
		event_del(&op->end);
	return op;
}

struct op *
clip_read(struct display *d, enum clip_selection selection, uint32_t type,
    clip_read_cb *cb, void *arg)
{
	struct op	*op = new_op(d, NULL, arg);

	say("clip read %d %u\n", selection, type);
	op->clip = cb;
	op->selection = selection;
	if (selection == CLIP_PRIMARY && type == CLIP_PNG)
		event_del(&op->end);
	return op;
}

struct op *
clip_own(struct display *d, enum clip_selection selection,
    struct clip_bytes *bytes, op_cb *cb, void *arg)
{
	say("clip own %d %zu\n", selection, bytes == NULL ? 0 : bytes->len);
	clip_bytes_free(clips[selection - 1]);
	clips[selection - 1] = bytes == NULL ? NULL : clip_bytes_hold(bytes);
	return new_op(d, cb, arg);
}

struct op *
display_resize(struct display *d, uint32_t width, uint32_t height, op_cb *cb,
    void *arg)
{
	say("resize %ux%u\n", width, height);
	return new_op(d, cb, arg);
}
