/*
 * The only SQL.  Writes are queued to the store's own thread, which commits
 * what has gathered in one transaction; the caller hears of it on the main
 * loop, in the order of asking.  Reads happen on the main thread over a
 * connection that cannot write.
 */
#ifndef STORE_H
#define STORE_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "ulid.h"

struct event_base;
struct session_row;
struct token_row;
struct txn;

#define EVENT_KIND	32

/* One row of the journal. */
struct event_row {
	int64_t		 seq;
	struct ulid	 id;
	int64_t		 time;		/* ms since 1970 */
	char		 kind[EVENT_KIND];
	struct ulid	 session;	/* zero: about no session */
	int64_t		 owner;		/* of the session, or -1 */
	int64_t		 actor;		/* uid, or -1 */
	struct ulid	 token;		/* that he used; zero: none */
	const char	*data;		/* JSON object */
};

/* An answer kept for its idempotency key. */
struct idem_row {
	uid_t		 uid;
	const char	*key;
	const char	*route;
	uint8_t		 hash[32];	/* of the request */
	int64_t		 time;
	int		 status;	/* 0: under way */
	const char	*type;
	const void	*body;
	size_t		 len;
};

/* Fatal with one clear sentence when the database cannot be used. */
void	store_open(const char *);
const char *store_path(void);		/* of the database */
void	store_dir(char *, size_t);	/* that it is in */
void	store_start(struct event_base *);	/* the thread */
void	store_flush(void);	/* waits until all queued is answered */
void	store_stop(void);	/* writes what is queued, then closes */

/*
 * A change under construction.  store_commit queues it and owns it; cb is
 * called on the main loop when it is on disk (1) or was refused (0).
 */
enum store_care {
	STORE_NORMAL,		/* may be lost with the power */
	STORE_FULL		/* may not */
};
typedef void store_cb(int, void *);

struct txn	*txn_new(enum store_care);
void		 txn_session(struct txn *, const struct session_row *);
void		 txn_event(struct txn *, const struct event_row *);
void		 txn_idem(struct txn *, const struct idem_row *);
void		 txn_idem_forget(struct txn *, uid_t, const char *);
void		 txn_idem_expire(struct txn *, int64_t);	/* older than */
/*
 * What no statement of the above does: called on the store's thread, inside
 * the transaction, perhaps twice; 0, or -1 to refuse all of it.  Its argument
 * must live until the transaction is answered.
 */
struct sqlite3;
typedef int store_call(struct sqlite3 *, void *);
void		 txn_call(struct txn *, store_call *, void *);
void		 txn_token(struct txn *, const struct token_row *);
void		 txn_token_forget(struct txn *, const struct ulid *);
void		 store_commit(struct txn *, store_cb *, void *);
size_t		 store_queued(void);

int64_t		 store_last_seq(void);
int64_t		 store_pruned(void);	/* events up to it may be gone */
void		 store_sessions(void (*)(const struct session_row *, void *),
		    void *);

void		 store_tokens(void (*)(const struct token_row *, void *),
		    void *);

/* Which events: 0, NULL and -1 mean any. */
struct event_query {
	int64_t			 after;
	int64_t			 before;
	int			 newest_first;
	int64_t			 owner;
	const struct ulid	*session;
	const char		*kind;
	int			 limit;
};
/* In order; stops when the callback returns nonzero.  -1: cannot be read. */
int	store_events(const struct event_query *,
	    int (*)(const struct event_row *, void *), void *);
/* 1 found, 0 not (not since that time, either), -1 trouble. */
int	store_idem(uid_t, const char *, int64_t,
	    void (*)(const struct idem_row *, void *), void *);

struct blob_row {
	int64_t	size;
	char	type[64];
};
/* Of an owner's sessions, or of any (-1).  1 found, 0 not, -1 trouble. */
int	store_blob(const char *, int64_t, struct blob_row *);

/* For tests: this many of the next transactions find the disk full. */
void	store_fail_next(int);

#endif
