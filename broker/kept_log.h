/*
 * The output of a kept program for a client: what is kept, as JSON or plain
 * text, or an endless stream of events.
 */
#ifndef KEPT_LOG_H
#define KEPT_LOG_H

#include <stdint.h>

struct request;
struct session;
struct ulid;

void	kept_log(struct session *, struct request *, uint32_t,
	    const struct ulid *);

/* What was asked for. */
enum { LOG_STDOUT = 0x1, LOG_STDERR = 0x2 };

struct log_wanted {
	uint32_t	 kind;
	unsigned int	 streams;
	uint64_t	 after;
	int64_t		 limit;
	int		 plain;
};

/* kept_follow.c: as events; the answer goes on until it has ended. */
void	kept_follow(struct session *, struct request *, const struct ulid *,
	    const struct log_wanted *);
const char *log_stream_name(uint32_t, int);	/* kind, stderr */

#endif
