/* The text messages of a kept program's WebSocket. */
#ifndef SOCKET_TEXT_H
#define SOCKET_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct kept_end;
struct msg_kept_stream;

enum socket_stream { SOCKET_STDOUT = 1, SOCKET_STDERR = 2 };

enum order { ORDER_RESIZE, ORDER_INPUT_END };

struct socket_order {
	enum order	what;
	unsigned int	cols;
	unsigned int	rows;
};

struct json_object *socket_attached(const struct msg_kept_stream *);
struct json_object *socket_offset(const char *, uint64_t);
struct json_object *socket_exited(const void *);	/* kept_end's bytes */
/* Of a kept_kind; -1, and why in a few words. */
int		 socket_order(struct socket_order *, const char *, size_t,
		    uint32_t, char *, size_t);

#endif
