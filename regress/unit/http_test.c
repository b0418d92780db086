/*
 * The HTTP side from a client's place: good requests, each refusal, limits
 * at and one past, clients that are slow, early gone or greedy.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http_test.h"
#include "test.h"

#define GET(path)	"GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define JSON		"Content-Type: application/json\r\n"

static long	server_ms;	/* of processor time, when it has stopped */

static void
stop(void)
{
	ok(serve_end(&server_ms) == 0, "the server stops clean");
}

/* Asks, and expects a status, a word in the body, a type. */
static void
expect(const char *what, const char *request, int status, const char *word)
{
	struct answer a;
	int good;

	good = ask(&a, "%s", request) == 0 && a.status == status &&
	    strstr(a.body, word) != NULL &&
	    strncmp(answer_header(&a, "X-Request-Id"), "req_", 4) == 0;
	if (status >= 400)
		good = good && strcmp(answer_header(&a, "Content-Type"),
		    "application/problem+json") == 0;
	if (!ok(good, "%s: %d", what, status))
		printf("# got %d %s\n", a.status, a.body == NULL ? "" :
		    a.body);
	answer_clear(&a);
}

static void
test_good(void)
{
	struct answer a;

	expect("plain", GET("/t/hello"), 200,
	    "{\"hello\":\"/\",\"path\":\"/t/hello\"}\n");
	expect("body", "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Content-Length: 7\r\n\r\n{\"a\":1}", 201, "{\"a\":1}");
	expect("body with charset", "POST /t/echo HTTP/1.1\r\nHost: x\r\n"
	    "Content-Type: application/JSON; charset=utf-8\r\n"
	    "Content-Length: 7\r\n\r\n{\"a\":1}", 201, "{\"a\":1}");
	expect("chunked body", "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0"
	    "\r\n\r\n", 201, "{\"a\":1}");
	expect("no body", "POST /t/opt HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 0\r\n\r\n", 201, "{}");
	expect("later", GET("/t/later/30"), 200, "later");
	expect("query", GET("/t/query?limit=100&cursor=a%20b+c"), 200,
	    "{\"limit\":100,\"cursor\":\"a b c\"}");
	expect("session", GET("/t/session/" TEST_SESSION), 200, "hello");
	expect("a handler without answer", GET("/t/nothing"), 500,
	    "internal");
	ok(ask(&a, "%s", GET("/t/at_once")) == 0 && a.status == 204,
	    "deferred and answered at once");
	answer_clear(&a);
	ok(ask(&a, "%s", GET("/t/picture")) == 0 && a.status == 200 &&
	    a.len == TEST_FD_SIZE && a.body[TEST_FD_SIZE - 1] == 'p' &&
	    strcmp(answer_header(&a, "Cache-Control"), "no-cache") == 0,
	    "a file from its descriptor");
	answer_clear(&a);
	ok(ask(&a, "%s", GET("/t/hello")) == 0 &&
	    *answer_header(&a, "Server") == '\0' &&
	    strcmp(answer_header(&a, "Cache-Control"), "no-store") == 0 &&
	    strcmp(answer_header(&a, "Content-Type"), "application/json") ==
	    0, "headers of every answer");
	answer_clear(&a);
}

static void
test_refused(void)
{
	expect("path", GET("/t/none"), 404, "not_found");
	expect("slash at the end", GET("/t/hello/"), 404, "not_found");
	expect("NUL in the path", GET("/t/hello%00"), 404, "not_found");
	expect("empty segment", GET("/t/session/"), 404, "not_found");
	expect("method", "DELETE /t/hello HTTP/1.1\r\nHost: x\r\n\r\n", 405,
	    "GET, HEAD");
	expect("strange method", "BREW /t/hello HTTP/1.1\r\nHost: x\r\n\r\n",
	    405, "method_not_allowed");
	expect("session of another", GET("/t/session/" TEST_OTHER), 404,
	    "no such session");
	expect("no session", GET("/t/session/ses_x"), 404, "no such session");
	expect("parameter", GET("/t/hello?limit=1"), 400, "limit: no such");
	expect("parameter twice", GET("/t/query?limit=1&limit=2"), 400,
	    "twice");
	expect("parameter range", GET("/t/query?limit=101"), 400,
	    "limit: must be an integer from 1 to 100");
	expect("parameter space", GET("/t/query?limit=%201"), 400, "limit");
	expect("parameter empty", GET("/t/query?limit="), 400, "limit");
	expect("parameter NUL", GET("/t/query?cursor=%00"), 400, "NUL");
	expect("parameter bytes", GET("/t/query?cursor=%ff"), 400, "UTF-8");
	expect("parameter escape", GET("/t/query?cursor=%4"), 400, "%");
	expect("type", "POST /t/echo HTTP/1.1\r\nHost: x\r\nContent-Type: "
	    "text/plain\r\nContent-Length: 2\r\n\r\n{}", 415,
	    "unsupported_media_type");
	expect("type like it", "POST /t/echo HTTP/1.1\r\nHost: x\r\n"
	    "Content-Type: application/jsonx\r\nContent-Length: 2\r\n\r\n{}",
	    415, "unsupported_media_type");
	expect("no type", "POST /t/echo HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 2\r\n\r\n{}", 415, "unsupported_media_type");
	expect("body missing", "POST /t/echo HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 0\r\n\r\n", 400, "bad_json");
	expect("body where none is taken", "GET /t/hello HTTP/1.1\r\nHost: x"
	    "\r\n" JSON "Content-Length: 2\r\n\r\n{}", 413, "too_large");
	expect("bad JSON", "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Content-Length: 6\r\n\r\n{\"a\",}", 400, "byte 4: a colon");
	expect("name twice", "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Content-Length: 13\r\n\r\n{\"a\":1,\"a\":2}", 400,
	    "byte 7: the same name twice");
	expect("array", "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Content-Length: 2\r\n\r\n[]", 400, "must be a JSON object");
	expect("not HTTP key", "POST /t/opt HTTP/1.1\r\nHost: x\r\n"
	    "Idempotency-Key: a b\r\nContent-Length: 0\r\n\r\n", 400,
	    "Idempotency-Key");
}

/* A body of so many bytes, by length or in chunks, early or not. */
static int
post_sized(size_t len, int chunked)
{
	struct answer a;
	char *body, head[256];
	int fd, status;

	body = malloc(len);
	memset(body, ' ', len);
	memcpy(body, "{}", 2);
	if (chunked)
		snprintf(head, sizeof(head), "POST /t/echo HTTP/1.1\r\nHost: x"
		    "\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
		    len);
	else
		snprintf(head, sizeof(head), "POST /t/echo HTTP/1.1\r\nHost: x"
		    "\r\n" JSON "Content-Length: %zu\r\n\r\n", len);
	fd = client_open();
	client_text(fd, head);
	client_send(fd, body, len);
	if (chunked)
		client_text(fd, "\r\n0\r\n\r\n");
	status = client_read(fd, &a) == -1 ? -1 : a.status;
	answer_clear(&a);
	close(fd);
	free(body);
	return status;
}

static void
test_sizes(void)
{
	char *text;
	struct answer a;
	int fd;

	ok(post_sized(TEST_BODY_MAX, 0) == 201, "largest body");
	ok(post_sized(TEST_BODY_MAX + 1, 0) == 413, "one byte more");
	ok(post_sized(TEST_BODY_MAX, 1) == 201, "largest body in chunks");
	ok(post_sized(TEST_BODY_MAX + 1, 1) == 413, "one more in chunks");
	ok(post_sized(3000000, 0) == 413, "a large body, answered early");
	ok(post_sized(3000000, 1) == 413, "a large body in chunks");
	ok(post_sized(6000000, 1) == -1, "more than is read away: cut");
	fd = client_open();
	client_text(fd, "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
	ok(client_read(fd, &a) == 0 && a.status == 413,
	    "refused before the body is sent");
	answer_clear(&a);
	close(fd);
	text = malloc(70000);
	memset(text, 'a', 70000);
	text[69999] = '\0';
	ok(ask(&a, "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", text) == -1 ||
	    (a.status >= 400 && a.status < 500), "a path past all memory");
	answer_clear(&a);
	ok(ask(&a, "GET /t/hello HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", text)
	    == -1 || (a.status >= 400 && a.status < 500),
	    "a header past all memory");
	answer_clear(&a);
	text[20000] = '\0';
	ok(ask(&a, "GET /t/hello HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", text)
	    == 0 && a.status == 200, "a long header that fits");
	answer_clear(&a);
	free(text);
}

static void
test_head(void)
{
	char buf[4096];
	int fd, n;

	fd = client_open();
	client_text(fd, "HEAD /t/hello HTTP/1.1\r\nHost: x\r\n"
	    "Connection: close\r\n\r\n");
	n = client_raw(fd, buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	ok(n > 0 && strncmp(buf, "HTTP/1.1 200", 12) == 0 &&
	    strstr(buf, "Content-Length: 32") != NULL &&
	    strcmp(buf + n - 4, "\r\n\r\n") == 0 &&
	    client_raw(fd, buf, sizeof(buf)) == 0, "HEAD has no body");
	close(fd);
	fd = client_open();
	client_text(fd, "HEAD /t/stream HTTP/1.1\r\nHost: x\r\n\r\n");
	n = client_raw(fd, buf, sizeof(buf) - 1);
	ok(n > 0 && counted_within("streams", 0, 5), "HEAD of a stream ends");
	close(fd);
}

static void
test_keepalive(void)
{
	struct answer a;
	int fd, good = 1, i;

	fd = client_open();
	for (i = 0; i < 100 && good; i++) {
		client_text(fd, i % 2 ? GET("/t/hello") : GET("/t/none"));
		good = client_read(fd, &a) == 0 &&
		    a.status == (i % 2 ? 200 : 404);
		answer_clear(&a);
	}
	ok(good, "a hundred requests on one connection");
	good = 1;
	client_text(fd, GET("/t/later/50") GET("/t/hello") GET("/t/later/1")
	    "POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
	    "Content-Length: 7\r\n\r\n{\"a\":1}" GET("/t/none"));
	for (i = 0; i < 5; i++) {
		static const int want[] = { 200, 200, 200, 201, 404 };

		good = good && client_read(fd, &a) == 0 &&
		    a.status == want[i];
		if (good && i == 0)
			good = strstr(a.body, "later") != NULL;
		answer_clear(&a);
	}
	ok(good, "pipelined requests are answered in order");
	close(fd);
}

static void
test_slow(void)
{
	static const char text[] = GET("/t/hello");
	struct timespec pause = { 0, 20000000 };
	struct answer a;
	char c;
	int fd;
	size_t i;

	fd = client_open();
	for (i = 0; i < sizeof(text) - 1; i++) {
		client_send(fd, text + i, 1);
		usleep(2000);
	}
	ok(client_read(fd, &a) == 0 && a.status == 200, "byte by byte");
	answer_clear(&a);
	close(fd);
	fd = client_open();
	for (i = 0; i < 400; i++) {
		if (send(fd, i == 0 ? "G" : "E", 1, MSG_NOSIGNAL) != 1)
			break;
		nanosleep(&pause, NULL);
	}
	ok(i < 400, "a request that never ends is cut");
	close(fd);
	fd = client_open();
	ok(client_raw(fd, &c, 1) == 0, "a connection without request is cut");
	close(fd);
	ok(ask(&a, "%s", GET("/t/later/3500")) == 0 && a.status == 200,
	    "an answer later than all idle times");
	answer_clear(&a);
	fd = client_open();
	client_text(fd, GET("/t/later/100"));
	shutdown(fd, SHUT_WR);
	ok(client_read(fd, &a) == 0 && a.status == 200,
	    "a client who only ended his sending gets his answer");
	answer_clear(&a);
	close(fd);
}

/*
 * How many deferred requests have come to no end.  One whose client left
 * before it was read has never begun.
 */
static long
unfinished(void)
{
	return counted("asked") - counted("kept") - counted("gone");
}

/* So many clients ask for a path and leave, after so long each. */
static void
leave_often(const char *request, int times, useconds_t step)
{
	int fd, i;

	for (i = 0; i < times; i++) {
		fd = client_open();
		client_text(fd, request);
		usleep((useconds_t)i * step);
		close(fd);
	}
}

static int
all_finished(void)
{
	int i;

	for (i = 0; i < 1000 && unfinished() != 0; i++)
		usleep(5000);
	return unfinished() == 0;
}

static void
test_leaving(void)
{
	struct answer a;
	long before;
	int i;

	before = counted("gone");
	leave_often(GET("/t/later/60000"), 10, 1000);
	ok(all_finished() && counted("gone") > before,
	    "the handler hears of a client who left");
	before = counted("kept");
	leave_often("POST /t/later/30 HTTP/1.1\r\nHost: x\r\n"
	    "Idempotency-Key: k1\r\nContent-Length: 0\r\n\r\n", 10, 1000);
	ok(all_finished() && counted("kept") > before,
	    "work without gone goes on");
	ok(ask(&a, "POST /t/later/30 HTTP/1.1\r\nHost: x\r\n"
	    "Idempotency-Key: k1\r\nContent-Length: 0\r\n\r\n") == 0 &&
	    a.status == 200 && strcmp(answer_header(&a,
	    "Idempotency-Replayed"), "true") == 0,
	    "and its answer is kept under the key");
	answer_clear(&a);
	ok(ask(&a, "POST /t/opt HTTP/1.1\r\nHost: x\r\n"
	    "Idempotency-Key: busy\r\nContent-Length: 0\r\n\r\n") == 0 &&
	    a.status == 409, "a key at work");
	answer_clear(&a);
	leave_often(GET("/t/anew/1"), 20, 100);
	leave_often(GET("/t/anew/900"), 20, 100);
	ok(all_finished(), "requests deferred anew end in a reply or are gone");
	ok(ask(&a, "%s", GET("/t/anew/1000")) == 0 && a.status == 200,
	    "and are answered");
	answer_clear(&a);
	for (i = 0; i < 25; i++) {
		leave_often(GET("/t/picture"), 1, 0);
		leave_often("POST /t/echo HTTP/1.1\r\nHost: x\r\n" JSON
		    "Content-Length: 90\r\n\r\n{", 1, 0);
	}
	ok(counted_within("open", 1, 5), "nothing is left of early leavers");
}

static int
stream_open(void)
{
	char buf[1024];
	int fd, n;
	size_t at = 0;

	fd = client_open();
	client_text(fd, GET("/t/stream"));
	while (at < sizeof(buf) - 1) {
		n = client_raw(fd, buf + at, sizeof(buf) - 1 - at);
		if (n <= 0)
			break;
		at += (size_t)n;
		buf[at] = '\0';
		if (strstr(buf, "data: second\n\n") != NULL &&
		    strstr(buf, "id: 7\nevent: hello\ndata: first\n") != NULL &&
		    strstr(buf, "text/event-stream") != NULL &&
		    strstr(buf, "X-Accel-Buffering: no") != NULL)
			return fd;
	}
	close(fd);
	return -1;
}

/* Reads until a text has come so many times, or the end. */
static int
read_times(int fd, const char *text, int want)
{
	char buf[65536 + 64], *p;
	size_t keep = 0, len = strlen(text);
	int n, seen = 0;

	while (seen < want &&
	    (n = client_raw(fd, buf + keep, sizeof(buf) - keep - 1)) > 0) {
		buf[keep + (size_t)n] = '\0';
		for (p = buf; (p = strstr(p, text)) != NULL; p += len)
			seen++;
		keep = 0;	/* a text cut in two counts as none */
	}
	return seen;
}

static void
test_stream(void)
{
	struct answer a;
	long before;
	int fast, slow;

	slow = stream_open();
	ok(slow != -1, "a stream begins");
	ok(read_times(slow, ":\n\n", 1) == 1, "a heartbeat comes");
	fast = stream_open();
	ok(fast != -1 && counted("streams") == 2, "another stream");
	ask(&a, "POST /t/pump HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
	    "\r\n");
	answer_clear(&a);
	ok(read_times(fast, "event: x\n", 380) >= 380,
	    "a reader gets all while another does not read");
	ok(counted_within("left_streams", 2, 5) && counted("full") == 1,
	    "who does not read is dropped");
	ok(counted_within("streams", 1, 5), "and the reader goes on");
	before = counted("left_streams");
	ask(&a, "POST /t/end HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
	    "\r\n");
	answer_clear(&a);
	ok(read_times(fast, "event: bye\n", 1) == 1 &&
	    counted_within("streams", 0, 5) &&
	    counted("left_streams") == before, "a stream is ended by us");
	close(slow);
	slow = stream_open();
	ok(slow != -1, "a third stream");
	close(slow);
	ok(counted_within("streams", 0, 5), "its client leaves");
	close(fast);
	(void)stream_open();	/* open while the server stops */
}

static void
test_many(void)
{
	static int fds[300];
	struct answer a;
	int i, refused = 0, served = 0;

	for (i = 0; i < 300; i++) {
		fds[i] = client_open();
		client_text(fds[i], GET("/t/hello"));
	}
	for (i = 0; i < 300; i++) {
		if (client_read(fds[i], &a) == 0) {
			served += a.status == 200;
			refused += a.status == 429 && strncmp(
			    answer_header(&a, "X-Request-Id"), "req_", 4) ==
			    0 && a.body[a.len - 1] == '\n' &&
			    strstr(a.body, "limit_reached") != NULL;
		}
		answer_clear(&a);
	}
	for (i = 0; i < 300; i++)
		close(fds[i]);
	ok(served >= 64 && served < 80 && served + refused == 300,
	    "300 connections: 64 served, the rest told why (%d, %d)", served,
	    refused);
	ok(counted_within("open", 1, 5), "and then there is room again");
}

/*
 * One over his limit who connects, thinks, and asks only then: his sending
 * does not fail, and he reads why.
 */
static void
test_refused_late(void)
{
	static int fds[64];
	struct answer a;
	int fd, i;

	for (i = 0; i < 64; i++) {
		fds[i] = client_open();
		client_text(fds[i], GET("/t/later/60000"));
	}
	ok(counted("open") == -1, "all places of this user are taken");
	fd = client_open();
	usleep(100000);
	ok(client_text(fd, GET("/t/hello")) == 0, "a late one can still ask");
	usleep(100000);
	ok(client_text(fd, GET("/t/hello")) == 0, "and go on asking");
	ok(client_read(fd, &a) == 0 && a.status == 429 &&
	    strstr(a.body, "too many connections of this user") != NULL,
	    "and is told why");
	answer_clear(&a);
	ok(client_raw(fd, a.head, sizeof(a.head)) == 0, "then it is the end");
	close(fd);
	fd = client_open();
	ok(client_read(fd, &a) == 0 && a.status == 429,
	    "one who never asks is told too");
	answer_clear(&a);
	for (i = 0; i < 300; i++) {
		if (client_text(fd, "x") == -1)
			break;
		usleep(100000);
	}
	ok(i < 300, "and is not kept for ever");
	close(fd);
	for (i = 0; i < 64; i++)
		close(fds[i]);
	ok(counted_within("open", 1, 5), "room again");
}

/*
 * More clients than the server may have at once: those who wait are served
 * when others leave, and the server sleeps meanwhile.
 */
static void
test_full(const char *what)
{
	struct timespec pause = { 1, 0 };
	static int fds[60];
	struct answer a;
	int first = 0, i, served = 0;

	for (i = 0; i < 60; i++) {
		fds[i] = client_open();
		client_text(fds[i], GET("/t/later/1500"));
	}
	nanosleep(&pause, NULL);	/* with all places taken */
	for (i = 0; i < 60; i++) {
		if (client_read(fds[i], &a) == 0 && a.status == 200)
			served++;
		first += i < 20 && served == i + 1;
		answer_clear(&a);
		close(fds[i]);
	}
	ok(first >= 15 && served == 60, "%s: all served in the end (%d)",
	    what, served);
	stop();
	ok(server_ms < 700, "%s: without spinning (%ld ms)", what, server_ms);
}

/* As another uid: what an admin may, and whose sessions. */
static void
test_other_user(void)
{
	pid_t pid;
	int status;

	if (getuid() != 0) {
		ok(1, "another uid # SKIP not root");
		return;
	}
	fflush(stdout);
	if ((pid = fork()) == 0) {
		struct answer a;
		int bad = 0;

		if (setgid(TEST_USER) == -1 || setuid(TEST_USER) == -1)
			_exit(99);
		bad |= ask(&a, "%s", GET("/t/admin")) || a.status != 403;
		bad |= (ask(&a, "%s", GET("/t/session/" TEST_OTHER)) ||
		    a.status != 200) << 1;
		bad |= (ask(&a, "%s", GET("/t/session/" TEST_SESSION)) ||
		    a.status != 404) << 2;
		_exit(bad);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "another uid is not an admin and sees his own (%d)",
	    WEXITSTATUS(status));
}

static void
test_tokens(void)
{
#define BEARER(path, token) "GET " path " HTTP/1.1\r\nHost: x\r\n" \
	"Authorization: " token "\r\n\r\n"
	expect("a good token", BEARER("/t/hello", "Bearer good"), 200,
	    "hello");
	expect("its scheme has no case", BEARER("/t/hello", "bEARER good"),
	    200, "hello");
	expect("a bad token", BEARER("/t/hello", "Bearer bad"), 401,
	    "unauthorized");
	expect("a bad token where none is needed",
	    BEARER("/healthz", "Bearer bad"), 401, "not good");
	expect("an empty one", BEARER("/t/hello", "Bearer "), 401,
	    "unauthorized");
	expect("another scheme", BEARER("/t/hello", "Basic good"), 401,
	    "only Bearer");
	expect("two of them", "GET /t/hello HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer good\r\nAuthorization: Bearer good\r\n"
	    "\r\n", 401, "twice");
	expect("a bad one and no such path", BEARER("/t/none", "Bearer bad"),
	    401, "unauthorized");
	expect("a lacking scope", "POST /t/opt HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer good\r\nContent-Length: 0\r\n\r\n", 403,
	    "insufficient_scope");
	expect("an admin's path", BEARER("/t/admin", "Bearer good"), 403,
	    "\\\"admin\\\"");
	expect("it asks as its user",
	    BEARER("/t/session/" TEST_OTHER, "Bearer good"), 200, "hello");
	expect("and as nobody else",
	    BEARER("/t/session/" TEST_SESSION, "Bearer good"), 404,
	    "no such session");
}

/*
 * Each line is about the family that the last TYPE line has begun, and no
 * family begins twice.
 */
static int
families_fit(char *text)
{
	char *line, *name = NULL, *save, seen[4096] = " ";
	size_t len = 0;

	for (line = strtok_r(text, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		if (strcmp(line, "# EOF") == 0)
			return strtok_r(NULL, "\n", &save) == NULL;
		if (strncmp(line, "# TYPE ", 7) == 0) {
			name = line + 7;
			len = strcspn(name, " ");
			name[len] = '\0';
			if (strstr(seen, name) != NULL)
				return 0;
			strlcat(seen, name, sizeof(seen));
			strlcat(seen, " ", sizeof(seen));
		} else if (name == NULL || strncmp(*line == '#' ?
		    line + 7 : line, name, len) != 0)
			return 0;
	}
	return 0;
}

static void
test_system(void)
{
	struct answer a;

	ok(ask(&a, "%s", GET("/metrics")) == 0 && strcmp(answer_header(&a,
	    "Content-Type"), "application/openmetrics-text; version=1.0.0; "
	    "charset=utf-8") == 0 && families_fit(a.body),
	    "metrics come in families");
	answer_clear(&a);
	expect("health", GET("/healthz"), 200, "{\"status\":\"ok\"}");
	expect("ready", GET("/readyz"), 200, "ready");
	expect("turn", "POST /t/unready HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 0\r\n\r\n", 204, "");
	expect("unready", GET("/readyz"), 503, "no supervisor");
	expect("system", GET("/v1/system"), 200, "\"kernel\":\"Linux 6\"");
	expect("system", GET("/v1/system"), 200, "\"admin\":true");
	expect("metrics", GET("/metrics"), 200, "deskd_http_requests_total{"
	    "method=\"GET\",route=\"/healthz\",class=\"2xx\"} 1\n");
	expect("metrics", GET("/metrics"), 200, "deskd_http_request_duration_"
	    "seconds_bucket{method=\"GET\",route=\"/healthz\",le=\"+Inf\"} 1");
	expect("metrics", GET("/metrics"), 200,
	    "deskd_sessions{state=\"stopped\"} 3\n");
	expect("metrics", GET("/metrics"), 200, "\n# EOF\n");
}

int
main(void)
{
	serve_begin(0, 0);
	test_good();
	test_refused();
	test_sizes();
	test_head();
	test_keepalive();
	test_other_user();
	test_tokens();
	test_system();
	test_leaving();
	test_many();
	test_refused_late();
	test_slow();
	test_stream();
	test_raw();
	stop();
	serve_begin(20, 0);
	test_full("connections");
	serve_begin(0, 40);
	test_full("descriptors");
	return done();
}
