/*
 * Who asks: the uid the kernel tells of, or the user of the token that the
 * request came with, on whatever socket.  A token that is not good is
 * refused even where none is needed: its owner thinks it counts.
 */
#include <sys/socket.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "broker.h"
#include "http_private.h"
#include "token.h"
#include "ws_private.h"

static int
refuse_token(struct request *r, const char *why)
{
	reply_header(r, "WWW-Authenticate",
	    "Bearer realm=\"deskd\", error=\"invalid_token\"");
	return refuse(r, PROBLEM_UNAUTHORIZED, "%s", why);
}

struct found {
	const char	*value;
	int		 n;
};

static enum MHD_Result
found_cb(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct found *f = arg;

	(void)kind;
	if (strcasecmp(name, "Authorization") == 0) {
		f->value = value == NULL ? "" : value;
		f->n++;
	}
	return MHD_YES;
}

/* He counts as a user from now on, with a user's limit. */
static int
know(struct request *r)
{
	struct conn *c = r->conn;

	if (!c->token || (c->known && c->uid == r->uid))
		return 0;
	c->uid = (uid_t)-1;
	if (conns_of(c->http, r->uid) >= http_limits.uid_conns) {
		reply_header(r, "Connection", "close");
		reply_header(r, "Retry-After", "1");
		return refuse(r, PROBLEM_LIMIT,
		    "too many connections of this user");
	}
	c->uid = r->uid;
	c->known = 1;
	return 0;
}

int
check_auth(struct request *r)
{
	const struct token_row *t;
	struct found f = { 0 };
	const char *why = "";

	MHD_get_connection_values(r->conn->mhd, MHD_HEADER_KIND, found_cb, &f);
	if (f.n == 0)
		return 0;
	r->scopes = 0;
	r->admin = 0;
	if (f.n > 1)
		return refuse_token(r, "Authorization is given twice");
	if (strncasecmp(f.value, "Bearer ", 7) != 0)
		return refuse_token(r, "Authorization: only Bearer is taken");
	if ((t = token_use(f.value + 7 + strspn(f.value + 7, " "),
	    &why)) == NULL)
		return refuse_token(r, why);
	r->uid = t->user;
	r->scopes = t->scopes;
	r->principal = t->id;
	r->admin = (t->scopes & SCOPE_BIT(SCOPE_ADMIN)) != 0 &&
	    broker_admin(t->user);
	return know(r);
}

int
check_known(struct request *r)
{
	if (r->uid != (uid_t)-1 ||
	    (r->route != NULL && r->route->scope == SCOPE_NONE))
		return 0;
	reply_header(r, "WWW-Authenticate", "Bearer realm=\"deskd\"");
	return refuse(r, PROBLEM_UNAUTHORIZED,
	    "a token is needed here, as Authorization: Bearer");
}

int
check_scope(struct request *r)
{
	enum route_scope scope = r->route->scope;
	char header[96];

	if (scope == SCOPE_NONE)
		return 0;
	if ((r->scopes & SCOPE_BIT(scope)) == 0) {
		snprintf(header, sizeof(header), "Bearer realm=\"deskd\", "
		    "error=\"insufficient_scope\", scope=\"%s\"",
		    scope_name(scope));
		reply_header(r, "WWW-Authenticate", header);
		return refuse(r, PROBLEM_SCOPE,
		    "this token lacks the scope \"%s\"", scope_name(scope));
	}
	if (scope == SCOPE_ADMIN && !r->admin)
		return refuse(r, PROBLEM_FORBIDDEN, "for admins only");
	return 0;
}

/* Work without a client goes on, as when he had left. */
static void
cut_off(struct conn *c, struct request *r)
{
	if (r->stream != NULL)
		stream_left(r->stream);
	else if (r->piped != NULL) {
		piped_left(r->piped);
		conn_resume(c);
	} else {
		shutdown(c->fd, SHUT_RDWR);
		conn_unwatch(c);
		request_left(r);
		conn_resume(c);
	}
}

void
http_revoke(struct http *h, const struct ulid *principal)
{
	struct request *r;
	struct conn *c;

	TAILQ_FOREACH(c, &h->conns, entry) {
		r = c->request;
		if (c->ws != NULL)
			ws_revoke(c->ws, principal);
		else if (r != NULL && r->ws != NULL)
			ws_revoke(r->ws, principal);
		else if (r != NULL && !r->parting &&
		    ulid_cmp(&r->principal, principal) == 0)
			cut_off(c, r);
	}
}
