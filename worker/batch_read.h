/* A batch's JSON, read and checked as a whole. */
#ifndef BATCH_READ_H
#define BATCH_READ_H

#include <stddef.h>

#include "action.h"
#include "field.h"

enum batch_on_error { BATCH_STOP, BATCH_CONTINUE };
enum batch_screenshot { BATCH_NONE, BATCH_EACH, BATCH_LAST };

struct batch_plan {
	struct json_object	*doc;
	struct json_object	*list;		/* in doc; NULL: a single one */
	struct action		*actions;
	unsigned int		 n;
	int			 on_error;	/* enum batch_on_error */
	int			 screenshot;	/* enum batch_screenshot */
	int			 settle_ms;
	int			 settle_timeout_ms;
	int			 wait_for_change;
	int			 pointer;	/* drawn in those pictures */
	struct kind_args	 kind_args;
	struct encode_kind	 kind;		/* of those pictures */
};

/* -1: nothing is kept and the error says what is wrong. */
int	batch_read(struct batch_plan *, const char *, size_t,
	    const struct screen *, struct field_error *);
void	batch_plan_clear(struct batch_plan *);
struct json_object *batch_plan_object(const struct batch_plan *, unsigned int);

#endif
