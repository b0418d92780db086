/*
 * Bulk between processes: bytes in a memfd that can no longer change.  A
 * reader that mapped an unsealed one could be killed by its sender cutting
 * it short, so seals and size are checked before anything is mapped.
 */
#ifndef MEMFD_H
#define MEMFD_H

#include <stddef.h>

/* A sealed memfd holding a copy of these bytes, or -1. */
int	 memfd_from(const char *, const void *, size_t);
/* Seals a memfd that was filled by its maker: no more writes, no new size. */
int	 memfd_seal(int);
/*
 * Checks that this is a memfd, sealed against writing and resizing, and
 * not empty nor larger than max.  Returns -1 with errno when it is not.
 */
int	 memfd_check(int, size_t, size_t *);	/* fd, max, its length */
/* The same, and maps it for reading; NULL when refused.  The fd stays open. */
void	*memfd_map(int, size_t, size_t *);

#endif
