#ifndef COPY_FILE_H
#define COPY_FILE_H

#include "entry.h"

/*
 * From a name to one that must not be there.  0; 1 for a socket or a device,
 * which are not copied; -1 and errno, and then something may be there.
 */
int	copy_file(int, const char *, int, const char *, const struct entry *);
/* Contents, mode without set-id, time of change. */
int	copy_bytes(int, int, const struct entry *);

#endif
