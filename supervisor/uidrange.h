/*
 * Who has which uids: SESSION_UIDS host ids for one session and one more for
 * its worker.  Every deskd on this machine claims them in one folder, so
 * that instances with other prefixes never share one.
 */
#ifndef UIDRANGE_H
#define UIDRANGE_H

#include <sys/types.h>

struct conf;

struct uidrange {
	uid_t	base;		/* of the session's ids; 0: none */
	uid_t	worker;
};

int	uidrange_take(const struct conf *, struct uidrange *);
int	uidrange_free(struct uidrange *);
/* At start: frees what a dead deskd with our run directory left. */
void	uidrange_sweep(const struct conf *);

#endif
