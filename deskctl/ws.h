/* A WebSocket to deskd, on a connection of its own. */
#ifndef WS_H
#define WS_H

#include <stddef.h>

#include "wsmsg.h"

struct ctl;
struct ws;

/*
 * Opens one at a path; deskd's status, or -1 without a connection.  Not
 * 101: there is none, and the connection has the rest of the answer.
 */
int	 ws_open(struct ctl *, const char *, struct ws **);
void	 ws_close(struct ws *);		/* NULL is fine */
int	 ws_fd(const struct ws *);
/* As wsmsg_next; -1 also when the connection has ended. */
int	 ws_next(struct ws *, struct wsmsg_in *);
/* -1: the connection has ended. */
int	 ws_send(struct ws *, enum wsmsg_kind, const void *, size_t);

#endif
