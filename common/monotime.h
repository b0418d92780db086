/* Time that no clock step can move, as a type of its own. */
#ifndef MONOTIME_H
#define MONOTIME_H

#include <stdint.h>

struct monotime {
	int64_t		ns;
};

struct monotime	monotime_now(void);
int64_t		monotime_since_us(struct monotime);
int64_t		monotime_since_ms(struct monotime);

#define RFC3339_TEXT	32

/* The wall clock, for people and journals: milliseconds since 1970. */
int64_t		walltime_ms(void);
void		walltime_text(int64_t, char [RFC3339_TEXT]);

#endif
