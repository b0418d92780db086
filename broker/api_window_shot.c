/* A picture of the part of the screen where a window is. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "http.h"
#include "msg.h"
#include "peer.h"
#include "session.h"
#include "shot.h"
#include "windows.h"
#include "wire.h"
#include "xmalloc.h"

struct look {
	struct request	*request;
	struct ask	*ask;
	struct ulid	 session;
};

static void
take(struct look *l, struct json_object *window)
{
	struct session	*s = session_find(&l->session);
	struct msg_shot	 region;

	if (window == NULL || s == NULL)
		reply_problem(l->request, PROBLEM_NOT_FOUND, NULL,
		    "there is no such window");
	else if (window_region(window, s->row.desktop.width,
	    s->row.desktop.height, &region) == -1)
		reply_problem(l->request, PROBLEM_CONFLICT, NULL,
		    "the window is not on the screen now");
	else
		shot_take(l->request, s, &region);
}

static void
listed(struct wire_msg *m, void *arg)
{
	struct look		*l = arg;
	struct json_object	*list;
	uint64_t		 total;

	if (m == NULL || m->hdr.type == MSG_ERROR)
		reply_error(l->request, m);
	else if (m->hdr.type != MSG_WINDOWS_DONE ||
	    (list = windows_read(m, &total)) == NULL)
		reply_problem(l->request, PROBLEM_INTERNAL, NULL,
		    "the session's worker sent no usable list");
	else {
		take(l, windows_find(list,
		    request_param(l->request, "window")));
		json_object_put(list);
	}
	free(l);
}

static void
gone(struct request *r, void *arg)
{
	struct look	*l = arg;

	(void)r;
	ask_free(l->ask);
	free(l);
}

void
api_window_shot(struct request *r)
{
	struct session	*s = request_session(r);
	struct look	*l;

	if (need_running(r, s) == -1)
		return;
	l = xcalloc(1, sizeof(*l));
	l->request = r;
	l->session = s->row.id;
	l->ask = ask_once(s->worker, &s->row.id, listed, l, MSG_WINDOWS, NULL,
	    0, NULL, 0);
	if (l->ask != NULL) {
		request_defer(r, gone, l);
		return;
	}
	free(l);
	reply_problem(r, PROBLEM_BUSY, NULL,
	    "too much is asked of this session at once");
}
