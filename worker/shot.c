/* A picture of the screen for somebody who only looks. */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "gate.h"
#include "op.h"
#include "peer.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

#define SHOTS_MAX	64	/* under way at one time */

struct shot_request {
	struct deed		 deed;		/* first: it is one */
	TAILQ_ENTRY(shot_request) entry;
	struct worker		*w;
	struct msg_hdr		 hdr;		/* of the asking message */
	struct shot_want	 want;
	struct op		*op;
};

static void
shot_free(struct shot_request *s)
{
	TAILQ_REMOVE(&s->w->shots, s, entry);
	s->w->nshots--;
	op_cancel(s->op);
	free(s);
}

static void
send_shot(struct shot_request *s, const struct shot *shot)
{
	struct msg_shot_done	done = { .width = shot->width,
				    .height = shot->height,
				    .size = shot->size,
				    .took = shot->took,
				    .generation = shot->generation,
				    .tag = shot->tag };
	struct msg_shot_same	same = { .generation = shot->generation,
				    .tag = shot->tag };
	struct msg_out		out = { .request = s->hdr.request,
				    .session = &s->w->session };

	if (shot->same) {
		out.type = MSG_SHOT_SAME;
		out.data = &same;
		out.len = sizeof(same);
	} else {
		out.type = MSG_SHOT_DONE;
		out.data = &done;
		out.len = sizeof(done);
		out.fds = &shot->fd;
		out.nfds = 1;
	}
	if (s->w->broker != NULL)
		peer_send(s->w->broker, &out);
}

static void
shot_cb(enum problem problem, const struct shot *shot, void *arg)
{
	struct shot_request	*s = arg;

	s->op = NULL;
	if (problem == PROBLEM_NONE && shot != NULL)
		send_shot(s, shot);
	gate_done(s->w, &s->deed, problem);
}

static void
begin(struct worker *w, struct deed *d)
{
	struct shot_request	*s = (struct shot_request *)d;

	s->op = capture_shot(w->desktop.display, &s->want, shot_cb, s);
}

static void
done(struct worker *w, struct deed *d, enum problem problem)
{
	struct shot_request	*s = (struct shot_request *)d;
	const char		*detail = "no picture could be taken";

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
	shot_free(s);
}

static const struct deed_kind kind = {
	.name = "screenshot", .needs = GATE_NEEDS_DESKTOP, .begin = begin,
	.done = done
};

/* What fits is known only once there is a screen. */
static int
fits(struct worker *w, struct wire_msg *m, const struct shot_want *want)
{
	const char	*bad = "region";
	char		 detail[64];

	if (desktop_problem(w) != PROBLEM_NONE ||
	    capture_check(w->desktop.display, want, &bad) == PROBLEM_NONE)
		return 1;
	strlcpy(detail, bad, sizeof(detail));
	strlcat(detail, strcmp(bad, "format") == 0 ? " is none" :
	    " does not fit the screen", sizeof(detail));
	peer_error(w->broker, &m->hdr, PROBLEM_INVALID_PARAMETER, "", detail);
	return 0;
}

void
shot_start(struct worker *w, struct wire_msg *m)
{
	struct msg_shot		 head;
	struct shot_request	*s;
	struct shot_want	 want;

	memcpy(&head, m->data, sizeof(head));
	want.x = head.x;
	want.y = head.y;
	want.width = head.width;
	want.height = head.height;
	want.out_width = head.out_width;
	want.out_height = head.out_height;
	want.pointer = (head.flags & SHOT_POINTER) != 0;
	want.tag = head.tag;
	want.kind.format = head.format;
	want.kind.quality = head.quality;
	want.kind.lossless = (head.flags & SHOT_LOSSLESS) != 0;
	if (w->nshots >= SHOTS_MAX) {
		peer_error(w->broker, &m->hdr, PROBLEM_BUSY, "",
		    "too many pictures are asked for at once");
		return;
	}
	if (!fits(w, m, &want))
		return;
	s = xcalloc(1, sizeof(*s));
	s->w = w;
	s->hdr = m->hdr;
	s->want = want;
	s->deed.kind = &kind;
	TAILQ_INSERT_TAIL(&w->shots, s, entry);
	w->nshots++;
	gate_pass(w, &s->deed);
}

void
shot_cancel_all(struct worker *w)
{
	while (!TAILQ_EMPTY(&w->shots))
		shot_free(TAILQ_FIRST(&w->shots));
}

/* Before the display is closed: its ops would never end. */
void
shot_display_lost(struct worker *w)
{
	struct shot_request	*s;

	while ((s = TAILQ_FIRST(&w->shots)) != NULL) {
		op_cancel(s->op);
		s->op = NULL;
		gate_done(w, &s->deed, PROBLEM_DESKTOP_FAILED);
	}
}
