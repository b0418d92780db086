/* What the ws files and the HTTP server share; nobody else includes it. */
#ifndef WS_PRIVATE_H
#define WS_PRIVATE_H

struct request;
struct ulid;
struct ws;

/* ws_handshake.c: the headers of a 101, with one of these subprotocols. */
void	ws_accept_headers(struct request *, const char *);

/* ws.c */
void	ws_revoke(struct ws *, const struct ulid *);
void	ws_leave(struct ws *);		/* deskd stops; frees */
void	ws_done(struct ws *);		/* never opened; frees */

#endif
