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
#include "store_blob.h"
#include "store_prune.h"

#define EVERY_MAX	3600	/* seconds */

static struct {
	struct event		*timer;
	struct prune		 prune;		/* the store's while busy */
	struct blob_prune	 blobs;		/* the same */
	struct blob_sweep	 sweep;		/* the same */
	int			 busy;
	int64_t			 events;	/* that went in this round */
	int64_t			 through;
} r;

/* Short ages are looked after as often as they need. */
static void
later(void)
{
	const struct msg_conf_retention	*conf = &broker_conf()->retention;
	struct timeval			 tv = { EVERY_MAX, 0 };
	uint64_t			 age = conf->journal_age;

	if (age == 0 || (conf->blobs_age != 0 && conf->blobs_age < age))
		age = conf->blobs_age;
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
	    json_object_new_int64(r.through));
	r.events = 0;
	journal_event(STORE_NORMAL, "system.pruned", NULL, -1, o);
}

static int64_t
oldest(uint64_t age)
{
	return age == 0 ? 0 : walltime_ms() - (int64_t)age * 1000;
}

static void
call(enum store_care care, store_call *what, void *arg, store_cb *then)
{
	struct txn	*t = txn_new(care);

	txn_call(t, what, arg);
	store_commit(t, then, NULL);
}

static void
swept(int good, void *arg)
{
	(void)good;
	(void)arg;
	r.busy = 0;
	later();
}

/* What was named is off the disk's tables for good. */
static void
dropped(int good, void *arg)
{
	if (good && r.sweep.count > 0)
		call(STORE_NORMAL, blob_sweep, &r.sweep, swept);
	else
		swept(good, arg);
}

static void
blobs_pruned(int good, void *arg)
{
	(void)arg;
	if (good && r.blobs.count > 0)
		call(STORE_NORMAL, blob_prune, &r.blobs, blobs_pruned);
	else
		call(STORE_FULL, blob_dropped, &r.sweep, dropped);
}

static void
events_pruned(int good, void *arg)
{
	const struct msg_conf_retention	*conf = &broker_conf()->retention;

	(void)arg;
	if (good && r.prune.events > 0) {
		r.events += r.prune.told;
		r.through = r.prune.through;
		call(STORE_NORMAL, prune_events, &r.prune, events_pruned);
		return;
	}
	if (r.events > 0)
		tell();
	r.blobs.before = oldest(conf->blobs_age);
	r.blobs.room = conf->blobs_size;
	call(STORE_NORMAL, blob_prune, &r.blobs, blobs_pruned);
}

void
retention_run(void)
{
	const struct msg_conf_retention	*conf = &broker_conf()->retention;

	if (r.busy)
		return;
	r.busy = 1;
	event_del(r.timer);
	r.prune.before = oldest(conf->journal_age);
	r.prune.bytes = conf->journal_size;
	call(STORE_NORMAL, prune_events, &r.prune, events_pruned);
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
