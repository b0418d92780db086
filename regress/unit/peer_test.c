/*
 * A peer: what its owner hears and when, who closes which descriptor, and
 * that it may be freed by its own callback.
 */
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "memfd.h"
#include "peer.h"
#include "test.h"

struct owner {
	struct peer	*peer;
	int		 heard;		/* messages */
	int		 gone;
	int		 free_at;	/* frees its peer at that message */
	int		 taken;		/* a descriptor, or -1 */
};

static struct event_base	*base;

static void
heard(struct peer *p, struct wire_msg *m, void *arg)
{
	struct owner	*o = arg;

	if (m == NULL) {
		o->gone++;
		peer_free(p);
		o->peer = NULL;
		return;
	}
	o->heard++;
	if (m->nfds > 0 && o->taken == -1)
		o->taken = wire_take_fd(m, 0);
	if (o->heard == o->free_at) {
		peer_free(p);
		o->peer = NULL;
	}
}

/* Its other end; the owner is a supervisor, the other a broker. */
static int
start(struct owner *o)
{
	int	pair[2];

	if (wire_pair(pair) == -1)
		return -1;
	memset(o, 0, sizeof(*o));
	o->taken = -1;
	o->peer = peer_new(base, pair[0], ROLE_SUPERVISOR, ROLE_BROKER, heard,
	    o);
	return pair[1];
}

static void
finish(struct owner *o, int fd)
{
	peer_free(o->peer);
	if (o->taken != -1)
		close(o->taken);
	close(fd);
}

static void
turn(void)
{
	int	i;

	for (i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static int
say(int fd, enum msg_type type)
{
	struct msg_hdr	hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.type = type;
	return wire_send(fd, &hdr, NULL, 0, NULL, 0, NULL, 0);
}

static int
send_one(struct peer *p, int fd)
{
	struct msg_listen	ml = { .kind = LISTEN_UNIX };
	struct msg_out		out = { .type = MSG_LISTEN, .data = &ml,
				    .len = sizeof(ml), .fds = &fd, .nfds = 1 };
	struct msg_out		ping = { .type = MSG_PING };

	return peer_send(p, fd == -1 ? &ping : &out);
}

static int
open_files(void)
{
	int	fd, n = 0;

	for (fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
hears(void)
{
	struct owner	o;
	int		fd = start(&o);

	say(fd, MSG_PONG);
	say(fd, MSG_PONG);
	turn();
	ok(o.heard == 2 && o.gone == 0, "messages arrive");
	shutdown(fd, SHUT_RDWR);
	turn();
	ok(o.gone == 1, "its end is told once");
	finish(&o, fd);

	fd = start(&o);
	say(fd, MSG_SHUTDOWN);
	turn();
	ok(o.heard == 0 && o.gone == 1,
	    "a message it may not send is its end, unheard");
	finish(&o, fd);

	fd = start(&o);
	peer_close(o.peer, "by its owner");
	ok(o.gone == 0, "a loss is never told from within a call");
	ok(send_one(o.peer, -1) == -1 && errno == ENOTCONN,
	    "nothing can be sent to one that is closed");
	turn();
	ok(o.gone == 1, "but by the loop");
	finish(&o, fd);

	fd = start(&o);
	peer_close(o.peer, "by its owner");
	peer_free(o.peer);
	o.peer = NULL;
	turn();
	ok(o.gone == 0, "one that was freed says nothing more");
	finish(&o, fd);
}

static void
freed_inside(void)
{
	struct owner	o;
	int		fd = start(&o), i;

	o.free_at = 2;
	for (i = 0; i < 5; i++)
		say(fd, MSG_PONG);
	turn();
	ok(o.heard == 2 && o.gone == 0, "freed by its own callback");
	ok(say(fd, MSG_PONG) == -1, "which closed it");
	finish(&o, fd);
}

/* The other end does not read: the socket fills first, then the queue. */
static void
queue(void)
{
	struct owner	o;
	char		buf[256];
	size_t		read_back = 0, sent = 0;
	int		fd = start(&o);

	while (peer_queued(o.peer) < 3 && send_one(o.peer, -1) == 0)
		sent++;
	ok(peer_queued(o.peer) == 3, "what does not fit waits");
	while (read_back < sent) {
		if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			read_back++;
		else if (peer_queued(o.peer) > 0)
			turn();
		else
			break;
	}
	ok(read_back == sent, "and is sent when there is room");
	while (send_one(o.peer, -1) == 0)
		sent++;
	ok(peer_fd(o.peer) == -1 && peer_queued(o.peer) == 0,
	    "too much of it is the end");
	turn();
	ok(o.gone == 1, "which is told");
	finish(&o, fd);
}

static void
descriptors(void)
{
	struct owner	o;
	struct msg_hdr	hdr;
	int		fd, files, s, before = open_files();

	fd = start(&o);
	files = open_files();
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* No name of ours: the kernel picks one. */
	ok(s != -1 && bind(s, &(struct sockaddr){ .sa_family = AF_UNIX },
	    sizeof(sa_family_t)) == 0 && listen(s, 1) == 0,
	    "a socket that listens");
	while (peer_queued(o.peer) < 2 && send_one(o.peer, s) == 0)
		continue;
	ok(fcntl(s, F_GETFD) != -1, "a sender keeps his descriptor");
	close(s);
	ok(open_files() == files + 2, "what waits has one of its own");
	peer_close(o.peer, "by its owner");
	ok(open_files() == files - 1, "which goes with it");
	turn();
	finish(&o, fd);

	/* A row without a descriptor, and one sent with it. */
	fd = start(&o);
	memset(&hdr, 0, sizeof(hdr));
	hdr.type = MSG_PONG;
	files = open_files();
	s = memfd_from("stray", "x", 1);
	wire_send(fd, &hdr, NULL, 0, NULL, 0, &s, 1);
	close(s);
	turn();
	ok(o.heard == 0 && o.gone == 1 && open_files() == files - 1,
	    "a stray descriptor is closed, and so is its sender");
	finish(&o, fd);
	ok(open_files() == before, "none is left");
}

int
main(void)
{
	log_init("peer_test", 1, 0);
	if ((base = event_base_new()) == NULL)
		return 1;
	hears();
	freed_inside();
	queue();
	descriptors();
	event_base_free(base);
	return done();
}
