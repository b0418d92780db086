/*
 * The opening of a WebSocket: whether a request asks for one as RFC 6455
 * wants it, and the proof that it was understood.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "http.h"
#include "ws.h"
#include "ws_private.h"

static int
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether a comma-separated list has a word; case is as told. */
static int
list_has(const char *list, const char *word,
    int (*cmp)(const char *, const char *, size_t))
{
	size_t len, n = strlen(word);

	for (; list != NULL && *list != '\0'; list += *list == ',') {
		while (is_space(*list))
			list++;
		len = strcspn(list, ",");
		while (len > 0 && is_space(list[len - 1]))
			len--;
		if (len == n && cmp(list, word, n) == 0)
			return 1;
		list += strcspn(list, ",");
	}
	return 0;
}

static int
upgrade_required(struct request *r, const char *what)
{
	reply_header(r, "Upgrade", "websocket");
	reply_header(r, "Sec-WebSocket-Version", "13");
	reply_problem(r, PROBLEM_UPGRADE, NULL, "%s", what);
	return -1;
}

static int
check_key(struct request *r)
{
	const char *key = request_header(r, "Sec-WebSocket-Key");
	size_t len = 0;
	void *bytes = NULL;

	if (key != NULL)
		bytes = base64_decode(key, strlen(key), &len);
	free(bytes);
	if (bytes != NULL && len == WSMSG_KEY)
		return 0;
	reply_problem(r, PROBLEM_INVALID_PARAMETER, NULL,
	    "Sec-WebSocket-Key: must be %d bytes in base64", WSMSG_KEY);
	return -1;
}

/*
 * A browser says whose page asks.  It sends along what rights the user's
 * machine gives, so another site's page must not get in by them.
 */
static int
check_origin(struct request *r)
{
	const char *origin = request_header(r, "Origin");
	const char *host = request_header(r, "Host");
	const char *p;

	if (origin == NULL)
		return 0;
	p = strstr(origin, "://");
	if (p != NULL && host != NULL && *host != '\0' &&
	    (strncasecmp(origin, "http://", 7) == 0 ||
	    strncasecmp(origin, "https://", 8) == 0) &&
	    strcasecmp(p + 3, host) == 0)
		return 0;
	reply_problem(r, PROBLEM_FORBIDDEN, NULL,
	    "Origin: pages of other sites are not let in");
	return -1;
}

int
ws_check(struct request *r)
{
	const char *version = request_header(r, "Sec-WebSocket-Version");

	/* Other HTTP cannot be upgraded. */
	if (strcmp(request_method(r), "GET") != 0 || !request_http11(r))
		return upgrade_required(r, "a WebSocket begins with GET and "
		    "HTTP/1.1");
	if (!list_has(request_header(r, "Upgrade"), "websocket",
	    strncasecmp) ||
	    !list_has(request_header(r, "Connection"), "upgrade",
	    strncasecmp))
		return upgrade_required(r, "this is for WebSockets: Upgrade "
		    "and Connection must say so");
	if (version == NULL || strcmp(version, "13") != 0)
		return upgrade_required(r,
		    "Sec-WebSocket-Version: must be 13");
	if (check_key(r) == -1)
		return -1;
	return check_origin(r);
}

void
ws_accept_headers(struct request *r, const char *protocol)
{
	const char *key = request_header(r, "Sec-WebSocket-Key");
	char proof[WSMSG_PROOF];

	wsmsg_proof(key, proof);
	reply_header(r, "Upgrade", "websocket");
	reply_header(r, "Sec-WebSocket-Accept", proof);
	if (protocol != NULL && list_has(request_header(r,
	    "Sec-WebSocket-Protocol"), protocol, strncmp))
		reply_header(r, "Sec-WebSocket-Protocol", protocol);
}
