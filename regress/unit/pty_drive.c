/*
 * pty_drive [-o FILE] [-s COLSxROWS] COMMAND ...: a user at a terminal,
 * played by a script.  All the command shows goes to FILE.  Steps:
 *	type TEXT	with escapes
 *	expect TEXT	wait until it is shown
 *	size COLSxROWS	the window changes
 *	signal NAME	to the command: TERM HUP INT TSTP CONT KILL
 *	stopped		wait until the command has stopped itself
 *	end		wait until the command has ended
 * At the end it prints "exit N" or "signal N", and "cooked" when the
 * terminal is as it was, else "raw".
 */
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "drive.h"

static struct seen	seen = { .record = -1 };
static int		master, slave, ended, stopped, status;
static pid_t		pid;

static int
name_signal(const char *name)
{
	static const struct {
		const char	*name;
		int		 sig;
	} names[] = {
		{ "TERM", SIGTERM }, { "HUP", SIGHUP }, { "INT", SIGINT },
		{ "TSTP", SIGTSTP }, { "CONT", SIGCONT }, { "KILL", SIGKILL }
	};
	size_t	i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].sig;
	drive_fail("no such signal: %s", name);
}

/* What is shown within a moment, and whether the command has ended. */
static void
look(void)
{
	struct pollfd	pfd = { .fd = master, .events = POLLIN };
	char		buf[4096];
	ssize_t		n;
	int		st;

	if (poll(&pfd, 1, 20) == 1 &&
	    (n = read(master, buf, sizeof(buf))) > 0) {
		seen_add(&seen, buf, (size_t)n);
		return;		/* there may be more */
	}
	if (ended || waitpid(pid, &st, WNOHANG | WUNTRACED) != pid)
		return;
	if (WIFSTOPPED(st)) {
		stopped = 1;
		return;
	}
	ended = 1;
	status = st;
}

static int
in_time(time_t end)
{
	return time(NULL) <= end;
}

static void
expect(const char *text, size_t len)
{
	time_t	end = time(NULL) + drive_ms() / 1000;

	while (!seen_find(&seen, text, len)) {
		if (ended || !in_time(end))
			drive_fail("%s was not shown, only: %.2000s", text,
			    seen.data == NULL ? "" : seen.data + seen.used);
		look();
		if (seen.data != NULL)
			seen.data[seen.len] = '\0';
	}
}

static void
until(const int *flag, const char *what)
{
	time_t	end = time(NULL) + drive_ms() / 1000;

	while (!*flag) {
		if (!in_time(end))
			drive_fail("the command has not %s", what);
		look();
	}
}

static void
set_size(const char *text)
{
	struct winsize	ws = { .ws_col = 0 };

	if (sscanf(text, "%hux%hu", &ws.ws_col, &ws.ws_row) != 2 ||
	    ioctl(slave, TIOCSWINSZ, &ws) == -1)
		drive_fail("size %s", text);
}

static void
step(const char *word, char *rest)
{
	size_t	len;

	if (strcmp(word, "type") == 0) {
		len = drive_unescape(rest);
		if (write(master, rest, len) != (ssize_t)len)
			drive_fail("cannot type");
	} else if (strcmp(word, "expect") == 0)
		expect(rest, drive_unescape(rest));
	else if (strcmp(word, "size") == 0)
		set_size(rest);
	else if (strcmp(word, "signal") == 0)
		kill(pid, name_signal(rest));
	else if (strcmp(word, "stopped") == 0) {
		until(&stopped, "stopped");
		stopped = 0;
	} else if (strcmp(word, "end") == 0)
		until(&ended, "ended");
	else
		drive_fail("no such step: %s", word);
}

static void
start(char **argv)
{
	if ((pid = fork()) == -1)
		drive_fail("fork");
	if (pid != 0)
		return;
	close(master);
	if (login_tty(slave) == -1)
		_exit(99);
	execvp(argv[0], argv);
	_exit(98);
}

static const char *
mode(void)
{
	struct termios	t;

	if (tcgetattr(slave, &t) == -1)
		return "gone";
	return (t.c_lflag & (ICANON | ECHO | ISIG)) ==
	    (ICANON | ECHO | ISIG) && (t.c_oflag & OPOST) != 0 ? "cooked" :
	    "raw";
}

int
main(int argc, char **argv)
{
	char	*word, *rest;
	int	 ch;

	if (openpty(&master, &slave, NULL, NULL, NULL) == -1)
		return 2;
	set_size("80x24");
	while ((ch = getopt(argc, argv, "+o:s:")) != -1) {
		if (ch == 's')
			set_size(optarg);
		else if (ch != 'o' || (seen.record = open(optarg, O_WRONLY |
		    O_CREAT | O_TRUNC, 0666)) == -1)
			return 2;
	}
	if (optind == argc)
		return 2;
	fcntl(master, F_SETFD, FD_CLOEXEC);
	start(argv + optind);
	while (drive_step(&word, &rest))
		step(word, rest);
	until(&ended, "ended");
	printf("%s %d %s\n", WIFSIGNALED(status) ? "signal" : "exit",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	    mode());
	return 0;
}
