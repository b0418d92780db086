/*
 * WebSockets from a client's place: the handshake and each refusal, frames
 * in every cut, what breaks the protocol, clients that are slow or gone.
 */
#include <sys/socket.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_test.h"
#include "test.h"
#include "ws_client.h"

#define WAIT	20000		/* ms: only a broken server takes so long */
#define MAX	(64 * 1024)
#define UP	"Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13	"Sec-WebSocket-Version: 13\r\n"
#define ULID_A	"01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define ULID_B	"01ARZ3NDEKTSV4RRFFQ69G5FAW"

static int
opened(const char *path, const char *more)
{
	int	 fd, status;

	fd = wsc_open(socket_path, path, more, &status);
	return status == 101 ? fd : -1;
}

/* The next frame has this head and these bytes. */
static int
comes(int fd, int head, const void *data, size_t len)
{
	struct wsc_frame	f;
	int			good;

	if (wsc_next(fd, &f, WAIT) == -1)
		return 0;
	good = f.head == head && f.len == len &&
	    memcmp(f.data, data, len) == 0;
	if (!good)
		printf("# got head %x, %zu bytes: %.40s\n", f.head, f.len,
		    f.data);
	wsc_clear(&f);
	return good;
}

static int
text_comes(int fd, const char *text)
{
	return comes(fd, WSC_FIN | WSC_TEXT, text, strlen(text));
}

/* A new one, after its first message. */
static int
fresh(const char *path)
{
	int	fd = opened(path, "");

	if (fd != -1 && !text_comes(fd, "hello")) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* What comes until the close, and its code; 0: the end without one. */
static int
closed_with(int fd)
{
	struct wsc_frame	f;
	int			code = 0;

	while (code == 0 && wsc_next(fd, &f, WAIT) == 0) {
		code = wsc_code(&f);
		if (f.head == (WSC_FIN | WSC_CLOSE) && f.len == 0)
			code = 1005;
		wsc_clear(&f);
	}
	return code;
}

static int
at_end(int fd)
{
	char	c;

	return client_raw(fd, &c, 1) <= 0;
}

static void
refused(const char *what, const char *headers, int status, const char *word)
{
	struct answer	a;

	if (!ok(ask(&a, "%s\r\n", headers) == 0 && a.status == status &&
	    strstr(a.body, word) != NULL && (status != 426 ||
	    (strcmp(answer_header(&a, "Sec-WebSocket-Version"), "13") == 0 &&
	    strcmp(answer_header(&a, "Upgrade"), "websocket") == 0)),
	    "%s: %d", what, status))
		printf("# got %d %s\n", a.status, a.body);
	answer_clear(&a);
}

static void
test_handshake(void)
{
	refused("no upgrade at all", "GET /t/ws HTTP/1.1\r\nHost: x\r\n", 426,
	    "upgrade_required");
	refused("upgrade to something else", "GET /t/ws HTTP/1.1\r\nHost: x"
	    "\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" KEY V13, 426,
	    "upgrade_required");
	refused("Connection does not say so", "GET /t/ws HTTP/1.1\r\nHost: x"
	    "\r\nUpgrade: websocket\r\nConnection: keep-alive\r\n" KEY V13,
	    426, "upgrade_required");
	refused("version 8", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP KEY
	    "Sec-WebSocket-Version: 8\r\n", 426, "must be 13");
	refused("no version", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP KEY, 426,
	    "must be 13");
	refused("no key", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP V13, 400,
	    "Sec-WebSocket-Key");
	refused("a key of 15 bytes", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP
	    V13 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA\r\n", 400,
	    "Sec-WebSocket-Key");
	refused("a key of 17 bytes", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP
	    V13 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=\r\n", 400,
	    "Sec-WebSocket-Key");
	refused("a key that is no base64", "GET /t/ws HTTP/1.1\r\nHost: x\r\n"
	    UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n", 400,
	    "Sec-WebSocket-Key");
	refused("another site's page", "GET /t/ws HTTP/1.1\r\nHost: deskd\r\n"
	    UP KEY V13 "Origin: http://evil.example\r\n", 403, "forbidden");
	refused("a site of the same beginning", "GET /t/ws HTTP/1.1\r\n"
	    "Host: deskd\r\n" UP KEY V13 "Origin: http://deskd.evil\r\n", 403,
	    "forbidden");
	refused("a page of nowhere", "GET /t/ws HTTP/1.1\r\nHost: deskd\r\n"
	    UP KEY V13 "Origin: null\r\n", 403, "forbidden");
	refused("a page of a file", "GET /t/ws HTTP/1.1\r\nHost: deskd\r\n"
	    UP KEY V13 "Origin: file://deskd\r\n", 403, "forbidden");
	refused("HTTP/1.0", "GET /t/ws HTTP/1.0\r\nHost: x\r\n" UP KEY V13,
	    426, "HTTP/1.1");
	refused("a method that is not GET", "POST /t/ws HTTP/1.1\r\nHost: x"
	    "\r\n" UP KEY V13 "Content-Length: 0\r\n", 405, "GET");
	refused("a body", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP KEY V13
	    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	    413, "too_large");
}

/* What the head of a 101 says, and that it is a socket. */
static void
accepted(const char *what, const char *request, const char *header,
    const char *value)
{
	struct answer	a;
	int		fd = client_open();

	client_text(fd, request);
	ok(client_read(fd, &a) == 0 && a.status == 101 &&
	    strcmp(answer_header(&a, "Sec-WebSocket-Accept"),
	    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == 0 &&
	    strcasecmp(answer_header(&a, "Upgrade"), "websocket") == 0 &&
	    strcasecmp(answer_header(&a, "Connection"), "upgrade") == 0 &&
	    strcmp(answer_header(&a, header), value) == 0 &&
	    text_comes(fd, "hello"), "%s", what);
	answer_clear(&a);
	close(fd);
}

static void
test_accepted(void)
{
	accepted("the example of the RFC", "GET /t/ws HTTP/1.1\r\nHost: x\r\n"
	    UP KEY V13 "\r\n", "Sec-WebSocket-Protocol", "");
	accepted("what Firefox sends", "GET /t/ws HTTP/1.1\r\nHost: "
	    "localhost:8640\r\nOrigin: http://LOCALHOST:8640\r\n"
	    "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n" KEY
	    V13 "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
	    "Sec-WebSocket-Extensions", "");
	accepted("its protocol among others", "GET /t/ws HTTP/1.1\r\nHost: x"
	    "\r\n" UP KEY V13 "Sec-WebSocket-Protocol: a, test.v1 ,b\r\n\r\n",
	    "Sec-WebSocket-Protocol", "test.v1");
	accepted("others only", "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP KEY
	    V13 "Sec-WebSocket-Protocol: test.v11, a\r\n\r\n",
	    "Sec-WebSocket-Protocol", "");
}

static void
echoed(int fd, size_t len, int opcode, const char *what)
{
	char	*data = malloc(len + 1);

	memset(data, 'e', len);
	wsc_send(fd, opcode, data, len);
	ok(comes(fd, WSC_FIN | opcode, data, len), "%s", what);
	free(data);
}

static void
test_echo(void)
{
	char	early[1024];
	int	fd, i, len;

	fd = fresh("/t/ws");
	echoed(fd, 5, WSC_TEXT, "a text");
	echoed(fd, 0, WSC_TEXT, "an empty text");
	echoed(fd, 0, WSC_BYTES, "no bytes");
	echoed(fd, 125, WSC_BYTES, "125 bytes");
	echoed(fd, 126, WSC_BYTES, "126 bytes");
	echoed(fd, 65535, WSC_BYTES, "65535 bytes");
	echoed(fd, MAX, WSC_BYTES, "65536 bytes, the most");
	wsc_send(fd, WSC_TEXT, "gr\303\274\303\237e \360\237\246\212", 12);
	ok(text_comes(fd, "gr\303\274\303\237e \360\237\246\212"), "UTF-8");
	for (i = 0; i < 200; i++)
		wsc_text(fd, "many");
	for (i = 0; i < 200 && text_comes(fd, "many"); i++)
		continue;
	ok(i == 200, "two hundred at once");
	close(fd);
	fd = client_open();
	len = wsc_hello(early, sizeof(early), "/t/ws", "");
	memcpy(early + len, "\201\202\0\0\0\0hi\201\202\0\0\0\0yo", 16);
	client_send(fd, early, (size_t)len + 16);
	for (len = 0, i = 0; len < 4 && client_raw(fd, early, 1) == 1; i++)
		len = *early == "\r\n\r\n"[len] ? len + 1 : *early == '\r';
	ok(text_comes(fd, "hello") && text_comes(fd, "hi") &&
	    text_comes(fd, "yo"), "frames sent along with the request");
	close(fd);
	fd = fresh("/t/ws/later/50");
	ok(fd != -1, "one that is opened later");
	echoed(fd, 5, WSC_TEXT, "it works as any other");
	close(fd);
}

/* A message in pieces, byte by byte, and with a ping in between. */
static void
test_fragments(void)
{
	static const char	slow[] = "\201\203\1\2\3\4`ab";
	size_t			i;
	int			fd = fresh("/t/ws");

	wsc_frame(fd, WSC_TEXT, 1, "on", 2);
	wsc_frame(fd, 0, 1, "", 0);
	wsc_frame(fd, WSC_FIN | WSC_PING, 1, "are you?", 8);
	wsc_frame(fd, 0, 1, "e m", 3);
	wsc_frame(fd, WSC_FIN, 1, "essage", 6);
	ok(comes(fd, WSC_FIN | WSC_PONG, "are you?", 8),
	    "a ping inside of a message is answered at once");
	ok(text_comes(fd, "one message"), "and its fragments are joined");
	for (i = 0; i < sizeof(slow) - 1; i++) {
		wsc_write(fd, slow + i, 1);
		usleep(3000);
	}
	ok(text_comes(fd, "aca"), "a frame byte by byte");
	wsc_frame(fd, WSC_TEXT, 1, "\303", 1);
	wsc_frame(fd, WSC_FIN, 1, "\274", 1);
	ok(text_comes(fd, "\303\274"), "a character in two fragments");
	for (i = 0; i < 20000; i++)
		wsc_frame(fd, i == 0 ? WSC_BYTES : 0, 1, "", 0);
	for (i = 0; i < 20000; i++)
		wsc_frame(fd, 0, 1, "x", 1);
	wsc_frame(fd, WSC_FIN, 1, "y", 1);
	{
		struct wsc_frame	f;

		ok(wsc_next(fd, &f, WAIT) == 0 && f.len == 20001 &&
		    f.data[20000] == 'y', "40000 fragments");
		wsc_clear(&f);
	}
	wsc_frame(fd, WSC_FIN | WSC_PONG, 1, "unasked", 7);
	wsc_text(fd, "on");
	ok(text_comes(fd, "on"), "a pong nobody asked for is no trouble");
	close(fd);
}

/* One frame that must end it, and how. */
static void
breaks(const char *what, int head, int masked, const char *data, size_t len,
    int code)
{
	int	fd = fresh("/t/ws"), got;

	wsc_frame(fd, head, masked, data, len);
	got = closed_with(fd);
	ok(got == code, "%s: %d", what, got);
	close(fd);
}

static void
breaks_raw(const char *what, const char *bytes, size_t len, int code)
{
	int	fd = fresh("/t/ws"), got;

	wsc_write(fd, bytes, len);
	got = closed_with(fd);
	ok(got == code, "%s: %d", what, got);
	close(fd);
}

static void
test_broken(void)
{
	char	*big = calloc(1, MAX + 1);
	int	 fd;

	breaks("unmasked", 0x81, 0, "a", 1, 1002);
	breaks("unmasked and empty", 0x81, 0, "", 0, 1002);
	breaks("a reserved bit", 0xc1, 1, "a", 1, 1002);
	breaks("a reserved opcode", 0x83, 1, "a", 1, 1002);
	breaks("a reserved control", 0x8b, 1, "a", 1, 1002);
	breaks("a continuation of nothing", 0x80, 1, "a", 1, 1002);
	breaks("a ping in fragments", 0x09, 1, "a", 1, 1002);
	breaks("a ping of 126 bytes", 0x89, 1, big, 126, 1002);
	breaks("text that is not UTF-8", 0x81, 1, "a\377", 2, 1007);
	breaks("half a character", 0x81, 1, "\303", 1, 1007);
	breaks("a surrogate", 0x81, 1, "\355\240\200", 3, 1007);
	breaks("one byte too many", 0x82, 1, big, MAX + 1, 1009);
	breaks_raw("a length of 2^63 - 1",
	    "\202\377\177\377\377\377\377\377\377\377\0\0\0\0a", 15, 1009);
	breaks_raw("a length with its first bit set",
	    "\202\377\377\377\377\377\377\377\377\377\0\0\0\0", 14, 1002);
	breaks_raw("a length longer than needed", "\202\376\0\1\0\0\0\0a", 9,
	    1002);
	breaks("a close of one byte", 0x88, 1, "\3", 1, 1002);
	breaks("a close with 1005", 0x88, 1, "\3\355", 2, 1002);
	breaks("a close with 999", 0x88, 1, "\3\347", 2, 1002);
	breaks("a close whose reason is not UTF-8", 0x88, 1, "\3\350\377", 3,
	    1007);
	fd = fresh("/t/ws");
	wsc_frame(fd, WSC_TEXT, 1, "a", 1);
	wsc_frame(fd, WSC_FIN | WSC_TEXT, 1, "b", 1);
	ok(closed_with(fd) == 1002, "a message inside of a message");
	close(fd);
	fd = fresh("/t/ws");
	wsc_frame(fd, WSC_BYTES, 1, big, MAX);
	wsc_frame(fd, WSC_FIN, 1, "a", 1);
	ok(closed_with(fd) == 1009, "fragments that are too many bytes");
	close(fd);
	free(big);
	fd = fresh("/t/ws");
	client_text(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	ok(closed_with(fd) == 1002 , "HTTP");
	close(fd);
	ok(counted_within("sockets", 0, 20), "none of them is left");
}

static void
test_close(void)
{
	struct wsc_frame	f;
	long			gone = counted("ws_gone");
	int			fd = fresh("/t/ws");

	wsc_send(fd, WSC_CLOSE, "\17\240bye", 5);
	ok(closed_with(fd) == 4000 && at_end(fd), "a close is answered");
	close(fd);
	fd = fresh("/t/ws");
	wsc_send(fd, WSC_CLOSE, "", 0);
	ok(closed_with(fd) == 1005 && at_end(fd), "one without a code too");
	close(fd);
	ok(counted_within("ws_gone", gone + 2, 20), "the owner hears of it");
	fd = fresh("/t/ws");
	wsc_text(fd, "!end");
	ok(text_comes(fd, "last"), "what was queued comes before the end");
	ok(wsc_next(fd, &f, WAIT) == 0 && wsc_code(&f) == 1000 &&
	    strcmp(f.data + 2, "as asked") == 0, "closed by us, and why");
	wsc_clear(&f);
	wsc_text(fd, "not heard");
	wsc_send(fd, WSC_CLOSE, "\3\350", 2);
	ok(at_end(fd), "over when both have said so");
	close(fd);
	fd = fresh("/t/ws");
	wsc_text(fd, "!end");
	ok(closed_with(fd) == 1000 && at_end(fd),
	    "or when the client does not say it");
	close(fd);
	fd = fresh("/t/ws/at_once");
	ok(closed_with(fd) == 1000, "ended before it was open");
	close(fd);
	ok(counted_within("sockets", 0, 20) &&
	    counted("ws_gone") == gone + 2, "who ends it hears no more of it");
	fd = fresh("/t/ws");
	shutdown(fd, SHUT_RDWR);
	close(fd);
	ok(counted_within("ws_gone", gone + 3, 20), "a client just leaves");
	fd = client_open();
	{
		char	head[512];
		int	n = wsc_hello(head, sizeof(head), "/t/ws/later/60000",
			    "");

		client_send(fd, head, (size_t)n);
	}
	ok(counted_within("open", 2, 20), "one that waits");
	close(fd);
	ok(counted_within("open", 1, 20), "and leaves meanwhile");
}

/* Something all sockets of the server are to do. */
static void
order(const char *what, int n)
{
	struct answer	a;

	ok(ask(&a, "POST /t/ws/%s/%d HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 0\r\n\r\n", what, n) == 0 && a.status == 204,
	    "%s %d", what, n);
	answer_clear(&a);
}

/* Counts the bytes until a text comes, reading all else. */
static size_t
bytes_until(int fd, const char *text)
{
	struct wsc_frame	f;
	size_t			n = 0;
	int			found = 0;

	while (!found && wsc_next(fd, &f, WAIT) == 0) {
		if (f.head == (WSC_FIN | WSC_BYTES))
			n += f.len;
		found = f.head == (WSC_FIN | WSC_TEXT) &&
		    strcmp(f.data, text) == 0;
		wsc_clear(&f);
	}
	return found ? n : 0;
}

static void
test_slow(void)
{
	static char	page[4096];
	struct pollfd	pfd = { .events = POLLOUT };
	int		fast, fd, i, n;
	long		before;

	fd = fresh("/t/ws");
	wsc_text(fd, "!flood 8388608");
	while (counted("ws_waits") == 0)
		usleep(10000);
	ok(1, "the source waits for a reader");
	fast = fresh("/t/ws");
	echoed(fast, 100, WSC_TEXT, "others are served meanwhile");
	ok(bytes_until(fd, "flooded") == 8388608, "who then gets all of it");
	close(fd);
	before = counted("ws_gone");
	fd = fresh("/t/ws");
	wsc_text(fd, "!burst");
	ok(counted_within("ws_gone", before + 1, 20) &&
	    counted("ws_bursts") == 1, "one that is full is cut");
	close(fd);
	before = counted("ws_messages");
	wsc_text(fast, "!hold");
	ok(counted_within("ws_messages", before + 1, 20), "a hold is heard");
	for (i = 0; i < 100; i++)
		wsc_text(fast, "held");
	ok(counted("ws_messages") == before + 1, "what follows is not");
	order("release", 1);
	for (i = 0; i < 100 && text_comes(fast, "held"); i++)
		continue;
	ok(i == 100, "then all of it");
	close(fast);
	/* Pings without end by one who never reads. */
	fd = fresh("/t/ws");
	memset(page, 'p', sizeof(page));
	pfd.fd = fd;
	for (i = n = 0; i < 100000 && poll(&pfd, 1, 500) == 1; i++, n++)
		if (wsc_send(fd, WSC_PING, page, 125) == -1)
			break;
	ok(n < 100000, "who never reads is not heard for ever (%d)", n);
	close(fd);
	ok(counted_within("sockets", 0, 20), "nothing is left of them");
}

static void
test_ping(void)
{
	struct wsc_frame	f;
	int			dead, fd, i, pings = 0;

	order("ping", 1);
	dead = fresh("/t/ws");
	fd = fresh("/t/ws");
	for (i = 0; i < 6 && wsc_next(fd, &f, WAIT) == 0; i++) {
		pings += f.head == (WSC_FIN | WSC_PING);
		wsc_send(fd, WSC_PONG, f.data, f.len);
		wsc_clear(&f);
	}
	ok(pings == 6, "pings come");
	ok(counted_within("sockets", 1, 20), "who answers none is cut");
	wsc_text(fd, "on");
	ok(text_comes(fd, "on"), "who does is not");
	close(dead);
	close(fd);
	order("ping", 20);
}

static void
test_limits(void)
{
	struct answer	 a;
	int		 extra, fds[64], i, open = 0;

	ok(counted_within("open", 1, 20), "nobody else is here");
	for (i = 0; i < 64; i++)
		open += (fds[i] = fresh("/t/ws")) != -1;
	extra = client_open();
	client_text(extra, "GET /t/ws HTTP/1.1\r\nHost: x\r\n" UP KEY V13
	    "\r\n");
	ok(open == 64 && client_read(extra, &a) == 0 && a.status == 429,
	    "they count as a user's connections (%d)", open);
	answer_clear(&a);
	close(extra);
	/* Longer than any limit of HTTP in this server. */
	sleep(4);
	for (i = 0; i < 64; i++) {
		wsc_text(fds[i], "still here");
		open -= text_comes(fds[i], "still here");
		close(fds[i]);
	}
	ok(open == 0, "no time limit of HTTP is theirs");
	ok(counted_within("sockets", 0, 20) && counted_within("open", 1, 20),
	    "and the places are free again");
}

static void
test_revoke(void)
{
	struct answer	a;
	int		one, other, waits;

	one = fresh("/t/ws/as/" ULID_A);
	other = fresh("/t/ws/as/" ULID_B);
	waits = fresh("/t/ws");
	ok(ask(&a, "POST /t/ws/revoke/" ULID_A " HTTP/1.1\r\nHost: x\r\n"
	    "Content-Length: 0\r\n\r\n") == 0 && a.status == 204 &&
	    closed_with(one) == 1008, "a right that is taken away ends it");
	answer_clear(&a);
	wsc_text(other, "on");
	wsc_text(waits, "on");
	ok(text_comes(other, "on") && text_comes(waits, "on"),
	    "others go on");
	close(one);
	close(other);
	close(waits);
}

/* The server leaves while they are in every state. */
static void
test_stop(void)
{
	char	head[512];
	long	ms;
	int	ended, held, idle, n, opening;

	idle = fresh("/t/ws");
	held = fresh("/t/ws");
	wsc_text(held, "!flood 8388608");
	opening = client_open();
	n = wsc_hello(head, sizeof(head), "/t/ws/later/60000", "");
	client_send(opening, head, (size_t)n);
	ok(counted_within("open", 4, 20), "one is not yet open");
	ended = fresh("/t/ws");
	wsc_text(ended, "!end");
	ok(text_comes(ended, "last"), "another is on its way out");
	ok(serve_end(&ms) == 0, "the server stops clean");
	ok(closed_with(idle) == 1001 && at_end(idle),
	    "and says that it leaves");
	close(idle);
	close(held);
	close(ended);
	close(opening);
}

int
main(void)
{
	serve_begin(0, 0);
	test_handshake();
	test_accepted();
	test_echo();
	test_fragments();
	test_broken();
	test_close();
	test_slow();
	test_ping();
	test_limits();
	test_revoke();
	test_stop();
	return done();
}
