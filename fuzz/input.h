/*
 * The bytes of one input, taken from the front.  What is past the end is
 * zero, so that every input means something.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t	*p;
	size_t		 left;
};

/* What libFuzzer calls: each target has one. */
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

uint8_t	 input_u8(struct input *);
uint16_t input_u16(struct input *);		/* little endian */
/* At most so many of them; how many there are. */
size_t	 input_bytes(struct input *, size_t, const uint8_t **);

#endif
