/*
 * Asking deskd: a request, its JSON answer, and its problems in words.
 * Functions that return NULL or -1 have already said why.
 */
#ifndef API_H
#define API_H

#include "http.h"
#include "log.h"

struct ctl;
struct json_object;

/* Only the head of the answer; its status, or -1 without a connection. */
int	api_ask(struct ctl *, const struct http_request *);
/* A connection for the next request; 0, or -1. */
int	api_connect(struct ctl *);
/* The rest of an answer, a JSON object. */
struct json_object *api_object(struct ctl *);
/* The rest of an answer that is a problem; returns -1. */
int	api_problem(struct ctl *, int);
int	api_broken(struct ctl *);	/* the connection failed; -1 */

struct json_object *api_get(struct ctl *, const char *, ...) LOG_PRINTF(2, 3);
/* Takes the body, which may be NULL; an empty answer is an empty object. */
struct json_object *api_send(struct ctl *, const char *, struct json_object *,
	    const char *, ...) LOG_PRINTF(4, 5);
struct json_object *api_request(struct ctl *, const struct http_request *);

/* All pages of a list as one array; the target must have a query. */
struct json_object *api_list(struct ctl *, const char *, ...) LOG_PRINTF(2, 3);

#endif
