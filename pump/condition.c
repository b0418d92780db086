#include <string.h>

#include "condition.h"
#include "entry.h"

/*
 * Our tags have no comma and no quote inside, so that one is found by its
 * text.  W/ before it makes it weak, which is never enough for a match.
 */
static int
listed(const char *list, const char *tag, int weak_too)
{
	const char	*p;
	size_t		 len = strlen(tag);

	for (p = list; (p = strstr(p, tag)) != NULL; p += len)
		if (p == list || p[-1] != '/' || weak_too)
			return 1;
	return 0;
}

int
condition_fresh(const struct condition *c)
{
	return strcmp(c->none_match, "*") == 0;
}

int
condition_holds(const struct condition *c, const struct entry *e)
{
	char	tag[ETAG_SIZE];

	if (e == NULL)
		return c->match[0] == '\0';
	entry_etag(e, tag);
	if (c->match[0] != '\0' && strcmp(c->match, "*") != 0 &&
	    !listed(c->match, tag, 0))
		return 0;
	return !condition_fresh(c) && !listed(c->none_match, tag, 1);
}
