/* What a client takes, as its Accept header says. */
#ifndef ACCEPT_H
#define ACCEPT_H

/* Whether "type/subtype" is taken; everything is when the header is NULL. */
int	accept_takes(const char *, const char *);

#endif
