/* Every path the API has. */
#include "api.h"
#include "route.h"
#include "sizes.h"

#define SMALL_BODY	(64 * 1024)
#define EXEC_BODY	(2 * 1024 * 1024) /* argv, env and stdin */

#define BYTES_MAX	((size_t)1 << 40) /* never in memory at once */

#define SESSIONS	"/v1/sessions"
#define SESSION		"/v1/sessions/{id}"
#define FILES		SESSION "/files"
#define PROCESSES	SESSION "/processes"
#define PROCESS		PROCESSES "/{process}"
#define TERMINALS	SESSION "/terminals"
#define TERMINAL	TERMINALS "/{terminal}"

const struct route routes[] = {
	{ "GET", SESSIONS, SCOPE_READ, OWNER_NONE,
	    0, 0, api_session_list, "state label name limit cursor" },
	{ "POST", SESSIONS, SCOPE_WRITE, OWNER_NONE,
	    ROUTE_BODY_OPT, SMALL_BODY, api_session_create, NULL },
	{ "GET", SESSION, SCOPE_READ, OWNER_SESSION,
	    0, 0, api_session_show, "wait_for timeout" },
	{ "PATCH", SESSION, SCOPE_WRITE, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_session_patch, NULL },
	{ "DELETE", SESSION, SCOPE_WRITE, OWNER_SESSION,
	    0, 0, api_session_delete, NULL },
	{ "POST", SESSION "/stop", SCOPE_WRITE, OWNER_SESSION,
	    ROUTE_BODY_OPT, SMALL_BODY, api_session_stop, NULL },
	{ "POST", SESSION "/start", SCOPE_WRITE, OWNER_SESSION,
	    ROUTE_BODY_OPT, SMALL_BODY, api_session_start, NULL },
	{ "GET", SESSION "/stats", SCOPE_READ, OWNER_SESSION,
	    0, 0, api_session_stats, NULL },
	{ "POST", SESSION "/actions", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, ACTIONS_BODY_MAX, api_actions, NULL },
	{ "GET", SESSION "/screenshot", SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_shot, "format quality lossless region scale pointer" },
	{ "POST", SESSION "/exec", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY | ROUTE_STREAM, EXEC_BODY, api_exec, NULL },
	{ "GET", SESSION "/apps", SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_app_list, NULL },
	{ "GET", SESSION "/apps/{app}", SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_app_show, NULL },
	{ "POST", SESSION "/apps/{app}/launch", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY_OPT, SMALL_BODY, api_app_launch, NULL },
	{ "GET", SESSION "/terminals/{terminal}/socket", SCOPE_CONTROL,
	    OWNER_SESSION, 0, 0, api_terminal_socket, "after read_only" },
	{ "GET", SESSION "/processes/{process}/socket", SCOPE_CONTROL,
	    OWNER_SESSION, 0, 0, api_process_socket, "after read_only" },
	{ "GET", SESSION "/windows", SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_window_list, NULL },
	{ "GET", SESSION "/windows/{window}", SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_window_show, NULL },
	{ "POST", SESSION "/windows/{window}", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_window_act, NULL },
	{ "DELETE", SESSION "/windows/{window}", SCOPE_CONTROL,
	    OWNER_SESSION, 0, 0, api_window_close, NULL },
	{ "GET", PROCESSES, SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_process_list, NULL },
	{ "POST", PROCESSES, SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, EXEC_BODY, api_process_create, NULL },
	{ "GET", PROCESS, SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_process_show, NULL },
	{ "DELETE", PROCESS, SCOPE_CONTROL, OWNER_SESSION,
	    0, 0, api_process_delete, NULL },
	{ "POST", PROCESS "/signal", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_process_signal, NULL },
	{ "GET", PROCESS "/log", SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_STREAM, 0, api_process_log, "stream after limit" },
	{ "POST", PROCESS "/input", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, EXEC_BODY, api_process_input, NULL },

	{ "GET", TERMINALS, SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_terminal_list, NULL },
	{ "POST", TERMINALS, SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY_OPT, EXEC_BODY, api_terminal_create, NULL },
	{ "GET", TERMINAL, SCOPE_VIEW, OWNER_SESSION,
	    0, 0, api_terminal_show, NULL },
	{ "PATCH", TERMINAL, SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_terminal_patch, NULL },
	{ "DELETE", TERMINAL, SCOPE_CONTROL, OWNER_SESSION,
	    0, 0, api_terminal_delete, NULL },
	{ "GET", TERMINAL "/log", SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_STREAM, 0, api_terminal_log, "stream after limit" },
	{ "POST", TERMINAL "/input", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, EXEC_BODY, api_terminal_input, NULL },
	{ "GET", SESSION "/events", SCOPE_READ, OWNER_SESSION,
	    ROUTE_STREAM, 0, api_event_session,
	    "kind after before order limit" },
	{ "GET", "/v1/events", SCOPE_READ, OWNER_NONE,
	    ROUTE_STREAM, 0, api_event_list,
	    "session kind after before order limit" },

	{ "GET", FILES, SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_PATH, 0, api_file_get, "path limit cursor user" },
	{ "PUT", FILES, SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_PATH | ROUTE_BODY_RAW, BYTES_MAX, api_file_put,
	    "path mode parents user" },
	{ "DELETE", FILES, SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_PATH, 0, api_file_delete, "path recursive user" },
	{ "GET", FILES "/stat", SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_PATH, 0, api_file_stat, "path follow user" },
	{ "POST", FILES "/mkdir", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_file_mkdir, "user" },
	{ "POST", FILES "/move", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_file_move, "user" },
	{ "POST", FILES "/copy", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY, SMALL_BODY, api_file_copy, "user" },
	{ "GET", FILES "/archive", SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_PATH, 0, api_file_archive, "path user" },
	{ "PUT", FILES "/archive", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_PATH | ROUTE_BODY_RAW, BYTES_MAX, api_file_extract,
	    "path user" },
	{ "GET", FILES "/watch", SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_PATH | ROUTE_STREAM, 0, api_file_watch,
	    "path recursive user" },

	{ "GET", "/v1/system", SCOPE_READ, OWNER_NONE,
	    0, 0, api_system, NULL },
	{ "POST", "/v1/system/shutdown", SCOPE_ADMIN, OWNER_NONE,
	    ROUTE_BODY_OPT, SMALL_BODY, api_system_shutdown, NULL },
	{ "GET", "/metrics", SCOPE_NONE, OWNER_NONE,
	    0, 0, api_metrics, NULL },
	{ "GET", "/healthz", SCOPE_NONE, OWNER_NONE,
	    0, 0, api_healthz, NULL },
	{ "GET", "/readyz", SCOPE_NONE, OWNER_NONE,
	    0, 0, api_readyz, NULL }
};

const size_t nroutes = sizeof(routes) / sizeof(routes[0]);
