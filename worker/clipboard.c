/*
 * Reading and setting the selections for the broker.  A few at a time, the
 * others in line: an owner that does not answer holds up one place of it,
 * for the time that it has.
 */
#include <sys/mman.h>
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "clip.h"
#include "gate.h"
#include "memfd.h"
#include "op.h"
#include "peer.h"
#include "sizes.h"
#include "wire.h"
#include "worker.h"
#include "xmalloc.h"

#define RUNNING_MAX	4
#define WAITING_MAX	60	/* behind those */
#define SETS_MAX	4	/* of them with bytes of ours */

struct clip_request {
	struct deed			 deed;	/* first: it is one */
	TAILQ_ENTRY(clip_request)	 entry;
	struct worker			*w;
	struct msg_hdr			 hdr;	/* of the asking message */
	struct msg_clip			 clip;
	struct clip_bytes		*bytes;	/* to be set */
	int				 runs;
	struct op			*op;
	const char			*detail;	/* of its problem */
};

static void	next(struct worker *);

static void
request_free(struct clip_request *c)
{
	struct worker	*w = c->w;

	TAILQ_REMOVE(&w->clips, c, entry);
	w->nclips--;
	w->clips_running -= c->runs;
	w->clips_set -= c->bytes != NULL;
	op_cancel(c->op);
	json_object_put(c->deed.record);
	clip_bytes_free(c->bytes);
	free(c);
}

static struct json_object *
new_record(const char *type, const struct msg_clip *clip)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "type", json_object_new_string(type));
	json_object_object_add(o, "selection", json_object_new_string(
	    clip->selection == CLIP_PRIMARY ? "primary" : "clipboard"));
	return o;
}

/* What the journal keeps of it: never the content. */
static void
record_bytes(struct clip_request *c, const struct clip_bytes *b)
{
	json_object_object_add(c->deed.record, "media_type",
	    json_object_new_string(b->type == CLIP_PNG ? "image/png" :
	    "text/plain"));
	json_object_object_add(c->deed.record, "size",
	    json_object_new_int64((int64_t)b->len));
}

static enum problem
send_data(struct clip_request *c, const struct clip_bytes *b)
{
	struct msg_clip	 m = c->clip;
	struct msg_out	 out = { .type = MSG_CLIP_DATA,
			    .request = c->hdr.request,
			    .session = &c->w->session, .data = &m,
			    .len = sizeof(m), .nfds = 1 };
	int		 fd;

	if ((fd = memfd_from("clip", b->p, b->len)) == -1)
		return PROBLEM_INTERNAL;
	out.fds = &fd;
	m.type = b->type;
	m.size = (uint32_t)b->len;
	peer_send(c->w->broker, &out);
	close(fd);
	return PROBLEM_NONE;
}

static void
read_cb(enum problem problem, struct clip_bytes *b, const char *detail,
    void *arg)
{
	struct clip_request	*c = arg;
	struct worker		*w = c->w;

	c->op = NULL;
	c->detail = detail;
	if (problem == PROBLEM_NONE && (b == NULL || b->len == 0))
		peer_ok(w->broker, &c->hdr);
	else if (problem == PROBLEM_NONE) {
		record_bytes(c, b);
		problem = send_data(c, b);
	}
	gate_done(w, &c->deed, problem);
	next(w);
}

static void
set_cb(enum problem problem, void *arg)
{
	struct clip_request	*c = arg;
	struct worker		*w = c->w;

	c->op = NULL;
	if (problem == PROBLEM_NONE)
		peer_ok(w->broker, &c->hdr);
	else if (problem == PROBLEM_CONFLICT)
		c->detail = "another program took the selection";
	gate_done(w, &c->deed, problem);
	next(w);
}

static void
begin_get(struct worker *w, struct deed *d)
{
	struct clip_request	*c = (struct clip_request *)d;

	c->op = clip_read(w->desktop.display, c->clip.selection, c->clip.type,
	    read_cb, c);
}

static void
begin_set(struct worker *w, struct deed *d)
{
	struct clip_request	*c = (struct clip_request *)d;

	c->op = clip_own(w->desktop.display, c->clip.selection, c->bytes,
	    set_cb, c);
}

static void
done(struct worker *w, struct deed *d, enum problem problem)
{
	struct clip_request	*c = (struct clip_request *)d;
	const char		*detail = c->detail;

	if (problem == PROBLEM_NO_DESKTOP)
		detail = "this session has no desktop";
	else if (problem == PROBLEM_DESKTOP_FAILED)
		detail = "the session's desktop has failed";
	else if (problem == PROBLEM_UNAVAILABLE)
		detail = "the session's desktop is not ready";
	else if (problem == PROBLEM_DISPLAY_TIMEOUT)
		detail = "the session's X server did not answer in time";
	if (problem != PROBLEM_NONE && w->broker != NULL)
		peer_error(w->broker, &c->hdr, problem, "",
		    detail != NULL ? detail : "it could not be done");
	request_free(c);
}

static const struct deed_kind	kind_get = {
	.name = "clipboard_get", .needs = GATE_NEEDS_DESKTOP,
	.begin = begin_get, .done = done
};
static const struct deed_kind	kind_set = {
	.name = "clipboard_set", .needs = GATE_NEEDS_DESKTOP,
	.begin = begin_set, .done = done
};
static const struct deed_kind	kind_clear = {
	.name = "clipboard_clear", .needs = GATE_NEEDS_DESKTOP,
	.begin = begin_set, .done = done
};

static void
next(struct worker *w)
{
	struct clip_request	*c, *after;

	for (c = TAILQ_FIRST(&w->clips); c != NULL &&
	    w->clips_running < RUNNING_MAX; c = after) {
		after = TAILQ_NEXT(c, entry);
		if (c->runs)
			continue;
		c->runs = 1;
		w->clips_running++;
		gate_pass(w, &c->deed);
	}
}

/* In line, or refused and answered.  Takes over the bytes. */
static void
add(struct worker *w, const struct wire_msg *m, const struct deed_kind *kind,
    struct clip_bytes *bytes)
{
	struct clip_request	*c;
	struct msg_clip		 clip;

	memcpy(&clip, m->data, sizeof(clip));
	if (clip.selection != CLIP_CLIPBOARD &&
	    clip.selection != CLIP_PRIMARY) {
		clip_bytes_free(bytes);
		peer_close(w->broker, "no such selection");
		return;
	}
	if (w->nclips >= RUNNING_MAX + WAITING_MAX ||
	    (bytes != NULL && w->clips_set >= SETS_MAX)) {
		clip_bytes_free(bytes);
		peer_error(w->broker, &m->hdr, PROBLEM_BUSY, "",
		    "too much is asked of the clipboard at once");
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->w = w;
	c->hdr = m->hdr;
	c->clip = clip;
	c->bytes = bytes;
	c->deed.kind = kind;
	c->deed.principal = clip.principal;
	c->deed.record = new_record(kind->name, &clip);
	if (bytes != NULL)
		record_bytes(c, bytes);
	w->clips_set += bytes != NULL;
	w->nclips++;
	TAILQ_INSERT_TAIL(&w->clips, c, entry);
	next(w);
}

void
clipboard_get(struct worker *w, struct wire_msg *m)
{
	struct msg_clip	clip;

	memcpy(&clip, m->data, sizeof(clip));
	if (clip.type != 0 && clip.type != CLIP_TEXT && clip.type != CLIP_PNG)
		peer_close(w->broker, "no such type of a selection");
	else
		add(w, m, &kind_get, NULL);
}

void
clipboard_set(struct worker *w, struct wire_msg *m)
{
	struct msg_clip	 clip;
	uint8_t		*copy;
	size_t		 len;
	void		*p;

	memcpy(&clip, m->data, sizeof(clip));
	if (clip.type != CLIP_TEXT && clip.type != CLIP_PNG) {
		peer_close(w->broker, "no such type of a selection");
		return;
	}
	p = memfd_map(m->fds[0], clip.type == CLIP_PNG ? CLIP_PNG_MAX :
	    CLIP_TEXT_MAX, &len);
	if (p == NULL || len != clip.size) {
		if (p != NULL)
			munmap(p, len);
		peer_close(w->broker, "a selection that cannot be one");
		return;
	}
	copy = xmalloc(len);
	memcpy(copy, p, len);
	munmap(p, len);
	add(w, m, &kind_set, clip_bytes_new(clip.type, copy, len));
}

void
clipboard_clear(struct worker *w, struct wire_msg *m)
{
	add(w, m, &kind_clear, NULL);
}

void
clipboard_cancel_all(struct worker *w)
{
	while (!TAILQ_EMPTY(&w->clips))
		request_free(TAILQ_FIRST(&w->clips));
}

/* Before the display is closed: its ops would never end. */
void
clipboard_display_lost(struct worker *w)
{
	struct clip_request	*c;

	while ((c = TAILQ_FIRST(&w->clips)) != NULL) {
		op_cancel(c->op);
		c->op = NULL;
		if (!c->runs)
			c->deed.began = monotime_now();
		gate_done(w, &c->deed, PROBLEM_DESKTOP_FAILED);
	}
}
