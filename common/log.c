#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

static const char	*log_name = "deskd";
static int		 to_stderr = 1;
static int		 stderr_only = 1;
static int		 verbose;
static int		 null = -1;

/*
 * The connection to syslog is opened here, while the file system can still
 * be seen, and so is what takes the place of the starter's terminal.
 */
void
log_init(const char *name, int on_stderr, int verb)
{
	log_name = name;
	stderr_only = on_stderr;
	verbose = verb;
	to_stderr = 1;
	if (stderr_only)
		return;
	openlog(name, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* A descriptor that we kept would hold up whoever waits for its end. */
void
log_ready(void)
{
	to_stderr = stderr_only;
	if (null == -1)
		return;
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
	null = -1;
}

/* One line, one write: lines of several processes do not mix. */
__attribute__((__format__(__printf__, 3, 0)))
static void
emit(int priority, int error, const char *fmt, va_list ap)
{
	char	text[1024], line[1200];
	size_t	i;
	int	n;

	vsnprintf(text, sizeof(text), fmt, ap);
	for (i = 0; text[i] != '\0'; i++)
		/* A terminal may take what follows 0x80 for orders as well. */
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	if (error != 0)
		n = snprintf(line, sizeof(line), "%s: %s: %s\n", log_name,
		    text, strerror(error));
	else
		n = snprintf(line, sizeof(line), "%s: %s\n", log_name, text);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (to_stderr)
		fwrite(line, 1, (size_t)n, stderr);
	/* Until it is ready nobody knows who reads a child's stderr. */
	if (!stderr_only)
		syslog(priority, "%s", line + strlen(log_name) + 2);
}

void
log_warn(const char *fmt, ...)
{
	int	saved_errno = errno;
	va_list	ap;

	va_start(ap, fmt);
	emit(LOG_WARNING, saved_errno, fmt, ap);
	va_end(ap);
	errno = saved_errno;
}

void
log_warnx(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	emit(LOG_WARNING, 0, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	emit(LOG_INFO, 0, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list	ap;

	if (!verbose)
		return;
	va_start(ap, fmt);
	emit(LOG_DEBUG, 0, fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	int	saved_errno = errno;
	va_list	ap;

	va_start(ap, fmt);
	emit(LOG_CRIT, saved_errno, fmt, ap);
	va_end(ap);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	emit(LOG_CRIT, 0, fmt, ap);
	va_end(ap);
	exit(1);
}
