/*
 * Reading a JSON object into a struct by a table of its fields.  The first
 * thing that is wrong is told by problem, JSON pointer and a sentence;
 * fields the table does not have are refused by name.
 */
#ifndef FIELD_H
#define FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "problem.h"

struct json_object;

#define FIELD_POINTER_MAX	256
#define FIELD_DETAIL_MAX	256

struct field_error {
	enum problem	problem;	/* PROBLEM_NONE: nothing wrong yet */
	char		pointer[FIELD_POINTER_MAX];
	char		detail[FIELD_DETAIL_MAX];
};

/*
 * The value being read: a member of the value above it by name, or an
 * element of it by index.  The document itself has nothing above.
 */
struct field_at {
	const struct field_at	*up;
	const char		*name;	/* NULL: an element */
	size_t			 index;
	struct field_error	*err;
	const void		*env;	/* for readers of one table's owner */
};

struct field;

/* Reads one value to where it belongs; -1 after field_fail. */
typedef int field_fn(const struct field *, struct json_object *,
		    const struct field_at *, void *);

struct field {
	const char		*name;
	field_fn		*read;
	size_t			 offset;	/* in the struct read into */
	int			 required;
	int64_t			 min, max;	/* of a number or a length */
	const char *const	*words;		/* field_word; NULL ends */
};

/* Text as it stands in the document, which must live as long. */
struct field_text {
	const char	*text;
	size_t		 len;		/* bytes; the text holds no NUL */
	size_t		 chars;
};

/* Stock readers: into int, int, int (the word's place), struct field_text. */
field_fn	field_int, field_bool, field_word, field_text;

/*
 * Reads all members of an object.  Members the second table knows are left
 * to its own reading.
 */
struct field_table {
	const struct field	*rows;
	size_t			 n;
};

int	fields_read(struct json_object *, const struct field_table *,
	    const struct field_table *, const struct field_at *, void *);

/* Starting points. */
struct field_at	field_root(struct field_error *, const void *);
struct field_at	field_member(const struct field_at *, const char *);
struct field_at	field_element(const struct field_at *, size_t);

/* Notes what is wrong there and returns -1. */
int	field_fail(const struct field_at *, enum problem, const char *, ...)
	    LOG_PRINTF(3, 4);

/* A number in a range, or -1 after field_fail; 0 when it is in *result. */
int	field_number(struct json_object *, const struct field_at *, int64_t,
	    int64_t, int *);

/* Characters of valid UTF-8, or -1. */
int64_t	field_utf8_length(const char *, size_t);

#endif
