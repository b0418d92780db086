/* What is asked of a session's worker about its desktop and programs. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker_test.h"
#include "fake.h"
#include "http_test.h"
#include "test.h"

void
test_actions(void)
{
	char	*id = running(0, "{}");
	char	*p = strdup(session_path(id, "/actions"));
	char	*big;
	int	 fd;

	ok(call(0, "POST", p, "{\"type\":\"left_click\"}") == 200 &&
	    is("/results/0/type", "left_click") &&
	    is("/results/0/ok", "true") && is("/results/0/x", "5") &&
	    is("/results/0/duration_ms", "0.4"), "one action");
	ok(events_within(id, "action", 1) && is("/data/0/data/type",
	    "left_click") && is("/data/0/actor/uid", "0"), "is recorded");
	ok(call(0, "POST", p, "{\"actions\":[{\"type\":\"screenshot\"},"
	    "{\"type\":\"fail\"},{\"type\":\"key\"}]}") == 200 &&
	    is("/results/0/screenshot/width", "20") &&
	    strncmp(str("/results/0/screenshot/data"), "iVBORw0KGgo", 11) ==
	    0 && strlen(str("/results/0/screenshot/data")) == 1336,
	    "a batch with a picture");
	ok(is("/results/1/ok", "false") &&
	    is("/results/1/error/code", "untypable") &&
	    is("/results/1/error/pointer", "/text") &&
	    is("/results/2/ok", "true"), "and a failure in it");
	call(0, "POST", p, "{\"type\":\"fail\"}");
	ok(refused(422, "untypable", "/text"), "alone it is the answer");
	call(0, "POST", p, "{\"type\":\"bad\"}");
	ok(refused(422, "invalid_field", "/actions/0/x"),
	    "what the worker refuses");
	ok(call(0, "POST", p, "{\"actions\":[{\"type\":\"large\"},"
	    "{\"type\":\"large\"}]}") == 200 && is(
	    "/results/1/screenshot_omitted", "true") &&
	    at("/results/1/screenshot") == NULL &&
	    is("/results/0/screenshot/width", "20"),
	    "more pictures than an answer holds");
	big = malloc(100100);
	memset(big, ' ', 100000);
	strcpy(big + 100000, "{\"type\":\"key\"}");
	ok(call(0, "POST", p, big) == 200 && is("/results/0/type", "key"),
	    "a large body goes as a memfd");
	free(big);
	fd = open_as(0);
	put(fd, "POST", p, "", "{\"type\":\"wait\"}");
	events_within(id, "action", 9);
	close(fd);
	ok(events_within(id, "action", 10) &&
	    strstr(a.body, "cancelled") != NULL,
	    "a client that leaves cancels");
	free(p);
	delete(0, id);
	free(id);
}

void
test_hostile(void)
{
	static const char *const lies[] = { "lie", "unsealed", "not-json" };
	char		*id = running(0, "{}");
	char		 body[64];
	size_t		 i;

	for (i = 0; i < 3; i++) {
		snprintf(body, sizeof(body), "{\"type\":\"%s\"}", lies[i]);
		call(0, "POST", session_path(id, "/actions"), body);
		ok(refused(503, "unavailable", NULL) &&
		    strcmp(answer_header(&a, "Retry-After"), "1") == 0,
		    "%s closes the worker", lies[i]);
		call(0, "POST", session_path(id, "/exec"),
		    "{\"argv\":[\"true\"]}");
		ok(a.status == 503, "and nothing else");
		delete(0, id);
		free(id);
		id = running(0, "{}");
	}
	call(0, "GET", session_path(id, "/screenshot?region=666,0,5,5"), NULL);
	ok(refused(500, "internal", NULL), "a picture of another size");
	call(0, "GET", session_path(id, "/screenshot?format=jpeg"
	    "&region=667,0,5,5"), NULL);
	ok(refused(500, "internal", NULL), "of another format");
	delete(0, id);
	free(id);
}

void
test_windows(void)
{
	static const char *const lies[] = { "257 windows", "half a list",
	    "an id that is none", "one with a zero before it",
	    "a window that is a number", "a list that is none",
	    "no object", "a list that could change" };
	char	*id = running(0, "{}");
	size_t	 i;

	ok(call(0, "GET", session_path(id, "/windows"), NULL) == 200 &&
	    is("/data/0/id", "win_1a") && is("/data/1/title", "t") &&
	    is("/has_more", "false"), "windows");
	ok(call(0, "GET", session_path(id, "/windows"), NULL) == 200 &&
	    is("/data/255/id", "win_100") && is("/has_more", "true"),
	    "as many as can be");
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		call(0, "GET", session_path(id, "/windows"), NULL);
		ok(refused(500, "internal", NULL), "%s", lies[i]);
	}
	call(0, "GET", session_path(id, "/windows/win_1a"), NULL);
	ok(refused(504, "display_timeout", NULL), "a worker's own problem");
	call(0, "GET", session_path(id, "/windows"), NULL);
	ok(refused(500, "internal", NULL), "another answer");
	ok(call(0, "GET", session_path(id, "/windows/win_2"), NULL) == 200 &&
	    is("/id", "win_2"), "one of them");
	call(0, "GET", session_path(id, "/windows/win_ffffff"), NULL);
	ok(refused(404, "not_found", NULL), "one that is not there");
	delete(0, id);
	free(id);
}

void
test_window_acts(void)
{
	static const char *const lies[] = { "win_1e", "win_a", "win_f0" };
	char	*id = running(0, "{}"), path[64];
	size_t	 i;

	ok(call(0, "POST", session_path(id, "/windows/win_1"),
	    "{\"action\":\"focus\"}") == 204, "a window is told something");
	ok(call(0, "DELETE", session_path(id, "/windows/win_1"), NULL) == 204,
	    "and closed");
	call(0, "POST", session_path(id, "/windows/win_fa"),
	    "{\"action\":\"focus\"}");
	ok(refused(422, "untypable", NULL), "what fails");
	call(0, "POST", session_path(id, "/windows/win_bad"),
	    "{\"action\":\"focus\"}");
	ok(refused(422, "invalid_field", NULL), "what is refused");
	call(0, "POST", session_path(id, "/windows/win_bad"),
	    "{\"action\":\"move\",\"x\":16384,\"y\":0}");
	ok(refused(422, "invalid_field", "/x"), "never asked");
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		snprintf(path, sizeof(path), "/windows/%s", lies[i]);
		call(0, "POST", session_path(id, path),
		    "{\"action\":\"focus\"}");
		ok(refused(503, "unavailable", NULL),
		    "%s closes the worker", lies[i]);
		delete(0, id);
		free(id);
		id = running(0, "{}");
	}
	delete(0, id);
	free(id);
}

void
test_kept(void)
{
	static const char *const lies[] = { "ok", "item" };
	char	*id = running(0, "{}"), text[128];
	size_t	 i;

	for (i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "{\"argv\":[\"x\"],"
		    "\"name\":\"%s\"}", lies[i]);
		call(0, "POST", session_path(id, "/processes"), text);
		ok(refused(503, "unavailable", NULL),
		    "%s for a start closes the worker", lies[i]);
		delete(0, id);
		free(id);
		id = running(0, "{}");
	}
	ok(call(0, "POST", session_path(id, "/processes"),
	    "{\"argv\":[\"x\"],\"name\":\"twice\"}") == 201 &&
	    strstr(a.body, "\"started_at\":null") != NULL,
	    "ends that cannot be are none");
	for (i = 1; i <= 7; i++) {
		snprintf(text, sizeof(text), "/processes/prc_"
		    "01ARZ3NDEKTSV4RRFFQ69G5FAV/log?after=%zu", i);
		call(0, "GET", session_path(id, text), NULL);
		ok(refused(503, "unavailable", NULL), "stream %zu is closed",
		    i);
	}
	call(0, "GET", session_path(id, "/terminals"), NULL);
	ok(refused(503, "unavailable", NULL), "a list without end");
	delete(0, id);
	free(id);
}

void
test_shot(void)
{
	char	*id = running(0, "{}");

	ok(call(0, "GET", session_path(id, "/screenshot"), NULL) == 200 &&
	    a.len == 5000 && memcmp(a.body, "\x89PNG", 4) == 0 &&
	    strcmp(answer_header(&a, "Content-Type"), "image/png") == 0 &&
	    strcmp(answer_header(&a, "ETag"), "\"0000000000001234\"") == 0 &&
	    strcmp(answer_header(&a, "X-Deskd-Width"), "1280") == 0,
	    "a picture");
	ok(callh(0, "GET", session_path(id, "/screenshot"), "If-None-Match: "
	    "\"abc\", \"0000000000001234\"\r\n", NULL) == 304 && a.len == 0 &&
	    strcmp(answer_header(&a, "ETag"), "\"0000000000001234\"") == 0,
	    "is not sent again");
	ok(call(0, "GET", session_path(id, "/screenshot?scale=0.5"), NULL) ==
	    200 && strcmp(answer_header(&a, "X-Deskd-Width"), "640") == 0,
	    "by half");
	ok(call(0, "GET", session_path(id,
	    "/screenshot?region=0,0,100,50&scale=30x20"), NULL) == 200 &&
	    strcmp(answer_header(&a, "X-Deskd-Height"), "20") == 0,
	    "a region of some size");
	call(0, "GET", session_path(id, "/screenshot?region=0,0,0,1"), NULL);
	ok(refused(400, "invalid_parameter", NULL), "no region");
	call(0, "GET", session_path(id, "/screenshot?scale=2"), NULL);
	ok(refused(400, "invalid_parameter", NULL), "no scale");
	call(0, "GET", session_path(id, "/screenshot?format=gif"), NULL);
	ok(refused(400, "invalid_parameter", NULL), "no format");
	delete(0, id);
	free(id);
}

/* A format is asked for, and what it was asked with reaches the worker. */
static int
shot_is(const char *id, const char *query, const char *accept,
    const char *type, const char *generation)
{
	char	path[128], header[128] = "";

	snprintf(path, sizeof(path), "/screenshot%s", query);
	if (accept != NULL)
		snprintf(header, sizeof(header), "Accept: %s\r\n", accept);
	return callh(0, "GET", session_path(id, path), header, NULL) == 200 &&
	    strcmp(answer_header(&a, "Content-Type"), type) == 0 &&
	    strcmp(answer_header(&a, "Vary"), "Accept") == 0 &&
	    strcmp(answer_header(&a, "X-Deskd-Generation"), generation) == 0;
}

void
test_shot_format(void)
{
	static const char *const	bad[] = {
		"quality=50", "format=jpeg&quality=0",
		"format=jpeg&quality=101", "format=webp&quality=x",
		"format=jpeg&lossless=true", "lossless=1",
		"format=webp&lossless=1&quality=5", "format=webp&lossless=yes",
		"format=JPEG", "format="
	};
	char	*id = running(0, "{}"), path[128];
	size_t	 i;

	ok(shot_is(id, "?format=jpeg", NULL, "image/jpeg", "80"), "JPEG");
	ok(shot_is(id, "?format=jpeg&quality=1", NULL, "image/jpeg", "1") &&
	    shot_is(id, "?format=webp&quality=100", NULL, "image/webp",
	    "100"), "of the least and the best quality");
	ok(shot_is(id, "?format=webp&lossless=1", NULL, "image/webp", "1000"),
	    "lossless WebP");
	ok(shot_is(id, "?format=webp&lossless=0", NULL, "image/webp", "80"),
	    "or not");
	ok(shot_is(id, "", "image/webp;q=0.5, image/jpeg", "image/jpeg", "80")
	    && shot_is(id, "?quality=9", "image/webp,*/*;q=0.8", "image/webp",
	    "9"), "what the client likes best");
	ok(shot_is(id, "?format=jpeg", "image/webp", "image/jpeg", "80"),
	    "unless it names a format");
	ok(shot_is(id, "", "text/html", "image/png", "7") &&
	    shot_is(id, "", "*/*", "image/png", "7"), "else PNG");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path), "/screenshot?%s", bad[i]);
		call(0, "GET", session_path(id, path), NULL);
		ok(refused(400, "invalid_parameter", NULL), "not %s", bad[i]);
	}
	delete(0, id);
	free(id);
}

void
test_clipboard(void)
{
	char	*id = running(0, "{}");
	char	*p = strdup(session_path(id, "/clipboard"));

	ok(call(0, "GET", p, NULL) == 200 && a.len == 5 && memcmp(a.body,
	    "h\xef\xbf\xbdi", 5) == 0 && strcmp(answer_header(&a,
	    "Content-Type"), "text/plain;charset=utf-8") == 0,
	    "a text, made UTF-8");
	call(0, "GET", session_path(id, "/clipboard?type=png"), NULL);
	ok(refused(502, "selection_owner", NULL), "a picture that is none");
	call(0, "GET", session_path(id, "/clipboard?selection=primary"
	    "&type=text"), NULL);
	ok(refused(500, "internal", NULL), "a text of another size");
	call(0, "GET", session_path(id, "/clipboard?selection=primary"
	    "&type=png"), NULL);
	ok(refused(500, "internal", NULL), "a picture that may change");
	call(0, "GET", session_path(id, "/clipboard?selection=primary"),
	    NULL);
	ok(refused(500, "internal", NULL), "a type that is none");
	ok(call(0, "PUT", p, "{\"text\":\"a\"}") == 204 && a.len == 0,
	    "a text is set");
	ok(call(0, "PUT", p, "{\"text\":\"\"}") == 204, "an empty one");
	call(0, "PUT", p, "{\"text\":null}");
	ok(refused(422, "invalid_field", "/text"), "null");
	call(0, "PUT", p, "{\"text\":5}");
	ok(refused(422, "invalid_field", "/text"), "a number");
	ok(call(0, "DELETE", p, NULL) == 204, "cleared");
	call(FAKE_BOB, "GET", p, NULL);
	ok(refused(404, "not_found", NULL), "another user");
	delete(0, id);
	free(p);
	free(id);
}

void
test_display(void)
{
	char	*id = running(0, "{\"desktop\":{\"width\":640,"
		    "\"height\":480,\"max_width\":1000}}");
	char	*p = strdup(session_path(id, "/display"));

	ok(call(0, "GET", p, NULL) == 200 && is("/width", "640") &&
	    is("/max_width", "1000"), "a display");
	ok(call(0, "PATCH", p, "{\"width\":1000}") == 200 &&
	    is("/width", "1000") && is("/height", "480"), "another width");
	call(0, "PATCH", p, "{\"width\":1001}");
	ok(refused(422, "invalid_field", "/width"), "one too wide");
	call(0, "PATCH", p, "{\"width\":666}");
	ok(refused(504, "display_timeout", NULL), "the worker refuses");
	ok(call(0, "GET", session_path(id, ""), NULL) == 200 &&
	    is("/desktop/width", "1000"), "it stays as it was");
	delete(0, id);
	free(p);
	free(id);
}
