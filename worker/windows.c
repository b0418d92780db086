/* What windows there are, for somebody who only looks. */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "gate.h"
#include "memfd.h"
#include "op.h"
#include "peer.h"
#include "window.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

#define LOOKS_MAX	16	/* under way at one time */

struct windows_request {
	struct deed		 deed;		/* first: it is one */
	TAILQ_ENTRY(windows_request) entry;
	struct worker		*w;
	struct msg_hdr		 hdr;		/* of the asking message */
	struct op		*op;
	const char		*detail;	/* of a problem of ours */
};

static void
request_free(struct windows_request *q)
{
	TAILQ_REMOVE(&q->w->looks, q, entry);
	q->w->nlooks--;
	op_cancel(q->op);
	free(q);
}

static struct json_object *
list_json(const struct windows *seen)
{
	struct json_object	*o = json_object_new_object();
	struct json_object	*list = json_object_new_array();
	unsigned int		 i;

	for (i = 0; i < seen->n; i++)
		json_object_array_add(list, window_json(&seen->list[i]));
	json_object_object_add(o, "windows", list);
	json_object_object_add(o, "total",
	    json_object_new_int64(seen->total));
	return o;
}

static enum problem
send_list(struct windows_request *q, const struct windows *seen)
{
	struct json_object	*o = list_json(seen);
	struct msg_windows_done	 m = { .count = seen->n };
	struct msg_out		 out = { .type = MSG_WINDOWS_DONE,
				    .request = q->hdr.request,
				    .session = &q->w->session, .data = &m,
				    .len = sizeof(m), .nfds = 1 };
	const char		*text;
	int			 fd;

	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE);
	m.size = (uint32_t)strlen(text);
	fd = memfd_from("windows", text, m.size);
	json_object_put(o);
	if (fd == -1) {
		q->detail = "no memory for the list now";
		return PROBLEM_UNAVAILABLE;
	}
	out.fds = &fd;
	if (q->w->broker != NULL)
		peer_send(q->w->broker, &out);
	close(fd);
	return PROBLEM_NONE;
}

static void
seen_cb(enum problem problem, const struct windows *seen, void *arg)
{
	struct windows_request	*q = arg;

	q->op = NULL;
	if (problem == PROBLEM_NONE && !seen->has_wm) {
		q->detail = "the session has no window manager now";
		problem = PROBLEM_UNAVAILABLE;
	} else if (problem == PROBLEM_NONE)
		problem = send_list(q, seen);
	gate_done(q->w, &q->deed, problem);
}

static void
begin(struct worker *w, struct deed *d)
{
	struct windows_request	*q = (struct windows_request *)d;

	q->op = windows_query(w->desktop.display, 0, seen_cb, q);
}

static void
done(struct worker *w, struct deed *d, enum problem problem)
{
	struct windows_request	*q = (struct windows_request *)d;

	if (q->detail == NULL)
		q->detail = desktop_problem_text(problem);
	if (problem != PROBLEM_NONE && w->broker != NULL)
		peer_error(w->broker, &q->hdr, problem, "", q->detail);
	request_free(q);
}

static const struct deed_kind kind = {
	.name = "windows", .needs = GATE_NEEDS_DESKTOP, .begin = begin,
	.done = done
};

void
windows_start(struct worker *w, struct wire_msg *m)
{
	struct windows_request	*q;

	if (w->nlooks >= LOOKS_MAX) {
		peer_error(w->broker, &m->hdr, PROBLEM_BUSY, "",
		    "too many lists of windows are asked for at once");
		return;
	}
	q = xcalloc(1, sizeof(*q));
	q->w = w;
	q->hdr = m->hdr;
	q->deed.kind = &kind;
	TAILQ_INSERT_TAIL(&w->looks, q, entry);
	w->nlooks++;
	gate_pass(w, &q->deed);
}

void
windows_cancel_all(struct worker *w)
{
	while (!TAILQ_EMPTY(&w->looks))
		request_free(TAILQ_FIRST(&w->looks));
}

/* Before the display is closed: its ops would never end. */
void
windows_display_lost(struct worker *w)
{
	struct windows_request	*q;

	while ((q = TAILQ_FIRST(&w->looks)) != NULL) {
		op_cancel(q->op);
		q->op = NULL;
		gate_done(w, &q->deed, PROBLEM_DESKTOP_FAILED);
	}
}
