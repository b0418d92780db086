/*
 * A session as the broker remembers it.  The row is what the store holds;
 * it changes only by a move, which is an event and the new row in one
 * transaction, one move at a time per session.
 */
#ifndef SESSION_H
#define SESSION_H

#include <bsd/sys/tree.h>
#include <sys/queue.h>
#include <sys/types.h>

#include <stdint.h>

#include "msg.h"
#include "problem.h"

struct json_object;
struct kept_records;
struct peer;

enum session_state {
	STATE_CREATING = 1,
	STATE_RUNNING,
	STATE_STOPPING,
	STATE_STOPPED,
	STATE_STARTING,
	STATE_FAILED,
	STATE_DELETED,
	STATE__COUNT
};

const char		*state_name(enum session_state);
enum session_state	 state_parse(const char *);	/* 0: no such state */

#define SESSION_REASON	32
#define SESSION_DETAIL	256

/* One row of the store.  env and labels are JSON objects it owns. */
struct session_row {
	struct ulid		 id;
	uid_t			 owner;
	char			 name[NAME_MAX_LEN + 1];  /* or "" */
	char			 image[NAME_MAX_LEN + 1];
	enum session_state	 state;
	enum session_state	 desired;
	char			 reason[SESSION_REASON];  /* or "" */
	char			 detail[SESSION_DETAIL];
	int			 has_desktop;
	int			 has_disk;	/* it came up once */
	struct msg_desktop_size	 desktop;
	struct msg_resources	 resources;
	struct json_object	*env;
	struct json_object	*labels;
	int64_t			 created_at;	/* ms; 0: not yet */
	int64_t			 started_at;
	int64_t			 stopped_at;
	int64_t			 updated_at;
	uint32_t		 setup_us;
	uint32_t		 desktop_ms;
};

void	row_copy(struct session_row *, const struct session_row *);
void	row_clear(struct session_row *);

struct move;
struct waiter;

struct session {
	RB_ENTRY(session)	 entry;
	struct session_row	 row;
	int			 hidden;	/* its creation is not stored yet */
	int			 reserved;	/* it starts as soon as that is stored */
	int			 live;		/* the supervisor has it */
	int			 came_up;	/* so there is a disk */
	int			 start_sent;
	int			 stop_sent;
	int			 delete_sent;
	int			 delete_failed;
	uint32_t		 setup_us;	/* until the next move */
	char			 fail_reason[SESSION_REASON];  /* of our stop */
	char			 fail_detail[SESSION_DETAIL];
	struct peer		*worker;	/* or NULL */
	unsigned int		 workers;	/* that this life has had */
	struct kept_records	*kept;		/* its programs, or NULL */
	int			 kept_synced;	/* with this worker */
	int			 moving;
	TAILQ_HEAD(, move)	 moves;		/* the first is under way */
	TAILQ_HEAD(, move)	 unsaved;	/* facts the disk refused */
	TAILQ_HEAD(, waiter)	 waiters;
};

struct session_counts {
	size_t	total;
	size_t	running;
	size_t	by_state[STATE__COUNT];
};

/* Found when its creation is stored and it is not deleted. */
struct session	*session_find(const struct ulid *);
struct session	*session_find_any(const struct ulid *);	/* hidden ones too */
struct session	*session_by_name(uid_t, const char *);	/* hidden ones too */
int		 session_visible(const struct session *, uid_t, int);
struct session	*session_newest(void);
struct session	*session_older(struct session *);
/* The newest that is older than this id. */
struct session	*session_before(const struct ulid *);
void		 session_counts(struct session_counts *);
/* Counts against limits: it has, or will have, memory. */
int		 session_holds(const struct session *);
struct json_object *session_json(const struct session *);
/* NULL: it has none. */
struct json_object *desktop_json(const struct session_row *);

/* A new, hidden session; session_load: as stored. */
struct session	*session_new(const struct session_row *);
struct session	*session_load(const struct session_row *);
void		 session_free(struct session *);

#endif
