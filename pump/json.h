/* JSON, written from the left to the right; names come as constants. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>
#include <stdint.h>

struct json {
	char	*text;
	size_t	 len;
	size_t	 size;
	int	 comma;		/* something stands before */
};

#define JSON_NEW	{ NULL, 0, 0, 0 }

/* A name of NULL: an element of an array, or the outermost. */
void	json_open(struct json *, const char *, char);	/* '{' or '[' */
void	json_close(struct json *, char);		/* '}' or ']' */
void	json_string(struct json *, const char *, const char *);
void	json_null(struct json *, const char *);
void	json_bool(struct json *, const char *, int);
void	json_number(struct json *, const char *, uint64_t);
void	json_raw(struct json *, const char *, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));	/* a number */
void	json_printf(struct json *, const char *, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));
/*
 * Bytes that may be no UTF-8: those that are not become U+FFFD, and then
 * NAME_base64 has them all.
 */
void	json_bytes(struct json *, const char *, const char *, size_t);
void	json_free(struct json *);

#endif
