/* A whole file or standard input, in memory. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>

struct ctl;

/* "-" is standard input.  Must be UTF-8 without NUL.  NULL: complained. */
char	*input_text(struct ctl *, const char *, size_t, size_t *);
char	*input_bytes(struct ctl *, const char *, size_t, size_t *);  /* any */
int	 input_is_utf8(const char *, size_t);

#endif
