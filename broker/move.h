/*
 * The only way a session changes.  prepare changes the copy of the row it
 * is given and may refuse; it runs when all earlier moves of this session
 * are stored.  It may set kind to NULL: nothing is to be changed after all.
 * done comes when the move is stored or refused.
 *
 * A fact has happened already.  It cannot be refused by a full disk: it is
 * taken over in memory and written again until it is stored.
 */
#ifndef MOVE_H
#define MOVE_H

#include <sys/queue.h>

#include <stdint.h>

#include "problem.h"
#include "session.h"

struct move {
	TAILQ_ENTRY(move)	 entry;
	char			 kind[32];	/* of the event; "": no change */
	int64_t			 actor;		/* uid, or -1: deskd itself */
	struct ulid		 token;		/* that he used */
	int64_t			 time;
	int			 fact;
	int			 resave;	/* only unsaved facts are written */
	struct json_object	*data;		/* of the event, owned */
	enum problem		(*prepare)(struct session *,
				    struct session_row *, struct move *);
	/* The session may be freed after this call returns. */
	void			(*done)(struct session *, enum problem, void *);
	void			*arg;		/* of done */

	/* What prepare may want to know. */
	char			 reason[SESSION_REASON];
	char			 detail[SESSION_DETAIL];
	uint32_t		 num;
	const void		*change;	/* the caller's, until done */

	/* While it is being stored. */
	struct session		*session;
	struct session_row	 next;
};

struct move	*move_new(const char *, int64_t);	/* kind, actor */
void		 move_start(struct session *, struct move *);	/* takes it */
void		 move_free(struct move *);

#endif
