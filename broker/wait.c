#include <event2/event.h>
#include <event2/event_struct.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "broker.h"
#include "http.h"
#include "places.h"
#include "wait.h"
#include "xmalloc.h"

struct waiter {
	TAILQ_ENTRY(waiter)	 entry;
	struct session		*session;
	struct request		*request;
	uid_t			 uid;
	unsigned int		 states;
	enum wait_answer	 answer;
	struct event		 timer;
};

static struct places	waiting = {
	.max = WAITERS_MAX,
	.uid_max = USER_WAITERS,
	.what = "requests that wait"
};

static void
waiter_free(struct waiter *wt)
{
	TAILQ_REMOVE(&wt->session->waiters, wt, entry);
	event_del(&wt->timer);
	places_leave(&waiting, wt->uid);
	free(wt);
}

static void
answer(struct session *s, struct request *r, enum wait_answer how,
    int timed_out)
{
	struct json_object	*o;

	if (how == WAIT_DELETED && s->row.state == STATE_DELETED) {
		reply_empty(r, 204);
		return;
	}
	if (how == WAIT_DELETED && timed_out) {
		reply_problem(r, PROBLEM_TIMEOUT, NULL,
		    "the session is still being deleted");
		return;
	}
	o = session_json(s);
	if (how == WAIT_SHOW)
		json_object_object_add(o, "timed_out",
		    json_object_new_boolean(timed_out));
	reply_json(r, 200, o);
}

static void
end(struct waiter *wt, int timed_out)
{
	struct session		*s = wt->session;
	struct request		*r = wt->request;
	enum wait_answer	 how = wt->answer;

	waiter_free(wt);
	answer(s, r, how, timed_out);
}

static void
timer_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	end(arg, 1);
}

static void
gone(struct request *r, void *arg)
{
	(void)r;
	waiter_free(arg);
}

static int
over(const struct session *s, unsigned int states)
{
	return (states & (1U << s->row.state)) != 0;
}

void
wait_for(struct session *s, struct request *r, unsigned int states,
    enum wait_answer how, int64_t ms)
{
	struct timeval	 tv = { ms / 1000, (ms % 1000) * 1000 };
	struct waiter	*wt;

	if (over(s, states) || ms == 0) {
		answer(s, r, how, !over(s, states));
		return;
	}
	if (places_take(&waiting, r) == -1)
		return;
	wt = xcalloc(1, sizeof(*wt));
	wt->session = s;
	wt->request = r;
	wt->uid = request_uid(r);
	wt->states = states;
	wt->answer = how;
	TAILQ_INSERT_TAIL(&s->waiters, wt, entry);
	evtimer_assign(&wt->timer, broker_base(), timer_cb, wt);
	evtimer_add(&wt->timer, &tv);
	/* What was asked for is done to its end, whoever still listens. */
	request_defer(r, how == WAIT_SHOW ? gone : NULL, wt);
}

void
wait_check(struct session *s)
{
	struct waiter	*wt, *next;

	TAILQ_FOREACH_SAFE(wt, &s->waiters, entry, next)
		if (over(s, wt->states))
			end(wt, 0);
}

void
wait_end(struct session *s)
{
	struct waiter	*wt;

	while ((wt = TAILQ_FIRST(&s->waiters)) != NULL)
		end(wt, 0);
}

void
wait_refuse(struct session *s, enum problem problem, const char *detail)
{
	struct waiter	*wt, *next;
	struct request	*r;

	TAILQ_FOREACH_SAFE(wt, &s->waiters, entry, next) {
		if (wt->answer != WAIT_DELETED)
			continue;
		r = wt->request;
		waiter_free(wt);
		reply_problem(r, problem, NULL, "%s", detail);
	}
}
