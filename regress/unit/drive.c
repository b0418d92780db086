#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"

#define WAIT_MS	30000

int
drive_ms(void)
{
	const char	*slow = getenv("DESKD_TEST_SLOW");

	return WAIT_MS * (slow != NULL && atoi(slow) > 0 ? atoi(slow) : 1);
}

void
drive_fail(const char *fmt, ...)
{
	va_list	ap;

	printf("failed: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

int
drive_step(char **word, char **rest)
{
	static char	*line;
	static size_t	 size;
	ssize_t		 n;

	do {
		if ((n = getline(&line, &size, stdin)) == -1)
			return 0;
		if (n > 0 && line[n - 1] == '\n')
			line[n - 1] = '\0';
		*word = line + strspn(line, " \t");
	} while (**word == '\0' || **word == '#');
	*rest = *word + strcspn(*word, " ");
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return 1;
}

size_t
drive_unescape(char *text)
{
	static const char	 from[] = "rne\\", to[] = "\r\n\033\\";
	const char		*p;
	char			*out = text, *in = text, hex[3] = "";

	while (*in != '\0') {
		if (*in != '\\' || in[1] == '\0') {
			*out++ = *in++;
			continue;
		}
		in++;
		if (*in == 'x' && in[1] != '\0' && in[2] != '\0') {
			memcpy(hex, in + 1, 2);
			*out++ = (char)strtoul(hex, NULL, 16);
			in += 3;
			continue;
		}
		p = strchr(from, *in++);
		if (p == NULL)
			drive_fail("no such escape: \\%c", in[-1]);
		*out++ = to[p - from];
	}
	*out = '\0';
	return (size_t)(out - text);
}

void
seen_add(struct seen *s, const void *data, size_t len)
{
	s->data = realloc(s->data, s->len + len + 1);
	if (s->data == NULL)
		drive_fail("no memory");
	memcpy(s->data + s->len, data, len);
	s->len += len;
	if (s->record != -1 && write(s->record, data, len) != (ssize_t)len)
		drive_fail("cannot record");
}

int
seen_find(struct seen *s, const char *text, size_t len)
{
	char	*p;

	if (s->len == s->used)
		return 0;
	p = memmem(s->data + s->used, s->len - s->used, text, len);
	if (p == NULL)
		return 0;
	s->used = (size_t)(p - s->data) + len;
	return 1;
}
