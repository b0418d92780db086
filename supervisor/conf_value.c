/* Numbers as people write them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_value.h"

static const char units[] = "KMGTPE";

/* The largest first: what is written is the shortest. */
static const struct {
	char		 unit;
	uint64_t	 seconds;
} times[] = {
	{ 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 }
};

/* strtoull takes signs and spaces; nobody means those. */
static int
digits(const char *text, int base, uint64_t *n, char **end)
{
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*n = strtoull(text, end, base);
	return errno == 0 && *end != text ? 0 : -1;
}

int
value_number(const char *text, uint64_t *n)
{
	char		*end;
	int		 base;

	base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
	return digits(text, base, n, &end) == 0 && *end == '\0' ? 0 : -1;
}

int
value_size(const char *text, uint64_t *n)
{
	const char	*unit;
	char		*end;
	unsigned int	 shift;

	if (digits(text, 10, n, &end) == -1)
		return -1;
	if (*end == '\0')
		return 0;
	if ((unit = strchr(units, *end)) == NULL || end[1] != '\0')
		return -1;
	shift = 10 * (unit - units + 1);
	if (*n > UINT64_MAX >> shift)
		return -1;
	*n <<= shift;
	return 0;
}

int
value_time(const char *text, uint64_t *n)
{
	char		*end;
	size_t		 i;

	if (digits(text, 10, n, &end) == -1)
		return -1;
	/* Nothing is nothing in every unit. */
	if (*end == '\0')
		return *n == 0 ? 0 : -1;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (*end == times[i].unit && end[1] == '\0') {
			if (*n > UINT64_MAX / times[i].seconds)
				return -1;
			*n *= times[i].seconds;
			return 0;
		}
	return -1;
}

const char *
time_text(uint64_t n, char text[SIZE_TEXT])
{
	size_t		 i = 0;

	while (n % times[i].seconds != 0)
		i++;
	if (n == 0)
		strlcpy(text, "0", SIZE_TEXT);
	else
		snprintf(text, SIZE_TEXT, "%" PRIu64 "%c",
		    n / times[i].seconds, times[i].unit);
	return text;
}

int
value_percent(const char *text, uint64_t *n)
{
	char		*end;

	if (digits(text, 10, n, &end) == -1)
		return -1;
	return strcmp(end, "%") == 0 ? 0 : -1;
}

int
value_geometry(const char *text, uint32_t *width, uint32_t *height)
{
	uint64_t	 w, h;
	char		*end;

	if (digits(text, 10, &w, &end) == -1 || *end != 'x' ||
	    digits(end + 1, 10, &h, &end) == -1 || *end != '\0' ||
	    w > UINT32_MAX || h > UINT32_MAX)
		return -1;
	*width = w;
	*height = h;
	return 0;
}

int
value_mode(const char *text, mode_t *mode)
{
	uint64_t	 n;
	char		*end;

	if (digits(text, 8, &n, &end) == -1 || *end != '\0' || n > 07777)
		return -1;
	*mode = n;
	return 0;
}

const char *
size_text(uint64_t n, char buf[SIZE_TEXT])
{
	const char	*unit = NULL;
	const char	*p;

	for (p = units; n != 0 && n % 1024 == 0 && *p != '\0'; p++) {
		n /= 1024;
		unit = p;
	}
	if (unit == NULL)
		snprintf(buf, SIZE_TEXT, "%" PRIu64, n);
	else
		snprintf(buf, SIZE_TEXT, "%" PRIu64 "%c", n, *unit);
	return buf;
}
