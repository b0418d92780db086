/* What the fields of a session may be, wherever they are given. */
#ifndef CHECK_H
#define CHECK_H

#include "msg.h"

struct fields;
struct json_object;

/* NULL: not given, or wrong. */
const char		*check_name(struct fields *);
struct json_object	*check_labels(struct fields *);
/* Changes to these labels; null takes one away.  Borrowed. */
struct json_object	*check_label_changes(struct fields *,
			    struct json_object *);
/* The labels after the changes, new; NULL when they are too many. */
struct json_object	*labels_changed(struct json_object *,
			    struct json_object *);
struct json_object	*check_env(struct fields *);
/* Absent ones stay as they are. */
void			 check_resources(struct fields *,
			    struct msg_resources *, int);	/* disk too */
/* 1: it has a desktop, of this size; 0: it has none. */
int			 check_desktop(struct fields *,
			    struct msg_desktop_size *);
int			 env_name_ok(const char *);

#endif
