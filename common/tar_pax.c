#include <stdlib.h>
#include <string.h>

#include "tar.h"
#include "tar_private.h"
#include "xmalloc.h"

void
tar_pax_clear(struct tar_pax *p)
{
	free(p->path);
	free(p->link);
	memset(p, 0, sizeof(*p));
}

/* Digits only, to the end; -1 for anything else or too much. */
static int
number(const char *text, size_t len, uint64_t *n)
{
	size_t	i;

	*n = 0;
	if (len == 0)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' ||
		    *n > (INT64_MAX - (uint64_t)(text[i] - '0')) / 10)
			return -1;
		*n = *n * 10 + (uint64_t)(text[i] - '0');
	}
	return 0;
}

/* -12.5 is half a second before -12. */
static int
stamp(struct tar_pax *p, const char *text, size_t len)
{
	const char	*dot = memchr(text, '.', len);
	uint64_t	 sec;
	uint32_t	 nsec = 0, unit = 100000000;
	int		 minus = len > 0 && text[0] == '-';
	size_t		 whole = dot == NULL ? len : (size_t)(dot - text), i;

	if (number(text + minus, whole - (size_t)minus, &sec) == -1)
		return -1;
	for (i = whole + 1; i < len; i++, unit /= 10) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		nsec += (uint32_t)(text[i] - '0') * unit;
	}
	p->mtime = minus ? -(int64_t)sec : (int64_t)sec;
	if (minus && nsec > 0) {
		p->mtime--;
		nsec = 1000000000 - nsec;
	}
	p->mtime_nsec = nsec;
	p->has_mtime = 1;
	return 0;
}

static int
text_set(char **to, const char *value, size_t len)
{
	if (memchr(value, '\0', len) != NULL)
		return -1;
	free(*to);
	/* An empty value takes back what was said before. */
	*to = len == 0 ? NULL : xstrndup(value, len);
	return 0;
}

static int
is(const char *key, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(key, name, len) == 0;
}

static const char *
record(struct tar_pax *p, const char *key, size_t key_len, const char *value,
    size_t len)
{
	if (is(key, key_len, "path") && text_set(&p->path, value, len) == -1)
		return "a path with a NUL";
	if (is(key, key_len, "linkpath") &&
	    text_set(&p->link, value, len) == -1)
		return "a link with a NUL";
	if (is(key, key_len, "size")) {
		p->has_size = len > 0;
		if (len > 0 && number(value, len, &p->size) == -1)
			return "a size that is none";
	}
	if (is(key, key_len, "mtime")) {
		p->has_mtime = 0;
		if (len > 0 && stamp(p, value, len) == -1)
			return "a time that is none";
	}
	if (key_len > 11 && memcmp(key, "GNU.sparse.", 11) == 0)
		return "a sparse file";
	return NULL;
}

/* Records of "LENGTH KEY=VALUE\n"; the length is of all of it. */
const char *
tar_pax_read(struct tar_pax *p, const char *text, size_t len)
{
	const char	*space, *equals, *why;
	uint64_t	 n;

	for (; len > 0; text += n, len -= (size_t)n) {
		if ((space = memchr(text, ' ', len < 20 ? len : 20)) == NULL ||
		    number(text, (size_t)(space - text), &n) == -1 ||
		    n > len || n < (uint64_t)(space - text) + 4 ||
		    text[n - 1] != '\n')
			return "an extended header with a wrong length";
		space++;
		equals = memchr(space, '=', (size_t)(text + n - 1 - space));
		if (equals == NULL || equals == space)
			return "an extended header without a key";
		why = record(p, space, (size_t)(equals - space), equals + 1,
		    (size_t)(text + n - 1 - (equals + 1)));
		if (why != NULL)
			return why;
	}
	return NULL;
}
