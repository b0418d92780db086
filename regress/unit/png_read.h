/*
 * Reads the PNG files that deskd writes (8 bits, red green blue, filters
 * none and up), and is strict about every checksum.
 */
#ifndef PNG_READ_H
#define PNG_READ_H

#include <stddef.h>
#include <stdint.h>

struct png_picture {
	uint32_t	*pixels;
	uint32_t	 width;
	uint32_t	 height;
};

int		 png_read(const uint8_t *, size_t, struct png_picture *);
const char	*png_read_why(void);
void		 png_free(struct png_picture *);

#endif
