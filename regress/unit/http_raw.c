/*
 * Bodies that go into a pipe and answers that come out of one, from a
 * client's place.
 */
#include <sys/socket.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http_test.h"
#include "test.h"

#define LARGE	3000000

static char	large[LARGE];

static unsigned long
sum_of(const char *p, size_t len)
{
	unsigned long sum = 0;

	for (; len > 0; p++, len--)
		sum = (sum * 31 + (unsigned char)*p) & 0xffffff;
	return sum;
}

static int
head(int fd, const char *how, const char *rest)
{
	char text[512];

	snprintf(text, sizeof(text), "PUT /t/raw/%s HTTP/1.1\r\nHost: x\r\n"
	    "%s\r\n", how, rest);
	return client_text(fd, text);
}

static int
is_sum(const struct answer *a, size_t len)
{
	char want[80];

	snprintf(want, sizeof(want), "{\"bytes\":%zu,\"sum\":%lu}\n", len,
	    sum_of(large, len));
	if (a->body != NULL && strcmp(a->body, want) == 0)
		return 1;
	printf("# got %d %s# wanted %s", a->status,
	    a->body == NULL ? "nothing\n" : a->body, want);
	return 0;
}

static void
test_length(const char *how, size_t len)
{
	struct answer a;
	char rest[64];
	int fd = client_open();

	snprintf(rest, sizeof(rest), "Content-Length: %zu\r\n", len);
	ok(head(fd, how, rest) == 0 && client_send(fd, large, len) == 0 &&
	    client_read(fd, &a) == 0 && is_sum(&a, len),
	    "%s: %zu bytes arrive", how, len);
	answer_clear(&a);
	ok(client_text(fd, "GET /t/hello HTTP/1.1\r\nHost: x\r\n\r\n") == 0 &&
	    client_read(fd, &a) == 0 && a.status == 200,
	    "and the connection goes on");
	answer_clear(&a);
	close(fd);
}

static void
test_chunks(void)
{
	struct answer a;
	char size[32];
	size_t at, n;
	int fd = client_open(), good;

	good = head(fd, "slow", "Transfer-Encoding: chunked\r\n") == 0;
	for (at = 0; at < 500000; at += n) {
		n = at % 7919 + 1;
		if (n > 500000 - at)
			n = 500000 - at;
		snprintf(size, sizeof(size), "%zx\r\n", n);
		good = good && client_text(fd, size) == 0 &&
		    client_send(fd, large + at, n) == 0 &&
		    client_text(fd, "\r\n") == 0;
	}
	good = good && client_text(fd, "0\r\n\r\n") == 0;
	ok(good && client_read(fd, &a) == 0 && is_sum(&a, 500000),
	    "chunks of all sizes arrive");
	answer_clear(&a);
	close(fd);
}

static void
test_expect(void)
{
	struct answer a;
	char buf[64] = "";
	int fd = client_open(), n;

	head(fd, "plain", "Expect: 100-continue\r\nContent-Length: 5\r\n");
	n = client_raw(fd, buf, 25);
	ok(n == 25 && strncmp(buf, "HTTP/1.1 100 Continue\r\n\r\n", 25) == 0,
	    "one that asks is told to go on");
	ok(client_send(fd, large, 5) == 0 && client_read(fd, &a) == 0 &&
	    is_sum(&a, 5), "and goes on");
	answer_clear(&a);
	close(fd);
	fd = client_open();
	head(fd, "refuse", "Expect: 100-continue\r\nContent-Length: 5\r\n");
	ok(client_read(fd, &a) == 0 && a.status == 409,
	    "or is refused before it has sent anything");
	answer_clear(&a);
	close(fd);
}

static void
test_refusals(void)
{
	static const char *const hows[] = { "refuse", "at_once" };
	struct answer a;
	size_t i;
	int fd;

	for (i = 0; i < 2; i++) {
		fd = client_open();
		head(fd, hows[i], "Content-Length: 1000\r\n");
		ok(client_send(fd, large, 1000) == 0 &&
		    client_read(fd, &a) == 0 && a.status == 409,
		    "%s: refused", hows[i]);
		answer_clear(&a);
		ok(client_text(fd, "GET /t/hello HTTP/1.1\r\nHost: x\r\n\r\n")
		    == 0 && client_read(fd, &a) == 0 && a.status == 200,
		    "%s: a small body does not cost the connection", hows[i]);
		answer_clear(&a);
		close(fd);
	}
	fd = client_open();
	head(fd, "at_once", "Content-Length: 3000000\r\n");
	ok(client_read(fd, &a) == 0 && a.status == 409,
	    "a large one is refused before it is sent");
	answer_clear(&a);
	close(fd);
	fd = client_open();
	head(fd, "middle", "Content-Length: 3000000\r\n");
	ok(client_send(fd, large, LARGE) == 0 && client_read(fd, &a) == 0 &&
	    a.status == 507, "refused in the middle: all is read, then told");
	answer_clear(&a);
	close(fd);
}

static void
test_limits(void)
{
	struct answer a;
	char text[128];

	snprintf(text, sizeof(text), "PUT /t/raw/plain HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: %d\r\n\r\n", TEST_RAW_MAX + 1);
	ok(ask(&a, "%s", text) == 0 && a.status == 413,
	    "one byte more than may come");
	answer_clear(&a);
	test_length("plain", TEST_RAW_MAX);
}

/* As many seconds as the server's limit for a request and more, in bits. */
static void
test_slow(void)
{
	struct timespec bit = { 0, 300000000 };
	struct answer a;
	int fd = client_open(), i, good;
	char c;

	good = head(fd, "plain", "Content-Length: 10\r\n") == 0;
	for (i = 0; i < 10; i++) {
		nanosleep(&bit, NULL);
		good = good && client_send(fd, large + i, 1) == 0;
	}
	ok(good && client_read(fd, &a) == 0 && is_sum(&a, 10),
	    "a slow one may take its time");
	answer_clear(&a);
	close(fd);
	fd = client_open();
	head(fd, "plain", "Content-Length: 10\r\n");
	client_send(fd, large, 3);
	ok(client_raw(fd, &c, 1) == 0, "one that says no more is cut");
	ok(counted_within("raw_uncommitted", 1, 10) &&
	    counted("raw_gone") >= 1, "and nothing of it is taken");
	close(fd);
}

static void
test_leaving(void)
{
	long left = counted("raw_uncommitted"), gone = counted("raw_gone");
	int fd = client_open();
	char buf[25];

	head(fd, "slow", "Content-Length: 3000000\r\n");
	client_send(fd, large, 300000);
	close(fd);	/* a part of that was taken: it has begun */
	ok(counted_within("raw_uncommitted", left + 1, 10),
	    "one that leaves in the middle: nothing is taken");
	fd = client_open();
	head(fd, "plain", "Transfer-Encoding: chunked\r\n"
	    "Expect: 100-continue\r\n");
	client_raw(fd, buf, 25);
	client_text(fd, "5\r\nhello\r\n");
	close(fd);
	ok(counted_within("raw_uncommitted", left + 2, 10) &&
	    counted("raw_gone") == gone + 2, "nor of chunks without an end");
}

/* Status, and whether the body was whole, by how it is framed. */
static void
test_answer(const char *how, int whole)
{
	struct answer a;
	char text[128];
	int fd = client_open(), got;

	snprintf(text, sizeof(text), "GET /t/pipe/%s HTTP/1.1\r\nHost: x\r\n"
	    "\r\n", how);
	client_text(fd, text);
	got = client_read(fd, &a);
	ok(whole ? got == 0 && a.status == 200 && a.len == TEST_PIPE_SIZE &&
	    strspn(a.body, "w") == a.len : got == -1, "%s: %s", how,
	    whole ? "all of it comes" : "the client sees that it is not all");
	answer_clear(&a);
	close(fd);
}

static void
test_answers(void)
{
	char buf[1024];
	long over;
	int fd, n;

	test_answer("known", 1);
	test_answer("chunked", 1);
	test_answer("short", 0);
	test_answer("lie", 0);
	over = counted("pipe_over");
	ok(over == 4, "each is over once");
	fd = client_open();
	client_text(fd, "GET /t/pipe/silent HTTP/1.1\r\nHost: x\r\n\r\n");
	client_raw(fd, buf, 1);
	ok(!counted_within("pipe_over", over + 1, 1), "one that says nothing");
	close(fd);
	ok(counted_within("pipe_over", over + 1, 10),
	    "is over when its client leaves");
	fd = client_open();
	client_text(fd, "GET /t/pipe/unsaid HTTP/1.1\r\nHost: x\r\n\r\n");
	client_raw(fd, buf, 1);
	close(fd);
	ok(counted_within("pipe_over", over + 2, 10),
	    "so is one without a verdict");
	fd = client_open();
	client_text(fd, "HEAD /t/pipe/known HTTP/1.1\r\nHost: x\r\n"
	    "Connection: close\r\n\r\n");
	n = client_raw(fd, buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	ok(strstr(buf, "Content-Length: 300000\r\n") != NULL &&
	    client_raw(fd, buf, sizeof(buf)) == 0, "HEAD has its length");
	close(fd);
}

void
test_raw(void)
{
	size_t i;

	for (i = 0; i < LARGE; i++)
		large[i] = (char)(i * 2654435761U >> 13);
	test_length("plain", 0);
	test_length("plain", 1);
	test_length("plain", 65536);
	test_length("plain", LARGE);
	test_length("slow", 1000000);
	test_chunks();
	test_expect();
	test_refusals();
	test_limits();
	test_slow();
	test_leaving();
	test_answers();
}
