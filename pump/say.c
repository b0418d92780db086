/* What the asker hears on descriptor 2, and lines on descriptor 1. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "json.h"
#include "pump.h"
#include "xmalloc.h"

/* An asker that has gone is no fault: the next step notices. */
void
say_line(int fd, struct json *j)
{
	/* Put by hand: a line ends the text, and no text follows. */
	j->text = xreallocarray(j->text, j->len + 1, 1);
	j->text[j->len] = '\n';
	(void)bytes_write(fd, j->text, j->len + 1);
	json_free(j);
}

void
say_head(void)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

void
say_done(void)
{
	struct json	j = JSON_NEW;

	json_open(&j, NULL, '{');
	json_bool(&j, "done", 1);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
}

int
say_problem(enum problem problem, const char *pointer, const char *fmt, ...)
{
	struct json	 j = JSON_NEW;
	char		*text;
	va_list		 ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		fatal("vasprintf");
	va_end(ap);
	json_open(&j, NULL, '{');
	json_string(&j, "problem", problem_code(problem));
	if (pointer == NULL)
		json_null(&j, "pointer");
	else
		json_string(&j, "pointer", pointer);
	json_string(&j, "detail", text);
	json_close(&j, '}');
	say_line(STDERR_FILENO, &j);
	free(text);
	return -1;
}

int
say_errno(const char *pointer, const char *what)
{
	int	error = errno;

	return say_problem(problem_of_errno(error), pointer, "%s: %s", what,
	    strerror(error));
}

int
say_flag(const char *pointer, const char *text)
{
	if (text[0] == '\0' || strcmp(text, "0") == 0)
		return 0;
	if (strcmp(text, "1") == 0)
		return 1;
	return say_problem(PROBLEM_INVALID_PARAMETER, pointer,
	    "must be 0 or 1");
}

int
say_number(const char *pointer, const char *text, unsigned long long *n)
{
	char	*end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		return say_problem(PROBLEM_INVALID_PARAMETER, pointer,
		    "must be a number");
	return 0;
}

int
say_mode(const char *pointer, const char *text, int *mode)
{
	char	*end;
	long	 n;

	*mode = -1;
	if (text[0] == '\0')
		return 0;
	n = strtol(text, &end, 8);
	if (text[0] < '0' || text[0] > '7' || *end != '\0' || n > 07777)
		return say_problem(PROBLEM_INVALID_PARAMETER, pointer,
		    "must be a mode in octal, 7777 at most");
	*mode = (int)n;
	return 0;
}
