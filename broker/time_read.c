#include <stddef.h>
#include <string.h>
#include <time.h>

#include "time_read.h"

/* So many digits and, unless it is 0, the character after them. */
static int
number(const char **p, int digits, char after, int *n)
{
	*n = 0;
	for (; digits > 0; digits--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		*n = *n * 10 + (**p - '0');
	}
	if (after == '\0')
		return 0;
	if (**p != after && !(after == 'T' && **p == 't'))
		return -1;
	(*p)++;
	return 0;
}

/* Seconds east of UTC. */
static int
offset(const char *p, int *seconds)
{
	int	 hours, minutes, sign;

	*seconds = 0;
	if (strcmp(p, "Z") == 0 || strcmp(p, "z") == 0)
		return 0;
	if (*p != '+' && *p != '-')
		return -1;
	sign = *p++ == '-' ? -1 : 1;
	if (number(&p, 2, ':', &hours) == -1 ||
	    number(&p, 2, '\0', &minutes) == -1 || *p != '\0' ||
	    hours > 23 || minutes > 59)
		return -1;
	*seconds = sign * (hours * 60 + minutes) * 60;
	return 0;
}

int
time_read(const char *p, int64_t *ms)
{
	struct tm	tm, check;
	int		east;
	time_t		t;

	memset(&tm, 0, sizeof(tm));
	if (number(&p, 4, '-', &tm.tm_year) == -1 ||
	    number(&p, 2, '-', &tm.tm_mon) == -1 ||
	    number(&p, 2, 'T', &tm.tm_mday) == -1 ||
	    number(&p, 2, ':', &tm.tm_hour) == -1 ||
	    number(&p, 2, ':', &tm.tm_min) == -1 ||
	    number(&p, 2, '\0', &tm.tm_sec) == -1)
		return -1;
	if (*p == '.') {
		if (strspn(++p, "0123456789") == 0)
			return -1;
		p += strspn(p, "0123456789");
	}
	if (offset(p, &east) == -1)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	/* What timegm would put right, like a 30th of February, is wrong. */
	check = tm;
	if ((t = timegm(&check)) == -1 || check.tm_mon != tm.tm_mon ||
	    check.tm_mday != tm.tm_mday || check.tm_hour != tm.tm_hour ||
	    check.tm_min != tm.tm_min || check.tm_sec != tm.tm_sec)
		return -1;
	*ms = ((int64_t)t - east) * 1000;
	return 0;
}
