/* Input of a client for a kept program. */
#ifndef KEPT_INPUT_H
#define KEPT_INPUT_H

#include <stdint.h>

struct request;
struct session;
struct ulid;

/* Answers when the program has taken it, or after a time, with how much. */
void	kept_input_post(struct session *, struct request *, uint32_t,
	    const struct ulid *);

#endif
