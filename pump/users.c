/* Without the name service, which a static program cannot have. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "users.h"
#include "xmalloc.h"

#define USERS_MAX	1024

static struct user {
	uid_t	 uid;
	char	*name;
}		*users;
static size_t	 nusers;
static int	 have;

static void
users_read(void)
{
	const struct passwd	*pw;
	FILE			*f;

	have = 1;
	if ((f = fopen("/etc/passwd", "re")) == NULL)
		return;
	users = xcalloc(USERS_MAX, sizeof(*users));
	while (nusers < USERS_MAX && (pw = fgetpwent(f)) != NULL) {
		users[nusers].uid = pw->pw_uid;
		users[nusers++].name = xstrdup(pw->pw_name);
	}
	fclose(f);
}

const char *
users_name(uid_t uid)
{
	size_t	i;

	if (!have)
		users_read();
	for (i = 0; i < nusers; i++)
		if (users[i].uid == uid)
			return users[i].name;
	return NULL;
}
