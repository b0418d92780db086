/*
 * A request's life: made when its first line has been read, checked when
 * the headers are there, handled when the body is, freed when MHD has sent
 * the answer or lost the client.  One that was deferred without a gone
 * function outlives its client.
 */
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "asker.h"
#include "broker.h"
#include "http_private.h"
#include "idem.h"
#include "log.h"
#include "ws_private.h"
#include "xmalloc.h"

void *
request_new(void *arg, const char *uri, struct MHD_Connection *mhd)
{
	struct http *h = arg;
	const union MHD_ConnectionInfo *info;
	struct request *r;
	struct ulid ulid;
	struct conn *c;
	int stranger;

	info = MHD_get_connection_info(mhd,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (info == NULL || (c = info->socket_context) == NULL)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->http = h;
	r->conn = c;
	r->held = 1;
	r->start = monotime_now();
	/* Until a token says otherwise; a proxy may have become one. */
	stranger = c->token || broker_proxy(c->uid);
	r->uid = stranger ? (uid_t)-1 : c->uid;
	r->admin = !stranger && broker_admin(c->uid);
	r->scopes = stranger ? 0 : SCOPE_ALL;
	memcpy(r->id, "req_", 4);
	ulid_make(&ulid);
	ulid_text(&ulid, r->id + 4);
	r->uri = xstrdup(uri);
	uri_parse(r);
	c->request = r;
	TAILQ_INSERT_TAIL(&h->requests, r, entry);
	return r;
}

void
request_free(struct request *r)
{
	size_t i;

	if (r == NULL)
		return;
	if (r->http != NULL)
		TAILQ_REMOVE(&r->http->requests, r, entry);
	if (r->conn != NULL)
		r->conn->request = NULL;
	if (r->response != NULL)
		MHD_destroy_response(r->response);
	for (i = 0; i < r->nheader; i++) {
		free(r->header[i].name);
		free(r->header[i].value);
	}
	json_object_put(r->json);
	raw_free(r->raw);
	free(r->body);
	free(r->key);
	free(r->refusal);
	free(r->uri);
	free(r);
}

enum MHD_Result
request_queue(struct request *r, struct MHD_Connection *mhd)
{
	enum MHD_Result result;

	r->phase = PHASE_QUEUED;
	result = MHD_queue_response(mhd, (unsigned int)r->status,
	    r->response);
	MHD_destroy_response(r->response);
	r->response = NULL;
	return result;
}

/* While idem_begin answers, the answer is not kept once more. */
static int
replayed(struct request *r)
{
	char *key = r->key;

	if (key == NULL)
		return 0;
	r->key = NULL;
	if (idem_begin(r, key)) {
		free(key);
		return 1;
	}
	r->key = key;
	return 0;
}

/* The whole request is here. */
static void
handle(struct request *r)
{
	r->phase = PHASE_HANDLER;
	if (r->refused != PROBLEM_NONE) {
		reply_problem(r, r->refused, NULL, "%s", r->refusal);
		return;
	}
	if (body_parse(r) == -1 || check_key(r) == -1 || replayed(r))
		return;
	asker_set(&r->principal);
	r->route->handler(r);
	asker_set(NULL);
}

static int
is_raw(const struct request *r)
{
	return r->route != NULL && (r->route->flags & ROUTE_BODY_RAW) != 0;
}

/* Worth an answer before it is sent; a small body is read all the same. */
static int
is_large(const struct request *r)
{
	const char *expect;

	if (!r->has_body)
		return 0;
	if (r->declared == -1)
		return is_raw(r);
	expect = MHD_lookup_connection_value(r->conn->mhd, MHD_HEADER_KIND,
	    "Expect");
	return r->declared > DRAIN_MAX || expect != NULL;
}

/* What is refused in a few bytes need not cost the connection. */
static enum MHD_Result
answered(struct request *r, struct MHD_Connection *mhd)
{
	if (!is_raw(r) || r->raw != NULL || !r->has_body || is_large(r))
		return request_queue(r, mhd);
	raw_forget(r);
	return MHD_YES;
}

static enum MHD_Result
handle_and_queue(struct request *r, struct MHD_Connection *mhd)
{
	r->conn->busy = 1;
	handle(r);
	if (r->phase == PHASE_RAW)
		return MHD_YES;
	if (r->response == NULL && r->deferred) {
		r->phase = PHASE_WAITING;
		conn_suspend(r->conn);
		return MHD_YES;
	}
	if (r->response == NULL) {
		log_warnx("%s %s: handler gave no answer", r->method,
		    r->route->path);
		reply_problem(r, PROBLEM_INTERNAL, NULL, "no answer");
	}
	return answered(r, mhd);
}

static enum MHD_Result
headers_read(struct request *r, struct MHD_Connection *mhd,
    const char *method, const char *version)
{
	r->http11 = strcmp(version, "HTTP/1.1") == 0;
	strlcpy(r->method, method, sizeof(r->method));
	check_headers(r);
	if (r->refused == PROBLEM_NONE ? is_raw(r) : is_large(r))
		return handle_and_queue(r, mhd);
	r->phase = PHASE_BODY;
	return MHD_YES;
}

enum MHD_Result
request_go(void *arg, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **context)
{
	struct request *r = *context;

	(void)arg;
	(void)url;
	if (r == NULL || r->conn == NULL)
		return MHD_NO;
	switch (r->phase) {
	case PHASE_HEADERS:
		return headers_read(r, mhd, method, version);
	case PHASE_BODY:
		if (*size == 0) {
			r->has_body = 0;
			return handle_and_queue(r, mhd);
		}
		if (body_take(r, data, *size) == -1)
			return MHD_NO;
		*size = 0;
		return MHD_YES;
	case PHASE_WAITING:
		return r->response == NULL ? MHD_NO : answered(r, mhd);
	case PHASE_RAW:
		return raw_go(r, mhd, data, size);
	case PHASE_HANDLER:
	case PHASE_QUEUED:
		break;
	}
	return MHD_NO;
}

/* The client has left a request that waits. */
void
request_left(struct request *r)
{
	struct conn *c = r->conn;

	if ((r->phase != PHASE_WAITING && r->phase != PHASE_RAW) ||
	    c == NULL || r->response != NULL)
		return;
	raw_left(r);
	c->request = NULL;
	r->conn = NULL;
	if (r->gone == NULL) {
		r->orphan = 1;
		return;
	}
	if (r->key != NULL)
		idem_abandon(r, r->key);
	r->gone(r, r->gone_arg);
}

/* MHD is through with a request, whatever became of it. */
void
request_done(void *arg, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct request *r = *context;
	struct conn *c;

	(void)arg;
	(void)code;
	*context = NULL;
	info = MHD_get_connection_info(mhd,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (info != NULL && (c = info->socket_context) != NULL) {
		c->busy = 0;
		c->since = monotime_now();
		conn_unwatch(c);
	}
	if (r == NULL)
		return;
	if (r->stream != NULL)
		stream_done(r->stream);
	if (r->piped != NULL)
		piped_done(r->piped);
	if (r->ws != NULL)
		ws_done(r->ws);
	request_left(r);
	r->held = 0;
	/* An orphan is freed by its reply. */
	if (!r->orphan || r->finished)
		request_free(r);
}

void
request_defer(struct request *r, void (*gone)(struct request *, void *),
    void *arg)
{
	r->deferred = 1;
	r->gone = gone;
	r->gone_arg = arg;
}

struct http *
request_http(const struct request *r)
{
	return r->http;
}

const char *
request_method(const struct request *r)
{
	return r->method;
}

const char *
request_path(const struct request *r)
{
	return r->uri;
}

const char *
request_id(const struct request *r)
{
	return r->id;
}

uid_t
request_uid(const struct request *r)
{
	return r->uid;
}

int
request_admin(const struct request *r)
{
	return r->admin;
}

unsigned int
request_scopes(const struct request *r)
{
	return r->scopes;
}

const struct ulid *
request_principal(const struct request *r)
{
	return &r->principal;
}

void
request_set_parting(struct request *r)
{
	r->parting = 1;
}

int
request_http11(const struct request *r)
{
	return r->http11;
}

const char *
request_param(const struct request *r, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < r->params.n; i++)
		if (strncmp(r->params.name[i], name, len) == 0 &&
		    r->params.name[i][len] == '}')
			return r->params.value[i];
	return NULL;
}

int
request_query_nth(const struct request *r, size_t n, const char **name,
    const char **value)
{
	if (n >= r->nquery)
		return 0;
	*name = r->query[n].name;
	*value = r->query[n].value;
	return 1;
}

const char *
request_query(struct request *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nquery; i++)
		if (strcmp(r->query[i].name, name) == 0)
			return r->query[i].value;
	return NULL;
}

const char *
request_header(struct request *r, const char *name)
{
	if (r->conn == NULL)
		return NULL;
	return MHD_lookup_connection_value(r->conn->mhd, MHD_HEADER_KIND,
	    name);
}

const char *
request_body(const struct request *r, size_t *len)
{
	*len = r->body_len;
	return r->body;
}

struct json_object *
request_json(const struct request *r)
{
	return r->json;
}

struct session *
request_session(const struct request *r)
{
	return r->session;
}
