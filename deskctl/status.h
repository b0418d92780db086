/* How a program in a session ended, as a shell would have it. */
#ifndef STATUS_H
#define STATUS_H

struct json_object;

int	status_of(struct json_object *);

#endif
