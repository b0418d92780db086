#include <stdio.h>

#include "broker.h"
#include "quota.h"
#include "session.h"

struct used {
	unsigned int	all;		/* sessions of everybody */
	unsigned int	own;		/* of this user */
	uint64_t	memory;		/* of this user's that hold any */
};

static void
count(uid_t uid, struct used *u)
{
	struct session	*s;

	*u = (struct used){ 0, 0, 0 };
	for (s = session_newest(); s != NULL; s = session_older(s)) {
		if (s->row.state == STATE_DELETED)
			continue;
		u->all++;
		if (s->row.owner != uid)
			continue;
		u->own++;
		if (session_holds(s))
			u->memory += s->row.resources.memory;
	}
}

/* 0 in the configuration is no limit. */
static int
memory_left(uid_t uid, const struct used *u, uint64_t more, char *why,
    size_t len)
{
	const struct conf_user	*cu = conf_user(broker_conf(), uid);
	uint64_t		 max;

	max = cu != NULL ? cu->memory : broker_conf()->defaults.user_memory;
	if (max == 0 || (u->memory <= max && more <= max - u->memory))
		return 0;
	snprintf(why, len, "memory of the user's running sessions: %llu MiB "
	    "of %llu MiB are taken, %llu MiB more were asked for",
	    (unsigned long long)(u->memory >> 20),
	    (unsigned long long)(max >> 20), (unsigned long long)(more >> 20));
	return -1;
}

int
quota_create(uid_t uid, uint64_t memory, char *why, size_t len)
{
	const struct conf	*c = broker_conf();
	const struct conf_user	*cu = conf_user(c, uid);
	struct used		 u;
	unsigned int		 max;

	count(uid, &u);
	if (c->defaults.max_sessions != 0 &&
	    u.all >= c->defaults.max_sessions) {
		snprintf(why, len, "sessions on this machine: all %u are "
		    "taken", c->defaults.max_sessions);
		return -1;
	}
	max = cu != NULL ? cu->sessions : c->defaults.user_sessions;
	if (max != 0 && u.own >= max) {
		snprintf(why, len, "sessions of the user: all %u are taken; "
		    "delete one first", max);
		return -1;
	}
	return memory_left(uid, &u, memory, why, len);
}

int
quota_memory(uid_t uid, uint64_t more, char *why, size_t len)
{
	struct used	u;

	count(uid, &u);
	return memory_left(uid, &u, more, why, len);
}
