/* What a GET of a file says about the bytes to come. */
#ifndef FILE_GET_H
#define FILE_GET_H

#include <stdint.h>

struct json_object;
struct request;

struct file_range {
	char	first[24];	/* decimal, or "" */
	char	last[24];
	char	tag[256];	/* of If-Range, or "" */
};

/* One range of bytes; what is none of ours asks for all of it. */
void	file_range(struct request *, struct file_range *);
/* Whether the client has it already, by its headers. */
int	file_known(struct request *, struct json_object *);
/* Type, name, length and the like. */
const char *file_type(struct json_object *);
void	file_get_headers(struct request *, struct json_object *,
	    const char *);

#endif
