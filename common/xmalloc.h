/* Allocate or die: a process here that is out of memory has no better plan. */
#ifndef XMALLOC_H
#define XMALLOC_H

#include <stddef.h>

#include "log.h"

void	*xmalloc(size_t);
void	*xcalloc(size_t, size_t);
void	*xreallocarray(void *, size_t, size_t);
char	*xstrdup(const char *);
char	*xstrndup(const char *, size_t);
int	 xasprintf(char **, const char *, ...) LOG_PRINTF(2, 3);

#endif
