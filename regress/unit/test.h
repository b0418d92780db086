/*
 * TAP for C: ok() prints a line for a case, done() the plan.  A test that
 * cannot run here says skip_all("why").
 */
#ifndef TEST_H
#define TEST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Weak: the sources of one test program count together. */
int	test_count __attribute__((__weak__));
int	test_failed __attribute__((__weak__));

__attribute__((__format__(__printf__, 2, 3), __unused__))
static int
ok(int good, const char *fmt, ...)
{
	va_list	ap;

	printf("%sok %d - ", good ? "" : "not ", ++test_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	if (!good)
		test_failed++;
	return good;
}

__attribute__((__unused__))
static int
done(void)
{
	printf("1..%d\n", test_count);
	return test_failed != 0;
}

__attribute__((__noreturn__, __unused__))
static void
skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(0);
}

#endif
