#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "accept.h"

/* How well one range of the header fits: 0 not at all, 3 exactly. */
static int
fits(const char *range, size_t len, const char *type)
{
	size_t	slash = strcspn(type, "/");

	if (len == strlen(type) && strncasecmp(range, type, len) == 0)
		return 3;
	if (len == slash + 2 && strncasecmp(range, type, slash + 1) == 0 &&
	    range[len - 1] == '*')
		return 2;
	return len == 3 && memcmp(range, "*/*", 3) == 0;
}

/* The weight in thousandths among the parameters up to end. */
static int
weight(const char *p, const char *end)
{
	double	q;

	while (p < end && (p = memchr(p, ';', (size_t)(end - p))) != NULL) {
		p += 1 + strspn(p + 1, " \t");
		if ((*p != 'q' && *p != 'Q') || p[1] != '=')
			continue;
		q = strtod(p + 2, NULL);
		return q >= 0 && q <= 1 ? (int)(q * 1000) : 0;
	}
	return 1000;
}

/* The most exact range that fits decides. */
static int
likes(const char *header, const char *type)
{
	const char	*p, *end;
	size_t		 len;
	int		 fit, best = 0, q = 0;

	for (p = header; *p != '\0'; p = *end == ',' ? end + 1 : end) {
		p += strspn(p, " \t");
		end = p + strcspn(p, ",");
		len = strcspn(p, ";, \t");
		if ((fit = fits(p, len, type)) > best) {
			best = fit;
			q = weight(p, end);
		}
	}
	return q;
}

int
accept_best(const char *header, const char *const *types)
{
	int	i, q, most = 0, best = -1;

	if (header == NULL)
		return 0;
	for (i = 0; types[i] != NULL; i++)
		if ((q = likes(header, types[i])) > most) {
			most = q;
			best = i;
		}
	return best;
}
