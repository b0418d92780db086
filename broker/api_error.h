/* What another process or a move refused, as an answer. */
#ifndef API_ERROR_H
#define API_ERROR_H

#include "problem.h"

struct request;
struct session;
struct wire_msg;

/* A MSG_ERROR; NULL: the process that was asked has gone. */
void	reply_error(struct request *, const struct wire_msg *);
/* A move was refused; the session may be NULL. */
void	reply_refused(struct request *, const struct session *, enum problem);
/* 0 when its worker can be asked, else it is answered. */
int	need_running(struct request *, const struct session *);

#endif
