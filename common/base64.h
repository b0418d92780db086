/* RFC 4648, with padding. */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>

/* Allocated, NUL-terminated; its length without the NUL. */
char	*base64(const void *, size_t, size_t *);
/*
 * Allocated, and its length; NULL when the text is anything else, white
 * space or missing padding included.
 */
void	*base64_decode(const char *, size_t, size_t *);

#endif
