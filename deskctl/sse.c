#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "sse.h"
#include "xmalloc.h"

#define SSE_LINE_MAX	(16 * 1024 * 1024)

void
sse_start(struct sse *s, struct http *h)
{
	memset(s, 0, sizeof(*s));
	s->http = h;
}

void
sse_free(struct sse *s)
{
	free(s->data);
	free(s->line);
	s->data = s->line = NULL;
}

static void
append(char **bufp, size_t *lenp, size_t *sizep, const char *data, size_t n)
{
	size_t	size = *sizep;

	while (*lenp + n + 1 > size)
		size = size == 0 ? 1024 : size * 2;
	if (size != *sizep)
		*bufp = xreallocarray(*bufp, size, 1);
	*sizep = size;
	memcpy(*bufp + *lenp, data, n);
	*lenp += n;
	(*bufp)[*lenp] = '\0';
}

/* The next line without its end: 1, 0 at the end of the stream, -1. */
static int
next_line(struct sse *s)
{
	const char	*nl;
	size_t		 n;
	long		 got;

	s->line_len = 0;
	for (;;) {
		if (s->off == s->have) {
			got = http_read(s->http, s->buf, sizeof(s->buf));
			if (got <= 0)
				return (int)got;
			s->off = 0;
			s->have = (size_t)got;
		}
		nl = memchr(s->buf + s->off, '\n', s->have - s->off);
		n = nl != NULL ? (size_t)(nl - s->buf) - s->off :
		    s->have - s->off;
		if (s->line_len + n > SSE_LINE_MAX)
			return -1;
		append(&s->line, &s->line_len, &s->line_size,
		    s->buf + s->off, n);
		s->off += n;
		if (nl == NULL)
			continue;
		s->off++;
		if (s->line_len > 0 && s->line[s->line_len - 1] == '\r')
			s->line[--s->line_len] = '\0';
		return 1;
	}
}

static void
add_data(struct sse *s, size_t *size, const char *value)
{
	if (s->data != NULL)
		append(&s->data, &s->len, size, "\n", 1);
	append(&s->data, &s->len, size, value, strlen(value));
}

int
sse_next(struct sse *s)
{
	char	*value;
	size_t	 size = 0;
	int	 n;

	free(s->data);
	s->data = NULL;
	s->len = 0;
	s->event[0] = '\0';
	while ((n = next_line(s)) == 1) {
		if (s->line[0] == '\0' && s->data != NULL)
			return 1;
		if (s->line[0] == '\0')
			s->event[0] = '\0';
		if (s->line[0] == '\0' || s->line[0] == ':')
			continue;
		if ((value = strchr(s->line, ':')) != NULL) {
			*value++ = '\0';
			value += *value == ' ';
		} else
			value = s->line + s->line_len;
		if (strcmp(s->line, "event") == 0)
			strlcpy(s->event, value, sizeof(s->event));
		else if (strcmp(s->line, "id") == 0)
			strlcpy(s->id, value, sizeof(s->id));
		else if (strcmp(s->line, "data") == 0)
			add_data(s, &size, value);
	}
	return n;
}
