/*
 * A session's own file system: an ext4 image of limited size, mounted by a
 * loop device.  On it, upper/ and work/ are the session's layer.  Ids on it
 * are 0 to 65535 and are seen only through id-mapped mounts.
 */
#ifndef DISK_H
#define DISK_H

#include <stdint.h>

/* path of the image, its size.  -1 with errno. */
int	disk_make(const char *, uint64_t);
/* Image, where.  EBUSY while it is mounted anywhere on this machine. */
int	disk_mount(const char *, const char *);
/*
 * A few files held back, so that a session that filled its disk can be
 * started again: released while its root is mounted, then taken again.
 */
void	disk_release(const char *);
int	disk_reserve(const char *);
int	disk_used(const char *, uint64_t *);	/* of a mounted one */

#endif
