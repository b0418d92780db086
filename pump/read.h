/* Regular files, opened and sent. */
#ifndef READ_H
#define READ_H

#include <stdint.h>

struct entry;

/* A descriptor, or -1 after a problem. */
int	read_open(const char *, struct entry *);
/* So many bytes to descriptor 1; -1 and errno, ENODATA when it is shorter. */
int	read_send(int, uint64_t, uint64_t);

#endif
