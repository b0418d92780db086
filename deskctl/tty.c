#include <sys/ioctl.h>

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "tty.h"

static struct termios			saved;
static int				raw;
static volatile sig_atomic_t		resized, stopped, killed;
static sigset_t				waiting;	/* while in tty_poll */

void
tty_restore(void)
{
	if (raw)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	raw = 0;
}

static int
enter(void)
{
	struct termios	t = saved;

	cfmakeraw(&t);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == -1)
		return -1;
	raw = 1;
	return 0;
}

int
tty_raw(void)
{
	static int	registered;

	if (raw)
		return 0;
	if (tcgetattr(STDIN_FILENO, &saved) == -1)
		return -1;
	if (!registered)
		registered = atexit(tty_restore) == 0;
	return enter();
}

void
tty_size(unsigned int *cols, unsigned int *rows)
{
	struct winsize	ws = { .ws_col = 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == -1 || ws.ws_col == 0)
		(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &ws);
	*cols = ws.ws_col == 0 ? 80 : ws.ws_col;
	*rows = ws.ws_row == 0 ? 24 : ws.ws_row;
}

static void
on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else if (sig == SIGTSTP)
		stopped = 1;
	else
		killed = sig;
}

void
tty_signals(void)
{
	static const int	 sigs[] = { SIGWINCH, SIGTSTP, SIGHUP, SIGINT,
				    SIGQUIT, SIGTERM };
	struct sigaction	 sa = { .sa_handler = on_signal };
	sigset_t		 blocked;
	size_t			 i;

	sigemptyset(&blocked);
	sigfillset(&sa.sa_mask);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		sigaddset(&blocked, sigs[i]);
		sigaction(sigs[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		sigdelset(&waiting, sigs[i]);
	signal(SIGPIPE, SIG_IGN);
}

int
tty_poll(struct pollfd *pfd, unsigned int n, int ms)
{
	struct timespec	ts = { ms / 1000, ms % 1000 * 1000000L };

	return ppoll(pfd, n, ms < 0 ? NULL : &ts, &waiting);
}

int
tty_resized(void)
{
	int	was = resized;

	resized = 0;
	return was;
}

int
tty_stopped(void)
{
	int	was = stopped;

	stopped = 0;
	return was;
}

int
tty_killed(void)
{
	return killed;
}

void
tty_die(void)
{
	tty_restore();
	signal(killed, SIG_DFL);
	raise(killed);
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	_exit(128 + killed);
}

void
tty_stop(void)
{
	int	was_raw = raw;

	tty_restore();
	raise(SIGSTOP);
	if (was_raw)
		(void)enter();
	resized = 1;		/* who knows */
}

int
tty_type(struct tty_keys *k, const char *typed, size_t len, char *out,
    size_t *out_len)
{
	size_t	i, n = 0;

	for (i = 0; i < len; i++) {
		if (k->prefix && typed[i] == 'd')
			break;
		/* Twice is once for the program; before others it stays. */
		if (k->prefix && typed[i] != TTY_PREFIX)
			out[n++] = TTY_PREFIX;
		if (!k->prefix && typed[i] == TTY_PREFIX) {
			k->prefix = 1;
			continue;
		}
		k->prefix = 0;
		out[n++] = typed[i];
	}
	*out_len = n;
	return i < len;
}
