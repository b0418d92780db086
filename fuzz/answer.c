/*
 * deskctl before a server that is nobody's friend: the answer's head, its
 * body in each way one can come, events out of it, and frames after a 101.
 * The first byte says what is done with it.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "input.h"
#include "sse.h"
#include "wsmsg.h"

#define MESSAGE_MAX	65536

static struct sockaddr_un	place = { .sun_family = AF_UNIX };
static int			listener = -1;

static void
done(void)
{
	unlink(place.sun_path);
}

static void
start(void)
{
	snprintf(place.sun_path, sizeof(place.sun_path),
	    "/tmp/deskd-fuzz-answer.%d", (int)getpid());
	unlink(place.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener == -1 || bind(listener, (struct sockaddr *)&place,
	    sizeof(place)) == -1 || listen(listener, 4) == -1)
		abort();
	atexit(done);
}

static void
events(struct http *h)
{
	struct sse	s;

	sse_start(&s, h);
	while (sse_next(&s) == 1)
		if (s.data == NULL || strlen(s.event) >= sizeof(s.event) ||
		    strlen(s.id) >= sizeof(s.id) || s.data[s.len] != '\0')
			abort();
	sse_free(&s);
}

static void
all_of_it(struct http *h)
{
	char	*text;
	size_t	 len;

	if ((text = http_slurp(h, MESSAGE_MAX, &len)) != NULL &&
	    (len > MESSAGE_MAX || text[len] != '\0'))
		abort();
	free(text);
}

static size_t
raw_read(void *buf, size_t size, void *arg)
{
	long	n = http_raw_read(arg, buf, size);

	return n <= 0 ? 0 : (size_t)n;
}

static void
raw_write(const void *data, size_t len, void *arg)
{
	(void)http_raw_send(arg, data, len);
}

static void
messages(struct http *h)
{
	static const struct wsmsg_ops	 ops = { raw_read, raw_write };
	struct wsmsg			*w;
	struct wsmsg_in			 in;

	w = wsmsg_new(WSMSG_CLIENT, MESSAGE_MAX, &ops, h);
	while (wsmsg_next(w, &in) == 1)
		if (in.len > MESSAGE_MAX || in.data[in.len] != '\0')
			abort();
	wsmsg_free(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct http_request	 r = { .method = "GET", .target = "/",
					    .timeout = 1 };
	struct http			*h;
	char				 value[16];
	int				 fd, status;

	if (size == 0 || size > 100000)
		return 0;
	if (listener == -1)
		start();
	if ((h = http_open(place.sun_path)) == NULL ||
	    (fd = accept(listener, NULL, NULL)) == -1)
		abort();
	if (write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
		abort();
	shutdown(fd, SHUT_WR);
	status = http_ask(h, &r);
	if (status != -1 && http_header(h, "Content-Type", value,
	    sizeof(value)) == 0 && strlen(value) >= sizeof(value))
		abort();
	if (status == 101)
		messages(h);
	else if (status != -1 && data[0] & 1)
		events(h);
	else if (status != -1)
		all_of_it(h);
	if (status == -1 && *http_error(h) == '\0')
		abort();
	(void)http_reusable(h);
	http_close(h);
	close(fd);
	return 0;
}
