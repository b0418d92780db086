/* RFC 3339 as clients write it: a date, a time, and Z or an offset. */
#ifndef TIME_READ_H
#define TIME_READ_H

#include <stdint.h>

/* In ms since 1970; -1 when the text is none.  Fractions are dropped. */
int	time_read(const char *, int64_t *);

#endif
