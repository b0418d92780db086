/* A WebSocket, for the ws files; nobody else includes it. */
#ifndef WS_STATE_H
#define WS_STATE_H

#include "http_private.h"
#include "ws.h"
#include "ws_private.h"

enum ws_state {
	WS_OPENING,		/* MHD has not handed over the socket */
	WS_OPEN,
	WS_CLOSING		/* our close is queued or sent */
};

struct ws {
	struct http		*http;
	struct conn		*conn;
	struct request		*request;	/* while opening */
	struct MHD_UpgradeResponseHandle *urh;
	enum ws_state		 state;
	int			 fd;
	struct wsmsg		*msgs;
	struct evbuffer		*early;	/* read with the request's head */
	struct evbuffer		*out;
	struct event		 readable;
	struct event		 writable;
	struct event		 run;
	struct event		 timer;
	size_t			 turn;
	size_t			 wanted;	/* room; 0: not waiting */
	int			 held;
	int			 eof;
	int			 broken;	/* nothing more can be done */
	int			 deaf;		/* not worth listening to */
	int			 closed;	/* by the other end */
	int			 backlog;	/* the socket was full */
	int			 alive;		/* since the last ping */
	int			 missed;
	int			 ended;		/* by us, or told: no gone */
	struct ulid		 principal;
	const struct ws_ops	*ops;
	void			*arg;
};

/* ws.c */
void	ws_run_soon(struct ws *);
void	ws_lost(struct ws *);		/* its owner is told, once */
void	ws_close_with(struct ws *, int, const char *);

/* ws_io.c */
struct wsmsg *ws_messages(struct ws *);
int	ws_listens(const struct ws *);	/* is it worth reading from */
void	ws_hear(struct ws *);		/* a turn of what the client sent */
void	ws_flush(struct ws *);		/* as much as the socket takes */

#endif
