/* WebSocket handlers of the server under test. */
#ifndef WS_SERVER_H
#define WS_SERVER_H

struct request;

struct ws_counts {
	long	gone;
	long	messages;
	long	waits;		/* for room */
	long	bursts;		/* that were cut */
};

extern struct ws_counts	ws_counts;

void	ws_echo(struct request *);
void	ws_later(struct request *);
void	ws_at_once(struct request *);
void	ws_revoke_them(struct request *);
void	ws_set_ping(struct request *);
void	ws_release(struct request *);

#endif
