/*
 * The routing table as it is served, one row a line: method, path, scope,
 * whether {id} is a session, and whether a body is taken.  The handlers are
 * weak here, and nobody's.
 */
#include <stdio.h>

#include "route.h"

#define void	__attribute__((__weak__)) void
#include "api.h"
#undef void

#include "routes.c"

int
main(void)
{
	size_t i;

	for (i = 0; i < nroutes; i++)
		printf("%s %s %s %s %s\n", routes[i].method, routes[i].path,
		    scope_name(routes[i].scope),
		    routes[i].owner == OWNER_SESSION ? "session" : "-",
		    routes[i].body_max != 0 ? "body" : "-");
	return 0;
}
