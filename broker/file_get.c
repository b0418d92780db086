#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "file.h"
#include "file_get.h"
#include "http.h"
#include "xmalloc.h"

#define DIGITS	"0123456789"

static const struct {
	const char	*ending;
	const char	*type;
} types[] = {
	{ "7z",		"application/x-7z-compressed" },
	{ "avif",	"image/avif" },
	{ "bmp",	"image/bmp" },
	{ "bz2",	"application/x-bzip2" },
	{ "c",		"text/plain; charset=utf-8" },
	{ "conf",	"text/plain; charset=utf-8" },
	{ "css",	"text/css; charset=utf-8" },
	{ "csv",	"text/csv; charset=utf-8" },
	{ "gif",	"image/gif" },
	{ "gz",		"application/gzip" },
	{ "h",		"text/plain; charset=utf-8" },
	{ "htm",	"text/html; charset=utf-8" },
	{ "html",	"text/html; charset=utf-8" },
	{ "ico",	"image/x-icon" },
	{ "jpeg",	"image/jpeg" },
	{ "jpg",	"image/jpeg" },
	{ "js",		"text/javascript; charset=utf-8" },
	{ "json",	"application/json" },
	{ "log",	"text/plain; charset=utf-8" },
	{ "md",		"text/markdown; charset=utf-8" },
	{ "mp3",	"audio/mpeg" },
	{ "mp4",	"video/mp4" },
	{ "odt",	"application/vnd.oasis.opendocument.text" },
	{ "ods",	"application/vnd.oasis.opendocument.spreadsheet" },
	{ "ogg",	"audio/ogg" },
	{ "pdf",	"application/pdf" },
	{ "png",	"image/png" },
	{ "py",		"text/x-python; charset=utf-8" },
	{ "sh",		"text/x-shellscript; charset=utf-8" },
	{ "svg",	"image/svg+xml" },
	{ "tar",	"application/x-tar" },
	{ "toml",	"application/toml" },
	{ "txt",	"text/plain; charset=utf-8" },
	{ "wav",	"audio/wav" },
	{ "webm",	"video/webm" },
	{ "webp",	"image/webp" },
	{ "xml",	"application/xml" },
	{ "xz",		"application/x-xz" },
	{ "yaml",	"application/yaml" },
	{ "yml",	"application/yaml" },
	{ "zip",	"application/zip" },
	{ "zst",	"application/zstd" },
};

const char *
file_type(struct json_object *entry)
{
	const char	*name = file_text(entry, "name"), *dot;
	size_t		 i;

	dot = name == NULL ? NULL : strrchr(name, '.');
	for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(dot + 1, types[i].ending) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static int
take_digits(char *to, size_t size, const char **text)
{
	size_t	n = strspn(*text, DIGITS);

	if (n >= 20 || n >= size)
		return -1;
	memcpy(to, *text, n);
	to[n] = '\0';
	*text += n;
	return 0;
}

static int
order(const struct file_range *f)
{
	return f->first[0] == '\0' || f->last[0] == '\0' ||
	    strtoull(f->first, NULL, 10) <= strtoull(f->last, NULL, 10);
}

void
file_range(struct request *r, struct file_range *f)
{
	const char	*text = request_header(r, "Range"), *tag;

	memset(f, 0, sizeof(*f));
	if (text == NULL || strncasecmp(text, "bytes=", 6) != 0)
		return;
	text += 6;
	if (take_digits(f->first, sizeof(f->first), &text) == -1 ||
	    *text++ != '-' ||
	    take_digits(f->last, sizeof(f->last), &text) == -1 ||
	    *text != '\0' || !order(f)) {
		memset(f, 0, sizeof(*f));
		return;
	}
	if ((tag = request_header(r, "If-Range")) == NULL)
		return;
	/* A time or a weak tag is not enough to put parts together by. */
	if (*tag != '"' || strlcpy(f->tag, tag, sizeof(f->tag)) >=
	    sizeof(f->tag))
		memset(f, 0, sizeof(*f));
}

/* Ours have no comma and no quote inside: found by their text. */
static int
is_listed(const char *list, const char *tag)
{
	return strcmp(list, "*") == 0 || strstr(list, tag) != NULL;
}

int
file_known(struct request *r, struct json_object *entry)
{
	const char	*list = request_header(r, "If-None-Match"), *since;
	const char	*tag = file_text(entry, "etag");
	int64_t		 seconds;
	struct tm	 tm;

	if (list != NULL)
		return tag != NULL && *tag != '\0' && is_listed(list, tag);
	since = request_header(r, "If-Modified-Since");
	memset(&tm, 0, sizeof(tm));
	if (since == NULL || file_time(entry, &seconds) == -1 ||
	    strptime(since, "%a, %d %b %Y %H:%M:%S GMT", &tm) == NULL)
		return 0;
	return seconds <= (int64_t)timegm(&tm);
}

static int
is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL);
}

/* RFC 6266: a name for those who know UTF-8, one for those who do not. */
static void
disposition(struct request *r, const char *name, const char *ending)
{
	static const char	 hex[] = "0123456789ABCDEF";
	const unsigned char	*p;
	char			*plain, *coded, *q, *text;

	plain = xstrdup(name);
	for (q = plain; *q != '\0'; q++)
		if (!is_plain((unsigned char)*q) && *q != ' ')
			*q = '_';
	q = coded = xmalloc(strlen(name) * 3 + 1);
	for (p = (const unsigned char *)name; *p != '\0'; p++) {
		if (is_plain(*p)) {
			*q++ = (char)*p;
			continue;
		}
		*q++ = '%';
		*q++ = hex[*p >> 4];
		*q++ = hex[*p & 15];
	}
	*q = '\0';
	xasprintf(&text, "attachment; filename=\"%s%s\"; "
	    "filename*=UTF-8''%s%s", plain, ending, coded, ending);
	reply_header(r, "Content-Disposition", text);
	free(text);
	free(coded);
	free(plain);
}

/* What a copy of it should have, as curl cannot ask for it apart. */
static void
mode_header(struct request *r, struct json_object *entry)
{
	const char	*mode = file_text(entry, "mode");

	if (mode != NULL && strlen(mode) == 4 &&
	    strspn(mode, "01234567") == 4)
		reply_header(r, "X-Deskd-Mode", mode);
}

void
file_get_headers(struct request *r, struct json_object *entry,
    const char *ending)
{
	const char	*name = file_text(entry, "name");

	/* What a session holds is never a page of ours. */
	reply_header(r, "X-Content-Type-Options", "nosniff");
	reply_header(r, "Content-Security-Policy", "sandbox");
	mode_header(r, entry);
	if (name == NULL || *name == '\0' || strlen(name) > 1024 ||
	    strcmp(name, "/") == 0)
		name = "root";
	disposition(r, name, ending);
}
