/* The environment of a program: a base, and what its asker adds to it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "xmalloc.h"

static const char *const	base_user[] = {
	"HOME=" SESSION_HOME,
	"USER=" SESSION_USER,
	"LOGNAME=" SESSION_USER,
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games",
	"XDG_RUNTIME_DIR=" SESSION_RUNTIME,
	NULL
};

static const char *const	base_root[] = {
	"HOME=/root",
	"USER=root",
	"LOGNAME=root",
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	NULL
};

void
env_init_bare(struct env *e, enum env_kind kind)
{
	const char *const	*p;

	e->n = 0;
	e->v = xcalloc(1, sizeof(*e->v));
	p = kind == ENV_ROOT ? base_root : base_user;
	for (; *p != NULL; p++)
		env_set(e, *p);
}

void
env_init(struct env *e, enum env_kind kind)
{
	env_init_bare(e, kind);
	env_set(e, access("/bin/bash", X_OK) == 0 ?
	    "SHELL=/bin/bash" : "SHELL=/bin/sh");
	env_set(e, "LANG=C.UTF-8");
	if (kind == ENV_USER && bus_offered())
		env_set(e, "DBUS_SESSION_BUS_ADDRESS=unix:path=" SESSION_BUS);
	if (display_up())
		env_set(e, "DISPLAY=" SESSION_DISPLAY);
}

/* A name that is there already gets the new value. */
void
env_set(struct env *e, const char *text)
{
	size_t	i, len;

	len = strcspn(text, "=") + 1;
	for (i = 0; i < e->n; i++) {
		if (strncmp(e->v[i], text, len) == 0) {
			free(e->v[i]);
			e->v[i] = xstrdup(text);
			return;
		}
	}
	e->v = xreallocarray(e->v, e->n + 2, sizeof(*e->v));
	e->v[e->n++] = xstrdup(text);
	e->v[e->n] = NULL;
}

int
env_valid(const char *text)
{
	const char	*eq = strchr(text, '=');

	return eq != NULL && eq != text;
}

void
env_free(struct env *e)
{
	size_t	i;

	for (i = 0; i < e->n; i++)
		free(e->v[i]);
	free(e->v);
	e->v = NULL;
	e->n = 0;
}
