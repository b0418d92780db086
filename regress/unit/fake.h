/*
 * A supervisor and workers that do what they are told, for tests of the
 * real deskd-broker: a process of its own that starts the broker again
 * whenever it ends, and keeps a log of what it was asked.
 */
#ifndef FAKE_H
#define FAKE_H

#include <sys/types.h>

#define FAKE_BROKER_UID	0x6fff0001
#define FAKE_ALICE	4242	/* 3 sessions, 2 GiB */
#define FAKE_BOB	4343	/* no row of his own: 2 sessions */
#define FAKE_TAG	0x1234	/* of every screenshot */

/*
 * Directory (with store/ in it), program.  Writes DIR/broker.pid and
 * DIR/fake.log; listens on DIR/api.sock.  Ends with its parent.
 */
pid_t	fake_start(const char *, const char *);

#endif
