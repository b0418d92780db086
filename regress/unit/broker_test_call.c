/* What tests of the broker ask it, and how they see what came of it. */
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "broker_test.h"
#include "fake.h"
#include "http_test.h"
#include "test.h"

#define DEADLINE	10	/* seconds */

struct answer			 a;
static struct json_object	*json;

int
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

void
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
int
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

int
call(uid_t uid, const char *method, const char *path, const char *body)
{
	return callh(uid, method, path, "", body);
}

struct json_object *
at(const char *pointer)
{
	struct json_object	*o = NULL;

	if (json == NULL || json_pointer_get(json, pointer, &o) != 0)
		return NULL;
	return o;
}

const char *
str(const char *pointer)
{
	struct json_object	*o = at(pointer);

	return o == NULL ? "" : json_object_get_string(o);
}

int
is(const char *pointer, const char *want)
{
	return strcmp(str(pointer), want) == 0;
}

int
refused(int status, const char *code, const char *pointer)
{
	int	good;

	good = a.status == status && is("/code", code) &&
	    (pointer == NULL || is("/pointer", pointer));
	if (!good)
		printf("# %d %s\n", a.status, a.body == NULL ? "" : a.body);
	return good;
}

char *
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

const char *
session_path(const char *id, const char *rest)
{
	static char	buf[8][300];
	static int	i;

	i = (i + 1) % 8;
	snprintf(buf[i], sizeof(buf[i]), "/v1/sessions/%s%s", id, rest);
	return buf[i];
}

/* A new session that runs; its id. */
char *
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

void
delete(uid_t uid, const char *id)
{
	if (call(uid, "DELETE", session_path(id, ""), NULL) != 204)
		printf("# delete: %d %s\n", a.status, a.body);
}

int
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
void
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

void
broker_kill(void)
{
	broker_again(broker_pid(), SIGKILL);
}

int
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
int
events(const char *id, const char *kind)
{
	char	p[200];

	snprintf(p, sizeof(p), "/v1/events?session=%s&kind=%s&limit=1000", id,
	    kind);
	if (call(0, "GET", p, NULL) != 200)
		return -1;
	return (int)json_object_array_length(at("/data"));
}

int
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

/* Reads a stream until it holds a text. */
int
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

void
call_end(void)
{
	answer_clear(&a);
	json_object_put(json);
}
