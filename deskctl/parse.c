#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse.h"

static int
no(const char **why, const char *reason)
{
	*why = reason;
	return -1;
}

/* Digits only: nobody means the signs and spaces that strtoull takes. */
static int
digits(const char **p, uint64_t *n)
{
	char	*end;

	if (!isdigit((unsigned char)**p))
		return -1;
	errno = 0;
	*n = strtoull(*p, &end, 10);
	if (errno != 0)
		return -1;
	*p = end;
	return 0;
}

int
parse_size(const char *text, uint64_t *size, const char **why)
{
	static const char	 units[] = "KMGT";
	const char		*p = text, *unit;
	uint64_t		 n;
	int			 shift = 0;

	if (digits(&p, &n) == -1)
		return no(why, "must be a number with K, M, G or T, like 512M");
	if (*p != '\0' &&
	    (unit = strchr(units, toupper((unsigned char)*p))) != NULL) {
		shift = 10 * (int)(unit - units + 1);
		p++;
		if (strcasecmp(p, "iB") == 0 || strcasecmp(p, "B") == 0)
			p += strlen(p);
	}
	if (*p != '\0')
		return no(why, "must be a number with K, M, G or T, like 512M");
	if (n == 0)
		return no(why, "must be more than nothing");
	if (n > (uint64_t)INT64_MAX >> shift)
		return no(why, "is too large");
	*size = n << shift;
	return 0;
}

int
parse_int(const char *text, int min, int max, int *n, const char **why)
{
	static char	 reason[64];
	const char	*error;

	*n = (int)strtonum(text, min, max, &error);
	if (error == NULL && *text != '+' && !isspace((unsigned char)*text))
		return 0;
	snprintf(reason, sizeof(reason), "must be a number from %d to %d",
	    min, max);
	return no(why, reason);
}

int
parse_geometry(const char *text, struct geometry *g, const char **why)
{
	const char	*p = text;
	uint64_t	 w, h;

	if (digits(&p, &w) == -1 || (*p != 'x' && *p != 'X'))
		return no(why, "must be WIDTHxHEIGHT, like 1280x800");
	p++;
	if (digits(&p, &h) == -1 || *p != '\0')
		return no(why, "must be WIDTHxHEIGHT, like 1280x800");
	if (w == 0 || h == 0 || w > INT32_MAX || h > INT32_MAX)
		return no(why, "is not a size a screen can have");
	g->width = (int)w;
	g->height = (int)h;
	return 0;
}

int
parse_region(const char *text, struct region *r, const char **why)
{
	static const char	 form[] = "must be X,Y,WIDTH,HEIGHT";
	int			*part[4];
	const char		*p = text;
	uint64_t		 n;
	int			 i;

	part[0] = &r->x;
	part[1] = &r->y;
	part[2] = &r->width;
	part[3] = &r->height;
	for (i = 0; i < 4; i++) {
		if (digits(&p, &n) == -1 || n > INT32_MAX)
			return no(why, form);
		if (*p++ != (i < 3 ? ',' : '\0'))
			return no(why, form);
		*part[i] = (int)n;
	}
	if (r->width == 0 || r->height == 0)
		return no(why, "is empty");
	return 0;
}

int
parse_percent(const char *text, int *percent, const char **why)
{
	const char	*p = text;
	uint64_t	 n;

	if (digits(&p, &n) == -1 || (*p != '\0' && strcmp(p, "%") != 0))
		return no(why, "must be a percentage; 100% is one CPU");
	if (n == 0 || n > 1000000)
		return no(why, "must be from 1% to 1000000%");
	*percent = (int)n;
	return 0;
}

static int
number(const char *text, double *d, const char **end)
{
	char	*e;

	if (!isdigit((unsigned char)*text) ||
	    strspn(text, "0123456789.") < strcspn(text, "%s"))
		return -1;
	*d = strtod(text, &e);
	*end = e;
	return isfinite(*d) ? 0 : -1;
}

int
parse_seconds(const char *text, double max, double *seconds, const char **why)
{
	static char	 reason[64];
	const char	*end;

	if (number(text, seconds, &end) == 0 &&
	    (*end == '\0' || strcmp(end, "s") == 0) &&
	    *seconds > 0 && *seconds <= max)
		return 0;
	snprintf(reason, sizeof(reason),
	    "must be seconds, more than 0 and at most %.0f", max);
	return no(why, reason);
}

int
parse_factor(const char *text, double *factor, const char **why)
{
	const char	*end;

	if (number(text, factor, &end) == -1)
		return no(why, "must be a factor like 0.5 or WIDTHxHEIGHT");
	if (strcmp(end, "%") == 0)
		*factor /= 100;
	else if (*end != '\0')
		return no(why, "must be a factor like 0.5 or WIDTHxHEIGHT");
	if (*factor <= 0 || *factor > 1)
		return no(why, "must be more than 0 and at most 1");
	return 0;
}

int
parse_pair(char *text, char **value, const char **why)
{
	char	*eq;

	if ((eq = strchr(text, '=')) == NULL)
		return no(why, "must be KEY=VALUE");
	if (eq == text)
		return no(why, "has no key before the =");
	*eq = '\0';
	*value = eq + 1;
	return 0;
}
