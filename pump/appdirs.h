/*
 * Where applications are described, by id: the path below "applications"
 * with a dash for each slash.  An id of an earlier directory hides a later
 * one.
 */
#ifndef APPDIRS_H
#define APPDIRS_H

#include <stddef.h>

struct app {
	char	*id;
	char	*path;
};

struct apps {
	struct app	*v;
	size_t		 n;
	size_t		 size;
	int		 more;		/* some were too many */
};

void		 apps_find(struct apps *);	/* sorted by id */
/* With or without its ".desktop". */
const struct app *apps_get(const struct apps *, const char *);
void		 apps_free(struct apps *);

#endif
