/* What a fake worker says of kept programs: now true, now a lie. */
#ifndef FAKE_KEPT_H
#define FAKE_KEPT_H

struct peer;
struct ulid;
struct wire_msg;

/* The last is how many lists it was asked for before. */
void	fake_kept(struct peer *, const struct ulid *,
	    const struct wire_msg *, unsigned int);

#endif
