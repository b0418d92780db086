/*
 * The routing table: every path the API has, what it needs, who answers.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include <stddef.h>

struct request;

enum route_scope {
	SCOPE_NONE,		/* health: anybody on the socket */
	SCOPE_READ,		/* what there is, and its journal */
	SCOPE_VIEW,		/* looks into a session: screen, files, output */
	SCOPE_CONTROL,		/* acts inside a session */
	SCOPE_WRITE,		/* makes, changes, deletes sessions */
	SCOPE_ADMIN
};

enum route_owner {
	OWNER_NONE,		/* the handler filters by asker */
	OWNER_SESSION		/* {id} is a session; else 404 */
};

#define ROUTE_BODY	0x1	/* takes a JSON object */
#define ROUTE_BODY_OPT	0x2	/* may come without one */
#define ROUTE_STREAM	0x4	/* may answer as SSE */
#define ROUTE_BODY_RAW	0x8	/* takes bytes: see request_body_to */
#define ROUTE_BODY_ANY	0x100	/* JSON, or kept as it is for the handler */
#define ROUTE_PATH	0x10	/* ?path= may be any bytes */

struct route {
	const char		*method;
	const char		*path;		/* "/v1/sessions/{id}/exec" */
	enum route_scope	 scope;
	enum route_owner	 owner;
	unsigned int		 flags;
	size_t			 body_max;
	void			(*handler)(struct request *);
	const char		*query;		/* "limit cursor", or NULL */
};

extern const struct route	routes[];
extern const size_t		nroutes;

#define ROUTE_PARAMS_MAX	4
#define ROUTE_PARAM_MAX		128	/* bytes of one {value} */

struct route_params {
	const char	*name[ROUTE_PARAMS_MAX];	/* "id}..." of a row */
	char		 value[ROUTE_PARAMS_MAX][ROUTE_PARAM_MAX];
	size_t		 n;
};

#define ALLOW_MAX	64

/*
 * The row of a method and an undecoded path.  NULL with allow "" when no
 * row has that path, otherwise with the methods it has.  HEAD finds GET.
 */
const struct route *route_find(const char *, const char *,
		    struct route_params *, char [ALLOW_MAX]);
/* Whether the row's query list has a name. */
int		 route_takes(const struct route *, const char *);

#endif
