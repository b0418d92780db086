/*
 * WebSockets of the broker: the handshake, and frames after a good one, over
 * the HTTP side as it is with an echo behind it.  The first byte says
 * whether the input begins with the handshake or after it, and in pieces of
 * how many bytes it comes.
 */
#include <sys/socket.h>

#include "client.h"
#include "input.h"
#include "route.h"

/* Its routes are for its own tests; here stand those that end by themselves. */
#define routes	routes_of_tests
#define nroutes	nroutes_of_tests
#include "regress/unit/http_server.c"
#undef routes
#undef nroutes

#define TURNS		60	/* until a connection has gone */
#define HANDSHAKE	"GET /t/ws HTTP/1.1\r\nHost: x\r\n" \
	"Connection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Version: 13\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

extern const struct route	routes[];
extern const size_t		nroutes;

const struct route routes[] = {
	PLAIN("GET", "/t/hello", hello),
	{ "POST", "/t/echo", SCOPE_WRITE, OWNER_NONE, ROUTE_BODY,
	    TEST_BODY_MAX, echo, NULL },
	PLAIN("GET", "/t/stream", stream),
	PLAIN("POST", "/t/end", end_streams),
	PLAIN("GET", "/t/picture", picture),
	{ "GET", "/t/query", SCOPE_READ, OWNER_NONE, 0, 0, query,
	    "limit cursor" },
	{ "GET", "/t/session/{id}", SCOPE_READ, OWNER_SESSION, 0, 0, hello,
	    NULL },
	PLAIN("GET", "/t/ws", ws_echo),
	PLAIN("GET", "/t/ws/as/{ulid}", ws_echo),
	PLAIN("GET", "/t/ws/at_once", ws_at_once)
};
const size_t nroutes = sizeof(routes) / sizeof(routes[0]);

static void
start(void)
{
	base = event_base_new();
	server = http_start(base);
	http_listen(server, &(struct http_listen){ .kind = LISTEN_UNIX,
	    .id = 1 }, client_listen());
	http_open_doors(server);
	pump = evtimer_new(base, pump_cb, NULL);
}

/* -1: the server has closed. */
static int
turn(int fd, int n)
{
	int	closed = 0;

	while (n-- > 0) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (client_drain(fd) == -1)
			closed = -1;
	}
	return closed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input	 in = { data, size };
	const uint8_t	*bytes;
	unsigned int	 how;
	size_t		 n, piece;
	int		 fd, i;

	if (base == NULL)
		start();
	how = input_u8(&in);
	piece = how >> 1 == 0 ? 65536 : how >> 1;
	fd = client_open();
	if ((how & 1) == 0 && send(fd, HANDSHAKE, strlen(HANDSHAKE),
	    MSG_NOSIGNAL) == -1)
		abort();
	turn(fd, 3);
	while ((n = input_bytes(&in, piece, &bytes)) > 0)
		if (send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ||
		    turn(fd, 1) == -1)
			break;
	shutdown(fd, SHUT_WR);
	turn(fd, 4);
	close(fd);
	for (i = 0; i < TURNS && http_open(server) > 0; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	return 0;
}
