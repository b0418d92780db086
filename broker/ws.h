/*
 * WebSockets (RFC 6455): a request whose connection stays open for messages
 * both ways.  What is written waits in a bounded buffer; a client who is no
 * longer there is noticed by pings.  The functions of ws_ops are called from
 * the loop, never from inside a call of one of these.
 */
#ifndef WS_H
#define WS_H

#include <stddef.h>

#include "wsmsg.h"

struct request;
struct ws;

#define WS_MESSAGE_MAX	(64 * 1024)	/* bytes of one from a client */

struct ws_ops {
	const char	*protocol;	/* subprotocol, or NULL */
	/* A text is UTF-8, with a NUL after it that is not counted. */
	void		(*text)(struct ws *, const char *, size_t, void *);
	void		(*bytes)(struct ws *, const void *, size_t, void *);
	/* The room that ws_wait asked for is there. */
	void		(*room)(struct ws *, void *);
	/*
	 * The client has left, or was cut.  Called once and not after
	 * ws_end; the socket is not touched after either.
	 */
	void		(*gone)(struct ws *, void *);
};

/* Is this a good handshake?  -1: no, and answered. */
int		 ws_check(struct request *);
/*
 * Answers 101 to a request that passed the check.  Messages may be sent at
 * once.  NULL when a request that waited has no client any more.
 */
struct ws	*reply_websocket(struct request *, const struct ws_ops *,
		    void *);
/* -1 when it was cut for being full: gone comes later, from the loop. */
int		 ws_text(struct ws *, const char *);
int		 ws_bytes(struct ws *, const void *, size_t);
/* The largest message that may be sent now. */
size_t		 ws_room(const struct ws *);
void		 ws_wait(struct ws *, size_t);	/* 0: no longer */
/* Whether to leave unread what the client sends. */
void		 ws_hold(struct ws *, int);
/* Closes, after what is queued, with a reason in a few words. */
void		 ws_end(struct ws *, enum wsmsg_code, const char *);

#endif
