/*
 * Between a program and its asker: three pipes or a terminal.  The asker's
 * ends do not block; the program's are its own files and do.
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"
#include "sizes.h"
#include "log.h"

#define TTY_GROUP	5	/* as on any Debian; no NSS to ask here */
#define TTY_COLS	80
#define TTY_ROWS	24

static void	stdio_init(struct stdio *);
static int	stdio_fail(struct stdio *);

int
stdio_pipes(struct stdio *s)
{
	int	i, p[2];

	stdio_init(s);
	for (i = 0; i < 3; i++) {
		if (pipe2(p, O_CLOEXEC) == -1)
			return stdio_fail(s);
		s->near[i] = i == 0 ? p[1] : p[0];
		s->far[i] = i == 0 ? p[0] : p[1];
		if (fcntl(s->near[i], F_SETFL, O_NONBLOCK) == -1)
			return stdio_fail(s);
	}
	return 0;
}

/*
 * The slave is opened through the master (TIOCGPTPEER), so that no name in
 * /dev/pts has to be trusted, and becomes the user's, who may open it anew.
 */
int
stdio_tty(struct stdio *s, unsigned int cols, unsigned int rows)
{
	struct winsize	ws = { 0 };
	int		unlock = 0;

	stdio_init(s);
	s->near[0] = open("/dev/ptmx",
	    O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (s->near[0] == -1 || ioctl(s->near[0], TIOCSPTLCK, &unlock) == -1)
		return stdio_fail(s);
	s->far[0] = ioctl(s->near[0], TIOCGPTPEER,
	    O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (s->far[0] == -1)
		return stdio_fail(s);
	ws.ws_col = (unsigned short)(cols == 0 ? TTY_COLS : cols);
	ws.ws_row = (unsigned short)(rows == 0 ? TTY_ROWS : rows);
	if (ioctl(s->near[0], TIOCSWINSZ, &ws) == -1)
		return stdio_fail(s);
	if (fchown(s->far[0], SESSION_UID, TTY_GROUP) == -1)
		log_debug("chown of a terminal failed");
	s->far[1] = fcntl(s->far[0], F_DUPFD_CLOEXEC, 0);
	s->far[2] = fcntl(s->far[0], F_DUPFD_CLOEXEC, 0);
	if (s->far[1] == -1 || s->far[2] == -1)
		return stdio_fail(s);
	return 0;
}

static void
stdio_init(struct stdio *s)
{
	int	i;

	for (i = 0; i < 3; i++)
		s->near[i] = s->far[i] = -1;
}

static int
stdio_fail(struct stdio *s)
{
	int	saved_errno = errno;

	stdio_close(s->near);
	stdio_close(s->far);
	errno = saved_errno;
	return -1;
}

void
stdio_close(int fds[3])
{
	int	i;

	for (i = 0; i < 3; i++) {
		if (fds[i] != -1)
			close(fds[i]);
		fds[i] = -1;
	}
}
