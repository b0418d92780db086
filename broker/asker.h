/*
 * By which token what is done now was asked for: set while a handler runs,
 * taken along by questions to other processes and by moves, and set again
 * while their answers are worked on, so that events know it.
 */
#ifndef ASKER_H
#define ASKER_H

#include "ulid.h"

const struct ulid	*asker(void);	/* zero: by none */
void			 asker_set(const struct ulid *);	/* NULL: none */

#endif
