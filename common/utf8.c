#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "xmalloc.h"

#define REPLACEMENT	"\xef\xbf\xbd"

/* What may follow a first byte: number of bytes, range of the second. */
static int
lead(unsigned char c, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xbf;
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef) {
		if (c == 0xe0)
			*lo = 0xa0;
		if (c == 0xed)
			*hi = 0x9f;
		return 3;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		if (c == 0xf0)
			*lo = 0x90;
		if (c == 0xf4)
			*hi = 0x8f;
		return 4;
	}
	return 0;
}

int
utf8_len(const unsigned char *p, size_t left)
{
	unsigned char	lo, hi;
	int		i, n;

	if (left == 0)
		return -1;
	if ((n = lead(p[0], &lo, &hi)) <= 1)
		return n;
	for (i = 1; i < n; i++) {
		if ((size_t)i == left)
			return -1;
		if (p[i] < lo || p[i] > hi)
			return 0;
		lo = 0x80;
		hi = 0xbf;
	}
	return n;
}

int
utf8_valid(const void *bytes, size_t len)
{
	const unsigned char	*p = bytes;
	int			 n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = utf8_len(p, len)) <= 0)
			return 0;
	return 1;
}

char *
utf8_clean(const void *bytes, size_t len, size_t *out_len)
{
	const unsigned char	*p = bytes;
	char			*out;
	size_t			 n = 0;
	int			 c;

	out = xreallocarray(NULL, len + 1, 3);
	while (len > 0) {
		if ((c = utf8_len(p, len)) > 0) {
			memcpy(out + n, p, (size_t)c);
			n += (size_t)c;
		} else {
			memcpy(out + n, REPLACEMENT, 3);
			n += 3;
			c = 1;
		}
		p += c;
		len -= (size_t)c;
	}
	out[n] = '\0';
	if (out_len != NULL)
		*out_len = n;
	return out;
}

size_t
utf8_whole(const void *bytes, size_t len)
{
	const unsigned char	*p = bytes;
	size_t			 back;

	for (back = 1; back <= 3 && back <= len; back++)
		if (p[len - back] >= 0xc0)
			return utf8_len(p + len - back, back) == -1 ?
			    len - back : len;
	return len;
}

void
utf8_line(char *to, size_t size, const char *from)
{
	char	*clean, *p;
	size_t	 n;

	clean = utf8_clean(from, strnlen(from, size), &n);
	if (n >= size)
		n = utf8_whole(clean, size - 1);
	memcpy(to, clean, n);
	to[n] = '\0';
	for (p = to; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	free(clean);
}
