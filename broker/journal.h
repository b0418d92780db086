/*
 * The journal: numbered events, written with the change they tell of, then
 * published in order to whoever listens.  Numbers are given here, on the
 * main thread, and go on from the largest that is stored.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <sys/types.h>

#include <stdint.h>

#include "store.h"

struct event_base;
struct json_object;
struct session_row;

void	journal_start(struct event_base *);	/* after store_open */

/* One transaction: events, and rows by way of entry_txn. */
struct entry;

struct entry	*entry_new(enum store_care);
/* Kind, session or NULL, actor or -1, time or 0 for now, data (taken). */
void		 entry_event(struct entry *, const char *,
		    const struct session_row *, int64_t, int64_t,
		    struct json_object *);
int64_t		 entry_seq(const struct entry *);	/* of its last event */
/* About no session but about a user, who sees it. */
void		 entry_user_event(struct entry *, const char *, uid_t,
		    int64_t, struct json_object *);
struct txn	*entry_txn(struct entry *);
/* Takes the entry.  The callback comes before its events are published. */
void		 entry_commit(struct entry *, store_cb *, void *);

/*
 * An event by itself that nobody waits for.  What a full disk refuses is
 * written later, unless it is too much.
 */
void	journal_event(enum store_care, const char *,
	    const struct session_row *, int64_t, struct json_object *);

/* The same, asked for with this token a while ago. */
void	journal_event_by(enum store_care, const char *,
	    const struct session_row *, int64_t, const struct ulid *,
	    struct json_object *);

struct listener;
typedef void listener_cb(const struct event_row *, void *);

struct listener	*journal_listen(listener_cb *, void *);
void		 journal_unlisten(struct listener *);

struct json_object *event_json(const struct event_row *);

#endif
