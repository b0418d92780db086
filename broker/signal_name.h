/* Signals as the API writes them: "TERM", or a number without a name. */
#ifndef SIGNAL_NAME_H
#define SIGNAL_NAME_H

struct fields;
struct json_object;

struct json_object *signal_json(int);		/* NULL for 0 */
/* A member that is "TERM", "SIGTERM" or 15; 0 when it is wrong. */
int	 field_signal(struct fields *, const char *);

#endif
