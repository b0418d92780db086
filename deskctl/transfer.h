/* Bytes between a file and deskd, with a line that says how far they are. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include <sys/stat.h>

#include <stddef.h>

#include "progress.h"

struct ctl;
struct http_request;
struct json_object;

struct upload {
	int			 fd;
	struct stat		 st;
	struct progress		 progress;
};

/* Rest of an answer's body into a descriptor, which is named in complaints. */
int	transfer_receive(struct ctl *, int, const char *, struct progress *);
/* An http_source: of a struct upload. */
long	upload_source(void *, void *, size_t);
/* Sends a request with a source; the answer, or NULL. */
struct json_object *transfer_send(struct ctl *, struct http_request *,
	    struct progress *);

#endif
