/*
 * The streams of a kept program.  Its output is always read: a program does
 * not wait for those who look on.  Its input waits for it.
 */
#include <errno.h>
#include <event2/event.h>
#include <unistd.h>

#include "kept_program.h"

#define TURNS		8	/* chunks before others have a turn */
#define DRAIN_TURNS	128	/* what pipes can hold, and more */

static void	out_cb(int, short, void *);
static void	in_cb(int, short, void *);

/* Three pipes, or a terminal in the first; taken over. */
void
kept_io_start(struct kept *k, const int near[3])
{
	int	i, tty = k->ask.kind == KEPT_TERMINAL;

	k->in = near[0];
	k->out[0] = tty ? near[0] : near[1];
	k->out[1] = tty ? -1 : near[2];
	event_assign(&k->ev_in, kept_loop(), k->in, EV_WRITE, in_cb, k);
	for (i = 0; i < 2; i++) {
		event_assign(&k->ev_out[i], kept_loop(), k->out[i],
		    EV_READ | EV_PERSIST, out_cb, k);
		if (k->out[i] != -1)
			event_add(&k->ev_out[i], NULL);
	}
}

/* A terminal's one descriptor is closed with the last of its two uses. */
void
kept_io_close_input(struct kept *k)
{
	if (k->in == -1)
		return;
	event_del(&k->ev_in);
	if (k->in != k->out[0])
		close(k->in);
	k->in = -1;
	attach_drop_input(k);
}

static void
close_output(struct kept *k, int i)
{
	if (k->out[i] == -1)
		return;
	event_del(&k->ev_out[i]);
	if (k->out[i] == k->in)
		kept_io_close_input(k);
	close(k->out[i]);
	k->out[i] = -1;
}

void
kept_io_stop(struct kept *k)
{
	kept_io_close_input(k);
	close_output(k, 0);
	close_output(k, 1);
}

/* 1: more may come at once; 0: not now; -1: the end. */
static int
read_chunk(struct kept *k, int i)
{
	static char	buf[KEPT_CHUNK];
	ssize_t		n;

	n = read(k->out[i], buf, sizeof(buf));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* A terminal that nobody has open any more says EIO. */
	if (n <= 0)
		return -1;
	ring_put(&k->ring, buf, (size_t)n, i);
	return 1;
}

static void
read_some(struct kept *k, int i, int turns)
{
	int	rc = 1;

	while (turns-- > 0 && rc == 1)
		rc = read_chunk(k, i);
	if (rc == -1)
		close_output(k, i);
}

static void
out_cb(int fd, short events, void *arg)
{
	struct kept	*k = arg;

	(void)events;
	read_some(k, fd == k->out[0] ? 0 : 1, TURNS);
	if (k->out[0] == -1 && k->out[1] == -1)
		kept_over(k);
	attach_tell(k);
}

void
kept_io_drain(struct kept *k)
{
	int	i;

	for (i = 0; i < 2; i++)
		if (k->out[i] != -1)
			read_some(k, i, DRAIN_TURNS);
	attach_tell(k);
}

static void
in_cb(int fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	kept_io_input(arg);
}

void
kept_io_input(struct kept *k)
{
	struct attached	*a;
	const char	*bytes;
	size_t		 len;
	ssize_t		 n;
	int		 turns = TURNS;

	while (k->in != -1 &&
	    (a = attach_pending(k, &bytes, &len)) != NULL) {
		n = turns-- > 0 ? write(k->in, bytes, len) : -1;
		if (turns < 0 || (n == -1 &&
		    (errno == EAGAIN || errno == EINTR))) {
			event_add(&k->ev_in, NULL);
			return;
		}
		if (n <= 0) {
			kept_io_close_input(k);
			return;
		}
		attach_took(a, (size_t)n);
	}
	if (k->in_ending)
		kept_io_close_input(k);
}
