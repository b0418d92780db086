/* Mounts held as descriptors: made here, moved into place by a session. */
#ifndef MOUNTFD_H
#define MOUNTFD_H

#include <sys/types.h>

#include <stdint.h>

#define MOUNTFD_RDONLY	0x1
#define MOUNTFD_NOEXEC	0x2

/* A user namespace that maps 0..SESSION_UIDS-1 to base and on. */
int	mountfd_userns(uid_t);
/*
 * A copy of what is at path, always nosuid and nodev; id-mapped when userns
 * is not -1.
 */
int	mountfd_copy(const char *, unsigned int, int);
int	mountfd_attach(int, const char *);
/*
 * lower, upper and work folders by their paths; the id that owns what the
 * kernel itself makes on them, which must be one the layers' map knows.
 */
int	mountfd_overlay(const char *, const char *, const char *, uid_t);

#endif
