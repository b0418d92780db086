/* By which right deskd is asked, where the kernel's word is not enough. */
#ifndef ACCESS_H
#define ACCESS_H

struct ctl;

/*
 * The token out of a file, or of the environment; never out of an argument,
 * which everybody on this machine can read.  And whose certificates to
 * trust, or NULL.  -1: it was said why.
 */
int	access_set(struct ctl *, const char *, const char *);

#endif
