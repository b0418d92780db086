/*
 * The life of a session: which move each wish and each fact leads to, and
 * what the supervisor is told.  What is to be told follows from the row
 * alone (life_push), so a broker that was restarted goes on by itself.
 */
#ifndef LIFE_H
#define LIFE_H

#include <sys/types.h>

#include "msg.h"
#include "problem.h"
#include "session.h"

struct json_object;

typedef void life_cb(struct session *, enum problem, void *);

/*
 * Wishes of a client: uid, then the callback for when the wish is stored or
 * refused.
 */
void	life_create(const struct session_row *, life_cb *, void *);
void	life_start(struct session *, uid_t, life_cb *, void *);
void	life_stop(struct session *, uid_t, life_cb *, void *);
void	life_delete(struct session *, uid_t, life_cb *, void *);

/* NULL or -1: as it was. */
struct life_patch {
	const char		*name;
	struct json_object	*labels;
	struct msg_resources	 resources;	/* 0: as it was */
};
void	life_patch(struct session *, uid_t, const struct life_patch *,
	    life_cb *, void *);

struct life_size {
	uint32_t	width;
	uint32_t	height;
};
/* Of its screen, which has it by now; borrowed until the callback. */
void	life_resize(struct session *, uid_t, const struct life_size *,
	    life_cb *, void *);

/* Facts. */
void	life_started(struct session *, uint32_t);
void	life_worker(struct session *, int);	/* its socket, taken */
void	life_desktop(struct session *, const struct msg_desktop *,
	    const char *);
void	life_gone(struct session *, enum gone_reason, const char *);
void	life_swept(struct session *, const char *);
/* The supervisor has told of all that live: the others do not. */
void	life_reconcile(void);

/* Tells the supervisor what the row asks for and has not been told. */
void	life_push(struct session *);
/* Fails what was asked of its worker. */
void	worker_drop(struct session *);

#endif
