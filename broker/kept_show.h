/* What runs in a session, and what has ended there and is remembered. */
#ifndef KEPT_SHOW_H
#define KEPT_SHOW_H

#include <stdint.h>

struct request;
struct session;
struct ulid;

/* All that is kept of a kind; the one of that id, or 404. */
void	kept_show_all(struct session *, struct request *, uint32_t);
void	kept_show(struct session *, struct request *, uint32_t,
	    const struct ulid *);
/*
 * The same with what the kernel says: all processes, kept or not; the one
 * that has that pid now, or that id.
 */
void	process_show_all(struct session *, struct request *);
void	process_show_pid(struct session *, struct request *, int64_t);
void	process_show_id(struct session *, struct request *, uint32_t,
	    const struct ulid *);

#endif
