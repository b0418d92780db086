#include <stdlib.h>

#include "http.h"
#include "places.h"
#include "xmalloc.h"

struct places_user {
	SLIST_ENTRY(places_user) entry;
	uid_t			 uid;
	unsigned int		 taken;
};

static struct places_user *
user_find(const struct places *p, uid_t uid)
{
	struct places_user	*u;

	SLIST_FOREACH(u, &p->users, entry)
		if (u->uid == uid)
			return u;
	return NULL;
}

void
places_hold(struct places *p, uid_t uid)
{
	struct places_user	*u = user_find(p, uid);

	if (u == NULL) {
		u = xcalloc(1, sizeof(*u));
		u->uid = uid;
		SLIST_INSERT_HEAD(&p->users, u, entry);
	}
	u->taken++;
	p->taken++;
}

int
places_take(struct places *p, struct request *r)
{
	struct places_user	*u = user_find(p, request_uid(r));

	if (p->taken >= p->max) {
		reply_header(r, "Retry-After", "1");
		reply_problem(r, PROBLEM_BUSY, NULL, "%s: all %u are taken",
		    p->what, p->max);
		return -1;
	}
	if (u != NULL && u->taken >= p->uid_max) {
		reply_header(r, "Retry-After", "1");
		reply_problem(r, PROBLEM_LIMIT, NULL, "%s: you have all %u "
		    "that one user may have", p->what, p->uid_max);
		return -1;
	}
	places_hold(p, request_uid(r));
	return 0;
}

void
places_leave(struct places *p, uid_t uid)
{
	struct places_user	*u = user_find(p, uid);

	p->taken--;
	if (--u->taken > 0)
		return;
	SLIST_REMOVE(&p->users, u, places_user, entry);
	free(u);
}
