/*
 * A whole broker but for its store: a client that sends anything, and a
 * worker that answers it with anything.  One session runs; its supervisor
 * is a good one.
 *
 * Steps, a byte each:
 *
 *	0, 1	u16 bytes of the client
 *	2	another client, beside the first
 *	3	the client sends no more
 *	4, 5	a message of the worker; of numbers below 8, the question that
 *		was asked so many before the last
 *	6	another worker
 *	7	u8 transactions find the disk full
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define main	broker_main
int	broker_main(int, char **);
#include "broker/broker.c"
#undef main

#include "client.h"
#include "input.h"
#include "tell.h"

#define CLIENTS	4
#define ASKED	8

static int	sup = -1;		/* our ends */
static int	work = -1;
static int	clients[CLIENTS];
static uint64_t	asked[ASKED];		/* of the worker, the last first */
static const struct ulid	the_session = { { 1, 2, 3, 4, 5, 6, 7, 8, 9,
				    10, 11, 12, 13, 14, 15, 16 } };

static void
send_sup(enum msg_type type, uint64_t request, const struct ulid *id,
    const void *data, size_t len, const char *text, int fd)
{
	struct msg_hdr	hdr = { .type = type, .request = request };

	if (id != NULL)
		hdr.session = *id;
	if (wire_send(sup, &hdr, data, len, text, text == NULL ? 0 :
	    strlen(text) + 1, &fd, fd != -1) == -1)
		abort();
}

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
give_worker(const struct ulid *id)
{
	struct msg_peer	role = { ROLE_WORKER };
	int		sv[2];

	if (wire_pair(sv) == -1)
		abort();
	shut(&work);
	work = sv[0];
	send_sup(MSG_PEER, 0, id, &role, sizeof(role), NULL, sv[1]);
	close(sv[1]);
}

/* What a good one answers. */
static void
supervise(const struct wire_msg *m)
{
	struct msg_session_started	up = { 0, 1500 };
	struct msg_session_gone		gone = { .reason = GONE_STOPPED };
	struct msg_session_stats	st = { .memory = 1000 };
	const struct ulid		*id = &m->hdr.session;

	switch ((enum msg_type)m->hdr.type) {
	case MSG_SESSION_START:
		send_sup(MSG_SESSION_STARTED, m->hdr.request, id, &up,
		    sizeof(up), NULL, -1);
		give_worker(id);
		break;
	case MSG_SESSION_STOP:
		send_sup(MSG_SESSION_GONE, m->hdr.request, id, &gone,
		    sizeof(gone), "", -1);
		break;
	case MSG_SESSION_STATS:
		send_sup(MSG_SESSION_STATS_DONE, m->hdr.request, id, &st,
		    sizeof(st), NULL, -1);
		break;
	case MSG_SESSION_DELETE:
	case MSG_SESSION_SET:
		send_sup(MSG_OK, m->hdr.request, id, NULL, 0, NULL, -1);
		break;
	default:
		break;
	}
}

static void
note_asked(uint64_t request)
{
	if (request == 0 || request == asked[0])
		return;
	memmove(asked + 1, asked, (ASKED - 1) * sizeof(*asked));
	asked[0] = request;
}

/* What the broker says must be what the table allows. */
static void
drain(int *fd, enum role as)
{
	static struct wire_msg	m;
	const char		*why;

	while (*fd != -1) {
		switch (wire_recv(*fd, ROLE_BROKER, as, &m, &why)) {
		case WIRE_OK:
			if (as == ROLE_SUPERVISOR)
				supervise(&m);
			else
				note_asked(m.hdr.request);
			wire_close_fds(&m);
			break;
		case WIRE_BAD:
			fprintf(stderr, "%s: %s\n", msg_name(m.hdr.type), why);
			abort();
		case WIRE_EOF:
			shut(fd);
			return;
		case WIRE_AGAIN:
			return;
		}
	}
}

static void
turn(int n)
{
	int	i;

	while (n-- > 0) {
		event_base_loop(broker.base, EVLOOP_NONBLOCK);
		drain(&sup, ROLE_SUPERVISOR);
		drain(&work, ROLE_WORKER);
		for (i = 0; i < CLIENTS; i++)
			if (clients[i] != -1 && client_drain(clients[i]) == -1)
				shut(&clients[i]);
	}
}

static void
send_conf(void)
{
	struct msg_conf_defaults	d = { .resources = {
	    512ULL << 20, 1ULL << 30, 100, 256 }, .desktop = { 1280, 800,
	    1280, 800, 96 }, .max_sessions = 8, .user_sessions = 8,
	    .user_memory = 8ULL << 30 };
	struct msg_conf_image	image = { IMAGE_HOST };
	struct msg_conf_user	user = { .uid = getuid(),
				    .flags = USER_ADMIN, .sessions = 8,
				    .memory = 8ULL << 30 };
	struct msg_system	system = { .cpus = 4, .memory = 8ULL << 30 };
	struct msg_listen	listen = { .kind = LISTEN_UNIX, .id = 1 };
	int			fd = client_listen();

	send_sup(MSG_CONF_BEGIN, 0, NULL, NULL, 0, NULL, -1);
	send_sup(MSG_CONF_DEFAULTS, 0, NULL, &d, sizeof(d), "host", -1);
	send_sup(MSG_CONF_IMAGE, 0, NULL, &image, sizeof(image), "host", -1);
	send_sup(MSG_CONF_USER, 0, NULL, &user, sizeof(user), "me", -1);
	send_sup(MSG_CONF_END, 0, NULL, NULL, 0, NULL, -1);
	send_sup(MSG_SYSTEM, 0, NULL, &system, sizeof(system), "6", -1);
	send_sup(MSG_LISTEN, 0, NULL, &listen, sizeof(listen), NULL, fd);
	send_sup(MSG_PING, 0, NULL, NULL, 0, NULL, -1);
	close(fd);
}

static uint64_t
number(uint8_t n)
{
	return n < ASKED ? asked[n] : n;
}

static void
start(void)
{
	int	sv[2];

	memset(clients, 0xff, sizeof(clients));
	signal(SIGPIPE, SIG_IGN);
	if ((broker.base = event_base_new()) == NULL || wire_pair(sv) == -1)
		abort();
	sup = sv[0];
	store_start(broker.base);
	journal_start(broker.base);
	token_start(broker.base, token_ended);
	broker.http = http_start(broker.base);
	broker.supervisor = peer_new(broker.base, sv[1], ROLE_BROKER,
	    ROLE_SUPERVISOR, from_supervisor, NULL);
	send_conf();
	turn(4);
	tell_number = number;
}

static void
begin(void)
{
	struct session_row	 row = { .id = the_session, .owner = getuid(),
				    .name = "s", .image = "host",
				    .state = STATE_RUNNING,
				    .desired = STATE_RUNNING,
				    .has_desktop = 1, .has_disk = 1,
				    .desktop = { 1280, 800, 1280, 800, 96 },
				    .resources = { 512ULL << 20, 1ULL << 30,
				    100, 256 }, .created_at = 1,
				    .started_at = 1, .updated_at = 1 };
	struct msg_hdr		 hdr = { .type = MSG_DESKTOP };
	struct msg_desktop	 d = { DESKTOP_READY, 1280, 800, 1 };
	struct session		*s;

	memset(asked, 0, sizeof(asked));
	row.env = json_object_new_object();
	row.labels = json_object_new_object();
	s = session_load(&row);
	row_clear(&row);
	s->live = s->came_up = 1;
	give_worker(&the_session);
	turn(1);
	if (wire_send(work, &hdr, &d, sizeof(d), "", 1, NULL, 0) == -1)
		abort();
	turn(1);
	clients[0] = client_open();
}

static void
finish(void)
{
	struct session	*s, *older;
	int		 i;

	for (i = 0; i < CLIENTS; i++)
		if (clients[i] != -1)
			shutdown(clients[i], SHUT_WR);
	turn(4);
	for (i = 0; i < CLIENTS; i++)
		shut(&clients[i]);
	store_fail_next(0);
	turn(4);
	shut(&work);
	for (i = 0; i < 50 && http_open(broker.http) > 0; i++)
		turn(1);
	for (s = session_newest(); s != NULL; s = older) {
		older = session_older(s);
		session_free(s);
	}
	shut(&work);
	turn(2);
	broker.stopping = 0;
}

static void
client_says(struct input *in)
{
	const uint8_t	*bytes;
	size_t		 n = input_bytes(in, input_u16(in), &bytes);

	if (clients[0] == -1)
		clients[0] = client_open();
	if (n > 0 && send(clients[0], bytes, n, MSG_DONTWAIT |
	    MSG_NOSIGNAL) == -1)
		shut(&clients[0]);
}

static void
step(struct input *in)
{
	switch (input_u8(in) % 8) {
	case 0:
	case 1:
		client_says(in);
		break;
	case 2:
		shut(&clients[CLIENTS - 1]);
		memmove(clients + 1, clients, (CLIENTS - 1) *
		    sizeof(*clients));
		clients[0] = client_open();
		break;
	case 3:
		if (clients[0] != -1)
			shutdown(clients[0], SHUT_WR);
		break;
	case 4:
	case 5:
		(void)tell(work, in);
		break;
	case 6:
		if (session_find(&the_session) != NULL)
			give_worker(&the_session);
		break;
	case 7:
		store_fail_next(input_u8(in) % 4);
		break;
	}
	turn(2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input	in = { data, size };

	if (broker.base == NULL)
		start();
	begin();
	while (in.left > 0)
		step(&in);
	finish();
	return 0;
}
