/* Another size of the screen, for the broker: one change at a time. */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "display.h"
#include "gate.h"
#include "op.h"
#include "peer.h"
#include "resize.h"
#include "sizes.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

#define SIZES_MAX	64	/* under way and in line */

struct size_request {
	struct deed			 deed;	/* first: it is one */
	TAILQ_ENTRY(size_request)	 entry;
	struct worker			*w;
	struct msg_hdr			 hdr;	/* of the asking message */
	struct msg_resize		 size;
	struct op			*op;
};

static void	next(struct worker *);

static void
request_free(struct size_request *s)
{
	TAILQ_REMOVE(&s->w->sizes, s, entry);
	s->w->nsizes--;
	op_cancel(s->op);
	json_object_put(s->deed.record);
	free(s);
}

static struct json_object *
new_record(const struct msg_resize *size)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "type", json_object_new_string("resize"));
	json_object_object_add(o, "width",
	    json_object_new_int64(size->width));
	json_object_object_add(o, "height",
	    json_object_new_int64(size->height));
	return o;
}

static void
resized(enum problem problem, void *arg)
{
	struct size_request	*s = arg;
	struct worker		*w = s->w;

	s->op = NULL;
	if (problem == PROBLEM_NONE) {
		/* A display that is lost and found has this size. */
		w->setup.desktop.width = s->size.width;
		w->setup.desktop.height = s->size.height;
		peer_ok(w->broker, &s->hdr);
	}
	gate_done(w, &s->deed, problem);
	next(w);
}

static void
begin(struct worker *w, struct deed *d)
{
	struct size_request	*s = (struct size_request *)d;

	s->op = display_resize(w->desktop.display, s->size.width,
	    s->size.height, resized, s);
}

static void
done(struct worker *w, struct deed *d, enum problem problem)
{
	struct size_request	*s = (struct size_request *)d;
	const char		*detail = "the X server did not take this size";

	if (problem == PROBLEM_NO_DESKTOP)
		detail = "this session has no desktop";
	else if (problem == PROBLEM_DESKTOP_FAILED)
		detail = "the session's desktop has failed";
	else if (problem == PROBLEM_UNAVAILABLE)
		detail = "the session's desktop is not ready";
	else if (problem == PROBLEM_DISPLAY_TIMEOUT)
		detail = "the session's X server did not answer in time";
	if (problem != PROBLEM_NONE && w->broker != NULL)
		peer_error(w->broker, &s->hdr, problem, "", detail);
	request_free(s);
}

static const struct deed_kind	kind = {
	.name = "resize", .needs = GATE_NEEDS_DESKTOP, .begin = begin,
	.done = done
};

/* One that is refused is gone at once: the one after it has its turn. */
static void
next(struct worker *w)
{
	struct size_request	*s;

	while ((s = TAILQ_FIRST(&w->sizes)) != NULL && s->op == NULL)
		gate_pass(w, &s->deed);
}

void
size_change(struct worker *w, struct wire_msg *m)
{
	const struct msg_desktop_size	*max = &w->setup.desktop;
	struct size_request		*s;
	struct msg_resize		 size;

	memcpy(&size, m->data, sizeof(size));
	if (size.width < SCREEN_MIN || size.height < SCREEN_MIN ||
	    ((w->setup.flags & SESSION_HAS_DESKTOP) != 0 &&
	    (size.width > max->max_width || size.height > max->max_height))) {
		peer_error(w->broker, &m->hdr, PROBLEM_INVALID_FIELD, "",
		    "the screen cannot have this size");
		return;
	}
	if (w->nsizes >= SIZES_MAX) {
		peer_error(w->broker, &m->hdr, PROBLEM_BUSY, "",
		    "too many changes of the size wait for this session");
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->w = w;
	s->hdr = m->hdr;
	s->size = size;
	s->deed.kind = &kind;
	s->deed.principal = size.principal;
	s->deed.record = new_record(&size);
	TAILQ_INSERT_TAIL(&w->sizes, s, entry);
	w->nsizes++;
	next(w);
}

void
size_cancel_all(struct worker *w)
{
	while (!TAILQ_EMPTY(&w->sizes))
		request_free(TAILQ_FIRST(&w->sizes));
}

/* Before the display is closed: its ops would never end. */
void
size_display_lost(struct worker *w)
{
	struct size_request	*s;

	while ((s = TAILQ_FIRST(&w->sizes)) != NULL) {
		if (s->op == NULL)
			s->deed.began = monotime_now();
		op_cancel(s->op);
		s->op = NULL;
		gate_done(w, &s->deed, PROBLEM_DESKTOP_FAILED);
	}
}
