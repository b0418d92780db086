/* Every row of the table that is served, and how a path finds it. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "route.h"
#include "test.h"

#define STUB(name)	void name(struct request *r) { (void)r; }

STUB(api_session_create)
STUB(api_session_list)
STUB(api_session_show)
STUB(api_session_patch)
STUB(api_session_delete)
STUB(api_session_stop)
STUB(api_session_start)
STUB(api_session_stats)
STUB(api_actions)
STUB(api_shot)
STUB(api_process_create)
STUB(api_process_list)
STUB(api_process_show)
STUB(api_process_delete)
STUB(api_process_signal)
STUB(api_process_log)
STUB(api_process_input)
STUB(api_terminal_create)
STUB(api_terminal_list)
STUB(api_terminal_show)
STUB(api_terminal_patch)
STUB(api_terminal_delete)
STUB(api_terminal_log)
STUB(api_terminal_input)
STUB(api_terminal_socket)
STUB(api_process_socket)
STUB(api_exec)
STUB(api_app_list)
STUB(api_app_show)
STUB(api_app_launch)
STUB(api_clipboard_get)
STUB(api_clipboard_set)
STUB(api_clipboard_clear)
STUB(api_display_show)
STUB(api_display_change)
STUB(api_window_list)
STUB(api_window_show)
STUB(api_window_act)
STUB(api_window_close)
STUB(api_file_get)
STUB(api_file_put)
STUB(api_file_delete)
STUB(api_file_stat)
STUB(api_file_mkdir)
STUB(api_file_move)
STUB(api_file_copy)
STUB(api_file_archive)
STUB(api_file_extract)
STUB(api_file_watch)
STUB(api_event_list)
STUB(api_event_session)
STUB(api_system)
STUB(api_system_shutdown)
STUB(api_metrics)
STUB(api_healthz)
STUB(api_readyz)

static int
is_one_of(const char *text, const char *list)
{
	char padded[64];

	snprintf(padded, sizeof(padded), " %s ", text);
	return strstr(list, padded) != NULL;
}

/* The row's own path with a value in place of each {name}. */
static void
fill(const char *row, char *path, size_t size)
{
	size_t n = 0;

	for (; *row != '\0' && n + 2 < size; row++) {
		if (*row != '{') {
			path[n++] = *row;
			continue;
		}
		path[n++] = 'v';
		row += strcspn(row, "}");
	}
	path[n] = '\0';
}

static int
rights_fit(const struct route *row)
{
	int session = strstr(row->path, "/sessions/{id}") != NULL;
	int health = is_one_of(row->path, " /metrics /healthz /readyz ");

	return (row->owner == OWNER_SESSION) == session &&
	    (row->scope == SCOPE_NONE) == health &&
	    (row->scope != SCOPE_READ || strcmp(row->method, "GET") == 0);
}

static int
body_fits(const struct route *row)
{
	int takes = (row->flags & (ROUTE_BODY | ROUTE_BODY_OPT |
	    ROUTE_BODY_RAW)) != 0;
	int may = is_one_of(row->method, " POST PATCH PUT ");
	int raw = (row->flags & ROUTE_BODY_ANY) != 0;

	/* Bytes are not kept in memory: any number may come. */
	if (row->flags & ROUTE_BODY_RAW)
		return may && (row->flags & (ROUTE_BODY | ROUTE_BODY_OPT)) == 0;

	return takes == may && takes == (row->body_max != 0) &&
	    row->body_max <= (size_t)(raw ? 16 : 2) * 1024 * 1024;
}

static size_t
count_params(const char *path)
{
	size_t n = 0;

	while ((path = strchr(path, '{')) != NULL) {
		path++;
		n++;
	}
	return n;
}

static void
test_row(const struct route *row)
{
	struct route_params params;
	char allow[ALLOW_MAX], path[256];

	fill(row->path, path, sizeof(path));
	ok(is_one_of(row->method, " GET POST PATCH PUT DELETE ") &&
	    row->path[0] == '/' && row->handler != NULL && rights_fit(row) &&
	    body_fits(row), "%s %s: rights and body", row->method,
	    row->path);
	ok(route_find(row->method, path, &params, allow) == row &&
	    params.n == count_params(row->path) &&
	    (params.n == 0 || strcmp(params.value[0], "v") == 0),
	    "%s %s is found", row->method, path);
	if (strcmp(row->method, "GET") == 0)
		ok(route_find("HEAD", path, &params, allow) == row,
		    "HEAD %s is found", path);
	ok(route_find("TRACE", path, &params, allow) == NULL &&
	    strstr(allow, row->method) != NULL, "%s allows %s", path, allow);
	strlcat(path, "/", sizeof(path));
	ok(route_find(row->method, path, &params, allow) == NULL &&
	    *allow == '\0', "%s is not", path);
}

static void
test_paths(void)
{
	static const char *const none[] = { "", "/", "*", "v1/sessions",
	    "//v1/sessions", "/v1//sessions", "/v1/sessions/", "/v1/session",
	    "/v1/sessionss", "/v1/sessions/a/b", "/V1/sessions", "/healthz ",
	    "/v1/sessions/../system", NULL };
	struct route_params params;
	char allow[ALLOW_MAX], path[ROUTE_PARAM_MAX + 20];
	int i;

	for (i = 0; none[i] != NULL; i++)
		ok(route_find("GET", none[i], &params, allow) == NULL &&
		    *allow == '\0', "no row for '%s'", none[i]);
	strlcpy(path, "/v1/sessions/", sizeof(path));
	memset(path + 13, 'a', ROUTE_PARAM_MAX);
	path[13 + ROUTE_PARAM_MAX - 1] = '\0';
	ok(route_find("GET", path, &params, allow) != NULL, "longest value");
	path[13 + ROUTE_PARAM_MAX - 1] = 'a';
	path[13 + ROUTE_PARAM_MAX] = '\0';
	ok(route_find("GET", path, &params, allow) == NULL, "one byte more");
}

static void
test_takes(void)
{
	struct route row = { .query = "limit cursor" };

	ok(route_takes(&row, "limit") && route_takes(&row, "cursor"),
	    "parameters of a row");
	ok(!route_takes(&row, "lim") && !route_takes(&row, "limit ") &&
	    !route_takes(&row, "") && !route_takes(&row, "limits") &&
	    !route_takes(&row, "limit cursor"), "and no others");
	row.query = NULL;
	ok(!route_takes(&row, "limit") && !route_takes(&row, ""), "none");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < nroutes; i++)
		test_row(&routes[i]);
	test_paths();
	test_takes();
	return done();
}
