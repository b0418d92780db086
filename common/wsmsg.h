/*
 * WebSocket messages (RFC 6455) out of bytes and into bytes, for either
 * end.  Where the bytes come from and go to is the caller's.
 */
#ifndef WSMSG_H
#define WSMSG_H

#include <stddef.h>
#include <stdint.h>

enum wsmsg_kind {		/* the opcodes */
	WSMSG_TEXT	= 1,
	WSMSG_BYTES	= 2,
	WSMSG_CLOSE	= 8,
	WSMSG_PING	= 9,
	WSMSG_PONG	= 10
};

enum wsmsg_code {		/* why one end closes */
	WSMSG_NORMAL	= 1000,
	WSMSG_LEAVING	= 1001,
	WSMSG_PROTOCOL	= 1002,
	WSMSG_NO_CODE	= 1005,	/* never sent: the close had none */
	WSMSG_BAD_DATA	= 1007,
	WSMSG_REFUSED	= 1008,
	WSMSG_TOO_LARGE	= 1009,
	WSMSG_INTERNAL	= 1011,
	WSMSG_AGAIN	= 1013	/* try again later */
};

enum wsmsg_end { WSMSG_SERVER, WSMSG_CLIENT };

struct wsmsg_ops {
	/* Bytes read; 0 when there are none now. */
	size_t	(*read)(void *, size_t, void *);
	void	(*write)(const void *, size_t, void *);	/* takes them all */
};

/* A whole message, whatever its frames; data is good until the next call. */
struct wsmsg_in {
	enum wsmsg_kind	 kind;
	const char	*data;	/* a NUL follows; of a close its reason */
	size_t		 len;
	int		 code;	/* of a close, or of what is wrong */
};

/* Of the opening: a key of 16 bytes as text, and the proof it was read. */
#define WSMSG_KEY	16
#define WSMSG_PROOF	29	/* with its NUL */

char		*wsmsg_key(const unsigned char [WSMSG_KEY]);
void		 wsmsg_proof(const char *, char [WSMSG_PROOF]);

struct wsmsg;

/* With the size of the largest message that is taken. */
struct wsmsg	*wsmsg_new(enum wsmsg_end, size_t, const struct wsmsg_ops *,
		    void *);
void		 wsmsg_free(struct wsmsg *);
/*
 * 1: a message; 0: not all of one yet; -1: the other end breaks the
 * protocol, and code says how.  Text is not looked at.
 */
int		 wsmsg_next(struct wsmsg *, struct wsmsg_in *);
void		 wsmsg_send(struct wsmsg *, enum wsmsg_kind, const void *,
		    size_t);
/* A close; the reason is cut to what fits. */
void		 wsmsg_send_close(struct wsmsg *, int, const char *);
/* The most that framing adds to a message. */
#define WSMSG_FRAMING	14

#endif
