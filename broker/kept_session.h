/*
 * Programs that the inits of sessions keep.  They know all about them; here
 * is what must outlive a worker that is restarted: who has how many, and
 * whose end is not in the journal yet.
 */
#ifndef KEPT_SESSION_H
#define KEPT_SESSION_H

#include <sys/types.h>

#include "msg.h"

struct json_object;
struct kept_records;
struct program;
struct request;
struct session;
struct wire_msg;

#define KEPT_ID_TEXT	(4 + ULID_TEXT)

/* "prc_" or "trm_" and the id. */
void	 kept_id_text(const struct ulid *, uint32_t, char [KEPT_ID_TEXT]);
/* 0, or -1 when it is no id of that kind. */
int	 kept_id_parse(struct ulid *, uint32_t, const char *);
/*
 * The same of a path's parameter, and of which kind it is: a terminal's
 * program is a process, too.  -1: answered with not_found.
 */
int	 kept_param(struct request *, uint32_t *, struct ulid *);
const char *kept_word(uint32_t);	/* "process" or "terminal" */

/* An item as the API shows it; with its arguments. */
struct json_object *kept_json(const struct session *,
	    const struct msg_kept_item *, struct msg_tail *);
/* exit_code, signal, timed_out and duration_ms. */
void	 kept_json_end(struct json_object *, int32_t, int32_t, uint32_t,
	    uint32_t);

/* kept_session.c: a place for one more of this user; -1: answered. */
int	 kept_take(struct request *);
void	 kept_give_back(uid_t);
/* It has started, and holds that place until its end. */
void	 kept_begun(struct session *, const struct msg_kept_item *,
	    const char *);		/* its program's name */
/* Facts: of an end, of a new worker that can be asked, of the session's end. */
int	 kept_exited(struct session *, const struct msg_kept_exited *);
void	 kept_sync(struct session *);
void	 kept_all_gone(struct session *);

/*
 * All that init keeps: item is called for each, then done once; its message
 * is NULL when all is well, else what reply_error takes, with failed set.
 */
struct kept_listing {
	void	(*item)(const struct msg_kept_item *, struct msg_tail *,
		    void *);
	void	(*done)(struct wire_msg *, int, void *);
};
/* -1: nobody to ask, or too much asked already; nothing is called. */
int	 kept_list(struct session *, const struct kept_listing *, void *);

#endif
