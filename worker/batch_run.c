/*
 * The actions of one batch, one after the other: each passes the gate, is
 * looked at when that is wanted, and is answered.
 */
#include <event2/event.h>
#include <string.h>

#include <json-c/json.h>

#include "batch_run.h"
#include "capture.h"
#include "display.h"
#include "peer.h"
#include "worker.h"

static void	run_ended(struct action_run *, enum problem);
static void	picture_taken(struct picture *, enum problem,
		    const struct shot *, int);

static struct batch *
batch_of(struct action_run *r)
{
	return (struct batch *)((char *)r - offsetof(struct batch, run));
}

/* One result; its JSON is given up. */
static void
send_done(struct batch *b, unsigned int i, enum problem problem,
    uint32_t duration_us, struct json_object *result)
{
	struct msg_action_done	 m = { .index = i, .problem = problem,
				    .duration_us = duration_us };
	struct msg_out		 out = { .type = MSG_ACTION_DONE,
				    .request = b->hdr.request,
				    .session = &b->w->session, .data = &m,
				    .len = sizeof(m) };
	const char		*text;

	if (problem != PROBLEM_NONE)
		b->failed++;
	text = json_object_to_json_string_ext(result, JSON_C_TO_STRING_PLAIN);
	out.tail = text;
	out.tail_len = strlen(text) + 1;
	if (b->w->broker != NULL)
		peer_send(b->w->broker, &out);
	json_object_put(result);
}

static struct json_object *
new_result(const struct action *a)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "type",
	    json_object_new_string(a->row->kind.name));
	return o;
}

static void
add_detail(struct json_object *result, const char *detail)
{
	json_object_object_add(result, "detail",
	    json_object_new_string(detail));
}

void
batch_finish(struct batch *b, enum problem problem, const char *detail)
{
	struct msg_actions_done	 m;
	struct msg_out		 out = { .type = MSG_ACTIONS_DONE,
				    .request = b->hdr.request,
				    .session = &b->w->session, .data = &m,
				    .len = sizeof(m) };
	struct json_object	*result;

	for (; b->at < b->plan.n; b->at++) {
		result = new_result(&b->plan.actions[b->at]);
		add_detail(result, detail);
		send_done(b, b->at, problem, 0, result);
	}
	memset(&m, 0, sizeof(m));
	m.count = b->plan.n;
	m.failed = b->failed;
	if (b->w->broker != NULL)
		peer_send(b->w->broker, &out);
	batch_free(b);
}

static void
send_picture(struct action_run *r, const struct shot *shot, int settled)
{
	struct batch			*b = batch_of(r);
	struct msg_action_picture	 m = {
		.index = b->at,
		.width = shot->width,
		.height = shot->height,
		.size = shot->size,
		.generation = shot->generation,
		.settled = settled != 0,
		.format = shot->format
	};
	struct msg_out			 out = { .type = MSG_ACTION_PICTURE,
					    .request = b->hdr.request,
					    .session = &b->w->session,
					    .data = &m, .len = sizeof(m),
					    .fds = &shot->fd, .nfds = 1 };

	if (b->w->broker != NULL && shot->fd != -1)
		peer_send(b->w->broker, &out);
}

static int
wants_rest(const struct batch *b)
{
	return b->plan.settle_ms > 0 || b->plan.wait_for_change;
}

static const struct settle_want *
rest(struct batch *b)
{
	if (!wants_rest(b))
		return NULL;
	b->settle.quiet_ms = (uint32_t)b->plan.settle_ms;
	b->settle.limit_ms = (uint32_t)b->plan.settle_timeout_ms;
	b->settle.change = b->plan.wait_for_change;
	b->settle.since = b->generation;
	return &b->settle;
}

void
batch_step_cb(int fd, short events, void *arg)
{
	struct batch		*b = arg;
	struct worker		*w = b->w;
	struct action_run	*r = &b->run;
	const struct action	*a;

	(void)fd;
	(void)events;
	if (b->at == b->plan.n) {
		batch_finish(b, PROBLEM_NONE, "");
		return;
	}
	a = &b->plan.actions[b->at];
	b->phase = ACTING;
	if ((a->row->flags & ACTION_PRESSES) != 0)
		b->has_pressed = 1;
	/* A picture is compared with the screen before the deed it shows. */
	if (w->desktop.display != NULL && (b->at == 0 ||
	    (a->row->flags & ACTION_LOOKS) == 0))
		b->generation = capture_generation(w->desktop.display);
	r->w = w;
	r->action = a;
	r->op = NULL;
	r->at = r->round = 0;
	r->detail[0] = '\0';
	r->settle = rest(b);
	r->result = new_result(a);
	r->look = send_picture;
	r->ended = run_ended;
	r->deed.kind = &a->row->kind;
	r->deed.principal = b->principal;
	r->deed.request = b->hdr.request;
	r->deed.record = action_record(
	    batch_plan_object(&b->plan, b->at), a);
	gate_pass(w, &r->deed);
}

static const char *
problem_detail(enum problem problem)
{
	switch (problem) {
	case PROBLEM_UNKNOWN_KEY:
		return "the keyboard has no such key";
	case PROBLEM_UNTYPABLE:
		return "the text cannot be typed";
	default:
		return desktop_problem_text(problem);
	}
}

/* The answer to the action under way, picture or not; then what follows. */
static void
conclude(struct batch *b, enum problem problem)
{
	struct action_run	*r = &b->run;
	struct json_object	*result = r->result;

	r->result = NULL;
	b->phase = WAITING;
	if (problem != PROBLEM_NONE)
		add_detail(result, r->detail[0] != '\0' ? r->detail :
		    problem_detail(problem));
	send_done(b, b->at, problem, r->deed.duration_us, result);
	b->at++;
	if (problem != PROBLEM_NONE && b->plan.on_error == BATCH_STOP)
		batch_finish(b, PROBLEM_NOT_EXECUTED,
		    "an earlier action of the batch failed");
	else
		event_active(&b->step, EV_TIMEOUT, 1);
}

/* A picture after this action?  Not where its answer is one already. */
static int
wants_picture(const struct batch *b)
{
	if ((b->run.action->row->flags & ACTION_LOOKS) != 0)
		return 0;
	return b->plan.screenshot == BATCH_EACH ||
	    (b->plan.screenshot == BATCH_LAST && b->at + 1 == b->plan.n);
}

static int
rests_after(const struct batch *b)
{
	return wants_rest(b) && b->at + 1 == b->plan.n &&
	    (b->run.action->row->flags & ACTION_LOOKS) == 0;
}

static void
run_ended(struct action_run *r, enum problem problem)
{
	struct batch	*b = batch_of(r);
	struct worker	*w = b->w;
	struct shot_want want = { .pointer = b->plan.pointer,
			    .kind = b->plan.kind };
	int		 picture = wants_picture(b);

	json_object_put(r->deed.record);
	r->deed.record = NULL;
	if (problem == PROBLEM_NONE && (picture || rests_after(b)))
		problem = desktop_problem(w);
	else
		picture = -1;
	if (problem != PROBLEM_NONE || picture == -1) {
		conclude(b, problem);
		return;
	}
	b->phase = LOOKING;
	r->picture.cb = picture_taken;
	r->picture.arg = r;
	picture_take(&r->picture, w->desktop.display, rest(b),
	    picture ? &want : NULL);
}

static void
picture_taken(struct picture *p, enum problem problem,
    const struct shot *shot, int settled)
{
	struct action_run	*r = p->arg;

	if (shot != NULL)
		send_picture(r, shot, settled);
	else if (problem == PROBLEM_NONE)
		json_object_object_add(r->result, "settled",
		    json_object_new_boolean(settled));
	conclude(batch_of(r), problem);
}

static void
stopped(struct action_run *r, enum problem problem)
{
	(void)problem;
	json_object_put(r->deed.record);
	r->deed.record = NULL;
}

/*
 * Leaves what is under way where it is, with a record of it.  Whatever the
 * batch held down is let go.
 */
void
batch_stop(struct batch *b)
{
	struct display		*display = b->w->desktop.display;
	struct action_run	*r = &b->run;

	if (b->phase != WAITING)
		action_stop(r);
	r->ended = stopped;
	if (b->phase == ACTING)
		gate_done(b->w, &r->deed, PROBLEM_CANCELLED);
	b->phase = WAITING;
	json_object_put(r->result);
	r->result = NULL;
	if (b->has_pressed && display != NULL && display_is_ready(display))
		input_release_all(display);
}

static void
display_lost(struct batch *b)
{
	if (b->phase == WAITING || (b->run.op == NULL &&
	    b->run.picture.op == NULL))
		return;
	action_stop(&b->run);
	if (b->phase == ACTING)
		gate_done(b->w, &b->run.deed, PROBLEM_DESKTOP_FAILED);
	else
		conclude(b, PROBLEM_DESKTOP_FAILED);
}

/* Before the display is closed: its ops would never end. */
void
batch_display_lost(struct worker *w)
{
	struct batch	*b, *next;

	if ((b = TAILQ_FIRST(&w->batches)) != NULL)
		display_lost(b);
	TAILQ_FOREACH_SAFE(b, &w->beside, entry, next)
		display_lost(b);
}
