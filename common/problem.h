/*
 * What can go wrong, once for all processes: the code that the API shows,
 * its HTTP status and its title.  A code is never renamed.
 */
#ifndef PROBLEM_H
#define PROBLEM_H

enum problem {
	PROBLEM_NONE = 0,
	PROBLEM_INTERNAL,
	PROBLEM_BAD_JSON,		/* body is not JSON we accept */
	PROBLEM_INVALID_FIELD,		/* pointer names the field */
	PROBLEM_UNKNOWN_FIELD,
	PROBLEM_MISSING_FIELD,
	PROBLEM_INVALID_PARAMETER,	/* of the query or a header */
	PROBLEM_TOO_LARGE,
	PROBLEM_NOT_FOUND,		/* also: not yours */
	PROBLEM_METHOD,
	PROBLEM_NOT_ACCEPTABLE,
	PROBLEM_UNSUPPORTED_TYPE,
	PROBLEM_FORBIDDEN,
	PROBLEM_CONFLICT,
	PROBLEM_WRONG_STATE,		/* not in this state of the session */
	PROBLEM_IDEMPOTENCY,		/* key used with another body */
	PROBLEM_LIMIT,			/* a user's or the machine's limit */
	PROBLEM_NO_DESKTOP,
	PROBLEM_DESKTOP_FAILED,
	PROBLEM_DISPLAY_TIMEOUT,	/* the X server does not answer */
	PROBLEM_UNKNOWN_KEY,
	PROBLEM_UNTYPABLE,		/* text this screen cannot be sent */
	PROBLEM_NOT_EXECUTED,		/* an earlier action stopped the batch */
	PROBLEM_CANCELLED,
	PROBLEM_BUSY,
	PROBLEM_UNAVAILABLE,		/* a process is restarting */
	PROBLEM_TIMEOUT,
	PROBLEM_NO_SUCH_IMAGE,
	PROBLEM_NO_SUCH_PROGRAM,
	PROBLEM_NOT_OFFERED,		/* e.g. user root on the host image */
	PROBLEM_DISK,
	PROBLEM_SESSION_FAILED,
	PROBLEM_SELECTION,		/* its owner broke the rules */
	PROBLEM_EXISTS,			/* of files: it is there already */
	PROBLEM_NOT_DIRECTORY,
	PROBLEM_IS_DIRECTORY,
	PROBLEM_NOT_REGULAR,		/* a FIFO, socket or device */
	PROBLEM_NOT_EMPTY,
	PROBLEM_BAD_PATH,		/* too long, a loop, into itself */
	PROBLEM_DENIED,			/* by the session's kernel */
	PROBLEM_NO_SPACE,		/* on the session's disk */
	PROBLEM_PRECONDITION,		/* If-Match and its like */
	PROBLEM_RANGE,
	PROBLEM_BAD_ARCHIVE,
	PROBLEM_UPGRADE,		/* this path is for WebSockets */
	PROBLEM__COUNT
};

const char	*problem_code(enum problem);	/* "invalid_field" */
const char	*problem_title(enum problem);
int		 problem_status(enum problem);	/* HTTP */
enum problem	 problem_valid(unsigned int);	/* of a peer's number */
enum problem	 problem_of_errno(int);		/* of files */

#endif
