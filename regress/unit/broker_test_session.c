/* Sessions: made, refused, seen by whom, listed, stopped, failing. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker_test.h"
#include "fake.h"
#include "http_test.h"
#include "test.h"

void
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

void
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

void
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

void
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

void
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

void
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

void
test_failures(void)
{
	fails("setup-fails", "setup_failed", "no room");
	fails("desktop-fails", "desktop_failed", "no window manager");
	fails("init-dies", "init_died", "pid 1 got signal 9");
	fails("no-memory", "out_of_memory", "");
}
