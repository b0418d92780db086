/* Doing actions in a session and saying how they went. */
#ifndef ACTIONS_H
#define ACTIONS_H

#include <stddef.h>

struct ctl;
struct json_object;

/* Takes the body.  Quiet when all went well; -j prints the results. */
int	actions_do(struct ctl *, const char *, struct json_object *);
/* The body as it was written; prints a table of results. */
int	actions_raw(struct ctl *, const char *, const char *, size_t);

#endif
