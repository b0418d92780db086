/* The relay of what is asked of kept programs, between broker and init. */
#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include "kept.h"
#include "problem.h"
#include "test.h"
#include "worker_drive.h"

static struct drive	d;

static void
begin(const char *argv0)
{
	drive_start(&d, argv0, "worker_fake");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	drive_set_up(&d, 0, "A=session\0B=session", 20, 2);
	drive_new_init(&d);
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
}

static void
start_as(uint64_t request, uint32_t kind, uint32_t argc, uint32_t keep,
    int name_ends)
{
	static const char	tail[] = "/tmp\0true\0A=mine";
	struct msg_kept_start	m;

	memset(&m, 0, sizeof(m));
	m.kind = kind;
	m.keep = keep;
	m.exec.argc = argc;
	m.exec.envc = 1;
	m.exec.principal = 1000;
	if (!name_ends)
		memset(m.name, 'n', sizeof(m.name));
	drive_send(d.broker, MSG_KEPT_START, request, &m, sizeof(m), tail,
	    sizeof(tail));
}

static void
relay(void)
{
	struct msg_kept_started	 st = { .pid = 42 };
	struct msg_kept_item	 item = { .kind = KEPT_PROCESS };
	struct msg_kept_attach	 at = { .flags = KEPT_FOLLOW };
	struct msg_kept_stream	 stream = { .from = 7 };
	struct msg_kept_exited	 end = { .code = 3 };
	struct msg_kept_start	 got;
	struct wire_msg		*m;
	uint64_t		 asked;
	int			 sv[2];

	start_as(11, KEPT_PROCESS, 1, 4096, 1);
	m = drive_expect(d.init, ROLE_INIT, MSG_KEPT_START);
	asked = m->hdr.request;
	memcpy(&got, m->data, sizeof(got));
	ok(got.exec.argc == 1 && got.exec.envc == 2 &&
	    strcmp(drive_tail(m, sizeof(got), 0), "/tmp") == 0 &&
	    strcmp(drive_tail(m, sizeof(got), 1), "true") == 0 &&
	    strcmp(drive_tail(m, sizeof(got), 2), "B=session") == 0 &&
	    strcmp(drive_tail(m, sizeof(got), 3), "A=mine") == 0,
	    "a start, with the session's variables");
	drive_send(d.init, MSG_KEPT_STARTED, asked, &st, sizeof(st), "true",
	    5);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_KEPT_STARTED);
	ok(m->hdr.request == 11 &&
	    strcmp(drive_tail(m, sizeof(st), 0), "true") == 0, "its answer");

	drive_send(d.broker, MSG_KEPT_LIST, 12, NULL, 0, NULL, 0);
	asked = drive_expect(d.init, ROLE_INIT, MSG_KEPT_LIST)->hdr.request;
	drive_send(d.init, MSG_KEPT_ITEM, asked, &item, sizeof(item), NULL, 0);
	drive_send(d.init, MSG_KEPT_ITEM, asked, &item, sizeof(item), NULL, 0);
	drive_send(d.init, MSG_OK, asked, NULL, 0, NULL, 0);
	ok(drive_expect(d.broker, ROLE_BROKER,
	    MSG_KEPT_ITEM)->hdr.request == 12 &&
	    drive_expect(d.broker, ROLE_BROKER,
	    MSG_KEPT_ITEM)->hdr.request == 12 &&
	    drive_expect(d.broker, ROLE_BROKER, MSG_OK)->hdr.request == 12,
	    "a list and its end");

	drive_send(d.broker, MSG_KEPT_ATTACH, 13, &at, sizeof(at), NULL, 0);
	asked = drive_expect(d.init, ROLE_INIT, MSG_KEPT_ATTACH)->hdr.request;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == -1)
		abort();
	drive_send_fds(d.init, MSG_KEPT_STREAM, asked, &stream,
	    sizeof(stream), &sv[1], 1);
	close(sv[1]);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_KEPT_STREAM);
	ok(m->hdr.request == 13 && m->nfds == 1, "a stream's socket");
	wire_close_fds(m);
	close(sv[0]);

	drive_send(d.init, MSG_KEPT_EXITED, 0, &end, sizeof(end), NULL, 0);
	ok(drive_expect(d.broker, ROLE_BROKER,
	    MSG_KEPT_EXITED)->hdr.request == 0, "an end, by itself");
}

static void
broker_again(void)
{
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
}

static void
bad_brokers(void)
{
	struct msg_kept_signal	s = { .signal = 65 };
	struct msg_kept_resize	r = { .cols = 80 };
	struct {
		const char	*what;
		uint32_t	 kind, argc, keep;
		int		 name_ends;
	}	rows[] = {
		{ "a start of no kind", 0, 1, 4096, 1 },
		{ "a process of nothing", KEPT_PROCESS, 0, 4096, 1 },
		{ "too many arguments", KEPT_PROCESS, 2, 4096, 1 },
		{ "too little to keep", KEPT_PROCESS, 1, 4095, 1 },
		{ "too much to keep", KEPT_PROCESS, 1,
		    KEPT_BYTES_MAX + 1, 1 },
		{ "a name without end", KEPT_PROCESS, 1, 4096, 0 }
	};
	size_t	i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start_as(1, rows[i].kind, rows[i].argc, rows[i].keep,
		    rows[i].name_ends);
		ok(drive_is_closed(d.broker, ROLE_BROKER), "closed: %s",
		    rows[i].what);
		broker_again();
	}
	drive_send(d.broker, MSG_KEPT_SIGNAL, 1, &s, sizeof(s), NULL, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "closed: signal 65");
	broker_again();
	drive_send(d.broker, MSG_KEPT_RESIZE, 1, &r, sizeof(r), NULL, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "closed: no rows");
	broker_again();
}

/* An answer must be to a question, and one that the question has. */
static void
bad_inits(void)
{
	struct msg_kept_started	st = { .pid = 1 };
	struct msg_error	e;
	struct wire_msg		*m;
	uint64_t		 asked;

	drive_send(d.broker, MSG_KEPT_LIST, 21, NULL, 0, NULL, 0);
	asked = drive_expect(d.init, ROLE_INIT, MSG_KEPT_LIST)->hdr.request;
	drive_send(d.init, MSG_KEPT_STARTED, asked, &st, sizeof(st), NULL, 0);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ERROR);
	memcpy(&e, m->data, sizeof(e));
	ok(m->hdr.request == 21 && e.problem == PROBLEM_UNAVAILABLE,
	    "a start for a list: init is gone for who asked");
	ok(drive_is_closed(d.init, ROLE_INIT), "it was closed");
	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	drive_send(d.init, MSG_OK, 31337, NULL, 0, NULL, 0);
	ok(drive_is_closed(d.init, ROLE_INIT), "closed: an answer to nothing");
	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	/* The broker goes while init thinks: nobody hears the answer. */
	drive_send(d.broker, MSG_KEPT_LIST, 22, NULL, 0, NULL, 0);
	asked = drive_expect(d.init, ROLE_INIT, MSG_KEPT_LIST)->hdr.request;
	broker_again();
	drive_send(d.init, MSG_OK, asked, NULL, 0, NULL, 0);
	ok(drive_is_silent(d.broker, 100), "an answer too late for its asker");
}

int
main(int argc, char **argv)
{
	(void)argc;
	begin(argv[0]);
	relay();
	bad_brokers();
	bad_inits();
	drive_send(d.supervisor, MSG_SHUTDOWN, 0, NULL, 0, NULL, 0);
	ok(drive_exit(&d) == 0, "it leaves when told to");
	drive_end(&d);
	return done();
}
