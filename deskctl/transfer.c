#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "ctl.h"
#include "http.h"
#include "part.h"
#include "transfer.h"

/* Until all of it is on the session's disk. */
#define SYNC_SECONDS	900

static int
write_all(int fd, const char *buf, size_t len)
{
	ssize_t	n;

	while (len > 0) {
		n = write(fd, buf, len);
		if (n == -1 && errno == EINTR && !interrupted())
			continue;
		if (n == -1)
			return -1;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

int
transfer_receive(struct ctl *c, int fd, const char *to, struct progress *progress)
{
	static char	buf[65536];
	long		n;

	while ((n = http_read(c->http, buf, sizeof(buf))) > 0) {
		if (write_all(fd, buf, (size_t)n) == -1)
			return ctl_fail(c, "file", "%s: %s", to,
			    strerror(errno));
		progress_bytes(progress, (unsigned long long)n);
	}
	return n == -1 ? api_broken(c) : 0;
}

long
upload_source(void *arg, void *buf, size_t size)
{
	struct upload	*u = arg;
	ssize_t		 n;

	do
		n = read(u->fd, buf, size);
	while (n == -1 && errno == EINTR && !interrupted());
	if (n > 0)
		progress_bytes(&u->progress, (unsigned long long)n);
	return n;
}

struct json_object *
transfer_send(struct ctl *c, struct http_request *r,
    struct progress *progress)
{
	struct json_object	*o;

	if (api_connect(c) == -1)
		return NULL;
	interrupt_watch(c->http);
	progress_start(progress, c, "sending");
	progress->counts = 1;
	r->timeout = SYNC_SECONDS;
	if (r->source_len > 0)
		progress->total = (unsigned long long)r->source_len;
	o = api_request(c, r);
	progress_end(progress, c);
	return o;
}
