#include <string.h>

#include "asker.h"

static struct ulid	current;

const struct ulid *
asker(void)
{
	return &current;
}

void
asker_set(const struct ulid *token)
{
	if (token == NULL)
		memset(&current, 0, sizeof(current));
	else
		current = *token;
}
