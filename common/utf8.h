/* Bytes from anywhere made into text that JSON and a terminal can show. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/*
 * Length of the well-formed character at the start of these bytes; 0 when
 * it is malformed, -1 when more bytes could complete it.
 */
int	 utf8_len(const unsigned char *, size_t);
int	 utf8_valid(const void *, size_t);	/* all of it */
/* Malformed bytes become U+FFFD.  Allocated, NUL-terminated. */
char	*utf8_clean(const void *, size_t, size_t *);
/* How many of these bytes end with a whole character. */
size_t	 utf8_whole(const void *, size_t);
/* One short line: no control characters, cut at a whole character. */
void	 utf8_line(char *, size_t, const char *);

#endif
