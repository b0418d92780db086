/*
 * The server under test: the real HTTP side with a table of small handlers,
 * and stand-ins for what the rest of the broker would say.
 */
#include <sys/mman.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <json.h>

#include "api.h"
#include "broker.h"
#include "field.h"
#include "http_private.h"
#include "http_test.h"
#include "idem.h"
#include "metrics.h"
#include "session.h"
#include "token.h"
#include "ws_server.h"
#include "xmalloc.h"

static struct event_base *base;
static struct http	*server;
static struct event	*pump;
static long		 n_asked, n_gone, n_left_streams, n_kept, n_idem_kept;
static long		 n_idem_given_up, n_full;
static int		 ready = 1;

#define STREAMS	8

static struct stream	*streams[STREAMS];

/* Stand-ins. */

static struct session	own, others;

int
broker_admin(uid_t uid)
{
	return uid == getuid();
}

int
broker_proxy(uid_t uid)
{
	(void)uid;
	return 0;
}

/* Each token is its own name; "good" is the only good one. */
const struct token_row *
token_use(const char *text, const char **why)
{
	static struct token_row row = { .user = TEST_USER,
	    .scopes = SCOPE_BIT(SCOPE_READ) };

	*why = "not good";
	memset(&row.id, 1, sizeof(row.id));
	return strcmp(text, "good") == 0 ? &row : NULL;
}

struct session *
session_find(const struct ulid *ulid)
{
	char id[SESSION_ID_TEXT];

	session_id_text(ulid, id);
	if (strcmp(id, TEST_SESSION) == 0)
		return &own;
	return strcmp(id, TEST_OTHER) == 0 ? &others : NULL;
}

int
session_visible(const struct session *s, uid_t uid, int admin)
{
	return s == &own ? admin : uid == TEST_USER;
}

int
broker_ready(const char **why)
{
	*why = "no supervisor";
	return ready ? 0 : -1;
}

const struct conf *
broker_conf(void)
{
	static struct conf conf;
	static struct conf_image image = { .name = "host",
	    .type = IMAGE_HOST };

	if (conf.images.tqh_last == NULL) {
		TAILQ_INIT(&conf.images);
		TAILQ_INIT(&conf.users);
		TAILQ_INSERT_TAIL(&conf.images, &image, entry);
		strlcpy(conf.image, "host", sizeof(conf.image));
	}
	return &conf;
}

const struct system_facts *
broker_system(void)
{
	static const struct system_facts facts = { .kernel = "Linux 6" };

	return &facts;
}

const struct conf_user *
conf_user(const struct conf *conf, uid_t uid)
{
	(void)conf;
	(void)uid;
	return NULL;
}

void
broker_shutdown(uid_t uid)
{
	(void)uid;
}

void
session_counts(struct session_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	counts->total = 2;
}

static uint64_t
two(const struct metrics_gauge *g)
{
	return (uint64_t)g->arg;
}

const struct metrics_gauge metrics_gauges[] = {
	{ "sessions", "state=\"running\"", "Sessions.", two, 2 },
	{ "sessions", "state=\"stopped\"", "Sessions.", two, 3 }
};
const size_t nmetrics_gauges = 2;

/* One key is kept; "busy" is always at work. */
static char	 kept_key[300], *kept_body;
static int	 kept_status;

int
idem_begin(struct request *r, const char *key)
{
	if (strcmp(key, "busy") == 0) {
		reply_problem(r, PROBLEM_CONFLICT, NULL, "in progress");
		return 1;
	}
	if (kept_body == NULL || strcmp(key, kept_key) != 0)
		return 0;
	reply_header(r, "Idempotency-Replayed", "true");
	reply_bytes(r, kept_status, "application/json", kept_body,
	    strlen(kept_body));
	return 1;
}

void
idem_finish(struct request *r, const char *key, int status, const char *type,
    const void *body, size_t len)
{
	(void)r;
	(void)type;
	strlcpy(kept_key, key, sizeof(kept_key));
	free(kept_body);
	kept_body = xstrndup(body == NULL ? "" : body, len);
	kept_status = status;
	n_idem_kept++;
}

void
idem_abandon(struct request *r, const char *key)
{
	(void)r;
	(void)key;
	n_idem_given_up++;
}

/* Handlers. */

static void
hello(struct request *r)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "hello", json_object_new_string("/"));
	json_object_object_add(o, "path",
	    json_object_new_string(request_path(r)));
	reply_json(r, 200, o);
}

static void
echo(struct request *r)
{
	struct json_object *o = request_json(r);

	reply_json(r, 201, o == NULL ? json_object_new_object() :
	    json_object_get(o));
}

static void
counts(struct request *r)
{
	struct json_object *o = json_object_new_object();
	const struct {
		const char	*name;
		long		 n;
	} all[] = {
		{ "asked", n_asked }, { "gone", n_gone },
		{ "kept", n_kept },
		{ "left_streams", n_left_streams }, { "full", n_full },
		{ "idem_kept", n_idem_kept },
		{ "idem_given_up", n_idem_given_up },
		{ "raw_uncommitted", n_raw_uncommitted },
		{ "raw_gone", n_raw_gone },
		{ "pipe_over", n_pipe_over },
		{ "open", (long)http_open(server) },
		{ "streams", (long)http_streams(server) },
		{ "sockets", (long)http_sockets(server) },
		{ "ws_gone", ws_counts.gone },
		{ "ws_messages", ws_counts.messages },
		{ "ws_waits", ws_counts.waits },
		{ "ws_bursts", ws_counts.bursts }
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		json_object_object_add(o, all[i].name,
		    json_object_new_int64(all[i].n));
	reply_json(r, 200, o);
}

struct later {
	struct event	 timer;
	struct request	*r;
	int		 keeps;
};

static void
later_cb(int fd, short events, void *arg)
{
	struct later *l = arg;
	struct json_object *o = json_object_new_object();

	(void)fd;
	(void)events;
	n_kept++;
	json_object_object_add(o, "later", json_object_new_boolean(1));
	reply_json(l->r, 200, o);
	free(l);
}

static void
later_gone(struct request *r, void *arg)
{
	struct later *l = arg;

	(void)r;
	n_gone++;
	event_del(&l->timer);
	free(l);
}

static void
later(struct request *r)
{
	struct timeval tv = { 0, 0 };
	struct later *l = xcalloc(1, sizeof(*l));
	int ms = atoi(request_param(r, "ms"));

	n_asked++;
	l->r = r;
	l->keeps = strcmp(request_method(r), "POST") == 0;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	event_assign(&l->timer, base, -1, 0, later_cb, l);
	event_add(&l->timer, &tv);
	request_defer(r, l->keeps ? NULL : later_gone, l);
}

/* First the work that goes on, then a wait that the client may end. */
static void
anew_cb(int fd, short events, void *arg)
{
	struct timeval tv = { 0, 20000 };
	struct later *l = arg;

	(void)fd;
	(void)events;
	event_assign(&l->timer, base, -1, 0, later_cb, l);
	event_add(&l->timer, &tv);
	request_defer(l->r, later_gone, l);
}

static void
anew(struct request *r)
{
	struct timeval tv = { 0, 0 };
	struct later *l = xcalloc(1, sizeof(*l));

	n_asked++;
	l->r = r;
	l->keeps = 1;
	tv.tv_usec = atoi(request_param(r, "us"));
	event_assign(&l->timer, base, -1, 0, anew_cb, l);
	event_add(&l->timer, &tv);
	request_defer(r, NULL, NULL);
}

/* Deferred and answered before the handler returns. */
static void
at_once(struct request *r)
{
	request_defer(r, NULL, NULL);
	reply_empty(r, 204);
}

static void
nothing(struct request *r)
{
	(void)r;
}

static void
stream_gone(struct stream *s, void *arg)
{
	struct stream **slot = arg;

	(void)s;
	n_left_streams++;
	*slot = NULL;
}

static void
stream(struct request *r)
{
	int i;

	for (i = 0; i < STREAMS && streams[i] != NULL; i++)
		continue;
	if (i == STREAMS) {
		reply_problem(r, PROBLEM_LIMIT, NULL, "streams");
		return;
	}
	streams[i] = reply_stream(r, stream_gone, &streams[i]);
	stream_event(streams[i], 7, "hello", "first\nsecond");
}

/* Writes 4 KB to every stream, again and again, until none is full. */
static void
pump_cb(int fd, short events, void *arg)
{
	static char text[4096];
	static int rounds;
	struct timeval tv = { 0, 500 };
	int i;

	(void)fd;
	(void)events;
	(void)arg;
	memset(text, 'x', sizeof(text) - 1);
	for (i = 0; i < STREAMS; i++)
		if (streams[i] != NULL && stream_event(streams[i], rounds + 1,
		    "x", text) == -1)
			n_full++;
	if (++rounds < 400)
		event_add(pump, &tv);
	else
		rounds = 0;
}

static void
start_pump(struct request *r)
{
	struct timeval tv = { 0, 0 };

	event_add(pump, &tv);
	reply_empty(r, 204);
}

static void
end_streams(struct request *r)
{
	int i;

	for (i = 0; i < STREAMS; i++) {
		if (streams[i] == NULL)
			continue;
		stream_event(streams[i], 0, "bye", "");
		stream_end(streams[i]);
		streams[i] = NULL;
	}
	reply_empty(r, 204);
}

static void
picture(struct request *r)
{
	static char page[4096];
	int fd, i;

	if ((fd = memfd_create("picture", MFD_CLOEXEC)) == -1)
		fatal("memfd_create");
	memset(page, 'p', sizeof(page));
	for (i = 0; i < TEST_FD_SIZE / (int)sizeof(page); i++)
		if (write(fd, page, sizeof(page)) == -1)
			fatal("memfd");
	reply_header(r, "ETag", "\"1\"");
	reply_header(r, "Cache-Control", "no-cache");
	reply_fd(r, 200, "image/png", fd, TEST_FD_SIZE);
}

static void
query(struct request *r)
{
	struct json_object *o;
	int64_t limit = 20;

	if (query_int(r, "limit", 1, 100, &limit) == -1)
		return;
	o = json_object_new_object();
	json_object_object_add(o, "limit", json_object_new_int64(limit));
	if (request_query(r, "cursor") != NULL)
		json_object_object_add(o, "cursor",
		    json_object_new_string(request_query(r, "cursor")));
	reply_json(r, 200, o);
}

static void
unready(struct request *r)
{
	ready = !ready;
	reply_empty(r, 204);
}

#define PLAIN(m, p, h)	{ m, p, SCOPE_READ, OWNER_NONE, 0, 0, h, NULL }

const struct route routes[] = {
	PLAIN("GET", "/t/hello", hello),
	{ "POST", "/t/echo", SCOPE_WRITE, OWNER_NONE, ROUTE_BODY,
	    TEST_BODY_MAX, echo, NULL },
	{ "POST", "/t/opt", SCOPE_WRITE, OWNER_NONE, ROUTE_BODY_OPT,
	    TEST_BODY_MAX, echo, NULL },
	PLAIN("GET", "/t/counts", counts),
	PLAIN("GET", "/t/later/{ms}", later),
	{ "POST", "/t/later/{ms}", SCOPE_WRITE, OWNER_NONE, ROUTE_BODY_OPT,
	    TEST_BODY_MAX, later, NULL },
	PLAIN("GET", "/t/anew/{us}", anew),
	PLAIN("GET", "/t/at_once", at_once),
	PLAIN("GET", "/t/nothing", nothing),
	PLAIN("GET", "/t/pipe/{how}", test_pipe),
	{ "PUT", "/t/raw/{how}", SCOPE_WRITE, OWNER_NONE, ROUTE_BODY_RAW,
	    TEST_RAW_MAX, test_put, NULL },
	PLAIN("GET", "/t/stream", stream),
	PLAIN("POST", "/t/pump", start_pump),
	PLAIN("POST", "/t/end", end_streams),
	PLAIN("POST", "/t/unready", unready),
	PLAIN("GET", "/t/picture", picture),
	{ "GET", "/t/query", SCOPE_READ, OWNER_NONE, 0, 0, query,
	    "limit cursor" },
	{ "GET", "/t/admin", SCOPE_ADMIN, OWNER_NONE, 0, 0, hello, NULL },
	{ "GET", "/t/session/{id}", SCOPE_READ, OWNER_SESSION, 0, 0, hello,
	    NULL },
	PLAIN("GET", "/t/ws", ws_echo),
	PLAIN("GET", "/t/ws/as/{ulid}", ws_echo),
	PLAIN("GET", "/t/ws/later/{ms}", ws_later),
	PLAIN("GET", "/t/ws/at_once", ws_at_once),
	PLAIN("POST", "/t/ws/revoke/{ulid}", ws_revoke_them),
	PLAIN("POST", "/t/ws/ping/{s}", ws_set_ping),
	PLAIN("POST", "/t/ws/release/{n}", ws_release),
	PLAIN("GET", "/v1/system", api_system),
	PLAIN("GET", "/metrics", api_metrics),
	PLAIN("GET", "/healthz", api_healthz),
	PLAIN("GET", "/readyz", api_readyz)
};
const size_t nroutes = sizeof(routes) / sizeof(routes[0]);

static void
stop_cb(int sig, short events, void *arg)
{
	(void)sig;
	(void)events;
	(void)arg;
	event_base_loopbreak(base);
}

void
server_run(int listener, size_t conns)
{
	struct event *term;

	http_limits.idle = 2;
	http_limits.request = 1;
	http_limits.heartbeat = 1;
	http_limits.refused = 4;
	if (conns != 0)
		http_limits.conns = conns;
	base = event_base_new();
	server = http_start(base);
	http_listen(server, &(struct http_listen){ .kind = LISTEN_UNIX,
	    .id = 1 }, listener);
	http_open_doors(server);
	pump = evtimer_new(base, pump_cb, NULL);
	term = evsignal_new(base, SIGTERM, stop_cb, NULL);
	event_add(term, NULL);
	event_base_dispatch(base);
	http_stop(server);
	event_free(term);
	event_free(pump);
	free(kept_body);
	event_base_free(base);
	exit(0);
}
