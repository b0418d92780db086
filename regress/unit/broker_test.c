/*
 * The real deskd-broker between a fake supervisor with fake workers and
 * clients of several users on its socket.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <libgen.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "http_test.h"
#include "test.h"

#define DEADLINE	10	/* seconds */

static char			 dir[] = "/tmp/broker_test.XXXXXX";
static pid_t			 fake;
static struct answer		 a;
static struct json_object	*json;

static int
open_as(uid_t uid)
{
	int	fd;

	if (seteuid(uid) == -1)
		abort();
	fd = client_open();
	if (seteuid(0) == -1)
		abort();
	return fd;
}

static void
put(int fd, const char *method, const char *path, const char *headers,
    const char *body)
{
	char	*text;
	int	 n;

	if (body != NULL)
		n = asprintf(&text, "%s %s HTTP/1.1\r\nHost: x\r\n%s"
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n\r\n%s", method, path, headers,
		    strlen(body), body);
	else
		n = asprintf(&text, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n",
		    method, path, headers);
	if (n == -1)
		abort();
	client_send(fd, text, (size_t)n);
	free(text);
}

static void
parse(void)
{
	json_object_put(json);
	json = a.body == NULL ? NULL : json_tokener_parse(a.body);
}

/* A whole exchange; its status, or -1. */
static int
callh(uid_t uid, const char *method, const char *path, const char *headers,
    const char *body)
{
	int	fd, rc = -1;

	answer_clear(&a);
	if ((fd = open_as(uid)) != -1) {
		put(fd, method, path, headers, body);
		rc = client_read(fd, &a);
		close(fd);
	}
	parse();
	return rc == -1 ? -1 : a.status;
}

static int
call(uid_t uid, const char *method, const char *path, const char *body)
{
	return callh(uid, method, path, "", body);
}

static struct json_object *
at(const char *pointer)
{
	struct json_object	*o = NULL;

	if (json == NULL || json_pointer_get(json, pointer, &o) != 0)
		return NULL;
	return o;
}

static const char *
str(const char *pointer)
{
	struct json_object	*o = at(pointer);

	return o == NULL ? "" : json_object_get_string(o);
}

static int
is(const char *pointer, const char *want)
{
	return strcmp(str(pointer), want) == 0;
}

static int
refused(int status, const char *code, const char *pointer)
{
	int	good;

	good = a.status == status && is("/code", code) &&
	    (pointer == NULL || is("/pointer", pointer));
	if (!good)
		printf("# %d %s\n", a.status, a.body == NULL ? "" : a.body);
	return good;
}

static char *
path(const char *fmt, const char *arg)
{
	static char	buf[8][300];
	static int	i;

	i = (i + 1) % 8;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(buf[i], sizeof(buf[i]), fmt, arg);
#pragma GCC diagnostic pop
	return buf[i];
}

static const char *
session_path(const char *id, const char *rest)
{
	static char	buf[8][300];
	static int	i;

	i = (i + 1) % 8;
	snprintf(buf[i], sizeof(buf[i]), "/v1/sessions/%s%s", id, rest);
	return buf[i];
}

/* A new session that runs; its id. */
static char *
running(uid_t uid, const char *body)
{
	char	*id;

	if (call(uid, "POST", "/v1/sessions", body) != 201)
		printf("# %d %s\n", a.status, a.body);
	id = strdup(str("/id"));
	call(uid, "GET", session_path(id, "?wait_for=running&timeout=5"),
	    NULL);
	return id;
}

static void
delete(uid_t uid, const char *id)
{
	if (call(uid, "DELETE", session_path(id, ""), NULL) != 204)
		printf("# delete: %d %s\n", a.status, a.body);
}

static int
wait_api(void)
{
	struct timespec	pause = { 0, 5000000 };
	time_t		end = time(NULL) + DEADLINE;

	while (call(0, "GET", "/readyz", NULL) != 200) {
		if (time(NULL) > end)
			return 0;
		nanosleep(&pause, NULL);
	}
	return 1;
}

static pid_t
broker_pid(void)
{
	FILE	*f = fopen(path("%s/broker.pid", dir), "r");
	int	 pid = 0;

	if (f == NULL || fscanf(f, "%d", &pid) != 1)
		abort();
	fclose(f);
	return pid;
}

/* A signal to somebody that makes the broker end and start again. */
static void
broker_again(pid_t pid, int sig)
{
	struct timespec	pause = { 0, 5000000 };
	pid_t		was = broker_pid();
	time_t		end = time(NULL) + DEADLINE;

	kill(pid, sig);
	while (broker_pid() == was && time(NULL) <= end)
		nanosleep(&pause, NULL);
	wait_api();
}

static void
broker_kill(void)
{
	broker_again(broker_pid(), SIGKILL);
}

static int
logged(const char *what, const char *id)
{
	char	 line[128], want[128];
	FILE	*f = fopen(path("%s/fake.log", dir), "r");
	int	 n = 0;

	snprintf(want, sizeof(want), "%s %s\n", what, id);
	while (fgets(line, sizeof(line), f) != NULL)
		n += strcmp(line, want) == 0;
	fclose(f);
	return n;
}

/* How many events of a kind there are, of a session. */
static int
events(const char *id, const char *kind)
{
	char	p[200];

	snprintf(p, sizeof(p), "/v1/events?session=%s&kind=%s&limit=1000", id,
	    kind);
	if (call(0, "GET", p, NULL) != 200)
		return -1;
	return (int)json_object_array_length(at("/data"));
}

static int
events_within(const char *id, const char *kind, int want)
{
	struct timespec	pause = { 0, 5000000 };
	time_t		end = time(NULL) + DEADLINE;

	while (events(id, kind) != want) {
		if (time(NULL) > end)
			return 0;
		nanosleep(&pause, NULL);
	}
	return 1;
}

static void
test_create(void)
{
	char	*id;

	ok(call(0, "POST", "/v1/sessions", "{\"name\":\"one\",\"labels\":"
	    "{\"a/b\":\"c\"},\"env\":{\"A\":\"1\"},\"desktop\":{\"width\":"
	    "640,\"height\":480}}") == 201 && is("/state", "creating") &&
	    is("/desired_state", "running") && is("/owner/name", "root"),
	    "a session is created");
	id = strdup(str("/id"));
	ok(strcmp(answer_header(&a, "Location"), session_path(id, "")) == 0,
	    "it has a location");
	ok(call(0, "GET", session_path(id, "?wait_for=running&timeout=5"),
	    NULL) == 200 && is("/state", "running") &&
	    is("/timed_out", "false"), "wait_for sees it run");
	ok(is("/desktop/width", "640") && is("/desktop/max_width", "1280") &&
	    is("/desktop/dpi", "96") && is("/labels/a~1b", "c") &&
	    is("/env/A", "1") && is("/timings/setup_us", "1500") &&
	    is("/timings/desktop_ms", "33") &&
	    is("/resources/tasks", "256") && *str("/started_at") == '2',
	    "all of it is shown");
	ok(logged("start-new", id) == 1, "the supervisor was told once");
	ok(events(id, "session.created") == 1 &&
	    events(id, "session.running") == 1, "its moves are events");
	call(0, "POST", "/v1/sessions", "{\"name\":\"one\"}");
	ok(refused(409, "conflict", "/name"), "a name is taken once");
	ok(call(FAKE_ALICE, "POST", "/v1/sessions", "{\"name\":\"one\"}") ==
	    201, "by each user");
	delete(FAKE_ALICE, str("/id"));
	delete(0, id);
	ok(call(0, "GET", session_path(id, ""), NULL) == 404,
	    "a deleted one is not there");
	ok(call(0, "POST", "/v1/sessions", NULL) == 201,
	    "no body at all will do");
	delete(0, str("/id"));
	free(id);
}

static void
test_refused(void)
{
	static const struct {
		const char	*body;
		int		 status;
		const char	*code, *pointer;
	} bad[] = {
		{ "{\"name\":\"Big\"}", 422, "invalid_field", "/name" },
		{ "{\"name\":\"-a\"}", 422, "invalid_field", "/name" },
		{ "{\"image\":\"no\"}", 422, "no_such_image", "/image" },
		{ "{\"desktop\":{\"width\":63}}", 422, "invalid_field",
		    "/desktop/width" },
		{ "{\"desktop\":{\"width\":800,\"max_width\":700}}", 422,
		    "invalid_field", "/desktop/max_width" },
		{ "{\"desktop\":{\"depth\":7}}", 422, "unknown_field",
		    "/desktop/depth" },
		{ "{\"resources\":{\"memory_bytes\":9999999999}}", 422,
		    "invalid_field", "/resources/memory_bytes" },
		{ "{\"resources\":{\"cpu_percent\":401}}", 422,
		    "invalid_field", "/resources/cpu_percent" },
		{ "{\"env\":{\"1A\":\"x\"}}", 422, "invalid_field",
		    "/env/1A" },
		{ "{\"env\":{\"A\":1}}", 422, "invalid_field", "/env/A" },
		{ "{\"labels\":{\"A\":\"x\"}}", 422, "invalid_field",
		    "/labels/A" },
		{ "{\"network\":\"host\"}", 422, "invalid_field",
		    "/network" },
		{ "{\"volumes\":[]}", 422, "unknown_field", "/volumes" },
		{ "{\"auto_stop\":1}", 422, "unknown_field", "/auto_stop" }
	};
	size_t	i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		call(0, "POST", "/v1/sessions", bad[i].body);
		ok(refused(bad[i].status, bad[i].code, bad[i].pointer),
		    "%s", bad[i].body);
	}
}

static void
test_limits(void)
{
	char	*id[3];
	int	 i;

	for (i = 0; i < 2; i++)
		id[i] = running(FAKE_BOB, "{}");
	call(FAKE_BOB, "POST", "/v1/sessions", "{}");
	ok(refused(429, "limit_reached", NULL) &&
	    strstr(str("/detail"), "sessions of the user") != NULL,
	    "a user has so many sessions: %s", str("/detail"));
	for (i = 0; i < 2; i++) {
		delete(FAKE_BOB, id[i]);
		free(id[i]);
	}
	id[0] = running(FAKE_ALICE,
	    "{\"resources\":{\"memory_bytes\":1610612736}}");
	call(FAKE_ALICE, "POST", "/v1/sessions",
	    "{\"resources\":{\"memory_bytes\":1073741824}}");
	ok(refused(429, "limit_reached", NULL) &&
	    strstr(str("/detail"), "memory") != NULL,
	    "and so much memory: %s", str("/detail"));
	call(FAKE_ALICE, "PATCH", session_path(id[0], ""),
	    "{\"resources\":{\"memory_bytes\":3221225472}}");
	ok(refused(429, "limit_reached", "/resources/memory_bytes"),
	    "which PATCH does not widen");
	ok(call(FAKE_ALICE, "POST", session_path(id[0], "/stop"), NULL) ==
	    200 && is("/state", "stopped"), "a stopped one");
	id[1] = running(FAKE_ALICE,
	    "{\"resources\":{\"memory_bytes\":1073741824}}");
	ok(is("/state", "running"), "holds no memory");
	call(FAKE_ALICE, "POST", session_path(id[0], "/start"), NULL);
	ok(refused(429, "limit_reached", NULL), "and waits for room to start");
	delete(FAKE_ALICE, id[0]);
	delete(FAKE_ALICE, id[1]);
	free(id[0]);
	free(id[1]);
}

static void
test_users(void)
{
	char	*hers = running(FAKE_ALICE, "{\"name\":\"hers\"}");
	char	*mine = running(0, "{\"name\":\"mine\"}");

	ok(call(FAKE_ALICE, "GET", session_path(mine, ""), NULL) == 404,
	    "another's session is not there");
	ok(call(FAKE_ALICE, "DELETE", session_path(mine, ""), NULL) == 404,
	    "nor deleted");
	ok(call(FAKE_BOB, "POST", session_path(hers, "/exec"),
	    "{\"argv\":[\"id\"]}") == 404, "nor entered");
	ok(call(0, "GET", session_path(hers, ""), NULL) == 200,
	    "an admin sees it");
	call(FAKE_ALICE, "GET", "/v1/sessions", NULL);
	ok(json_object_array_length(at("/data")) == 1 &&
	    is("/data/0/id", hers), "a list holds one's own");
	call(FAKE_ALICE, "GET", path("/v1/events?session=%s", mine), NULL);
	ok(a.status == 200 && json_object_array_length(at("/data")) == 0,
	    "and so do events");
	call(FAKE_ALICE, "GET", "/v1/events?limit=1000", NULL);
	ok(a.status == 200 && strstr(a.body, mine) == NULL &&
	    strstr(a.body, "system.started") == NULL &&
	    strstr(a.body, hers) != NULL, "all of them");
	delete(FAKE_ALICE, hers);
	delete(0, mine);
	free(hers);
	free(mine);
}

static void
test_list(void)
{
	char	*id[5];
	char	 body[64], cursor[64];
	int	 i;

	for (i = 0; i < 5; i++) {
		snprintf(body, sizeof(body),
		    "{\"name\":\"l%d\",\"labels\":{\"n\":\"%d\"}}", i, i % 2);
		id[i] = running(0, body);
	}
	call(0, "GET", "/v1/sessions?limit=2", NULL);
	ok(is("/data/0/id", id[4]) && is("/data/1/id", id[3]) &&
	    is("/has_more", "true"), "the newest come first, in pages");
	snprintf(cursor, sizeof(cursor), "%s", str("/next_cursor"));
	delete(0, id[3]);
	call(0, "GET", path("/v1/sessions?limit=2&cursor=%s", cursor), NULL);
	ok(is("/data/0/id", id[2]) && is("/data/1/id", id[1]),
	    "a cursor holds though its session is gone");
	call(0, "GET", "/v1/sessions?label=n:0", NULL);
	ok(json_object_array_length(at("/data")) == 3, "by label");
	call(0, "GET", "/v1/sessions?name=l2", NULL);
	ok(json_object_array_length(at("/data")) == 1 && is("/data/0/id",
	    id[2]), "by name");
	call(0, "GET", "/v1/sessions?state=stopped", NULL);
	ok(json_object_array_length(at("/data")) == 0 &&
	    is("/has_more", "false") && at("/next_cursor") == NULL,
	    "by state");
	call(0, "GET", "/v1/sessions?state=asleep", NULL);
	ok(refused(400, "invalid_parameter", NULL), "no such state");
	call(0, "GET", "/v1/sessions?cursor=x", NULL);
	ok(refused(400, "invalid_parameter", NULL), "no such cursor");
	for (i = 0; i < 5; i++) {
		if (i != 3)
			delete(0, id[i]);
		free(id[i]);
	}
}

static void
test_life(void)
{
	char	*id = running(0, "{\"name\":\"life\"}");
	int	 fd[3], i, good = 0;
	struct answer	b;

	for (i = 0; i < 3; i++) {
		fd[i] = open_as(0);
		put(fd[i], "POST", session_path(id, "/stop"), "", NULL);
	}
	for (i = 0; i < 3; i++) {
		if (client_read(fd[i], &b) == 0 && b.status == 200 &&
		    strstr(b.body, "\"state\":\"stopped\"") != NULL)
			good++;
		answer_clear(&b);
		close(fd[i]);
	}
	ok(good == 3 && logged("stop", id) == 1 &&
	    events(id, "session.stopping") == 1 &&
	    events(id, "session.stopped") == 1, "three stop it at once");
	call(0, "GET", session_path(id, ""), NULL);
	ok(is("/state_reason", "stopped_by_user") &&
	    is("/desired_state", "stopped"), "it says why");
	call(0, "POST", session_path(id, "/actions"),
	    "{\"type\":\"screenshot\"}");
	ok(refused(409, "wrong_state", NULL), "a stopped one does nothing");
	ok(call(0, "POST", session_path(id, "/start"), "{}") == 200 &&
	    is("/state", "starting"), "it starts again");
	call(0, "GET", session_path(id, "?wait_for=running&timeout=5"), NULL);
	ok(is("/state", "running") && logged("start", id) == 1,
	    "with the disk it has");
	ok(call(0, "PATCH", session_path(id, ""), "{\"name\":\"new\","
	    "\"labels\":{\"x\":\"y\"},\"resources\":{\"tasks\":99}}") == 200 &&
	    is("/name", "new") && is("/labels/x", "y") &&
	    is("/resources/tasks", "99") && logged("set", id) == 1,
	    "PATCH changes name, labels and limits");
	ok(call(0, "PATCH", session_path(id, ""), "{\"resources\":"
	    "{\"disk_bytes\":99999999}}") == 422, "but not the disk");
	ok(call(0, "GET", session_path(id, "/stats"), NULL) == 200 &&
	    is("/cpu_seconds", "2.5") && is("/oom_kills", "5"), "statistics");
	call(0, "GET", session_path(id, "?wait_for=stopped&timeout=0.1"),
	    NULL);
	ok(is("/state", "running") && is("/timed_out", "true"),
	    "a wait has its time");
	delete(0, id);
	ok(logged("delete", id) == 1 && events(id, "session.deleted") == 1,
	    "deleted while it runs");
	free(id);
}

static void
fails(const char *name, const char *reason, const char *detail)
{
	char	body[64], *id;

	snprintf(body, sizeof(body), "{\"name\":\"%s\"}", name);
	call(0, "POST", "/v1/sessions", body);
	id = strdup(str("/id"));
	call(0, "GET", session_path(id, "?wait_for=failed&timeout=5"), NULL);
	ok(is("/state", "failed") && is("/state_reason", reason) &&
	    is("/state_detail", detail) && is("/timed_out", "false"),
	    "%s: %s %s", name, str("/state_reason"), str("/state_detail"));
	call(0, "POST", session_path(id, "/stop"), NULL);
	ok(refused(409, "wrong_state", NULL), "it cannot be stopped");
	delete(0, id);
	free(id);
}

static void
test_failures(void)
{
	fails("setup-fails", "setup_failed", "no room");
	fails("desktop-fails", "desktop_failed", "no window manager");
	fails("init-dies", "init_died", "pid 1 got signal 9");
	fails("no-memory", "out_of_memory", "");
}

static void
test_actions(void)
{
	char	*id = running(0, "{}");
	char	*p = strdup(session_path(id, "/actions"));
	char	*big;
	int	 fd;

	ok(call(0, "POST", p, "{\"type\":\"left_click\"}") == 200 &&
	    is("/results/0/type", "left_click") &&
	    is("/results/0/ok", "true") && is("/results/0/x", "5") &&
	    is("/results/0/duration_ms", "0.4"), "one action");
	ok(events_within(id, "action", 1) && is("/data/0/data/type",
	    "left_click") && is("/data/0/actor/uid", "0"), "is recorded");
	ok(call(0, "POST", p, "{\"actions\":[{\"type\":\"screenshot\"},"
	    "{\"type\":\"fail\"},{\"type\":\"key\"}]}") == 200 &&
	    is("/results/0/screenshot/width", "20") &&
	    strncmp(str("/results/0/screenshot/data"), "iVBORw0KGgo", 11) ==
	    0 && strlen(str("/results/0/screenshot/data")) == 1336,
	    "a batch with a picture");
	ok(is("/results/1/ok", "false") &&
	    is("/results/1/error/code", "untypable") &&
	    is("/results/1/error/pointer", "/text") &&
	    is("/results/2/ok", "true"), "and a failure in it");
	call(0, "POST", p, "{\"type\":\"fail\"}");
	ok(refused(422, "untypable", "/text"), "alone it is the answer");
	call(0, "POST", p, "{\"type\":\"bad\"}");
	ok(refused(422, "invalid_field", "/actions/0/x"),
	    "what the worker refuses");
	ok(call(0, "POST", p, "{\"actions\":[{\"type\":\"large\"},"
	    "{\"type\":\"large\"}]}") == 200 && is(
	    "/results/1/screenshot_omitted", "true") &&
	    at("/results/1/screenshot") == NULL &&
	    is("/results/0/screenshot/width", "20"),
	    "more pictures than an answer holds");
	big = malloc(100100);
	memset(big, ' ', 100000);
	strcpy(big + 100000, "{\"type\":\"key\"}");
	ok(call(0, "POST", p, big) == 200 && is("/results/0/type", "key"),
	    "a large body goes as a memfd");
	free(big);
	fd = open_as(0);
	put(fd, "POST", p, "", "{\"type\":\"wait\"}");
	events_within(id, "action", 9);
	close(fd);
	ok(events_within(id, "action", 10) &&
	    strstr(a.body, "cancelled") != NULL,
	    "a client that leaves cancels");
	free(p);
	delete(0, id);
	free(id);
}

static void
test_hostile(void)
{
	static const char *const lies[] = { "lie", "unsealed", "not-json" };
	char		*id = running(0, "{}");
	char		 body[64];
	size_t		 i;

	for (i = 0; i < 3; i++) {
		snprintf(body, sizeof(body), "{\"type\":\"%s\"}", lies[i]);
		call(0, "POST", session_path(id, "/actions"), body);
		ok(refused(503, "unavailable", NULL) &&
		    strcmp(answer_header(&a, "Retry-After"), "1") == 0,
		    "%s closes the worker", lies[i]);
		call(0, "POST", session_path(id, "/exec"),
		    "{\"argv\":[\"true\"]}");
		ok(a.status == 503, "and nothing else");
		delete(0, id);
		free(id);
		id = running(0, "{}");
	}
	call(0, "GET", session_path(id, "/screenshot?region=666,0,5,5"), NULL);
	ok(refused(500, "internal", NULL), "a picture of another size");
	call(0, "GET", session_path(id, "/screenshot?format=jpeg"
	    "&region=667,0,5,5"), NULL);
	ok(refused(500, "internal", NULL), "of another format");
	delete(0, id);
	free(id);
}

static void
test_windows(void)
{
	static const char *const lies[] = { "257 windows", "half a list",
	    "an id that is none", "one with a zero before it",
	    "a window that is a number", "a list that is none",
	    "no object", "a list that could change" };
	char	*id = running(0, "{}");
	size_t	 i;

	ok(call(0, "GET", session_path(id, "/windows"), NULL) == 200 &&
	    is("/data/0/id", "win_1a") && is("/data/1/title", "t") &&
	    is("/has_more", "false"), "windows");
	ok(call(0, "GET", session_path(id, "/windows"), NULL) == 200 &&
	    is("/data/255/id", "win_100") && is("/has_more", "true"),
	    "as many as can be");
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		call(0, "GET", session_path(id, "/windows"), NULL);
		ok(refused(500, "internal", NULL), "%s", lies[i]);
	}
	call(0, "GET", session_path(id, "/windows/win_1a"), NULL);
	ok(refused(504, "display_timeout", NULL), "a worker's own problem");
	call(0, "GET", session_path(id, "/windows"), NULL);
	ok(refused(500, "internal", NULL), "another answer");
	ok(call(0, "GET", session_path(id, "/windows/win_2"), NULL) == 200 &&
	    is("/id", "win_2"), "one of them");
	call(0, "GET", session_path(id, "/windows/win_ffffff"), NULL);
	ok(refused(404, "not_found", NULL), "one that is not there");
	delete(0, id);
	free(id);
}

static void
test_window_acts(void)
{
	static const char *const lies[] = { "win_1e", "win_a", "win_f0" };
	char	*id = running(0, "{}"), path[64];
	size_t	 i;

	ok(call(0, "POST", session_path(id, "/windows/win_1"),
	    "{\"action\":\"focus\"}") == 204, "a window is told something");
	ok(call(0, "DELETE", session_path(id, "/windows/win_1"), NULL) == 204,
	    "and closed");
	call(0, "POST", session_path(id, "/windows/win_fa"),
	    "{\"action\":\"focus\"}");
	ok(refused(422, "untypable", NULL), "what fails");
	call(0, "POST", session_path(id, "/windows/win_bad"),
	    "{\"action\":\"focus\"}");
	ok(refused(422, "invalid_field", NULL), "what is refused");
	call(0, "POST", session_path(id, "/windows/win_bad"),
	    "{\"action\":\"move\",\"x\":16384,\"y\":0}");
	ok(refused(422, "invalid_field", "/x"), "never asked");
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		snprintf(path, sizeof(path), "/windows/%s", lies[i]);
		call(0, "POST", session_path(id, path),
		    "{\"action\":\"focus\"}");
		ok(refused(503, "unavailable", NULL),
		    "%s closes the worker", lies[i]);
		delete(0, id);
		free(id);
		id = running(0, "{}");
	}
	delete(0, id);
	free(id);
}

static void
test_shot(void)
{
	char	*id = running(0, "{}");

	ok(call(0, "GET", session_path(id, "/screenshot"), NULL) == 200 &&
	    a.len == 5000 && memcmp(a.body, "\x89PNG", 4) == 0 &&
	    strcmp(answer_header(&a, "Content-Type"), "image/png") == 0 &&
	    strcmp(answer_header(&a, "ETag"), "\"0000000000001234\"") == 0 &&
	    strcmp(answer_header(&a, "X-Deskd-Width"), "1280") == 0,
	    "a picture");
	ok(callh(0, "GET", session_path(id, "/screenshot"), "If-None-Match: "
	    "\"abc\", \"0000000000001234\"\r\n", NULL) == 304 && a.len == 0 &&
	    strcmp(answer_header(&a, "ETag"), "\"0000000000001234\"") == 0,
	    "is not sent again");
	ok(call(0, "GET", session_path(id, "/screenshot?scale=0.5"), NULL) ==
	    200 && strcmp(answer_header(&a, "X-Deskd-Width"), "640") == 0,
	    "by half");
	ok(call(0, "GET", session_path(id,
	    "/screenshot?region=0,0,100,50&scale=30x20"), NULL) == 200 &&
	    strcmp(answer_header(&a, "X-Deskd-Height"), "20") == 0,
	    "a region of some size");
	call(0, "GET", session_path(id, "/screenshot?region=0,0,0,1"), NULL);
	ok(refused(400, "invalid_parameter", NULL), "no region");
	call(0, "GET", session_path(id, "/screenshot?scale=2"), NULL);
	ok(refused(400, "invalid_parameter", NULL), "no scale");
	call(0, "GET", session_path(id, "/screenshot?format=gif"), NULL);
	ok(refused(400, "invalid_parameter", NULL), "no format");
	delete(0, id);
	free(id);
}

/* A format is asked for, and what it was asked with reaches the worker. */
static int
shot_is(const char *id, const char *query, const char *accept,
    const char *type, const char *generation)
{
	char	path[128], header[128] = "";

	snprintf(path, sizeof(path), "/screenshot%s", query);
	if (accept != NULL)
		snprintf(header, sizeof(header), "Accept: %s\r\n", accept);
	return callh(0, "GET", session_path(id, path), header, NULL) == 200 &&
	    strcmp(answer_header(&a, "Content-Type"), type) == 0 &&
	    strcmp(answer_header(&a, "Vary"), "Accept") == 0 &&
	    strcmp(answer_header(&a, "X-Deskd-Generation"), generation) == 0;
}

static void
test_shot_format(void)
{
	static const char *const	bad[] = {
		"quality=50", "format=jpeg&quality=0",
		"format=jpeg&quality=101", "format=webp&quality=x",
		"format=jpeg&lossless=true", "lossless=1",
		"format=webp&lossless=1&quality=5", "format=webp&lossless=yes",
		"format=JPEG", "format="
	};
	char	*id = running(0, "{}"), path[128];
	size_t	 i;

	ok(shot_is(id, "?format=jpeg", NULL, "image/jpeg", "80"), "JPEG");
	ok(shot_is(id, "?format=jpeg&quality=1", NULL, "image/jpeg", "1") &&
	    shot_is(id, "?format=webp&quality=100", NULL, "image/webp",
	    "100"), "of the least and the best quality");
	ok(shot_is(id, "?format=webp&lossless=1", NULL, "image/webp", "1000"),
	    "lossless WebP");
	ok(shot_is(id, "?format=webp&lossless=0", NULL, "image/webp", "80"),
	    "or not");
	ok(shot_is(id, "", "image/webp;q=0.5, image/jpeg", "image/jpeg", "80")
	    && shot_is(id, "?quality=9", "image/webp,*/*;q=0.8", "image/webp",
	    "9"), "what the client likes best");
	ok(shot_is(id, "?format=jpeg", "image/webp", "image/jpeg", "80"),
	    "unless it names a format");
	ok(shot_is(id, "", "text/html", "image/png", "7") &&
	    shot_is(id, "", "*/*", "image/png", "7"), "else PNG");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path), "/screenshot?%s", bad[i]);
		call(0, "GET", session_path(id, path), NULL);
		ok(refused(400, "invalid_parameter", NULL), "not %s", bad[i]);
	}
	delete(0, id);
	free(id);
}

static void
test_clipboard(void)
{
	char	*id = running(0, "{}");
	char	*p = strdup(session_path(id, "/clipboard"));

	ok(call(0, "GET", p, NULL) == 200 && a.len == 5 && memcmp(a.body,
	    "h\xef\xbf\xbdi", 5) == 0 && strcmp(answer_header(&a,
	    "Content-Type"), "text/plain;charset=utf-8") == 0,
	    "a text, made UTF-8");
	call(0, "GET", session_path(id, "/clipboard?type=png"), NULL);
	ok(refused(502, "selection_owner", NULL), "a picture that is none");
	call(0, "GET", session_path(id, "/clipboard?selection=primary"
	    "&type=text"), NULL);
	ok(refused(500, "internal", NULL), "a text of another size");
	call(0, "GET", session_path(id, "/clipboard?selection=primary"
	    "&type=png"), NULL);
	ok(refused(500, "internal", NULL), "a picture that may change");
	call(0, "GET", session_path(id, "/clipboard?selection=primary"),
	    NULL);
	ok(refused(500, "internal", NULL), "a type that is none");
	ok(call(0, "PUT", p, "{\"text\":\"a\"}") == 204 && a.len == 0,
	    "a text is set");
	ok(call(0, "PUT", p, "{\"text\":\"\"}") == 204, "an empty one");
	call(0, "PUT", p, "{\"text\":null}");
	ok(refused(422, "invalid_field", "/text"), "null");
	call(0, "PUT", p, "{\"text\":5}");
	ok(refused(422, "invalid_field", "/text"), "a number");
	ok(call(0, "DELETE", p, NULL) == 204, "cleared");
	call(FAKE_BOB, "GET", p, NULL);
	ok(refused(404, "not_found", NULL), "another user");
	delete(0, id);
	free(p);
	free(id);
}

static void
test_display(void)
{
	char	*id = running(0, "{\"desktop\":{\"width\":640,"
		    "\"height\":480,\"max_width\":1000}}");
	char	*p = strdup(session_path(id, "/display"));

	ok(call(0, "GET", p, NULL) == 200 && is("/width", "640") &&
	    is("/max_width", "1000"), "a display");
	ok(call(0, "PATCH", p, "{\"width\":1000}") == 200 &&
	    is("/width", "1000") && is("/height", "480"), "another width");
	call(0, "PATCH", p, "{\"width\":1001}");
	ok(refused(422, "invalid_field", "/width"), "one too wide");
	call(0, "PATCH", p, "{\"width\":666}");
	ok(refused(504, "display_timeout", NULL), "the worker refuses");
	ok(call(0, "GET", session_path(id, ""), NULL) == 200 &&
	    is("/desktop/width", "1000"), "it stays as it was");
	delete(0, id);
	free(p);
	free(id);
}

static void
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

/* Reads a stream until it holds a text. */
static int
stream_has(int fd, char *buf, size_t size, const char *text)
{
	size_t	n = strlen(buf);
	int	got;

	while (strstr(buf, text) == NULL) {
		if (n + 1 >= size ||
		    (got = client_raw(fd, buf + n, size - n - 1)) <= 0)
			return 0;
		n += (size_t)got;
		buf[n] = '\0';
	}
	return 1;
}

static void
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
static void
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

static void
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

static void
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

static void
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

static void
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

static void
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

static void
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

static void
set_up(const char *self)
{
	static char	program[4096];
	char		copy[4096];

	if (geteuid() != 0)
		skip_all("needs root: a broker gives its rights up");
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		skip_all("no mount namespace here");
	if (mkdtemp(dir) == NULL || chmod(dir, 0711) == -1 ||
	    mkdir(path("%s/store", dir), 0700) == -1)
		abort();
	/* Small, so that it can be filled. */
	if (mount("store", path("%s/store", dir), "tmpfs", 0,
	    "size=16m,mode=0700") == -1)
		skip_all("no tmpfs here");
	if (chown(path("%s/store", dir), FAKE_BROKER_UID, FAKE_BROKER_UID) ==
	    -1)
		abort();
	snprintf(copy, sizeof(copy), "%s", self);
	snprintf(program, sizeof(program), "%s/deskd-broker", dirname(copy));
	snprintf(socket_path, sizeof(socket_path), "%s/api.sock", dir);
	fake = fake_start(dir, program);
}

static void
tear_down(void)
{
	kill(fake, SIGTERM);
	waitpid(fake, NULL, 0);
	umount2(path("%s/store", dir), MNT_DETACH);
	rmdir(path("%s/store", dir));
	unlink(path("%s/api.sock", dir));
	unlink(path("%s/fake.log", dir));
	unlink(path("%s/broker.pid", dir));
	rmdir(dir);
	answer_clear(&a);
	json_object_put(json);
}

int
main(int argc, char **argv)
{
	(void)argc;
	set_up(argv[0]);
	if (ok(wait_api(), "it is ready")) {
		test_create();
		test_refused();
		test_limits();
		test_users();
		test_list();
		test_life();
		test_failures();
		test_actions();
		test_hostile();
		test_windows();
		test_window_acts();
		test_shot();
	test_shot_format();
		test_clipboard();
		test_display();
		test_exec();
		test_exec_stream();
		test_exec_slow();
		test_idem();
		test_crash();
		test_stream();
		test_full();
		test_leave();
		test_system();
	}
	tear_down();
	return done();
}
