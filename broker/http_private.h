/* What the http_*.c files and stream.c share; nobody else includes it. */
#ifndef HTTP_PRIVATE_H
#define HTTP_PRIVATE_H

#include <sys/queue.h>
#include <sys/types.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <microhttpd.h>

#include "http.h"
#include "monotime.h"
#include "route.h"
#include "ulid.h"

#define CONN_MEMORY	(32 * 1024)	/* request line and headers */
#define QUERY_MAX	16	/* parameters */
#define REPLY_HEADERS	12
#define DRAIN_MAX	(256 * 1024)	/* a refused body is still read */
#define STREAM_BUFFER	(256 * 1024)
#define KEY_MAX		255	/* bytes of an Idempotency-Key */

/* A test makes them smaller before it starts; times are in seconds. */
struct http_limits {
	size_t	conns;
	size_t	uid_conns;	/* so that one user cannot take them all */
	int	idle;		/* nothing read or written */
	int	request;	/* from its start to its last byte */
	int	heartbeat;	/* of a stream */
	int	refused;	/* kept so long, to read why */
	int	ping;		/* of a WebSocket */
};

extern struct http_limits http_limits;

struct conn {
	TAILQ_ENTRY(conn)	 entry;
	struct http		*http;
	struct MHD_Connection	*mhd;		/* NULL: not started yet */
	int			 fd;		/* MHD's; it closes it */
	uid_t			 uid;
	int			 busy;		/* a request is being answered */
	int			 upgraded;
	int			 suspended;
	int			 watched;
	struct monotime		 since;		/* waiting for a request */
	struct event		 left;		/* while MHD does not look */
	struct request		*request;
	struct ws		*ws;		/* NULL: it speaks HTTP, or ends */
};

TAILQ_HEAD(conns, conn);
TAILQ_HEAD(requests, request);
TAILQ_HEAD(refuseds, refused);

struct http {
	struct event_base	*base;
	struct MHD_Daemon	*mhd;
	int			 listener;
	struct event		 accept;
	struct event		 accept_again;
	struct event		 epoll;
	struct event		 run;
	struct event		 sweep;
	int			 paused;
	struct monotime		 starved_at;	/* accept failed: said once */
	struct conns		 conns;
	size_t			 nconns;
	size_t			 nstreams;
	size_t			 nsockets;
	struct requests		 requests;
	struct refuseds		 refused;	/* about to be closed */
	size_t			 nrefused;
};

enum phase {
	PHASE_HEADERS,
	PHASE_BODY,
	PHASE_HANDLER,		/* on the stack, or about to be queued */
	PHASE_WAITING,		/* deferred: suspended, or without client */
	PHASE_RAW,		/* deferred, and its body goes into a pipe */
	PHASE_QUEUED		/* MHD has the answer */
};

struct pair {
	char	*name;
	char	*value;
};

struct request {
	TAILQ_ENTRY(request)	 entry;
	struct http		*http;	/* NULL once that has stopped */
	struct conn		*conn;	/* NULL once the client has left */
	int			 held;	/* by MHD, which will say so at its end */
	int			 orphan;	/* the work goes on without client */
	int			 finished;	/* replied to while held */
	enum phase		 phase;
	struct monotime		 start;
	char			 id[4 + ULID_TEXT];
	uid_t			 uid;
	int			 admin;
	struct ulid		 principal;
	int			 http11;
	char			 method[12];
	char			*uri;		/* path NUL query */
	const char		*query_wrong;	/* why it was not taken */
	struct pair		 query[QUERY_MAX];	/* inside uri */
	size_t			 nquery;
	const struct route	*route;
	struct route_params	 params;
	struct session		*session;

	int			 has_body;	/* one is still to come */
	int			 as_is;		/* it is not JSON, and kept */
	int64_t			 declared;	/* -1: chunked */
	char			*body;
	size_t			 body_len;
	size_t			 body_size;
	size_t			 body_seen;	/* kept or not */
	struct json_object	*json;

	enum problem		 refused;
	char			*refusal;	/* detail */

	char			*key;		/* Idempotency-Key at work */
	struct pair		 header[REPLY_HEADERS];
	size_t			 nheader;
	struct MHD_Response	*response;
	int			 status;
	int			 deferred;
	void			(*gone)(struct request *, void *);
	void			*gone_arg;
	struct stream		*stream;
	struct raw		*raw;		/* its body, on the way */
	struct piped		*piped;
	struct ws		*ws;		/* until its connection has it */
};

/* http.c */
void		 http_kick(struct http *);	/* MHD_run, soon */

/* http_accept.c */
int		 accept_start(struct http *, int);
void		 accept_stop(struct http *);
void		 conn_notify(void *, struct MHD_Connection *, void **,
		    enum MHD_ConnectionNotificationCode);
void		 conn_watch(struct conn *);
void		 conn_unwatch(struct conn *);
void		 conn_suspend(struct conn *);
void		 conn_resume(struct conn *);
void		 conns_sweep(struct http *);

/* http_refuse.c */
void		 conn_refuse(struct http *, int, const char *);	/* takes it */
void		 refused_stop(struct http *);

/* http_uri.c: cuts and decodes in place; 0, or -1 with query_wrong set. */
int		 uri_parse(struct request *);

/* http_request.c */
void		*request_new(void *, const char *, struct MHD_Connection *);
enum MHD_Result	 request_go(void *, struct MHD_Connection *, const char *,
		    const char *, const char *, const char *, size_t *,
		    void **);
void		 request_done(void *, struct MHD_Connection *, void **,
		    enum MHD_RequestTerminationCode);
void		 request_left(struct request *);	/* while it waited */
enum MHD_Result	 request_queue(struct request *, struct MHD_Connection *);
void		 request_free(struct request *);

/* http_check.c: 0, or -1 when the request is refused. */
int		 check_headers(struct request *);
int		 check_key(struct request *);
int		 refuse(struct request *, enum problem, const char *, ...)
		    __attribute__((__format__(__printf__, 3, 4)));

/* http_body.c */
int		 body_take(struct request *, const char *, size_t);
int		 body_parse(struct request *);

/* http_raw.c */
enum MHD_Result	 raw_go(struct request *, struct MHD_Connection *,
		    const char *, size_t *);
void		 raw_forget(struct request *);	/* its body, but read it */
void		 raw_answered(struct request *);
void		 raw_left(struct request *);
void		 raw_free(struct raw *);

/* http_pipe.c */
void		 piped_left(struct piped *);	/* the watch saw it */
void		 piped_done(struct piped *);	/* MHD has closed; frees */

/* http_reply.c; the first takes the response. */
void		 reply_response(struct request *, int, struct MHD_Response *);
int		 reply_given(struct request *);

/* stream.c */
void		 stream_left(struct stream *);	/* the watch saw it */
void		 stream_done(struct stream *);	/* MHD has closed; frees */

#endif
