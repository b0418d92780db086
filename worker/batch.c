/*
 * Batches of actions.  A batch is read and checked as a whole before any of
 * it is done; one batch runs at a time, the others wait their turn.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "batch_run.h"
#include "display.h"
#include "log.h"
#include "peer.h"
#include "sizes.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

#define WAITING_MAX		64		/* batches behind the first */
#define WAITING_BYTES_MAX	(8 * 1024 * 1024)

void
batch_free(struct batch *b)
{
	struct worker	*w = b->w;

	TAILQ_REMOVE(b->is_beside ? &w->beside : &w->batches, b, entry);
	w->nbatches--;
	w->batch_bytes -= b->size;
	event_del(&b->step);
	batch_plan_clear(&b->plan);
	free(b);
	if ((b = TAILQ_FIRST(&w->batches)) != NULL && b->phase == WAITING)
		event_active(&b->step, EV_TIMEOUT, 1);
}

/* Only watching, which must not keep others from acting. */
static int
is_beside(const struct batch_plan *plan)
{
	return plan->n == 1 &&
	    (plan->actions[0].row->flags & ACTION_BESIDE) != 0;
}

static struct batch *
find(struct worker *w, uint64_t request)
{
	struct batch	*b;

	TAILQ_FOREACH(b, &w->batches, entry)
		if (b->hdr.request == request)
			return b;
	TAILQ_FOREACH(b, &w->beside, entry)
		if (b->hdr.request == request)
			return b;
	return NULL;
}

/* Takes over the plan. */
static void
enqueue(struct worker *w, const struct msg_hdr *hdr, uint32_t principal,
    size_t size, struct batch_plan *plan)
{
	struct batch	*b = xcalloc(1, sizeof(*b));

	b->w = w;
	b->hdr = *hdr;
	b->principal = principal;
	b->size = size;
	b->plan = *plan;
	memset(plan, 0, sizeof(*plan));
	event_assign(&b->step, w->base, -1, 0, batch_step_cb, b);
	event_assign(&b->run.timer, w->base, -1, 0, batch_step_cb, b);
	b->is_beside = is_beside(&b->plan);
	TAILQ_INSERT_TAIL(b->is_beside ? &w->beside : &w->batches, b, entry);
	w->nbatches++;
	w->batch_bytes += size;
	if (b->is_beside || TAILQ_FIRST(&w->batches) == b)
		event_active(&b->step, EV_TIMEOUT, 1);
}

static void
receive(struct worker *w, const struct msg_hdr *hdr, uint32_t principal,
    const char *body, size_t len)
{
	struct batch_plan	 plan;
	struct field_error	 err;
	struct screen		 screen = { .problem = desktop_problem(w) };

	if (find(w, hdr->request) != NULL) {
		peer_close(w->broker, "a batch's number is in use");
		return;
	}
	if (w->nbatches > WAITING_MAX ||
	    len > WAITING_BYTES_MAX - w->batch_bytes) {
		peer_error(w->broker, hdr, PROBLEM_BUSY, "",
		    "too many actions wait for this session");
		return;
	}
	if (screen.problem == PROBLEM_NONE) {
		screen.width = display_width(w->desktop.display);
		screen.height = display_height(w->desktop.display);
	}
	if (batch_read(&plan, body, len, &screen, &err) == -1)
		peer_error(w->broker, hdr, err.problem, err.pointer,
		    err.detail);
	else
		enqueue(w, hdr, principal, len, &plan);
}

void
batch_start(struct worker *w, struct wire_msg *m)
{
	struct msg_actions	 head;
	const char		*body = (const char *)m->data + sizeof(head);
	size_t			 len = m->len - sizeof(head);

	memcpy(&head, m->data, sizeof(head));
	if (len > 0 && body[len - 1] == '\0')
		len--;
	receive(w, &m->hdr, head.principal, body, len);
}

#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* A memfd that could still change would change, or shrink, under us. */
void
batch_start_bulk(struct worker *w, struct wire_msg *m)
{
	struct msg_actions	 head;
	struct stat		 st;
	void			*body;
	size_t			 len;
	int			 seals = fcntl(m->fds[0], F_GET_SEALS);

	memcpy(&head, m->data, sizeof(head));
	if (seals == -1 || (seals & SEALS) != SEALS) {
		peer_close(w->broker, "actions in a memfd that is not sealed");
		return;
	}
	if (fstat(m->fds[0], &st) == -1 || st.st_size <= 0 ||
	    st.st_size > ACTIONS_BODY_MAX) {
		peer_close(w->broker, "actions of a wrong size");
		return;
	}
	len = (size_t)st.st_size;
	body = mmap(NULL, len, PROT_READ, MAP_PRIVATE, m->fds[0], 0);
	if (body == MAP_FAILED) {
		log_warn("mmap of %zu bytes", len);
		peer_error(w->broker, &m->hdr, PROBLEM_INTERNAL, "",
		    "the actions could not be read");
		return;
	}
	receive(w, &m->hdr, head.principal, body, len);
	munmap(body, len);
}

static void
cancel(struct batch *b)
{
	batch_stop(b);
	batch_finish(b, PROBLEM_CANCELLED, "the client has gone");
}

/* It may have ended by itself: an unknown number is no fault. */
void
batch_cancel(struct worker *w, uint64_t request)
{
	struct batch	*b = find(w, request);

	if (b != NULL)
		cancel(b);
}

/* Their broker is gone: nobody is told. */
void
batch_cancel_all(struct worker *w)
{
	struct batch	*b;

	while ((b = TAILQ_FIRST(&w->batches)) != NULL ||
	    (b = TAILQ_FIRST(&w->beside)) != NULL) {
		batch_stop(b);
		batch_free(b);
	}
}
