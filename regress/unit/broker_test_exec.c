/* Programs run in a session, answered at once or as a stream. */
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker_test.h"
#include "fake.h"
#include "http_test.h"
#include "test.h"

void
test_exec(void)
{
	char	*id = running(0, "{}");
	char	*p = strdup(session_path(id, "/exec"));

	ok(call(0, "POST", p, "{\"command\":\"echo out; echo err >&2; exit 3"
	    "\"}") == 200 && is("/exit_code", "3") && is("/stdout", "out\n") &&
	    is("/stderr", "err\n") && at("/signal") == NULL &&
	    is("/timed_out", "false") && is("/duration_ms", "12"),
	    "a command");
	ok(call(0, "POST", p, "{\"argv\":[\"cat\"],\"stdin\":\"h\xc3\xa9\"}")
	    == 200 && is("/stdout", "h\xc3\xa9"), "stdin");
	ok(call(0, "POST", p, "{\"command\":\"kill -TERM $$\"}") == 200 &&
	    is("/signal", "TERM") && at("/exit_code") == NULL, "a signal");
	ok(call(0, "POST", p, "{\"command\":\"printf 'a\\\\377b'\"}") == 200 &&
	    is("/stdout", "a\xef\xbf\xbd" "b"), "no UTF-8");
	ok(call(0, "POST", p, "{\"command\":\"head -c 2000000 /dev/zero | tr "
	    "'\\\\000' x\"}") == 200 && is("/truncated/stdout", "true") &&
	    is("/truncated/stderr", "false") &&
	    strlen(str("/stdout")) == 1048576, "much of it is cut");
	ok(call(0, "POST", p, "{\"command\":\"sleep 20 & echo x\"}") == 200 &&
	    is("/stdout", "x\n"), "a child in the background is not waited "
	    "for");
	call(0, "POST", p, "{\"argv\":[\"id\"],\"user\":\"root\"}");
	ok(refused(422, "not_offered", "/user"), "root is not offered");
	call(0, "POST", p, "{}");
	ok(refused(422, "missing_field", "/argv"), "nothing to run");
	call(0, "POST", p, "{\"argv\":[\"a\"],\"command\":\"b\"}");
	ok(refused(422, "invalid_field", "/command"), "two things to run");
	call(0, "POST", p, "{\"argv\":[\"a\"],\"cwd\":\"b\"}");
	ok(refused(422, "invalid_field", "/cwd"), "a relative directory");
	call(0, "POST", p, "{\"argv\":[\"worker-dies\"]}");
	ok(refused(503, "unavailable", NULL), "its worker dies");
	ok(events_within(id, "worker.restarted", 1), "and is there again");
	ok(call(0, "POST", p, "{\"argv\":[\"true\"]}") == 200,
	    "to be asked");
	ok(events_within(id, "exec.exited", 7) &&
	    events_within(id, "exec.started", 7) &&
	    strstr(a.body, "echo") == NULL, "all is journaled, without its "
	    "arguments");
	free(p);
	delete(0, id);
	free(id);
}

void
test_exec_stream(void)
{
	static char	 buf[65536];
	char		*id = running(0, "{}");
	char		*p = strdup(session_path(id, "/exec"));
	int		 fd = open_as(0);

	buf[0] = '\0';
	put(fd, "POST", p, "Accept: text/event-stream\r\n",
	    "{\"command\":\"echo one; echo two >&2; sleep 0.1; exit 4\"}");
	ok(stream_has(fd, buf, sizeof(buf), "event: exited") &&
	    strstr(buf, "event: started") != NULL &&
	    strstr(buf, "event: stdout\ndata: {\"data\":\"one\\n\"}") != NULL &&
	    strstr(buf, "event: stderr\ndata: {\"data\":\"two\\n\"}") != NULL &&
	    stream_has(fd, buf, sizeof(buf), "\"exit_code\":4"),
	    "a program as a stream");
	close(fd);
	fd = open_as(0);
	buf[0] = '\0';
	put(fd, "POST", p, "Accept: text/event-stream\r\n",
	    "{\"command\":\"echo up; exec sleep 30\"}");
	stream_has(fd, buf, sizeof(buf), "event: stdout");
	close(fd);
	ok(events_within(id, "exec.exited", 2) &&
	    is("/data/1/data/signal", "KILL"), "its client leaves: killed");
	free(p);
	delete(0, id);
	free(id);
}

/* A client that reads nothing for a while gets all in the end. */
void
test_exec_slow(void)
{
	char		 buf[16384];
	char		*id = running(0, "{}");
	struct pollfd	 pfd;
	size_t		 xs = 0;
	int		 fd = open_as(0), i, n;

	put(fd, "POST", session_path(id, "/exec"),
	    "Accept: text/event-stream\r\n",
	    "{\"command\":\"head -c 3000000 /dev/zero | tr '\\\\000' x\"}");
	pfd.fd = -1;
	poll(&pfd, 1, 300);	/* its own pace, not a wait for anything */
	while ((n = client_raw(fd, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++)
			xs += buf[i] == 'x';
		if (n > 5 && memmem(buf, (size_t)n, "0\r\n\r\n", 5) != NULL)
			break;
	}
	/* "exited", "exit_code" and the headers have a few. */
	ok(xs >= 3000000 && xs < 3000100, "a slow client gets all: %zu", xs);
	close(fd);
	delete(0, id);
	free(id);
}
