/* What is kept: keys, sessions and events, across crashes and a full disk. */
#include <json-c/json.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker_test.h"
#include "fake.h"
#include "http_test.h"
#include "test.h"

void
test_idem(void)
{
	char	*id, *p;
	int	 fd;

	ok(callh(0, "POST", "/v1/sessions", "Idempotency-Key: k1\r\n",
	    "{\"name\":\"idem\"}") == 201, "a key");
	id = strdup(str("/id"));
	ok(callh(0, "POST", "/v1/sessions", "Idempotency-Key: k1\r\n",
	    "{\"name\":\"idem\"}") == 201 && is("/id", id) &&
	    strcmp(answer_header(&a, "Idempotency-Replayed"), "true") == 0 &&
	    strcmp(answer_header(&a, "Location"), session_path(id, "")) == 0,
	    "gets the same answer");
	callh(0, "POST", "/v1/sessions", "Idempotency-Key: k1\r\n", "{}");
	ok(refused(422, "idempotency_mismatch", NULL),
	    "but not for another body");
	ok(callh(FAKE_ALICE, "POST", "/v1/sessions",
	    "Idempotency-Key: k1\r\n", "{\"name\":\"idem\"}") == 201 &&
	    !is("/id", id), "nor to another user");
	delete(FAKE_ALICE, str("/id"));
	broker_kill();
	ok(callh(0, "POST", "/v1/sessions", "Idempotency-Key: k1\r\n",
	    "{\"name\":\"idem\"}") == 201 && is("/id", id),
	    "and after a crash");
	fd = open_as(0);
	p = strdup(session_path(id, "/exec"));
	put(fd, "POST", p, "Idempotency-Key: k2\r\n",
	    "{\"argv\":[\"sleep\",\"9\"]}");
	events_within(id, "exec.started", 1);
	callh(0, "POST", p, "Idempotency-Key: k2\r\n",
	    "{\"argv\":[\"sleep\",\"9\"]}");
	ok(refused(409, "conflict", NULL) &&
	    strcmp(answer_header(&a, "Retry-After"), "1") == 0,
	    "one that is under way is not begun again");
	broker_kill();
	close(fd);
	callh(0, "POST", p, "Idempotency-Key: k2\r\n",
	    "{\"argv\":[\"sleep\",\"9\"]}");
	ok(refused(409, "conflict", NULL) &&
	    strstr(str("/detail"), "cut off") != NULL,
	    "nor one that a crash cut off");
	ok(callh(0, "POST", p, "Idempotency-Key: k3\r\n",
	    "{\"argv\":[\"worker-dies\"]}") == 503 &&
	    events_within(id, "worker.restarted", 1) &&
	    callh(0, "POST", p, "Idempotency-Key: k3\r\n",
	    "{\"argv\":[\"worker-dies\"]}") == 503 &&
	    *answer_header(&a, "Idempotency-Replayed") == '\0',
	    "our own trouble may be tried again");
	free(p);
	delete(0, id);
	free(id);
}

void
test_crash(void)
{
	char	*id = running(0, "{\"name\":\"lasts\"}");
	char	*stopped = running(0, "{}");
	char	*slow;

	call(0, "POST", session_path(stopped, "/stop"), NULL);
	call(0, "POST", "/v1/sessions", "{\"name\":\"slow\"}");
	slow = strdup(str("/id"));
	broker_kill();
	call(0, "GET", session_path(id, ""), NULL);
	ok(is("/state", "running") && is("/name", "lasts"),
	    "a running session is still there");
	ok(call(0, "POST", session_path(id, "/exec"),
	    "{\"argv\":[\"true\"]}") == 200, "and is asked again");
	call(0, "GET", session_path(stopped, ""), NULL);
	ok(is("/state", "stopped"), "a stopped one is");
	call(0, "GET", session_path(slow, "?wait_for=failed&timeout=5"), NULL);
	ok(is("/state", "failed") && is("/state_reason", "setup_failed"),
	    "one that never came up has failed");
	delete(0, id);
	delete(0, stopped);
	delete(0, slow);
	free(id);
	free(stopped);
	free(slow);
}

struct seen {
	long	last;
	long	n;
	int	order;
};

/* Reads a stream's event numbers until it says nothing for so long. */
static void
follow(int fd, struct seen *s, long until)
{
	static char	 buf[1 << 20];
	char		*p, *end;
	size_t		 n = 0;
	int		 got;

	while (s->last < until &&
	    (got = client_raw(fd, buf + n, sizeof(buf) - n - 1)) > 0) {
		n += (size_t)got;
		buf[n] = '\0';
		while ((p = strstr(buf, "id: ")) != NULL &&
		    (end = strchr(p, '\n')) != NULL) {
			long seq = strtol(p + 4, NULL, 10);

			if (seq <= s->last)
				s->order = 0;
			s->last = seq;
			s->n++;
			n -= (size_t)(end - buf);
			memmove(buf, end, n + 1);
		}
	}
}

static int
page_add(long after, long *seqs, int max)
{
	char	p[100];
	int	i, n;

	snprintf(p, sizeof(p), "/v1/events?after=%ld&limit=1000", after);
	if (call(0, "GET", p, NULL) != 200)
		return -1;
	n = (int)json_object_array_length(at("/data"));
	for (i = 0; i < n && i < max; i++) {
		snprintf(p, sizeof(p), "/data/%d/seq", i);
		seqs[i] = strtol(str(p), NULL, 10);
	}
	return n;
}

void
test_stream(void)
{
	static long	 seqs[20000];
	struct seen	 s = { 0, 0, 1 };
	char		*id, header[64], path_[100];
	long		 start;
	int		 fd, i, n = 0, got;

	while ((got = page_add(n == 0 ? 0 : seqs[n - 1], seqs + n, 1000)) > 0)
		n += got;
	s.last = start = seqs[n - 1];
	snprintf(header, sizeof(header),
	    "Accept: text/event-stream\r\nLast-Event-ID: %ld\r\n", start);
	fd = open_as(0);
	put(fd, "GET", "/v1/events", header, NULL);
	id = running(0, "{}");
	for (i = 0; i < 50; i++)
		call(0, "POST", session_path(id, "/actions"),
		    "{\"actions\":[{\"type\":\"key\"},{\"type\":\"key\"}]}");
	events_within(id, "action", 100);
	got = page_add(start, seqs, 1000);
	follow(fd, &s, seqs[got - 1]);
	ok(s.n == got && s.order && s.last == seqs[got - 1],
	    "a stream tells each event once: %ld of %d", s.n, got);
	broker_kill();
	close(fd);
	snprintf(header, sizeof(header),
	    "Accept: text/event-stream\r\nLast-Event-ID: %ld\r\n", s.last);
	fd = open_as(0);
	put(fd, "GET", "/v1/events", header, NULL);
	delete(0, id);
	events_within(id, "session.deleted", 1);
	got = page_add(start, seqs, 1000);
	follow(fd, &s, seqs[got - 1]);
	ok(s.n == got && s.order, "across a crash, too: %ld of %d", s.n, got);
	close(fd);
	snprintf(path_, sizeof(path_), "/v1/events?after=%ld&limit=5", start);
	call(0, "GET", path_, NULL);
	ok(is("/has_more", "true") && json_object_is_type(at("/next_cursor"),
	    json_type_string) && is("/next_cursor", str("/data/4/seq")) &&
	    strncmp(str("/data/0/id"), "evt_", 4) == 0,
	    "pages have a cursor");
	free(id);
}

void
test_full(void)
{
	char	 zeros[65536], body[64], name[64];
	char	*id, *file = path("%s/store/filler", dir);
	int	 fd;
	off_t	 size;

	id = running(0, "{}");
	memset(zeros, 0, sizeof(zeros));
	if ((fd = open(file, O_CREAT | O_WRONLY, 0600)) == -1)
		abort();
	/* To the last byte that fits. */
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	while (write(fd, zeros, 4096) > 0)
		;
	/* The log has room of its own from before: use it up. */
	for (size = 0; size < 2000; size++)
		if (call(0, "PATCH", session_path(id, ""), size % 2 ?
		    "{\"name\":\"a\"}" : "{\"name\":\"b\"}") != 200)
			break;
	for (size = 0; size < 20; size++) {
		snprintf(body, sizeof(body), "{\"name\":\"full%d\"}",
		    (int)size);
		if (call(0, "POST", "/v1/sessions", body) != 201)
			break;
	}
	ok(refused(507, "disk", NULL), "a full disk refuses a session");
	snprintf(name, sizeof(name), "/v1/sessions?name=full%d", (int)size);
	call(0, "GET", name, NULL);
	ok(json_object_array_length(at("/data")) == 0, "which is not there");
	ok(call(0, "POST", session_path(id, "/exec"),
	    "{\"command\":\"echo x\"}") == 200, "others go on");
	call(0, "POST", session_path(id, "/stop"), NULL);
	ok(refused(507, "disk", NULL), "a wish is refused");
	call(0, "GET", session_path(id, ""), NULL);
	ok(is("/state", "running") && is("/desired_state", "running"),
	    "and nothing came of it");
	kill(fake, SIGUSR2);
	call(0, "GET", session_path(id, "?wait_for=failed&timeout=5"), NULL);
	ok(is("/state", "failed") && is("/state_detail", "told to"),
	    "a fact is a fact");
	close(fd);
	unlink(file);
	ok(events_within(id, "session.failed", 1),
	    "and is stored when there is room");
	call(0, "GET", name, NULL);
	ok(json_object_array_length(at("/data")) == 0,
	    "which the refused session is not");
	broker_kill();
	call(0, "GET", session_path(id, ""), NULL);
	ok(is("/state", "failed") && is("/state_reason", "init_died"),
	    "for good");
	ok(call(0, "POST", "/v1/sessions", body) == 201,
	    "with room again it is made");
	free(id);
	while (call(0, "GET", "/v1/sessions", NULL) == 200 &&
	    *str("/data/0/id") != '\0') {
		id = strdup(str("/data/0/id"));
		delete(0, id);
		free(id);
	}
}

void
test_leave(void)
{
	int	fd = open_as(0);
	char	buf[65536] = "", *id = running(0, "{\"name\":\"stays\"}");

	put(fd, "GET", "/v1/events", "Accept: text/event-stream\r\n", NULL);
	stream_has(fd, buf, sizeof(buf), "\r\n\r\n");
	broker_again(fake, SIGUSR1);
	ok(logged("broker", "0") == 1, "told to leave, it leaves in peace");
	close(fd);
	ok(events_within(id, "session.created", 1) &&
	    call(0, "GET", "/v1/events?kind=system.stopping", NULL) == 200 &&
	    json_object_array_length(at("/data")) == 1, "and says so");
	delete(0, id);
	free(id);
}

void
test_system(void)
{
	ok(call(FAKE_ALICE, "GET", "/v1/system", NULL) == 200 &&
	    is("/kernel", "6.1.0-test"), "the system is told of");
	ok(call(FAKE_ALICE, "POST", "/v1/system/shutdown", NULL) == 403,
	    "and stopped by admins only");
	ok(call(0, "GET", "/metrics", NULL) == 200 &&
	    strstr(a.body, "deskd_sessions{state=\"running\"} 0") != NULL,
	    "metrics count sessions");
}
