/* Pictures as workers send them: memfds, checked before they are used. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stddef.h>
#include <stdint.h>

/*
 * 0 when this is a sealed memfd of exactly this many bytes that begins as
 * a PNG does, and its sides are sizes a screen can have.
 */
int	picture_check(int, uint32_t, uint32_t, uint32_t);
/* The bytes of a checked one in base64, allocated; NULL: cannot be read. */
char	*picture_base64(int, size_t *);

#endif
