/* A page of a session's directory. */
#ifndef FILE_LIST_H
#define FILE_LIST_H

#include <stdint.h>

struct request;
struct session;

#define FILE_LIST_DEFAULT	100
#define FILE_LIST_MAX		1000

/* The name that ?cursor= stands for, allocated; NULL: answered. */
char	*file_cursor(struct request *);
/* Path, names after which, so many, as root; answers. */
void	 file_list(struct session *, struct request *, const char *,
	    const char *, int64_t, int);

#endif
