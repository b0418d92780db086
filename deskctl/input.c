#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "input.h"
#include "xmalloc.h"

/* JSON text is Unicode: other bytes would arrive as something else. */
int
input_is_utf8(const char *text, size_t len)
{
	const unsigned char	*p = (const unsigned char *)text;
	const unsigned char	*end = p + len;
	uint32_t		 ch, least;
	int			 more;

	while (p < end) {
		if (*p == 0)
			return 0;
		if (*p < 0x80) {
			p++;
			continue;
		}
		if (*p >= 0xc2 && *p <= 0xdf) {
			more = 1;
			least = 0x80;
		} else if ((*p & 0xf0) == 0xe0) {
			more = 2;
			least = 0x800;
		} else if (*p >= 0xf0 && *p <= 0xf4) {
			more = 3;
			least = 0x10000;
		} else
			return 0;
		if (end - p <= more)
			return 0;
		ch = *p++ & (0x3fU >> more);
		for (; more > 0; more--, p++) {
			if ((*p & 0xc0) != 0x80)
				return 0;
			ch = ch << 6 | (*p & 0x3f);
		}
		if (ch < least || ch > 0x10ffff ||
		    (ch >= 0xd800 && ch <= 0xdfff))
			return 0;
	}
	return 1;
}

static char *
slurp(FILE *fp, size_t max, size_t *len)
{
	char	*text = NULL;
	size_t	 room = 0, n;

	*len = 0;
	do {
		if (room - *len < 4096) {
			room = room == 0 ? 8192 : room * 2;
			text = xreallocarray(text, room, 1);
		}
		n = fread(text + *len, 1, room - *len - 1, fp);
		*len += n;
	} while (n > 0 && *len <= max);
	text[*len] = '\0';
	return text;
}

char *
input_bytes(struct ctl *c, const char *path, size_t max, size_t *len)
{
	FILE	*fp = stdin;
	char	*text;
	int	 bad;

	if (strcmp(path, "-") == 0)
		path = "standard input";
	else if ((fp = fopen(path, "re")) == NULL) {
		ctl_fail(c, "file", "%s: %s", path, strerror(errno));
		return NULL;
	}
	text = slurp(fp, max, len);
	bad = ferror(fp);
	if (bad)
		ctl_fail(c, "file", "%s: %s", path, strerror(errno));
	else if (*len > max)
		bad = ctl_fail(c, "too_large", "%s has more than %zu bytes",
		    path, max);
	if (fp != stdin)
		fclose(fp);
	if (bad) {
		free(text);
		return NULL;
	}
	return text;
}

char *
input_text(struct ctl *c, const char *path, size_t max, size_t *len)
{
	char	*text = input_bytes(c, path, max, len);

	if (text == NULL || input_is_utf8(text, *len))
		return text;
	ctl_fail(c, "not_text", "%s is not UTF-8 text",
	    strcmp(path, "-") == 0 ? "standard input" : path);
	free(text);
	return NULL;
}
