/*
 * An application, from its name to its window: deskd-pump says how it is
 * started, init keeps it running, and the worker sees when its window is
 * there.  The work goes on when its client leaves.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "api.h"
#include "api_error.h"
#include "app.h"
#include "ask.h"
#include "check.h"
#include "field.h"
#include "http.h"
#include "kept.h"
#include "kept_start.h"
#include "peer.h"
#include "places.h"
#include "program.h"
#include "pump.h"
#include "session.h"
#include "windows.h"
#include "wire.h"
#include "xmalloc.h"

#define FILES_MAX	32
#define FILE_BYTES	4096
#define TIMEOUT_MAX	300.0
#define TIMEOUT_DEFAULT	30.0
#define LAUNCHES_MAX	64
#define USER_LAUNCHES	16
#define STARTUP_ID	"DESKTOP_STARTUP_ID"

struct launch {
	struct request		*r;
	uid_t			 uid;
	struct ulid		 session;
	char			 app[APP_ID_MAX];
	char			 startup_id[8 + ULID_TEXT];
	struct json_object	*files;		/* of the body, or NULL */
	int			 are_uris;
	struct json_object	*env;		/* of the body, or NULL */
	int			 waits;
	double			 timeout;
	struct json_object	*before;	/* windows there were */
	struct json_object	*plan;		/* how it is started */
	struct json_object	*process;
	uint32_t		 pid;
};

static struct places	places = {
	.max = LAUNCHES_MAX,
	.uid_max = USER_LAUNCHES,
	.what = "applications starting at once"
};

/* After the answer. */
static void
launch_free(struct launch *l)
{
	places_leave(&places, l->uid);
	json_object_put(l->before);
	json_object_put(l->plan);
	json_object_put(l->process);
	free(l);
}

/* The session, if it can still be asked; NULL: answered, and over. */
static struct session *
session_of(struct launch *l)
{
	struct session	*s = session_find(&l->session);

	if (s == NULL)
		reply_problem(l->r, PROBLEM_NOT_FOUND, NULL,
		    "the session has been deleted");
	else if (need_running(l->r, s) == 0)
		return s;
	launch_free(l);
	return NULL;
}

static void
too_busy(struct launch *l)
{
	reply_problem(l->r, PROBLEM_BUSY, NULL,
	    "too much is asked of this session at once");
	launch_free(l);
}

static const char *
text_of(struct json_object *o, const char *name)
{
	struct json_object	*v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return "";
	return json_object_get_string(v);
}

static struct json_object *
argv_of(const struct launch *l)
{
	struct json_object	*v;

	if (!json_object_object_get_ex(l->plan, "argv", &v) ||
	    !json_object_is_type(v, json_type_array))
		return NULL;
	return v;
}

static const char *
argument(const struct launch *l, size_t i)
{
	struct json_object	*v = json_object_array_get_idx(argv_of(l), i);

	return json_object_is_type(v, json_type_string) ?
	    json_object_get_string(v) : "";
}

static void
succeed(struct launch *l, struct json_object *window)
{
	struct json_object	*o = json_object_new_object();

	json_object_object_add(o, "app",
	    json_object_new_string(text_of(l->plan, "id")));
	json_object_object_add(o, "process", json_object_get(l->process));
	json_object_object_add(o, "window", json_object_get(window));
	reply_json(l->r, 201, o);
	launch_free(l);
}

/*
 * The program runs on, or has ended by itself: who asked is told its name.
 */
static void
waited(enum problem problem, const char *detail, struct json_object *result,
    void *arg)
{
	struct launch		*l = arg;
	struct json_object	*window = NULL;
	const char		*id = text_of(l->process, "id");

	json_object_object_get_ex(result, "window", &window);
	if (problem == PROBLEM_NONE) {
		succeed(l, window);
		return;
	}
	reply_header(l->r, "X-Deskd-Process", id);
	if (problem == PROBLEM_TIMEOUT)
		reply_problem(l->r, problem, NULL, "%s was started as %s, "
		    "but no window of it came within %g seconds",
		    text_of(l->plan, "id"), id, l->timeout);
	else
		reply_problem(l->r, problem, NULL, "%s was started as %s, "
		    "but its window could not be waited for: %s",
		    text_of(l->plan, "id"), id, detail != NULL ? detail :
		    problem_title(problem));
	launch_free(l);
}

/* What it calls its windows: as its description says, or its own name. */
static void
add_class(const struct launch *l, struct json_object *action)
{
	const char	*class = text_of(l->plan, "wm_class"), *slash;

	if (*class == '\0') {
		class = argument(l, 0);
		if ((slash = strrchr(class, '/')) != NULL)
			class = slash + 1;
	}
	if (*class != '\0' && strlen(class) <= WINDOW_NAME_MAX)
		json_object_object_add(action, "class",
		    json_object_new_string(class));
}

static void
wait_window(struct launch *l)
{
	struct session		*s;
	struct json_object	*o, *not_in;
	size_t			 i;

	if ((s = session_of(l)) == NULL)
		return;
	o = json_object_new_object();
	not_in = json_object_new_array();
	for (i = 0; i < json_object_array_length(l->before); i++)
		json_object_array_add(not_in, json_object_new_string(
		    window_text(json_object_array_get_idx(l->before, i),
		    "id")));
	json_object_object_add(o, "type",
	    json_object_new_string("window_wait"));
	json_object_object_add(o, "match", json_object_new_string("any"));
	json_object_object_add(o, "startup_id",
	    json_object_new_string(l->startup_id));
	if (l->pid > 0 && l->pid <= INT32_MAX)
		json_object_object_add(o, "pid",
		    json_object_new_int64(l->pid));
	add_class(l, o);
	json_object_object_add(o, "not_in", not_in);
	json_object_object_add(o, "timeout_seconds",
	    json_object_new_double(l->timeout));
	if (act_start(s, l->uid, o, waited, l) == NULL)
		too_busy(l);
}

static void
started(struct json_object *process, uint32_t pid, const struct wire_msg *m,
    void *arg)
{
	struct launch	*l = arg;

	if (process == NULL) {
		reply_error(l->r, m);
		launch_free(l);
		return;
	}
	l->process = process;
	l->pid = pid;
	if (l->waits)
		wait_window(l);
	else
		succeed(l, NULL);
}

static void
add_env(const struct launch *l, struct program *p)
{
	if (l->env == NULL)
		return;
	json_object_object_foreach(l->env, name, value)
		program_variable(p, name, json_object_get_string(value));
}

/* -1: answered. */
static int
make_program(struct launch *l, struct program *p)
{
	size_t	i, n = argv_of(l) == NULL ? 0 :
		    json_object_array_length(argv_of(l));

	program_begin(p, text_of(l->plan, "cwd"));
	for (i = 0; i < n; i++)
		program_arg(p, argument(l, i));
	program_variable(p, STARTUP_ID, l->startup_id);
	add_env(l, p);
	if (n > 0 && n <= EXEC_ARGS_MAX && !p->full)
		return 0;
	reply_problem(l->r, n == 0 ? PROBLEM_INTERNAL : PROBLEM_TOO_LARGE,
	    NULL, n == 0 ? "nothing is said of how it is started" :
	    "arguments and environment are too large together");
	launch_free(l);
	return -1;
}

static void
start(struct launch *l)
{
	static struct program	 p;	/* 48 KiB; used here only */
	struct msg_kept_start	 m;
	struct session		*s;

	if ((s = session_of(l)) == NULL || make_program(l, &p) == -1)
		return;
	memset(&m, 0, sizeof(m));
	m.kind = KEPT_PROCESS;
	m.keep = KEPT_BYTES;
	m.exec = p.head;
	if (kept_start(s, l->r, &m, &p, started, l) == -1)
		launch_free(l);
}

/* What is wrong with the name is not in the body. */
static void
refuse(struct launch *l, const struct pump_fault *f)
{
	struct pump_fault	 again = *f;

	if (f->pointer == NULL || strcmp(f->pointer, "/files") != 0)
		again.pointer = NULL;
	else if (l->are_uris)
		again.pointer = "/uris";
	pump_refuse(l->r, &again);
	launch_free(l);
}

static void
resolved(struct pump *p, struct json_object *last, const struct pump_fault *f,
    void *arg)
{
	struct launch	*l = arg;

	(void)p;
	if (f != NULL) {
		refuse(l, f);
		return;
	}
	l->plan = json_object_get(last);
	start(l);
}

/* -1: answered, and over. */
static int
resolve(struct launch *l)
{
	static const struct pump_calls	 calls = { NULL, NULL, resolved };
	struct pump_plan		 plan = { .argv = { "app", l->app } };
	struct session			*s;
	size_t				 i;

	if ((s = session_of(l)) == NULL)
		return -1;
	for (i = 0; l->files != NULL &&
	    i < json_object_array_length(l->files); i++)
		plan.argv[2 + i] = json_object_get_string(
		    json_object_array_get_idx(l->files, i));
	if (pump_start(s, l->r, &plan, &calls, l) != NULL)
		return 0;
	launch_free(l);
	return -1;
}

static void
listed(struct wire_msg *m, void *arg)
{
	struct launch	*l = arg;
	uint64_t	 total;

	if (m == NULL || m->hdr.type == MSG_ERROR)
		reply_error(l->r, m);
	else if (m->hdr.type != MSG_WINDOWS_DONE ||
	    (l->before = windows_read(m, &total)) == NULL)
		reply_problem(l->r, PROBLEM_INTERNAL, NULL,
		    "the session's worker sent no usable list");
	else {
		(void)resolve(l);
		return;
	}
	launch_free(l);
}

/* Which windows there are before it starts; -1: answered, and over. */
static int
look(struct launch *l, struct session *s)
{
	if (ask_once(s->worker, &s->row.id, listed, l, MSG_WINDOWS, NULL, 0,
	    NULL, 0) != NULL)
		return 0;
	too_busy(l);
	return -1;
}

static void
read_files(struct fields *f, struct launch *l)
{
	l->are_uris = field_kind(f, "uris") != FIELD_ABSENT;
	if (!l->are_uris)
		l->files = field_texts(f, "files", FILES_MAX, FILE_BYTES);
	else if (field_kind(f, "files") != FIELD_ABSENT)
		fields_fail(f, "uris", PROBLEM_INVALID_FIELD,
		    "files or uris, not both");
	else
		l->files = field_texts(f, "uris", FILES_MAX, FILE_BYTES);
}

/* -1: answered. */
static int
read_body(struct request *r, struct launch *l)
{
	struct fields	 f;

	fields_begin(&f, request_json(r));
	read_files(&f, l);
	l->env = check_env(&f);
	l->waits = field_bool(&f, "wait", 1);
	l->timeout = field_number(&f, "timeout_seconds", 0, TIMEOUT_MAX,
	    TIMEOUT_DEFAULT);
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return -1;
	}
	return 0;
}

void
api_app_launch(struct request *r)
{
	struct session	*s = request_session(r);
	struct launch	 wish, *l;
	struct ulid	 id;

	memset(&wish, 0, sizeof(wish));
	if (app_param(r, wish.app) == -1 || read_body(r, &wish) == -1 ||
	    need_running(r, s) == -1)
		return;
	if (!s->row.has_desktop) {
		reply_problem(r, PROBLEM_NO_DESKTOP, NULL,
		    "this session has no desktop");
		return;
	}
	if (places_take(&places, r) == -1)
		return;
	l = xmalloc(sizeof(*l));
	*l = wish;
	l->r = r;
	l->uid = request_uid(r);
	l->session = s->row.id;
	ulid_make(&id);
	memcpy(l->startup_id, "deskd_", 6);
	ulid_text(&id, l->startup_id + 6);
	if ((l->waits ? look(l, s) : resolve(l)) == 0)
		request_defer(r, NULL, NULL);
}
