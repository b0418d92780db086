/*
 * What people and programs see.  Text of others (names, labels, reasons)
 * is cleaned before a terminal gets it.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ctl;
struct json_object;
struct table;

/* A table whose columns are as wide as they must be. */
struct table	*table_new(int, const char *const *);
void		 table_right(struct table *, int);	/* align a column */
void		 table_add(struct table *, const char *);	/* next cell */
void		 table_print(struct table *, FILE *, int);	/* rows, 0: all */
void		 table_free(struct table *);
/* A row of each in a list; printed and freed. */
void		 output_rows(struct table *, struct json_object *,
		    void (*)(struct table *, struct json_object *));
void		 output_ids(struct json_object *);	/* one a line */

#define TEXT_SHORT	32

/* Short forms, into a buffer of TEXT_SHORT; they return the buffer. */
const char	*text_size(char *, uint64_t);		/* 1.5G */
const char	*text_age(char *, const char *);	/* of a time: 3m */
const char	*text_cpu(char *, double);		/* 12:03.4 */
const char	*text_owner(char *, struct json_object *);  /* of a session */
/* Without control characters; the caller frees. */
char		*text_clean(const char *);

void		 output_json(FILE *, struct json_object *);  /* one value */
void		 output_session(struct json_object *);
void		 output_problem(struct ctl *, struct json_object *);
/* "geometry" for "/desktop/width": what the person typed. */
const char	*output_pointer(const char *);

#endif
