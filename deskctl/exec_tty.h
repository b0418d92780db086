/* exec -t: a command in a terminal of its own, seen in this one. */
#ifndef EXEC_TTY_H
#define EXEC_TTY_H

struct ctl;
struct json_object;

/* The body is added to; its exit status, or as attach_run. */
int	exec_tty(struct ctl *, const char *, struct json_object *);

#endif
