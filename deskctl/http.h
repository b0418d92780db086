/*
 * A small HTTP/1.1 client: one connection (see link.h), one request at a
 * time, bodies by length, by chunks or to the end of the connection.
 */
#ifndef HTTP_H
#define HTTP_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct http;

/* More of a body that is not in memory: bytes, 0 at its end, -1. */
typedef long http_source(void *, void *, size_t);

struct http_request {
	const char	*method;
	const char	*target;	/* path and query, encoded */
	const char	*accept;	/* NULL: application/json */
	const char	*type;		/* of the body */
	const char	*extra;		/* header lines, each with its CRLF */
	const void	*body;
	size_t		 len;
	int		 timeout;	/* seconds without a byte; 0: default */
	/* Instead of body and len; sent only when deskd is ready for it. */
	http_source	*source;
	void		*source_arg;
	int64_t		 source_len;	/* -1: not known before its end */
};

/* Called about ten times a second while nothing comes. */
typedef void http_tick(void *);

/* NULL: link_error or errno says why. */
struct http	*http_open(const char *);
void		 http_set_token(const char *);	/* sent with each request */
void		 http_close(struct http *);
/* Who made the socket we are connected to; -1 when it is not a local one. */
pid_t		 http_listener(const struct http *);
void		 http_set_tick(struct http *, http_tick *, void *);

/* May this connection take another request? */
int		 http_reusable(struct http *);
/* Sends, and reads the head of the answer.  Returns its status or -1. */
int		 http_ask(struct http *, const struct http_request *);
/* Ends all waiting for it; may be called by a signal's handler. */
void		 http_shutdown(const struct http *);
/* A header of the answer, copied and cut to size; returns 0 or -1. */
int		 http_header(const struct http *, const char *, char *, size_t);
/* More of the body: bytes read, 0 at its end, -1 on error. */
long		 http_read(struct http *, void *, size_t);
/* All that is left of the body, with a NUL after it. */
char		*http_slurp(struct http *, size_t, size_t *);
const char	*http_error(const struct http *);

/*
 * After an answer of 101 the connection is for bytes: what there is now (0:
 * nothing yet, -1: the end), and sending all of some.
 */
int		 http_fd(const struct http *);
long		 http_raw_read(struct http *, void *, size_t);
int		 http_raw_send(struct http *, const void *, size_t);

/* Appends text to an URL part, percent-encoded; the caller frees. */
char		*http_encode(const char *);

#endif
