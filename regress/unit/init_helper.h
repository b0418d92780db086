/* What init_test runs inside the session: itself, with a word. */
#ifndef INIT_HELPER_H
#define INIT_HELPER_H

#define HELPER_CLOSED	100	/* exit code of "connect" */

int	init_helper(const char *);

#endif
