/* The configuration as the broker holds it. */
#include <stdlib.h>
#include <string.h>

#include "broker.h"
#include "xmalloc.h"

struct conf *
conf_new(void)
{
	struct conf	*c;

	c = xcalloc(1, sizeof(*c));
	TAILQ_INIT(&c->images);
	TAILQ_INIT(&c->users);
	return c;
}

void
conf_free(struct conf *c)
{
	struct conf_image	*i;
	struct conf_user	*u;

	if (c == NULL)
		return;
	while ((i = TAILQ_FIRST(&c->images)) != NULL) {
		TAILQ_REMOVE(&c->images, i, entry);
		free(i);
	}
	while ((u = TAILQ_FIRST(&c->users)) != NULL) {
		TAILQ_REMOVE(&c->users, u, entry);
		free(u);
	}
	free(c);
}

const struct conf_image *
conf_image(const struct conf *c, const char *name)
{
	const struct conf_image	*i;

	TAILQ_FOREACH(i, &c->images, entry)
		if (strcmp(i->name, name) == 0)
			return i;
	return NULL;
}

const struct conf_user *
conf_user(const struct conf *c, uid_t uid)
{
	const struct conf_user	*u;

	TAILQ_FOREACH(u, &c->users, entry)
		if (u->uid == uid)
			return u;
	return NULL;
}
