/*
 * The request's target, taken from the line as the client sent it: what
 * libmicrohttpd decodes would be cut at a %00.
 */
#include <stdint.h>
#include <string.h>

#include "http_private.h"

static int
hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes in place; the result is never longer. */
static const char *
decode(char *text)
{
	char *in, *out = text;
	int high, low;

	for (in = text; *in != '\0'; in++) {
		if (*in == '+') {
			*out++ = ' ';
			continue;
		}
		if (*in != '%') {
			*out++ = *in;
			continue;
		}
		if ((high = hex(in[1])) == -1 || (low = hex(in[2])) == -1)
			return "a % without two hexadecimal digits";
		if (high == 0 && low == 0)
			return "a NUL";
		*out++ = (char)(high << 4 | low);
		in += 2;
	}
	*out = '\0';
	return NULL;
}

static const char *
take_pair(struct request *r, char *text)
{
	struct pair *q;
	const char *wrong;
	char *value;
	size_t i;

	if (r->nquery == QUERY_MAX)
		return "too many parameters";
	if ((value = strchr(text, '=')) != NULL)
		*value++ = '\0';
	else
		value = text + strlen(text);
	if ((wrong = decode(text)) != NULL || (wrong = decode(value)) != NULL)
		return wrong;
	if (*text == '\0')
		return "a parameter without a name";
	for (i = 0; i < r->nquery; i++)
		if (strcmp(r->query[i].name, text) == 0)
			return "a parameter given twice";
	q = &r->query[r->nquery++];
	q->name = text;
	q->value = value;
	return NULL;
}

int
uri_parse(struct request *r)
{
	char *next, *query;

	if ((query = strchr(r->uri, '?')) == NULL)
		return 0;
	*query++ = '\0';
	for (; query != NULL; query = next) {
		if ((next = strchr(query, '&')) != NULL)
			*next++ = '\0';
		if (*query == '\0')
			continue;
		r->query_wrong = take_pair(r, query);
		if (r->query_wrong != NULL)
			return -1;
	}
	return 0;
}
