/* A worker that answers what the request's own words ask for. */
#ifndef FAKE_WORKER_H
#define FAKE_WORKER_H

#include "msg.h"

struct event_base;

void	fake_worker_init(void (*)(const struct ulid *));	/* died */
/* Takes the socket. */
void	fake_worker(struct event_base *, int, const struct ulid *,
	    enum desktop_state);

#endif
