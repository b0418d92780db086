/* Answers: every one carries the request's id and passes through here. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <json.h>

#include "http_private.h"
#include "idem.h"
#include "log.h"
#include "metrics.h"
#include "utf8.h"
#include "xmalloc.h"

void
reply_header(struct request *r, const char *name, const char *value)
{
	struct pair *p;

	if (r->nheader == REPLY_HEADERS) {
		log_warnx("%s: too many headers in an answer", name);
		return;
	}
	p = &r->header[r->nheader++];
	p->name = xstrdup(name);
	p->value = xstrdup(value);
}

static int
has_header(const struct request *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nheader; i++)
		if (strcasecmp(r->header[i].name, name) == 0)
			return 1;
	return 0;
}

static void
add_headers(struct request *r, struct MHD_Response *response)
{
	size_t i;

	MHD_add_response_header(response, "X-Request-Id", r->id);
	if (!has_header(r, "Cache-Control"))
		MHD_add_response_header(response, "Cache-Control", "no-store");
	for (i = 0; i < r->nheader; i++)
		if (MHD_add_response_header(response, r->header[i].name,
		    r->header[i].value) != MHD_YES)
			log_warnx("%s: cannot be a header", r->header[i].name);
}

/* A second answer is our own fault; the first one stands. */
int
reply_given(struct request *r)
{
	if (r->response == NULL && r->phase != PHASE_QUEUED && !r->finished)
		return 0;
	log_warnx("%s: answered twice", r->id);
	return 1;
}

/* The client has left; only one whose work went on may be answered. */
static void
reply_to_nobody(struct request *r, struct MHD_Response *response)
{
	if (response != NULL)
		MHD_destroy_response(response);
	if (!r->orphan) {
		log_warnx("%s: answered after its client had left", r->id);
		return;
	}
	r->finished = 1;
	if (!r->held)
		request_free(r);
}

void
reply_response(struct request *r, int status, struct MHD_Response *response)
{
	if (response == NULL && r->conn != NULL)
		fatalx("no memory for an answer");
	metrics_request(r->route, status, monotime_since_us(r->start));
	/* What the row says: a method that has none may be any bytes. */
	log_debug("%s uid %u %s %s %d", r->id, (unsigned int)r->uid,
	    r->route == NULL ? "-" : r->route->method,
	    r->route == NULL ? "-" : r->route->path, status);
	if (r->conn == NULL) {
		reply_to_nobody(r, response);
		return;
	}
	add_headers(r, response);
	r->status = status;
	r->response = response;
	if (r->phase == PHASE_RAW)
		raw_answered(r);
	else if (r->phase == PHASE_WAITING)
		conn_resume(r->conn);
}

/* Takes the body, which came from malloc. */
static void
reply_take(struct request *r, int status, const char *type, char *body,
    size_t len)
{
	struct MHD_Response *response;

	if (reply_given(r)) {
		free(body);
		return;
	}
	if (r->key != NULL)
		idem_finish(r, r->key, status, type, body, len);
	response = MHD_create_response_from_buffer(len, body,
	    MHD_RESPMEM_MUST_FREE);
	if (response != NULL && type != NULL)
		MHD_add_response_header(response, "Content-Type", type);
	reply_response(r, status, response);
}

void
reply_bytes(struct request *r, int status, const char *type, const void *data,
    size_t len)
{
	char *body;

	body = xmalloc(len == 0 ? 1 : len);
	if (len != 0)
		memcpy(body, data, len);
	reply_take(r, status, type, body, len);
}

void
reply_text(struct request *r, int status, const char *type, const char *text)
{
	reply_bytes(r, status, type, text, strlen(text));
}

void
reply_empty(struct request *r, int status)
{
	reply_bytes(r, status, NULL, NULL, 0);
}

static void
reply_object(struct request *r, int status, const char *type,
    struct json_object *object)
{
	const char *text;
	size_t len;
	char *body;

	text = json_object_to_json_string_length(object,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (text == NULL)
		fatalx("no memory for an answer");
	body = xmalloc(len + 1);
	memcpy(body, text, len);
	body[len] = '\n';
	json_object_put(object);
	reply_take(r, status, type, body, len + 1);
}

void
reply_json(struct request *r, int status, struct json_object *object)
{
	reply_object(r, status, "application/json", object);
}

/* Not kept under a key: the answer would be larger than what it is about. */
void
reply_fd(struct request *r, int status, const char *type, int fd, size_t len)
{
	struct MHD_Response *response;

	if (reply_given(r)) {
		close(fd);
		return;
	}
	if (r->key != NULL)
		idem_abandon(r, r->key);
	response = MHD_create_response_from_fd(len, fd);
	if (response == NULL)
		close(fd);
	else
		MHD_add_response_header(response, "Content-Type", type);
	reply_response(r, status, response);
}

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

/* A text that may hold a client's or a peer's bytes. */
static void
add_foreign(struct json_object *o, const char *name, const char *text)
{
	char *clean = utf8_clean(text, strlen(text), NULL);

	add_text(o, name, clean);
	free(clean);
}

void
reply_problem(struct request *r, enum problem problem, const char *pointer,
    const char *fmt, ...)
{
	struct json_object *o = json_object_new_object();
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	add_text(o, "type", "about:blank");
	add_text(o, "title", problem_title(problem));
	json_object_object_add(o, "status",
	    json_object_new_int(problem_status(problem)));
	add_text(o, "code", problem_code(problem));
	add_foreign(o, "detail", detail);
	add_text(o, "request_id", r->id);
	if (pointer != NULL)
		add_foreign(o, "pointer", pointer);
	reply_object(r, problem_status(problem), "application/problem+json",
	    o);
}
