/* Limits of the machine and of each user, from the configuration. */
#ifndef QUOTA_H
#define QUOTA_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

/* One more session with this memory; 0, or -1 and why. */
int	quota_create(uid_t, uint64_t, char *, size_t);
/* A stopped one is to run again, or a running one to have this much more. */
int	quota_memory(uid_t, uint64_t, char *, size_t);

#endif
