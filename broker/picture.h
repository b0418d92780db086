/* Pictures as workers send them: memfds, checked before they are used. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"

/* The media type of a format, which may be a worker's number; or NULL. */
const char	*picture_type(uint32_t);
/*
 * 0 when this is a sealed memfd of exactly this many bytes that begins as
 * a picture of this format does, and its sides are sizes a screen can have.
 */
int	picture_check(int, uint32_t, uint32_t, uint32_t, uint32_t);
/* The bytes of a checked one in base64, allocated; NULL: cannot be read. */
char	*picture_base64(int, size_t *);

#endif
