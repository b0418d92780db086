/*
 * A worker under test, with the test in place of its supervisor, broker and
 * init.  Whatever does not come in time ends the test.
 */
#ifndef WORKER_DRIVE_H
#define WORKER_DRIVE_H

#include <sys/types.h>

#include <stddef.h>

#include "msg.h"
#include "wire.h"

struct drive {
	pid_t	 pid;
	int	 supervisor;	/* our ends; -1: closed */
	int	 broker;
	int	 init;
	int	 said;		/* what the fake display is told */
	char	 root[64];	/* its root directory */
};

/* Skips the whole test where it cannot be run. */
void	 drive_start(struct drive *, const char *, const char *);
			/* argv[0] of the test, program beside it */
void	 drive_set_up(struct drive *, uint32_t, const char *, size_t,
	    uint32_t);	/* flags, environment, its bytes, its count */
void	 drive_new_init(struct drive *);
void	 drive_new_broker(struct drive *);
int	 drive_exit(struct drive *);	/* waits; the status */
void	 drive_end(struct drive *);

void	 drive_send(int, enum msg_type, uint64_t, const void *, size_t,
	    const void *, size_t);
void	 drive_send_fds(int, enum msg_type, uint64_t, const void *, size_t,
	    const int *, int);
/* The next message, which must be of that type, as that role. */
struct wire_msg *drive_expect(int, enum role, enum msg_type);
int	 drive_is_closed(int, enum role);	/* waits for the end */
int	 drive_is_silent(int, int);		/* for so many ms */
const char *drive_tail(const struct wire_msg *, size_t, int);
			/* the nth text after the struct, or NULL */
int	 drive_says(struct drive *, const char *);	/* its next line */

#endif
