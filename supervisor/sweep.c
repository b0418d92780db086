/*
 * After a supervisor was killed its sessions' processes may live on.  Until
 * they can be taken over they are ended here, before anything else starts:
 * groups first, by name, then directories and uid slots.  What was mounted
 * belonged to processes that are gone by then.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "conf.h"
#include "log.h"
#include "peer.h"
#include "supervisor.h"
#include "xmalloc.h"

#define STEP_MS		10
#define STEPS		1000	/* ten seconds, for disks to be flushed */

static void
remember(const char *name, void *arg)
{
	struct swept	*sw;
	struct ulid	 id;

	(void)arg;
	if (session_id_parse(&id, name) == -1)
		return;
	TAILQ_FOREACH(sw, &sv.swept, entry)
		if (ulid_cmp(&sw->id, &id) == 0)
			return;
	sw = xcalloc(1, sizeof(*sw));
	sw->id = id;
	TAILQ_INSERT_TAIL(&sv.swept, sw, entry);
}

/* The kernel removes a group only when nothing is in it. */
static int
end_group(const char *id)
{
	struct timespec	step = { 0, STEP_MS * 1000000L };
	int		i;

	for (i = 0; i < STEPS; i++) {
		sv.cgroup->kill(id);
		if (sv.cgroup->remove(id) == 0)
			return 0;
		if (errno != EBUSY)
			return -1;
		nanosleep(&step, NULL);
	}
	return -1;
}

void
sweep(void)
{
	struct swept	*sw;
	char		 dir[PATH_MAX], id[SESSION_ID_TEXT];

	snprintf(dir, sizeof(dir), "%s/sessions", sv.conf->run_dir);
	cgroup_each_dir(dir, remember, NULL);
	sv.cgroup->each(remember, NULL);
	TAILQ_FOREACH(sw, &sv.swept, entry) {
		session_id_text(&sw->id, id);
		log_info("%s: left by a supervisor that died; swept", id);
		if (end_group(id) == -1)
			log_warn("%s: its control group stays", id);
		if (place_remove(sv.conf, id) == -1 && errno != ENOENT)
			log_warn("%s: its run directory stays", id);
	}
	uidrange_sweep(sv.conf);
}

void
sweep_tell(struct peer *broker)
{
	struct msg_out	 out = { .type = MSG_SESSION_SWEPT };
	struct swept	*sw;

	while ((sw = TAILQ_FIRST(&sv.swept)) != NULL) {
		out.session = &sw->id;
		peer_send(broker, &out);
		TAILQ_REMOVE(&sv.swept, sw, entry);
		free(sw);
	}
}
