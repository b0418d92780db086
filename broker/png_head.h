/* Whether bytes begin as a PNG does. */
#ifndef PNG_HEAD_H
#define PNG_HEAD_H

#include <stddef.h>

/* NULL when they do, with sides that a picture can have; else what is wrong. */
const char	*png_head_wrong(const void *, size_t);

#endif
