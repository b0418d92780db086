#include <stdlib.h>
#include <string.h>

#include "clip.h"
#include "sizes.h"
#include "xmalloc.h"

struct clip_bytes *
clip_bytes_new(enum clip_type type, uint8_t *p, size_t len)
{
	struct clip_bytes	*b = xcalloc(1, sizeof(*b));

	b->refs = 1;
	b->type = type;
	b->p = p;
	b->len = len;
	return b;
}

struct clip_bytes *
clip_bytes_hold(struct clip_bytes *b)
{
	b->refs++;
	return b;
}

void
clip_bytes_free(struct clip_bytes *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	clip_bytes_free(b->latin1);
	free(b->p);
	free(b);
}

/* Bytes of the well-formed character at p, and what it is; 0: malformed. */
static size_t
character(const uint8_t *p, size_t len, uint32_t *c)
{
	static const uint32_t	least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t			i, n;

	if (*p < 0x80) {
		*c = *p;
		return 1;
	}
	n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	if (*p < 0xc2 || *p > 0xf4 || n > len)
		return 0;
	*c = *p & (0xffU >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

int
clip_is_utf8(const uint8_t *p, size_t len)
{
	uint32_t	c;
	size_t		n;

	for (; len > 0; p += n, len -= n)
		if ((n = character(p, len, &c)) == 0)
			return 0;
	return 1;
}

struct clip_bytes *
clip_bytes_latin1(struct clip_bytes *b)
{
	uint8_t		*to;
	uint32_t	 c;
	size_t		 i, n, len = 0;

	if (b->latin1 != NULL)
		return b->latin1;
	to = xmalloc(b->len + 1);
	for (i = 0; i < b->len; i += n) {
		if ((n = character(b->p + i, b->len - i, &c)) == 0) {
			n = 1;
			c = '?';
		}
		to[len++] = c > 0xff ? '?' : (uint8_t)c;
	}
	b->latin1 = clip_bytes_new(b->type, to, len);
	return b->latin1;
}

struct clip_bytes *
clip_bytes_from_latin1(const uint8_t *p, size_t len)
{
	uint8_t	*to;
	size_t	 i, n = len;

	for (i = 0; i < len; i++)
		n += p[i] >= 0x80;
	if (n > CLIP_TEXT_MAX)
		return NULL;
	to = xmalloc(n + 1);
	for (i = n = 0; i < len; i++) {
		if (p[i] >= 0x80)
			to[n++] = (uint8_t)(0xc0 | p[i] >> 6);
		to[n++] = p[i] >= 0x80 ? (uint8_t)(0x80 | (p[i] & 0x3f)) : p[i];
	}
	return clip_bytes_new(CLIP_TEXT, to, n);
}
