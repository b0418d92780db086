#ifndef QUIET_H
#define QUIET_H

#include <setjmp.h>

/* Where a fatal error goes that is the right answer; NULL: it is a find. */
extern jmp_buf	*quiet_fatal;

#endif
