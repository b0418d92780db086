/*
 * JSON from a stranger: RFC 8259 to the letter, well-formed UTF-8, each
 * name once, nested at most so deep, and of bounded size in memory, which
 * for {} is hundreds of times that of the text.  json-c alone would take
 * more.
 */
#ifndef JSON_READ_H
#define JSON_READ_H

#include <stddef.h>

struct json_object;

#define JSON_DEPTH_MAX	32
#define JSON_NESTS_MAX	16384	/* objects and arrays */
#define JSON_VALUES_MAX	131072	/* those, and all others */

struct json_error {
	size_t		 at;		/* byte, from 0 */
	const char	*what;
};

/* NULL and the error, or the value, which the caller puts back. */
struct json_object	*json_read(const char *, size_t, struct json_error *);

#endif
