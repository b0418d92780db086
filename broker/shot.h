/* Pictures for whoever asks for one in a route of his own. */
#ifndef SHOT_H
#define SHOT_H

struct msg_shot;
struct request;
struct session;

/*
 * Answers with a picture as the query asks for it: of the region that is
 * given, or, with NULL, the one that the query names.
 */
void	shot_take(struct request *, struct session *,
	    const struct msg_shot *);

#endif
