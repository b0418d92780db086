/* Of all ranges that have the type, the one that says most decides. */
#include <string.h>
#include <strings.h>

#include "accept.h"

#define BLANK	" \t"

/* How closely a range has the type: 3 as it is, 1 as anything, 0 not. */
static int
matches(const char *range, size_t len, const char *type)
{
	size_t	slash = strcspn(type, "/");

	if (len == 3 && strncmp(range, "*/*", 3) == 0)
		return 1;
	if (len == slash + 2 && strncasecmp(range, type, slash + 1) == 0 &&
	    range[slash + 1] == '*')
		return 2;
	return len == strlen(type) && strncasecmp(range, type, len) == 0 ?
	    3 : 0;
}

/* "q=0", "q=0.000": not at all. */
static int
refused(const char *p, const char *end)
{
	for (; (p = memchr(p, ';', (size_t)(end - p))) != NULL;) {
		p++;
		while (p < end && strchr(BLANK, *p) != NULL)
			p++;
		if (end - p < 3 || strncasecmp(p, "q=", 2) != 0)
			continue;
		for (p += 2; p < end && (*p == '0' || *p == '.'); p++)
			continue;
		return p == end || strchr(BLANK ";", *p) != NULL;
	}
	return 0;
}

int
accept_takes(const char *header, const char *type)
{
	const char	*p, *end;
	int		 best = 0, m, takes = 0;

	if (header == NULL)
		return 1;
	for (p = header; *p != '\0'; p = *end == '\0' ? end : end + 1) {
		p += strspn(p, BLANK);
		end = p + strcspn(p, ",");
		m = matches(p, strcspn(p, ",;" BLANK), type);
		if (m > best) {
			best = m;
			takes = !refused(p, end);
		}
	}
	return takes;
}
