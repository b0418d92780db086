/*
 * Members of a JSON object by a dotted path ("desktop.width").  What is
 * missing, null or of another type is the default: an answer of a newer
 * deskd must not crash an older deskctl.
 */
#ifndef FIELD_H
#define FIELD_H

#include <stdint.h>

struct json_object;

struct json_object	*field(struct json_object *, const char *);
const char		*field_text(struct json_object *, const char *);
const char		*field_or(struct json_object *, const char *,
			    const char *);
int64_t			 field_int(struct json_object *, const char *, int64_t);
double			 field_double(struct json_object *, const char *,
			    double);
int			 field_true(struct json_object *, const char *);

/* Building: each takes an object and returns nothing that can fail. */
void	put_text(struct json_object *, const char *, const char *);
void	put_int(struct json_object *, const char *, int64_t);
void	put_double(struct json_object *, const char *, double);
void	put_true(struct json_object *, const char *);
void	put(struct json_object *, const char *, struct json_object *);
/* The object of that name, made when it is not there. */
struct json_object *put_object(struct json_object *, const char *);

#endif
