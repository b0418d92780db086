/* The display: what size it has, and giving it another one. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "field.h"
#include "http.h"
#include "life.h"
#include "session.h"
#include "wire.h"
#include "xmalloc.h"

struct change {
	struct request		*request;
	struct ulid		 id;
	struct life_size	 size;
};

static int
need_desktop(struct request *r, const struct session *s)
{
	if (s->row.has_desktop)
		return 0;
	reply_problem(r, PROBLEM_NO_DESKTOP, NULL,
	    "this session has no desktop");
	return -1;
}

void
api_display_show(struct request *r)
{
	const struct session	*s = request_session(r);

	if (need_desktop(r, s) == 0)
		reply_json(r, 200, desktop_json(&s->row));
}

static void
stored(struct session *s, enum problem problem, void *arg)
{
	struct change	*c = arg;

	if (problem == PROBLEM_NONE)
		reply_json(c->request, 200, desktop_json(&s->row));
	else
		reply_refused(c->request, s, problem);
	free(c);
}

static void
answer(struct wire_msg *m, void *arg)
{
	struct change	*c = arg;
	struct session	*s;

	if (m == NULL || m->hdr.type != MSG_OK) {
		reply_error(c->request, m);
		free(c);
		return;
	}
	if ((s = session_find(&c->id)) == NULL) {
		reply_problem(c->request, PROBLEM_NOT_FOUND, NULL,
		    "the session was deleted meanwhile");
		free(c);
		return;
	}
	life_resize(s, request_uid(c->request), &c->size, stored, c);
}

/* -1: answered. */
static int
read_size(struct request *r, const struct session *s, struct life_size *size)
{
	const struct msg_desktop_size	*d = &s->row.desktop;
	struct fields			 f;

	fields_begin(&f, request_json(r));
	size->width = (uint32_t)field_int(&f, "width", SCREEN_MIN,
	    d->max_width, d->width);
	size->height = (uint32_t)field_int(&f, "height", SCREEN_MIN,
	    d->max_height, d->height);
	if (field_kind(&f, "width") != FIELD_GIVEN)
		field_require(&f, field_kind(&f, "height") == FIELD_GIVEN ?
		    "height" : "width");
	if (fields_end(&f) == 0)
		return 0;
	fields_reply(&f, r);
	return -1;
}

/* A session that does not run has the size from its next start on. */
void
api_display_change(struct request *r)
{
	struct session		*s = request_session(r);
	struct life_size	 size;
	struct msg_resize	 m;
	struct change		*c;
	int			 stopped;

	stopped = s->row.state == STATE_STOPPED ||
	    s->row.state == STATE_FAILED;
	if (need_desktop(r, s) == -1 || read_size(r, s, &size) == -1 ||
	    (!stopped && need_running(r, s) == -1))
		return;
	c = xcalloc(1, sizeof(*c));
	c->request = r;
	c->id = s->row.id;
	c->size = size;
	if (stopped) {
		request_defer(r, NULL, NULL);
		life_resize(s, request_uid(r), &c->size, stored, c);
		return;
	}
	memset(&m, 0, sizeof(m));
	m.width = size.width;
	m.height = size.height;
	m.principal = request_uid(r);
	if (ask_once(s->worker, &s->row.id, answer, c, MSG_RESIZE, &m,
	    sizeof(m), NULL, 0) == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		free(c);
	} else
		request_defer(r, NULL, NULL);
}
