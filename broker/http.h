/*
 * A client's request from its first header to the last byte of the answer.
 * libmicrohttpd runs on our event loop through its epoll descriptor; only
 * http.c knows it.  Handlers ask a request for what they need and answer
 * it exactly once, now or after request_defer.
 */
#ifndef HTTP_H
#define HTTP_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "problem.h"

struct event_base;
struct http;
struct json_object;
struct piped;
struct request;
struct session;
struct stream;
struct ulid;

struct http	*http_start(struct event_base *);

struct http_listen {
	enum listen_kind kind;
	uint32_t	 id;
	int		 token;		/* the peer's uid has no rights */
	const char	*cert;		/* PEM; NULL but for TLS */
	const char	*key;
};

/*
 * Takes a listening socket; one whose id is known gets a new certificate.
 * NULL, or why certificate and key are not taken.
 */
const char	*http_listen(struct http *, const struct http_listen *, int);
void		 http_open_doors(struct http *);	/* serves from now on */
/* Takes no more, ends streams, leaves waiting requests, frees. */
void		 http_stop(struct http *);
size_t		 http_open(const struct http *);	/* connections */
size_t		 http_streams(const struct http *);
size_t		 http_sockets(const struct http *);
/*
 * Ends the streams and WebSockets of requests with this principal: what it
 * stood for may no longer look or act.
 */
void		 http_revoke(struct http *, const struct ulid *);

/* What a handler may ask.  Texts live as long as the request. */
struct http	*request_http(const struct request *);
const char	*request_method(const struct request *);
const char	*request_path(const struct request *);
const char	*request_id(const struct request *);	/* "req_" + ULID */
uid_t		 request_uid(const struct request *);	/* kernel or token */
int		 request_admin(const struct request *);
unsigned int	 request_scopes(const struct request *);	/* SCOPE_BIT */
/* The token it came with; zero: its uid is enough. */
const struct ulid *request_principal(const struct request *);
void		 request_set_parting(struct request *);	/* outlives it */
int		 request_http11(const struct request *);
const char	*request_param(const struct request *, const char *);
const char	*request_query(struct request *, const char *);
/* The nth parameter as it was given, name and value; 0: there are fewer. */
int		 request_query_nth(const struct request *, size_t,
		    const char **, const char **);
const char	*request_header(struct request *, const char *);
const char	*request_body(const struct request *, size_t *);
/* The parsed body, an object, or NULL when there is none.  Borrowed. */
struct json_object *request_json(const struct request *);
/*
 * The session a route's {id} named, already checked to be the asker's.
 * Look it up again after a wait: it may be gone by then.
 */
struct session	*request_session(const struct request *);

/*
 * The answer comes later: a reply_ ends the wait.  When the client leaves
 * first,
 * - with gone set, gone(r, arg) is called once and the request must not be
 *   touched after it; its idempotency key is given up;
 * - with gone NULL the work goes on: the request lives until its reply_,
 *   which nobody reads but which is kept under its idempotency key.
 * A request that waits may be deferred anew, with another gone; when the
 * client has left by then, that gone is not called and a reply_ is due.
 */
void	request_defer(struct request *, void (*)(struct request *, void *),
	    void *);

/*
 * A route with ROUTE_BODY_RAW: its handler runs when the headers are there,
 * defers, and some time later either answers, and the body is not wanted,
 * or gives the pipe that the body is to go into, which is taken.  There it
 * comes in frames of a native uint32_t, the length, and so many bytes; the
 * length 0 ends it.  A pipe that ends without that: the client has left,
 * or was answered before the end.
 */
void	request_body_to(struct request *, int);

/* Before the reply: one more header. */
void	reply_header(struct request *, const char *, const char *);
/* Exactly one of these. */
void	reply_json(struct request *, int, struct json_object *);  /* takes it */
void	reply_text(struct request *, int, const char *, const char *);
void	reply_bytes(struct request *, int, const char *, const void *,
	    size_t);				/* type, copied body */
void	reply_empty(struct request *, int);
void	reply_fd(struct request *, int, const char *, int, size_t); /* takes fd */
/* The head of an answer that a HEAD does not get; -1: length unknown. */
void	reply_length(struct request *, int, const char *, int64_t);
/*
 * The body comes from a pipe, which is taken: so many bytes, or with -1 all
 * until its end, and then it is good only with a piped_verdict that it was
 * all.  over(arg) is called once, when all is sent or the client has left;
 * the struct piped is not touched after it.  NULL when a request that waited
 * has no client any more: over is not called.
 */
struct piped *reply_pipe(struct request *, int, const char *, int, int64_t,
	    void (*)(void *), void *);
void	piped_verdict(struct piped *, int);
/* A pointer may be NULL; it is shown to the client as it is. */
void	reply_problem(struct request *, enum problem, const char *,
	    const char *, ...) __attribute__((__format__(__printf__, 4, 5)));

/*
 * Server-sent events.  A stream is written to as things happen; one that
 * its client does not read is closed when its bounded buffer is full.
 * gone(stream, arg) is called once when the client has left, and not
 * after stream_end; the stream is not touched after either.  NULL when a
 * request that waited has no client any more.
 */
struct stream	*reply_stream(struct request *,
		    void (*)(struct stream *, void *), void *);
/*
 * id 0: no id line; the data's lines become data: lines.  Returns -1 when
 * the stream was dropped for being full: gone comes later, from the loop.
 */
int		 stream_event(struct stream *, int64_t, const char *,
		    const char *);
size_t		 stream_room(const struct stream *);
/*
 * Waits until there is room for so many bytes: cb is called once, from the
 * loop, and not after the stream's gone or stream_unwait.
 */
struct stream_wait {
	TAILQ_ENTRY(stream_wait)	 entry;
	struct stream			*stream;	/* NULL: not waiting */
	size_t				 room;
	void				(*cb)(void *);
	void				*arg;
};
void		 stream_wait(struct stream *, struct stream_wait *);
void		 stream_unwait(struct stream_wait *);
void		 stream_end(struct stream *);	/* after what is queued */

#endif
