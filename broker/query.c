/* Typed reading of query parameters. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "http.h"

void
query_refuse(struct request *r, const char *name, const char *fmt, ...)
{
	char detail[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	reply_problem(r, PROBLEM_INVALID_PARAMETER, NULL, "%s: %s", name,
	    detail);
}

int
query_int(struct request *r, const char *name, int64_t min, int64_t max,
    int64_t *value)
{
	const char *text;
	char *end;
	long long n;

	if ((text = request_query(r, name)) == NULL)
		return 0;
	errno = 0;
	n = strtoll(text, &end, 10);
	/* strtoll takes space and a plus sign; we do not. */
	if ((*text != '-' && (*text < '0' || *text > '9')) || *end != '\0' ||
	    end == text || errno != 0 || n < min || n > max) {
		query_refuse(r, name, "must be an integer from %lld to %lld",
		    (long long)min, (long long)max);
		return -1;
	}
	*value = n;
	return 1;
}

/* Digits and one point: no exponent, no hexadecimal, no words. */
static int
is_decimal(const char *text)
{
	return *text != '\0' && strspn(text, "0123456789.") == strlen(text) &&
	    strcmp(text, ".") != 0 && strchr(text, '.') == strrchr(text, '.');
}

int
query_number(struct request *r, const char *name, double min, double max,
    double *value)
{
	const char *text;
	double d;

	if ((text = request_query(r, name)) == NULL)
		return 0;
	d = is_decimal(text) ? strtod(text, NULL) : (double)NAN;
	if (!(d >= min && d <= max)) {
		query_refuse(r, name, "must be a number from %g to %g", min,
		    max);
		return -1;
	}
	*value = d;
	return 1;
}

int
query_bool(struct request *r, const char *name, int *value)
{
	const char *text;

	if ((text = request_query(r, name)) == NULL)
		return 0;
	if (strcmp(text, "1") == 0 || strcmp(text, "true") == 0)
		*value = 1;
	else if (strcmp(text, "0") == 0 || strcmp(text, "false") == 0)
		*value = 0;
	else {
		query_refuse(r, name, "must be true or false");
		return -1;
	}
	return 1;
}

int
query_choice(struct request *r, const char *name, const char *const *choices,
    int *value)
{
	const char *text;
	char list[200] = "";
	int i;

	if ((text = request_query(r, name)) == NULL)
		return 0;
	for (i = 0; choices[i] != NULL; i++) {
		if (strcmp(text, choices[i]) == 0) {
			*value = i;
			return 1;
		}
		if (i > 0)
			strlcat(list, ", ", sizeof(list));
		strlcat(list, choices[i], sizeof(list));
	}
	query_refuse(r, name, "must be one of %s", list);
	return -1;
}

int
query_text(struct request *r, const char *name, size_t max,
    const char **value)
{
	const char *text;

	if ((text = request_query(r, name)) == NULL)
		return 0;
	if (strlen(text) > max) {
		query_refuse(r, name, "must have at most %zu bytes", max);
		return -1;
	}
	*value = text;
	return 1;
}
