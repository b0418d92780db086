/*
 * The gate: whatever is done to the session, whoever asks for it, is a deed
 * and passes here.  There is no second way in.
 */
#ifndef GATE_H
#define GATE_H

#include <stdint.h>

#include "monotime.h"
#include "problem.h"

struct deed;
struct json_object;
struct worker;

#define GATE_NEEDS_DESKTOP	0x1
#define GATE_NEEDS_INIT		0x2

struct deed_kind {
	const char	*name;
	unsigned int	 needs;
	/* Does it; ends, now or later, with exactly one gate_done. */
	void		(*begin)(struct worker *, struct deed *);
	/* It has ended, or was refused; the deed may be freed here. */
	void		(*done)(struct worker *, struct deed *, enum problem);
};

/* Embedded in what is to be done. */
struct deed {
	const struct deed_kind	*kind;
	uint32_t		 principal;	/* the asking uid */
	uint64_t		 request;	/* the broker's number, or 0 */
	struct json_object	*record;	/* for the journal, or NULL */
	struct monotime		 began;
	uint32_t		 duration_us;	/* once done */
};

void	gate_pass(struct worker *, struct deed *);
void	gate_done(struct worker *, struct deed *, enum problem);

#endif
