/* A WebSocket client that knows no library; it can break every rule. */
#ifndef WS_CLIENT_H
#define WS_CLIENT_H

#include <stddef.h>

#define WSC_FIN		0x80
#define WSC_TEXT	0x1
#define WSC_BYTES	0x2
#define WSC_CLOSE	0x8
#define WSC_PING	0x9
#define WSC_PONG	0xa

struct wsc_frame {
	int	 head;		/* first byte */
	char	*data;		/* NUL after it */
	size_t	 len;
};

/* The request for a path; more header lines may follow. */
int	 wsc_hello(char *, size_t, const char *, const char *);
/* Connects and shakes hands; -1, or the status in *status. */
int	 wsc_open(const char *, const char *, const char *, int *);
int	 wsc_read(int, void *, size_t, int);	/* exactly; ms for each part */
int	 wsc_write(int, const void *, size_t);
/* A masked frame; one without when mask is 0. */
int	 wsc_frame(int, int, int, const void *, size_t);
int	 wsc_send(int, int, const void *, size_t);
int	 wsc_text(int, const char *);
/* The next frame, pings and pongs too; -1 at the end or after so many ms. */
int	 wsc_next(int, struct wsc_frame *, int);
void	 wsc_clear(struct wsc_frame *);
int	 wsc_code(const struct wsc_frame *);	/* of a close; 0: none */

#endif
