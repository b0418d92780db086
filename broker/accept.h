/* What a client would rather have. */
#ifndef ACCEPT_H
#define ACCEPT_H

/*
 * Place in a list of media types, which NULL ends, of the one an Accept
 * header likes best; of equals the first.  -1: it likes none of them.  No
 * header at all takes anything.
 */
int	accept_best(const char *, const char *const *);

#endif
