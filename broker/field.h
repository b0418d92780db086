/*
 * Typed reading of a JSON body and of query parameters.  The first thing
 * found wrong is kept with its JSON pointer; reads after it return their
 * defaults, so that a handler looks at the outcome once, at the end:
 *
 *	fields_begin(&f, request_json(r));
 *	name = field_string(&f, "name", 1, NAME_MAX_LEN, NULL);
 *	if (field_object(&f, "desktop", &d)) {
 *		width = field_int(&d, "width", SCREEN_MIN, SCREEN_MAX, 1280);
 *		fields_end(&d);
 *	}
 *	if (fields_end(&f) == -1) {
 *		fields_reply(&f, r);
 *		return;
 *	}
 *
 * Texts and objects are borrowed from the body.
 */
#ifndef FIELD_H
#define FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "problem.h"

struct json_object;
struct request;

#define FIELDS_MAX	32	/* names one object may be asked for */
#define POINTER_MAX	256

struct fields {
	struct json_object	*object;	/* NULL reads as {} */
	struct fields		*top;		/* where the error is kept */
	char			 pointer[POINTER_MAX];	/* of this object */
	const char		*asked[FIELDS_MAX];
	size_t			 nasked;
	/* Of the top only: */
	enum problem		 problem;
	char			 where[POINTER_MAX];
	char			 detail[256];
};

enum field_kind { FIELD_ABSENT, FIELD_NULL, FIELD_GIVEN };

void		 fields_begin(struct fields *, struct json_object *);
/* Refuses members nobody asked for.  -1 when anything was wrong so far. */
int		 fields_end(struct fields *);
/* Answers with what was wrong. */
void		 fields_reply(const struct fields *, struct request *);
/* What the handler itself found wrong; a NULL name is the object itself. */
void		 fields_fail(struct fields *, const char *, enum problem,
		    const char *, ...)
		    __attribute__((__format__(__printf__, 4, 5)));
void		 field_require(struct fields *, const char *);

enum field_kind	 field_kind(struct fields *, const char *);
/* Bytes of UTF-8 without NUL, at least and at most so many. */
const char	*field_string(struct fields *, const char *, size_t, size_t,
		    const char *);
/* Any text, NULs too; NULL when it is not there. */
const char	*field_bytes(struct fields *, const char *, size_t, size_t *);
int64_t		 field_int(struct fields *, const char *, int64_t, int64_t,
		    int64_t);
double		 field_number(struct fields *, const char *, double, double,
		    double);
int		 field_bool(struct fields *, const char *, int);
/* Index into a list of texts that NULL ends. */
int		 field_choice(struct fields *, const char *,
		    const char *const *, int);
/* 1: there; 0: not there, null or wrong (field_kind tells which). */
int		 field_object(struct fields *, const char *, struct fields *);
/* An array of texts, or NULL: most entries, most bytes in each. */
struct json_object *field_texts(struct fields *, const char *, size_t, size_t);
/* An object of texts, or NULL: most entries, bytes in a name, in a text. */
struct json_object *field_map(struct fields *, const char *, size_t, size_t,
		    size_t);
/* The same, where null takes an entry away. */
struct json_object *field_map_changes(struct fields *, const char *, size_t,
		    size_t, size_t);

/*
 * Query parameters: 1 given, 0 not given (the value is left alone), -1
 * answered already with invalid_parameter.
 */
int	query_int(struct request *, const char *, int64_t, int64_t, int64_t *);
int	query_number(struct request *, const char *, double, double, double *);
int	query_bool(struct request *, const char *, int *);
int	query_choice(struct request *, const char *, const char *const *,
	    int *);
int	query_text(struct request *, const char *, size_t, const char **);
/* For a parameter the handler itself finds wrong. */
void	query_refuse(struct request *, const char *, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));

#endif
