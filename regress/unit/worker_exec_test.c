/*
 * deskd-worker without a desktop: start, ping, the relay of programs between
 * broker and init, and what happens when one of them goes.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "problem.h"
#include "test.h"
#include "worker_drive.h"

static struct drive	d;

static void
exec_as(uint64_t request, uint32_t flags, const char *tail, size_t len,
    uint32_t argc, uint32_t envc)
{
	struct msg_exec	m;

	memset(&m, 0, sizeof(m));
	m.flags = flags;
	m.timeout_ms = 1234;
	m.argc = argc;
	m.envc = envc;
	m.principal = 1000;
	drive_send(d.broker, MSG_EXEC, request, &m, sizeof(m), tail, len);
}

static void
exec_true(uint64_t request)
{
	static const char	tail[] = "/tmp\0true";

	exec_as(request, 0, tail, sizeof(tail), 1, 0);
}

/* The number under which init was asked. */
static uint64_t
init_asked(void)
{
	return drive_expect(d.init, ROLE_INIT, MSG_EXEC)->hdr.request;
}

/* Init's answer; our ends of the pipes come back. */
static void
started(uint64_t request, int ours[3])
{
	struct msg_exec_started	m = { .pid = 42 };
	int			p[3][2], theirs[3], i;

	for (i = 0; i < 3; i++) {
		if (pipe2(p[i], O_CLOEXEC) == -1)
			abort();
		theirs[i] = p[i][i == 0 ? 1 : 0];
		ours[i] = p[i][i == 0 ? 0 : 1];
	}
	drive_send_fds(d.init, MSG_EXEC_STARTED, request, &m, sizeof(m),
	    theirs, 3);
	for (i = 0; i < 3; i++)
		close(theirs[i]);
}

static void
close3(int fds[3])
{
	close(fds[0]);
	close(fds[1]);
	close(fds[2]);
}

static void
exited(uint64_t request, int code)
{
	struct msg_exec_exited	m = { .code = code, .duration_ms = 9 };

	drive_send(d.init, MSG_EXEC_EXITED, request, &m, sizeof(m), NULL, 0);
}

static int
is_error(struct wire_msg *m, uint64_t request, enum problem problem)
{
	struct msg_error	e;

	memcpy(&e, m->data, sizeof(e));
	return m->hdr.request == request && e.problem == problem;
}

static void
begin(const char *self)
{
	static const char	env[] = "LANG=C\0COLOUR=red";
	struct wire_msg		*m;
	struct msg_ready	 ready;
	struct msg_desktop	 desktop;

	drive_start(&d, self, "worker_fake");
	m = drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	memcpy(&ready, m->data, sizeof(ready));
	ok(ready.protocol == MSG_PROTOCOL, "ready with its protocol");
	drive_send(d.supervisor, MSG_PING, 77, NULL, 0, NULL, 0);
	m = drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_PONG);
	ok(m->hdr.request == 77, "a ping before the set-up is answered");

	drive_new_broker(&d);
	drive_set_up(&d, 0, env, sizeof(env), 2);
	ok(drive_is_silent(d.broker, 50), "nothing is said without an init");
	drive_new_init(&d);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	memcpy(&desktop, m->data, sizeof(desktop));
	ok(desktop.state == DESKTOP_NONE && m->hdr.session.b[0] == 7,
	    "the broker hears that there is no desktop");
}

static void
relay(void)
{
	static const char	 tail[] = "/home\0sh\0-c\0x y\0"
				    "COLOUR=blue\0A=1";
	struct wire_msg		*m;
	struct msg_exec		 e;
	struct msg_exec_started	 s;
	struct msg_exec_exited	 x;
	uint64_t		 number;
	char			 buf[8];
	int			 fds[3];

	exec_as(500, 0, tail, sizeof(tail), 3, 2);
	m = drive_expect(d.init, ROLE_INIT, MSG_EXEC);
	memcpy(&e, m->data, sizeof(e));
	number = m->hdr.request;
	ok(e.argc == 3 && e.envc == 3 && e.timeout_ms == 1234 &&
	    e.principal == 1000 && number != 500,
	    "init is asked under the worker's number");
	ok(strcmp(drive_tail(m, sizeof(e), 0), "/home") == 0 &&
	    strcmp(drive_tail(m, sizeof(e), 3), "x y") == 0 &&
	    strcmp(drive_tail(m, sizeof(e), 4), "LANG=C") == 0 &&
	    strcmp(drive_tail(m, sizeof(e), 5), "COLOUR=blue") == 0 &&
	    strcmp(drive_tail(m, sizeof(e), 6), "A=1") == 0 &&
	    drive_tail(m, sizeof(e), 7) == NULL,
	    "the request's variables win over the session's");

	started(number, fds);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_STARTED);
	memcpy(&s, m->data, sizeof(s));
	ok(m->hdr.request == 500 && s.pid == 42, "the broker hears its number");
	ok(write(m->fds[0], "in", 2) == 2 && read(fds[0], buf, 8) == 2 &&
	    write(fds[1], "out", 3) == 3 && read(m->fds[1], buf, 8) == 3 &&
	    write(fds[2], "err", 3) == 3 && read(m->fds[2], buf, 8) == 3 &&
	    memcmp(buf, "err", 3) == 0, "and holds the three pipes");
	wire_close_fds(m);
	m->nfds = 0;
	ok(read(fds[0], buf, 8) == 0, "the worker holds none of them");
	close3(fds);

	exited(number, 3);
	m = drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_EXITED);
	memcpy(&x, m->data, sizeof(x));
	ok(m->hdr.request == 500 && x.code == 3 && x.duration_ms == 9,
	    "the exit comes through");
}

static void
refusal(void)
{
	struct msg_error	 e = { .problem = PROBLEM_NO_SUCH_PROGRAM };
	static const char	 tail[] = "/argv/0\0no such program";
	struct wire_msg		*m;

	exec_true(501);
	drive_send(d.init, MSG_ERROR, init_asked(), &e, sizeof(e), tail,
	    sizeof(tail));
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ERROR);
	ok(is_error(m, 501, PROBLEM_NO_SUCH_PROGRAM) &&
	    strcmp(drive_tail(m, sizeof(e), 0), "/argv/0") == 0 &&
	    strcmp(drive_tail(m, sizeof(e), 1), "no such program") == 0,
	    "init's refusal comes through");
}

static void
signals(void)
{
	struct msg_exec_signal	 s = { .signal = SIGTERM };
	struct wire_msg		*m;
	uint64_t		 number;
	int			 fds[3];

	exec_true(502);
	number = init_asked();
	started(number, fds);
	drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_STARTED);
	drive_send(d.broker, MSG_EXEC_SIGNAL, 9999, &s, sizeof(s), NULL, 0);
	drive_send(d.broker, MSG_EXEC_SIGNAL, 502, &s, sizeof(s), NULL, 0);
	m = drive_expect(d.init, ROLE_INIT, MSG_EXEC_SIGNAL);
	memcpy(&s, m->data, sizeof(s));
	ok(m->hdr.request == number && s.signal == SIGTERM,
	    "a signal reaches its program, one for no program is dropped");
	exited(number, -1);
	drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_EXITED);
	close3(fds);
}

static void
too_large(void)
{
	static char	tail[65536 - sizeof(struct msg_hdr) -
			    sizeof(struct msg_exec)];

	memset(tail, 'a', sizeof(tail));
	tail[0] = tail[2] = tail[sizeof(tail) - 1] = '\0';
	exec_as(503, 0, tail, sizeof(tail), 2, 0);
	ok(is_error(drive_expect(d.broker, ROLE_BROKER, MSG_ERROR), 503,
	    PROBLEM_TOO_LARGE), "no room for the session's variables");
}

static void
many(void)
{
	int	i;

	for (i = 0; i < 256; i++) {
		exec_true(1000 + (uint64_t)i);
		init_asked();
	}
	exec_true(2000);
	ok(is_error(drive_expect(d.broker, ROLE_BROKER, MSG_ERROR), 2000,
	    PROBLEM_BUSY), "256 programs at once, not one more");
}

/* 256 are waiting; one of them has started. */
static void
init_goes(uint64_t last)
{
	struct wire_msg		*m;
	struct msg_exec_exited	 x;
	int			 i, good = 1;

	close(d.init);
	d.init = -1;
	for (i = 0; i < 255; i++)
		good &= is_error(drive_expect(d.broker, ROLE_BROKER,
		    MSG_ERROR), 1000 + (uint64_t)i, PROBLEM_UNAVAILABLE);
	ok(good, "what init never started is refused");
	m = drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_EXITED);
	memcpy(&x, m->data, sizeof(x));
	ok(m->hdr.request == last && x.code == -1 && x.signal == SIGKILL,
	    "what ran was killed with it");
	exec_true(3000);
	ok(is_error(drive_expect(d.broker, ROLE_BROKER, MSG_ERROR), 3000,
	    PROBLEM_UNAVAILABLE), "without init nothing starts");
	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_true(3001);
	init_asked();
	ok(1, "with a new one it does");
}

static void
broker_goes(void)
{
	struct wire_msg		*m;
	struct msg_exec_signal	 s;
	uint64_t		 number;
	int			 fds[3];

	exec_true(3002);
	number = init_asked();
	started(number, fds);
	drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_STARTED);
	drive_new_broker(&d);
	drive_expect(d.init, ROLE_INIT, MSG_EXEC_SIGNAL);
	m = drive_expect(d.init, ROLE_INIT, MSG_EXEC_SIGNAL);
	memcpy(&s, m->data, sizeof(s));
	ok(m->hdr.request == number && s.signal == SIGKILL,
	    "programs of a broker that went are killed");
	m = drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	ok(m->hdr.request == 0, "the new one hears of the desktop");
	exited(number, -1);
	close3(fds);
	exec_true(3002);
	number = init_asked();
	ok(drive_is_silent(d.broker, 50), "and not of the old one's programs");
	started(number, fds);
	drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_STARTED);
	close3(fds);
}

static void
no_desktop(void)
{
	struct msg_actions	 a = { .principal = 1000 };
	struct msg_shot		 s;
	static const char	 click[] = "{\"type\":\"left_click\"}";
	static const char	 wait[] = "{\"type\":\"wait\","
				    "\"duration_ms\":1}";
	struct wire_msg		*m;
	struct msg_action_done	 done_;

	memset(&s, 0, sizeof(s));
	drive_send(d.broker, MSG_ACTIONS, 1, &a, sizeof(a), click,
	    sizeof(click));
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ERROR);
	ok(is_error(m, 1, PROBLEM_NO_DESKTOP) && strcmp(drive_tail(m,
	    sizeof(struct msg_error), 0), "/type") == 0, "no clicks");
	drive_send(d.broker, MSG_SHOT, 2, &s, sizeof(s), NULL, 0);
	ok(is_error(drive_expect(d.broker, ROLE_BROKER, MSG_ERROR), 2,
	    PROBLEM_NO_DESKTOP), "no pictures");
	drive_send(d.broker, MSG_ACTIONS, 3, &a, sizeof(a), wait,
	    sizeof(wait));
	m = drive_expect(d.broker, ROLE_BROKER, MSG_RECORD);
	ok(strcmp(drive_tail(m, sizeof(struct msg_record), 0), wait) == 0,
	    "waiting works and is recorded");
	m = drive_expect(d.broker, ROLE_BROKER, MSG_ACTION_DONE);
	memcpy(&done_, m->data, sizeof(done_));
	ok(m->hdr.request == 3 && done_.problem == PROBLEM_NONE &&
	    done_.duration_us >= 1000, "and answered");
	drive_expect(d.broker, ROLE_BROKER, MSG_ACTIONS_DONE);
}

/* Each closes that peer and nothing else. */
static void
bad_brokers(void)
{
	static const char	 tail[] = "/tmp\0a\0b";
	struct msg_exec_signal	 s = { .signal = 0 };
	struct msg_error	 e = { .problem = 0 };

	exec_as(1, 0, tail, sizeof(tail), 0, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "exec of nothing");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_as(1, 0, tail, sizeof(tail), 3, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "exec with a text missing");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_as(1, 0, tail, sizeof(tail), 1, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "exec with a text too many");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_as(1, 0x80, tail, sizeof(tail), 2, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "exec with unknown flags");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	drive_send(d.broker, MSG_EXEC_SIGNAL, 1, &s, sizeof(s), NULL, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "signal 0");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	drive_send(d.broker, MSG_ERROR, 1, &e, sizeof(e), NULL, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "an answer to nothing");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	drive_send(d.broker, MSG_PING, 1, NULL, 0, NULL, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "a supervisor's message");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
}

/* What was sent before that is read until the end. */
static int
init_is_closed(void)
{
	struct wire_msg	m;
	const char	*why;
	int		 i;

	for (i = 0; i < 100; i++) {
		if (drive_is_silent(d.init, 10000))
			return 0;
		if (wire_recv(d.init, ROLE_WORKER, ROLE_INIT, &m, &why) ==
		    WIRE_EOF)
			return 1;
	}
	return 0;
}

static void
bad_inits(void)
{
	struct msg_error	e = { .problem = 0 };
	int			fds[3];

	exited(31337, 0);
	ok(init_is_closed(), "an exit of nothing");
	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	started(31337, fds);
	ok(init_is_closed(), "a start of nothing");
	close3(fds);
	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	drive_send(d.init, MSG_ERROR, 31337, &e, sizeof(e), NULL, 0);
	ok(init_is_closed(), "a refusal of nothing");
	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_true(4000);
	started(31337, fds);
	ok(is_error(drive_expect(d.broker, ROLE_BROKER, MSG_ERROR), 4000,
	    PROBLEM_UNAVAILABLE), "whoever waited for it hears of it");
	close3(fds);
}

/* deskd-pump: no environment, and time to undo what it began. */
static void
pumps(void)
{
	static const char	 tail[] = "\0write\0/tmp/x";
	static const char	 with_env[] = "\0write\0/tmp/x\0A=1";
	struct wire_msg		*m;
	struct msg_exec		 e;
	struct msg_exec_signal	 s;
	uint64_t		 number;
	int			 fds[3];

	drive_new_init(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_as(5000, EXEC_PUMP, tail, sizeof(tail), 2, 0);
	m = drive_expect(d.init, ROLE_INIT, MSG_EXEC);
	memcpy(&e, m->data, sizeof(e));
	number = m->hdr.request;
	ok(e.flags == EXEC_PUMP && e.argc == 2 && e.envc == 0 &&
	    strcmp(drive_tail(m, sizeof(e), 1), "write") == 0 &&
	    drive_tail(m, sizeof(e), 3) == NULL,
	    "a pump has its arguments and no environment");
	started(number, fds);
	drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_STARTED);
	drive_new_broker(&d);
	m = drive_expect(d.init, ROLE_INIT, MSG_EXEC_SIGNAL);
	memcpy(&s, m->data, sizeof(s));
	ok(m->hdr.request == number && s.signal == SIGTERM,
	    "one of a broker that went is told to end");
	close3(fds);
	exited(number, 1);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_as(5001, EXEC_PUMP | EXEC_TTY, tail, sizeof(tail), 2, 0);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "none has a terminal");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
	exec_as(5002, EXEC_PUMP, with_env, sizeof(with_env), 2, 1);
	ok(drive_is_closed(d.broker, ROLE_BROKER), "or an environment");
	drive_new_broker(&d);
	drive_expect(d.broker, ROLE_BROKER, MSG_DESKTOP);
}

int
main(int argc, char **argv)
{
	int	fds[3];

	(void)argc;
	begin(argv[0]);
	relay();
	refusal();
	signals();
	too_large();
	many();
	/* The last of them has started when init goes. */
	drive_send(d.supervisor, MSG_PING, 1, NULL, 0, NULL, 0);
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_PONG);
	started(1 + 3 + 256 - 1, fds);
	drive_expect(d.broker, ROLE_BROKER, MSG_EXEC_STARTED);
	close3(fds);
	init_goes(1255);
	broker_goes();
	no_desktop();
	bad_brokers();
	bad_inits();
	pumps();
	drive_send(d.supervisor, MSG_SHUTDOWN, 0, NULL, 0, NULL, 0);
	ok(drive_exit(&d) == 0, "it leaves when told to");
	drive_end(&d);

	drive_start(&d, argv[0], "worker_fake");
	drive_expect(d.supervisor, ROLE_SUPERVISOR, MSG_READY);
	close(d.supervisor);
	d.supervisor = -1;
	ok(drive_exit(&d) == 0, "and when its supervisor is gone");
	drive_end(&d);
	return done();
}
