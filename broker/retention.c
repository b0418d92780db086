/*
 * When what is kept too long, or is too much, goes: looked at from time to
 * time and, while there is more to do, again at once.
 */
#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "broker.h"
#include "journal.h"
#include "log.h"
#include "monotime.h"
#include "retention.h"
#include "store.h"
#include "store_prune.h"

#define EVERY_MAX	3600	/* seconds */

static struct {
	struct event	*timer;
	struct prune	 prune;		/* the store's while busy */
	int		 busy;
	int64_t		 events;	/* since it was last told */
} r;

static void	look_cb(int, short, void *);

/* Short ages are looked after as often as they need. */
static void
later(void)
{
	struct timeval	tv = { EVERY_MAX, 0 };
	uint64_t	age = broker_conf()->retention.journal_age;

	if (age != 0 && age / 4 < EVERY_MAX)
		tv.tv_sec = age < 4 ? 1 : (time_t)(age / 4);
	event_add(r.timer, &tv);
}

static void
tell(void)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "events", json_object_new_int64(r.events));
	json_object_object_add(o, "through",
	    json_object_new_int64(r.prune.through));
	r.events = 0;
	journal_event(STORE_NORMAL, "system.pruned", NULL, -1, o);
}

static void
pruned(int good, void *arg)
{
	static int64_t	through;

	(void)arg;
	r.busy = 0;
	if (good && r.prune.events > 0) {
		r.events += r.prune.told;
		through = r.prune.through;
		retention_run();
		return;
	}
	r.prune.through = through;
	if (r.events > 0)
		tell();
	later();
}

void
retention_run(void)
{
	const struct msg_conf_retention	*conf = &broker_conf()->retention;
	struct txn			*t;

	if (r.busy)
		return;
	r.busy = 1;
	event_del(r.timer);
	r.prune.before = conf->journal_age == 0 ? 0 :
	    walltime_ms() - (int64_t)conf->journal_age * 1000;
	r.prune.bytes = conf->journal_size;
	t = txn_new(STORE_NORMAL);
	txn_call(t, prune_events, &r.prune);
	store_commit(t, pruned, NULL);
}

static void
look_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
	retention_run();
}

void
retention_start(struct event_base *base)
{
	if ((r.timer = evtimer_new(base, look_cb, NULL)) == NULL)
		fatalx("retention: event");
	later();
}
