/* Server-sent events, read line by line from an answer. */
#ifndef SSE_H
#define SSE_H

#include <stddef.h>

struct http;

struct sse {
	struct http	*http;
	char		 event[64];
	char		 id[64];	/* stays until another comes */
	char		*data;		/* of the last event, with a NUL */
	size_t		 len;
	char		*line;
	size_t		 line_len, line_size;
	char		 buf[8192];
	size_t		 off, have;
};

void	sse_start(struct sse *, struct http *);
int	sse_next(struct sse *);		/* 1: an event, 0: the end, -1: error */
void	sse_free(struct sse *);

#endif
