#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "xmalloc.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
base64(const void *bytes, size_t len, size_t *out_len)
{
	const uint8_t	*p = bytes;
	char		*out, *o;
	uint32_t	 v;
	size_t		 rest = len % 3;

	out = o = xreallocarray(NULL, len / 3 + 2, 4);
	for (; len >= 3; len -= 3, p += 3) {
		v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		*o++ = digits[v >> 18];
		*o++ = digits[v >> 12 & 63];
		*o++ = digits[v >> 6 & 63];
		*o++ = digits[v & 63];
	}
	if (rest > 0) {
		v = (uint32_t)p[0] << 16 | (rest == 2 ? (uint32_t)p[1] << 8 : 0);
		*o++ = digits[v >> 18];
		*o++ = digits[v >> 12 & 63];
		*o++ = rest == 2 ? digits[v >> 6 & 63] : '=';
		*o++ = '=';
	}
	*o = '\0';
	*out_len = (size_t)(o - out);
	return out;
}

/* Four digits, of which the last `pad` stand for nothing; -1: none. */
static int64_t
four(const char *in, int pad)
{
	const char	*d;
	int64_t		 v = 0;
	int		 i;

	for (i = 0; i < 4; i++) {
		v <<= 6;
		if (i >= 4 - pad)
			continue;
		if (in[i] == '\0' || (d = strchr(digits, in[i])) == NULL)
			return -1;
		v |= d - digits;
	}
	/* What the padding leaves over must be nothing. */
	return (v & ((1 << 8 * pad) - 1)) == 0 ? v : -1;
}

void *
base64_decode(const char *in, size_t len, size_t *out_len)
{
	uint8_t	*out, *o;
	int64_t	 v;
	int	 i, pad;

	if (len % 4 != 0)
		return NULL;
	out = o = xmalloc(len / 4 * 3 + 1);
	for (; len > 0; len -= 4, in += 4) {
		pad = len > 4 || in[3] != '=' ? 0 : in[2] != '=' ? 1 : 2;
		if ((v = four(in, pad)) == -1) {
			free(out);
			return NULL;
		}
		for (i = 0; i < 3 - pad; i++)
			*o++ = (uint8_t)(v >> (16 - 8 * i));
	}
	*out_len = (size_t)(o - out);
	return out;
}
