/*
 * A whole worker but for X: a broker and an init that say anything, a
 * supervisor that sets it up and gives it new ones.  What it says itself
 * must be what the table allows.
 *
 * The first byte says how it begins (see BEGIN_*).  Then steps, a byte each:
 *
 *	0, 1	a message of the broker
 *	2, 3	a message of init
 *	4	one of the supervisor
 *	5, 6	another broker, another init
 *	7	both go
 */
#include <fcntl.h>
#include <stdio.h>

#define main	worker_main
int	worker_main(int, char **);
#include "worker/worker.c"
#undef main

#include "fake_display.h"
#include "input.h"
#include "quiet.h"
#include "tell.h"

#define BEGIN_NO_DESKTOP	0x1
#define BEGIN_WAITING		0x2	/* the X server does not listen yet */
#define BEGIN_BARE		0x4	/* not even set up */

static int	to_broker = -1, to_init = -1;
static int	over;		/* a fatal mistake of the supervisor's */

/* What came must be well said; -1: the other end has gone. */
static int
drain(int fd, enum role as)
{
	static struct wire_msg	m;
	const char		*why;

	for (;;) {
		switch (wire_recv(fd, ROLE_WORKER, as, &m, &why)) {
		case WIRE_OK:
			wire_close_fds(&m);
			break;
		case WIRE_BAD:
			fprintf(stderr, "%s: %s\n", msg_name(m.hdr.type), why);
			abort();
		case WIRE_AGAIN:
			return 0;
		case WIRE_EOF:
			return -1;
		}
	}
}

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
turn(int n)
{
	while (n-- > 0) {
		event_base_loop(worker.base, EVLOOP_NONBLOCK);
		if (to_broker != -1 && drain(to_broker, ROLE_BROKER) == -1)
			shut(&to_broker);
		if (to_init != -1 && drain(to_init, ROLE_INIT) == -1)
			shut(&to_init);
	}
}

static void
connect_to(int *fd, void (*add)(struct worker *, int))
{
	int	sv[2];

	if (wire_pair(sv) == -1)
		abort();
	shut(fd);
	*fd = sv[0];
	add(&worker, sv[1]);
}

/* Its mistakes end a worker, and that is right. */
static void
supervise(struct input *in)
{
	static struct wire_msg	m;
	const char		*why;
	jmp_buf			 out;
	int			 sv[2];

	if (wire_pair(sv) == -1)
		abort();
	if (tell(sv[0], in) == 0 && wire_recv(sv[1], ROLE_SUPERVISOR,
	    ROLE_WORKER, &m, &why) == WIRE_OK) {
		quiet_fatal = &out;
		if (setjmp(out) == 0)
			from_supervisor(&worker, &m);
		else
			over = 1;
		quiet_fatal = NULL;
		wire_close_fds(&m);
	}
	close(sv[0]);
	close(sv[1]);
}

static void
send_init(enum msg_type type, uint64_t request)
{
	struct msg_hdr	hdr = { .type = type, .request = request };

	if (wire_send(to_init, &hdr, NULL, 0, NULL, 0, NULL, 0) == -1)
		abort();
}

static void
set_up_self(unsigned int how)
{
	static struct wire_msg	m;
	struct msg_worker_setup	s = { .desktop = { .width = 1280,
				    .height = 800, .max_width = 1280,
				    .max_height = 800, .dpi = 96 } };

	if ((how & BEGIN_NO_DESKTOP) == 0)
		s.flags = SESSION_HAS_DESKTOP;
	memset(&m.hdr, 0, sizeof(m.hdr));
	m.hdr.type = MSG_WORKER_SETUP;
	m.hdr.len = sizeof(s);
	m.len = sizeof(s);
	m.nfds = 0;
	memcpy(m.data, &s, sizeof(s));
	from_supervisor(&worker, &m);
}

static void
begin(unsigned int how)
{
	struct worker	*w = &worker;
	int		 sv[2];

	memset(w, 0, sizeof(*w));
	if ((w->base = event_base_new()) == NULL || wire_pair(sv) == -1)
		abort();
	TAILQ_INIT(&w->execs);
	TAILQ_INIT(&w->kept_asks);
	TAILQ_INIT(&w->batches);
	TAILQ_INIT(&w->beside);
	TAILQ_INIT(&w->clips);
	TAILQ_INIT(&w->shots);
	TAILQ_INIT(&w->sizes);
	TAILQ_INIT(&w->looks);
	desktop_init(w);
	evtimer_assign(&w->no_init, w->base, no_init_cb, w);
	w->supervisor = peer_new(w->base, sv[1], ROLE_WORKER, ROLE_SUPERVISOR,
	    peer_event, w);
	close(sv[0]);
	over = 0;
	connect_to(&to_broker, worker_add_broker);
	connect_to(&to_init, worker_add_init);
	if (how & BEGIN_BARE)
		return;
	set_up_self(how);
	if ((how & (BEGIN_WAITING | BEGIN_NO_DESKTOP)) == 0) {
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		send_init(MSG_DISPLAY_READY, w->desktop.request);
	}
}

static void
finish(void)
{
	struct worker	*w = &worker;
	uint32_t	 i;

	event_base_loop(w->base, EVLOOP_NONBLOCK);
	if (w->broker != NULL)
		broker_gone(w);
	if (w->init != NULL)
		init_gone(w);
	event_del(&w->no_init);
	shutdown_all(w);
	for (i = 0; w->env != NULL && i < w->setup.env_count; i++)
		free(w->env[i]);
	free(w->env);
	shut(&to_broker);
	shut(&to_init);
	event_base_free(w->base);
}

static void
step(struct input *in)
{
	switch (input_u8(in) % 8) {
	case 0:
	case 1:
		(void)tell(to_broker, in);
		break;
	case 2:
	case 3:
		(void)tell(to_init, in);
		break;
	case 4:
		supervise(in);
		break;
	case 5:
		connect_to(&to_broker, worker_add_broker);
		break;
	case 6:
		connect_to(&to_init, worker_add_init);
		break;
	case 7:
		shut(&to_broker);
		shut(&to_init);
		break;
	}
}

/* Where the display's stand-in writes: its descriptor must be nobody's. */
static void
mute(void)
{
	static int	muted;
	int		fd;

	if (muted)
		return;
	muted = 1;
	signal(SIGPIPE, SIG_IGN);
	if ((fd = open("/dev/null", O_WRONLY)) == -1 ||
	    dup2(fd, FAKE_FD) == -1)
		abort();
	if (fd != FAKE_FD)
		close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input	in = { data, size };

	mute();
	begin(input_u8(&in));
	turn(2);
	while (in.left > 0 && !over) {
		step(&in);
		turn(2);
	}
	turn(4);
	finish();
	return 0;
}
