/*
 * common/log.h for targets: each line is made, so that a bad argument shows,
 * and forgotten.  A fatal error is a find, unless the target expects some.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "quiet.h"

jmp_buf	*quiet_fatal;

__attribute__((__format__(__printf__, 1, 0)))
static void
make(const char *fmt, va_list ap)
{
	static char	line[2048];

	vsnprintf(line, sizeof(line), fmt, ap);
	if (getenv("FUZZ_LOG") != NULL)
		fprintf(stderr, "%s\n", line);
}

void
log_init(const char *name, int on_stderr, int verbose)
{
	(void)name;
	(void)on_stderr;
	(void)verbose;
}

void
log_ready(void)
{
}

#define LINE(name)			\
void					\
name(const char *fmt, ...)		\
{					\
	va_list	ap;			\
					\
	va_start(ap, fmt);		\
	make(fmt, ap);			\
	va_end(ap);			\
}

LINE(log_warn)
LINE(log_warnx)
LINE(log_info)
LINE(log_debug)

#define LAST(name)			\
void					\
name(const char *fmt, ...)		\
{					\
	va_list	ap;			\
					\
	va_start(ap, fmt);		\
	make(fmt, ap);			\
	if (quiet_fatal != NULL)	\
		longjmp(*quiet_fatal, 1); \
	vfprintf(stderr, fmt, ap);	\
	va_end(ap);			\
	abort();			\
}

LAST(fatal)
LAST(fatalx)
