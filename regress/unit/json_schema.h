/*
 * Whether JSON is as a schema of the API's description says: the part of
 * JSON Schema that is used there, and nothing else.  Stricter in one thing:
 * an object has no members that its schema does not name.
 */
#ifndef JSON_SCHEMA_H
#define JSON_SCHEMA_H

struct json_object;

/* What a "$ref" of the document means, or NULL. */
struct json_object	*schema_resolve(struct json_object *,
			    struct json_object *);
/* NULL: it is.  Else what is wrong, and where: static. */
const char		*schema_check(struct json_object *,
			    struct json_object *, struct json_object *);

/* A member of an object, or NULL. */
struct json_object	*member(struct json_object *, const char *);

#endif
