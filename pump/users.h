#ifndef USERS_H
#define USERS_H

#include <sys/types.h>

/* By the session's /etc/passwd, read once; NULL for one it does not have. */
const char	*users_name(uid_t);

#endif
