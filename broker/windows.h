/* The windows of a session, as its worker tells them. */
#ifndef WINDOWS_H
#define WINDOWS_H

#include <stdint.h>

struct ask;
struct json_object;
struct msg_shot;
struct session;
struct wire_msg;

/* What MSG_WINDOWS_DONE brought: a new array, or NULL when it is none. */
struct json_object	*windows_read(const struct wire_msg *, uint64_t *);
/* The one of this id, borrowed, or NULL. */
struct json_object	*windows_find(struct json_object *, const char *);
/* What a window's id looks like. */
int			 window_named(const char *);
/* A member of it, when it is a text; else "". */
const char		*window_text(struct json_object *, const char *);
/* Where it is on a screen of that size, with its frame; -1: nowhere. */
int			 window_region(struct json_object *, uint32_t,
			    uint32_t, struct msg_shot *);

#endif
