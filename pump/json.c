#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "json.h"
#include "utf8.h"
#include "xmalloc.h"

static void
put(struct json *j, const char *bytes, size_t len)
{
	if (len > j->size - j->len) {
		j->size = j->size * 2 + len + 256;
		j->text = xreallocarray(j->text, j->size, 1);
	}
	memcpy(j->text + j->len, bytes, len);
	j->len += len;
}

static void
name(struct json *j, const char *n, const char *suffix)
{
	if (j->comma)
		put(j, ", ", 2);
	j->comma = 1;
	if (n == NULL)
		return;
	put(j, "\"", 1);
	put(j, n, strlen(n));
	put(j, suffix, strlen(suffix));
	put(j, "\": ", 3);
}

/* Well-formed UTF-8 between quotes; controls and DEL as escapes. */
static void
quoted(struct json *j, const char *text, size_t len)
{
	char	escape[8];
	size_t	i, from = 0;

	put(j, "\"", 1);
	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] >= 0x20 && text[i] != '"' &&
		    text[i] != '\\' && text[i] != 0x7f)
			continue;
		put(j, text + from, i - from);
		from = i + 1;
		if (text[i] == '"' || text[i] == '\\')
			snprintf(escape, sizeof(escape), "\\%c", text[i]);
		else
			snprintf(escape, sizeof(escape), "\\u%04x",
			    (unsigned char)text[i]);
		put(j, escape, strlen(escape));
	}
	put(j, text + from, i - from);
	put(j, "\"", 1);
}

void
json_open(struct json *j, const char *n, char bracket)
{
	name(j, n, "");
	put(j, &bracket, 1);
	j->comma = 0;
}

void
json_close(struct json *j, char bracket)
{
	put(j, &bracket, 1);
	j->comma = 1;
}

void
json_string(struct json *j, const char *n, const char *text)
{
	char	*clean;
	size_t	 len;

	clean = utf8_clean(text, strlen(text), &len);
	name(j, n, "");
	quoted(j, clean, len);
	free(clean);
}

void
json_null(struct json *j, const char *n)
{
	name(j, n, "");
	put(j, "null", 4);
}

void
json_bool(struct json *j, const char *n, int value)
{
	name(j, n, "");
	put(j, value ? "true" : "false", value ? 4 : 5);
}

void
json_number(struct json *j, const char *n, uint64_t value)
{
	char	text[24];
	int	len;

	len = snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	name(j, n, "");
	put(j, text, (size_t)len);
}

void
json_raw(struct json *j, const char *n, const char *fmt, ...)
{
	char	text[64];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	name(j, n, "");
	put(j, text, strlen(text));
}

void
json_printf(struct json *j, const char *n, const char *fmt, ...)
{
	va_list	 ap;
	char	*text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		fatal("vasprintf");
	va_end(ap);
	json_string(j, n, text);
	free(text);
}

void
json_bytes(struct json *j, const char *n, const char *bytes, size_t len)
{
	char	*text;
	size_t	 text_len;

	text = utf8_clean(bytes, len, &text_len);
	name(j, n, "");
	quoted(j, text, text_len);
	free(text);
	if (utf8_valid(bytes, len))
		return;
	text = base64(bytes, len, &text_len);
	name(j, n, "_base64");
	quoted(j, text, text_len);
	free(text);
}

void
json_free(struct json *j)
{
	free(j->text);
	memset(j, 0, sizeof(*j));
}
