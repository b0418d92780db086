#include "input.h"

uint8_t
input_u8(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

uint16_t
input_u16(struct input *in)
{
	unsigned int	low = input_u8(in);

	return (uint16_t)(low | (unsigned int)input_u8(in) << 8);
}

size_t
input_bytes(struct input *in, size_t max, const uint8_t **bytes)
{
	size_t	n = in->left < max ? in->left : max;

	*bytes = in->p;
	in->p += n;
	in->left -= n;
	return n;
}
