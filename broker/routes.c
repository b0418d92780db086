/* Every path the API has. */
#include "api.h"
#include "route.h"
#include "sizes.h"

#define SMALL_BODY	(64 * 1024)
#define EXEC_BODY	(2 * 1024 * 1024) /* argv, env and stdin */

#define SESSIONS	"/v1/sessions"
#define SESSION		"/v1/sessions/{id}"

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
	    0, 0, api_shot, "format region scale pointer" },
	{ "POST", SESSION "/screenshots", SCOPE_VIEW, OWNER_SESSION,
	    ROUTE_BODY_OPT, SMALL_BODY, api_shot_keep, NULL },
	{ "GET", "/v1/blobs/{blob}", SCOPE_VIEW, OWNER_NONE,
	    0, 0, api_blob, NULL },
	{ "POST", SESSION "/exec", SCOPE_CONTROL, OWNER_SESSION,
	    ROUTE_BODY | ROUTE_STREAM, EXEC_BODY, api_exec, NULL },
	{ "GET", SESSION "/events", SCOPE_READ, OWNER_SESSION,
	    ROUTE_STREAM, 0, api_event_session,
	    "kind after before order limit" },
	{ "GET", "/v1/events", SCOPE_READ, OWNER_NONE,
	    ROUTE_STREAM, 0, api_event_list,
	    "session kind after before order limit" },

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
