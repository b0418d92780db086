#include <stdint.h>
#include <string.h>

#include "png_head.h"

#define SIDE_MAX	32767	/* the X protocol's largest */

static uint32_t
number(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

const char *
png_head_wrong(const void *bytes, size_t len)
{
	static const uint8_t	 begin[16] = {
		0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
		0, 0, 0, 13, 'I', 'H', 'D', 'R'
	};
	const uint8_t		*p = bytes;
	uint32_t		 width, height;

	if (len < sizeof(begin) || memcmp(p, begin, sizeof(begin)) != 0)
		return "does not begin as a PNG does";
	if (len < sizeof(begin) + 8)
		return "ends before its size";
	width = number(p + sizeof(begin));
	height = number(p + sizeof(begin) + 4);
	if (width < 1 || width > SIDE_MAX || height < 1 || height > SIDE_MAX)
		return "has sides that no picture has";
	return NULL;
}
