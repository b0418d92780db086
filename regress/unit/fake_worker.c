#include <sys/mman.h>
#include <sys/wait.h>

#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "fake_worker.h"
#include "memfd.h"
#include "peer.h"
#include "problem.h"
#include "wire.h"
#include "xmalloc.h"

struct fake_worker {
	struct event_base	*base;
	struct peer		*peer;
	struct ulid		 id;
	unsigned int		 looks;		/* at windows, so far */
};

struct program {
	struct fake_worker	*w;
	uint64_t		 request;
	pid_t			 pid;
	struct event		*ev;
	struct program		*next;
};

static void		(*died)(const struct ulid *);
static struct program	*programs;

void
fake_worker_init(void (*cb)(const struct ulid *))
{
	died = cb;
}

static void
send_msg(struct fake_worker *w, enum msg_type type, uint64_t request,
    const void *data, size_t len, const char *text, const int *fds, int nfds)
{
	struct msg_out	out;

	memset(&out, 0, sizeof(out));
	out.type = type;
	out.request = request;
	out.session = &w->id;
	out.data = data;
	out.len = len;
	out.tail = text;
	out.tail_len = text == NULL ? 0 : strlen(text) + 1;
	out.fds = fds;
	out.nfds = nfds;
	peer_send(w->peer, &out);
}

static void
send_error(struct fake_worker *w, uint64_t request, enum problem problem,
    const char *texts, size_t len)
{
	struct msg_error	e = { problem };
	struct msg_out		out;

	memset(&out, 0, sizeof(out));
	out.type = MSG_ERROR;
	out.request = request;
	out.session = &w->id;
	out.data = &e;
	out.len = sizeof(e);
	out.tail = texts;
	out.tail_len = len;
	peer_send(w->peer, &out);
}

/* A PNG as far as anybody looks, of this size. */
static int
picture(size_t size, int sealed, uint32_t format)
{
	static const char	heads[][14] = { "\x89PNG\r\n\x1a\n",
				    "\xff\xd8\xff", "RIFF----WEBPV" };
	char			*bytes = xcalloc(1, size);
	int			 fd;

	memcpy(bytes, heads[format], sizeof(heads[format]));
	if (sealed)
		fd = memfd_from("picture", bytes, size);
	else {
		fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (write(fd, bytes, size) != (ssize_t)size)
			abort();
	}
	free(bytes);
	return fd;
}

static void
send_picture(struct fake_worker *w, uint64_t request, uint32_t index,
    size_t size, int sealed)
{
	struct msg_action_picture	p;
	int				fd = picture(size, sealed, SHOT_PNG);

	memset(&p, 0, sizeof(p));
	p.index = index;
	p.width = 20;
	p.height = 10;
	p.size = (uint32_t)size;
	p.generation = 7;
	p.settled = 1;
	send_msg(w, MSG_ACTION_PICTURE, request, &p, sizeof(p), NULL, &fd, 1);
	close(fd);
}

static void
send_done(struct fake_worker *w, uint64_t request, uint32_t index,
    enum problem problem, const char *json)
{
	struct msg_action_done	d = { index, problem, 400 };

	send_msg(w, MSG_ACTION_DONE, request, &d, sizeof(d), json, NULL, 0);
}

static void
send_record(struct fake_worker *w, uint32_t principal, const char *json)
{
	struct msg_record	r = { principal, 0, 400 };

	send_msg(w, MSG_RECORD, 0, &r, sizeof(r), json, NULL, 0);
}

/* 0: go on with the next; else the batch has been answered, or never is. */
static int
act(struct fake_worker *w, uint64_t request, uint32_t principal, uint32_t i,
    const char *type)
{
	char	json[128];

	if (strcmp(type, "bad") == 0) {
		send_error(w, request, PROBLEM_INVALID_FIELD,
		    "/actions/0/x\0is off the screen", 31);
		return 1;
	}
	if (strcmp(type, "lie") == 0) {
		send_done(w, 99999999, 0, 0, "{}");
		return 1;
	}
	if (strcmp(type, "wait") == 0) {
		send_record(w, principal, "{\"type\":\"waiting\"}");
		return 1;
	}
	if (strcmp(type, "not-json") == 0) {
		send_done(w, request, i, 0, "{\"type\":");
		return 1;
	}
	if (strcmp(type, "screenshot") == 0)
		send_picture(w, request, i, 1000, 1);
	if (strcmp(type, "large") == 0)
		send_picture(w, request, i, 20 << 20, 1);
	if (strcmp(type, "unsealed") == 0)
		send_picture(w, request, i, 1000, 0);
	snprintf(json, sizeof(json), "{\"type\":\"%s\",\"x\":5}", type);
	send_record(w, principal, json);
	if (strcmp(type, "fail") == 0)
		send_done(w, request, i, PROBLEM_UNTYPABLE, "{\"type\":"
		    "\"fail\",\"detail\":\"no key\",\"pointer\":\"/text\"}");
	else
		send_done(w, request, i, PROBLEM_NONE, json);
	return 0;
}

/* An action on a window goes wrong by the window's name. */
static const char *
type_of(struct json_object *one)
{
	static const char *const names[][2] = {
		{ "win_bad", "bad" }, { "win_fa", "fail" },
		{ "win_1e", "lie" }, { "win_a", "not-json" },
		{ "win_f0", "screenshot" }
	};
	struct json_object	*o;
	const char		*window;
	size_t			 i;

	if (json_object_object_get_ex(one, "window", &o)) {
		window = json_object_get_string(o);
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strcmp(window, names[i][0]) == 0)
				return names[i][1];
	}
	json_object_object_get_ex(one, "type", &o);
	return json_object_get_string(o);
}

static void
recv_actions(struct fake_worker *w, const struct msg_hdr *hdr,
    uint32_t principal, const char *body)
{
	struct msg_actions_done	 d = { 0, 0 };
	struct json_object	*o = json_tokener_parse(body), *list, *one;
	size_t			 i, n = 1;

	if (json_object_object_get_ex(o, "actions", &list))
		n = json_object_array_length(list);
	for (i = 0; i < n; i++) {
		one = list == NULL ? o : json_object_array_get_idx(list, i);
		if (act(w, hdr->request, principal, (uint32_t)i,
		    type_of(one))) {
			json_object_put(o);
			return;
		}
	}
	d.count = (uint32_t)n;
	send_msg(w, MSG_ACTIONS_DONE, hdr->request, &d, sizeof(d), NULL, NULL,
	    0);
	json_object_put(o);
}

static void
recv_bulk(struct fake_worker *w, struct wire_msg *m)
{
	const struct msg_actions	*a = (const void *)m->data;
	char				*text;
	void				*p;
	size_t				 len;

	if ((p = memfd_map(m->fds[0], ACTIONS_BODY_MAX, &len)) == NULL)
		return;
	text = xstrndup(p, len);
	munmap(p, len);
	recv_actions(w, &m->hdr, a->principal, text);
	free(text);
}

static void
recv_shot(struct fake_worker *w, const struct wire_msg *m)
{
	const struct msg_shot	*s = (const struct msg_shot *)m->data;
	struct msg_shot_same	 same = { 7, FAKE_TAG };
	struct msg_shot_done	 d;
	int			 fd;

	if (s->tag == FAKE_TAG) {
		send_msg(w, MSG_SHOT_SAME, m->hdr.request, &same,
		    sizeof(same), NULL, NULL, 0);
		return;
	}
	memset(&d, 0, sizeof(d));
	d.width = s->out_width != 0 ? s->out_width : 1280;
	d.height = s->out_height != 0 ? s->out_height : 800;
	d.size = 5000;
	d.generation = 7;
	if (s->format != SHOT_PNG)
		d.generation = s->quality + 1000 *
		    ((s->flags & SHOT_LOSSLESS) != 0);
	d.tag = FAKE_TAG;
	/* Asked for a region at 666: a picture of another size than said. */
	/* At 667: a WebP, whatever was asked for. */
	fd = picture(s->x == 666 ? 100 : 5000, 1,
	    s->x == 667 ? SHOT_WEBP : s->format);
	send_msg(w, MSG_SHOT_DONE, m->hdr.request, &d, sizeof(d), NULL, &fd, 1);
	close(fd);
}

#define A_WINDOW(id)	"{\"id\":\"" id "\",\"title\":\"t\"}"

/* So many windows, as JSON. */
static char *
windows_json(unsigned int n, unsigned int total)
{
	char		*text = xmalloc(64 + n * 32), *p = text;
	unsigned int	 i;

	p += sprintf(p, "{\"windows\":[");
	for (i = 1; i <= n; i++)
		p += sprintf(p, "%s{\"id\":\"win_%x\"}", i > 1 ? "," : "", i);
	sprintf(p, "],\"total\":%u}", total);
	return text;
}

static int
unsealed(const char *text)
{
	int	fd = memfd_create("windows", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	return fd;
}

/* Each time another answer; only the first two are good. */
static void
recv_windows(struct fake_worker *w, const struct wire_msg *m)
{
	static const char *const texts[] = {
		"{\"windows\":[" A_WINDOW("win_1a") "," A_WINDOW("win_2")
		    "],\"total\":2}",
		NULL,	/* 256 of 300 */
		NULL,	/* 257 */
		"{\"windows\":[" A_WINDOW("win_1a"),
		"{\"windows\":[" A_WINDOW("1a") "]}",
		"{\"windows\":[" A_WINDOW("win_01") "]}",
		"{\"windows\":[7]}",
		"{\"windows\":{}}",
		"[]",
		"unsealed",
		"error",
		"other"
	};
	struct msg_windows_done	 d = { 1, 1 };
	unsigned int		 i = w->looks++ % (sizeof(texts) /
				    sizeof(texts[0]));
	char			*text;
	int			 fd;

	text = texts[i] != NULL ? xstrdup(texts[i]) :
	    windows_json(i == 1 ? 256 : 257, 300);
	if (strcmp(text, "error") == 0)
		send_error(w, m->hdr.request, PROBLEM_DISPLAY_TIMEOUT,
		    "\0no answer", 11);
	else if (strcmp(text, "other") == 0)
		send_msg(w, MSG_OK, m->hdr.request, NULL, 0, NULL, NULL, 0);
	else {
		fd = strcmp(text, "unsealed") == 0 ? unsealed(texts[0]) :
		    memfd_from("windows", text, strlen(text));
		send_msg(w, MSG_WINDOWS_DONE, m->hdr.request, &d, sizeof(d),
		    NULL, &fd, 1);
		close(fd);
	}
	free(text);
}

static void
send_clip(struct fake_worker *w, uint64_t request, enum clip_type type,
    const char *bytes, size_t said, int sealed)
{
	struct msg_clip	m = { .selection = CLIP_CLIPBOARD, .type = type,
			    .size = (uint32_t)said };
	int		fd = memfd_create("clip", MFD_CLOEXEC |
			    MFD_ALLOW_SEALING);

	if (write(fd, bytes, strlen(bytes)) == -1 ||
	    (sealed && memfd_seal(fd) == -1))
		abort();
	send_msg(w, MSG_CLIP_DATA, request, &m, sizeof(m), NULL, &fd, 1);
	close(fd);
}

/* The clipboard is well; each type of the primary selection is a lie. */
static void
recv_clip(struct fake_worker *w, const struct wire_msg *m)
{
	const struct msg_clip	*c = (const void *)m->data;
	uint64_t		 request = m->hdr.request;

	if (c->selection == CLIP_CLIPBOARD && c->type != CLIP_PNG)
		send_clip(w, request, CLIP_TEXT, "h\377i", 3, 1);
	else if (c->selection == CLIP_CLIPBOARD)
		send_clip(w, request, CLIP_PNG, "GIF89a", 6, 1);
	else if (c->type == CLIP_TEXT)
		send_clip(w, request, CLIP_TEXT, "hi", 3, 1);
	else if (c->type == CLIP_PNG)
		send_clip(w, request, CLIP_PNG, "\x89PNG", 4, 0);
	else
		send_clip(w, request, 7, "hi", 2, 1);
}

static void
recv_size(struct fake_worker *w, const struct wire_msg *m)
{
	const struct msg_resize	*r = (const void *)m->data;

	if (r->width == 666)
		send_error(w, m->hdr.request, PROBLEM_DISPLAY_TIMEOUT,
		    "\0too slow", 10);
	else
		peer_ok(w->peer, &m->hdr);
}

static void
child_cb(int sig, short events, void *arg)
{
	struct program		**pp = &programs, *p;
	struct msg_exec_exited	 e;
	int			 status;

	(void)sig;
	(void)events;
	(void)arg;
	while ((p = *pp) != NULL) {
		if (waitpid(p->pid, &status, WNOHANG) != p->pid) {
			pp = &p->next;
			continue;
		}
		memset(&e, 0, sizeof(e));
		e.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		e.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		e.duration_ms = 12;
		if (p->w->peer != NULL)
			send_msg(p->w, MSG_EXEC_EXITED, p->request, &e,
			    sizeof(e), NULL, NULL, 0);
		*pp = p->next;
		free(p);
	}
}

__attribute__((__noreturn__))
static void
run(char **argv, int in[2], int out[2], int err[2])
{
	dup2(in[0], 0);
	dup2(out[1], 1);
	dup2(err[1], 2);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	_exit(127);
}

static void
start(struct fake_worker *w, uint64_t request, char **argv)
{
	struct msg_exec_started	 st = { 1 };
	struct program		*p = xcalloc(1, sizeof(*p));
	int			 in[2], out[2], err[2], fds[3];

	if (pipe2(in, O_CLOEXEC) == -1 || pipe2(out, O_CLOEXEC) == -1 ||
	    pipe2(err, O_CLOEXEC) == -1)
		abort();
	p->w = w;
	p->request = request;
	if ((p->pid = fork()) == 0)
		run(argv, in, out, err);
	setpgid(p->pid, p->pid);
	p->next = programs;
	programs = p;
	fds[0] = in[1];
	fds[1] = out[0];
	fds[2] = err[0];
	send_msg(w, MSG_EXEC_STARTED, request, &st, sizeof(st), NULL, fds, 3);
	close(in[0]), close(in[1]), close(out[0]);
	close(out[1]), close(err[0]), close(err[1]);
	child_cb(0, 0, NULL);
}

/* 1: the worker is gone. */
static int
recv_exec(struct fake_worker *w, const struct wire_msg *m)
{
	const struct msg_exec	*e = (const struct msg_exec *)m->data;
	struct msg_tail		 t;
	char			*argv[16];
	uint32_t		 i;

	msg_tail_init(&t, m->data, m->len, sizeof(*e));
	(void)msg_tail_next(&t);
	for (i = 0; i < e->argc && i < 15; i++)
		argv[i] = (char *)(uintptr_t)msg_tail_next(&t);
	argv[i] = NULL;
	if (strcmp(argv[0], "worker-dies") == 0)
		return 1;
	if (e->flags & EXEC_ROOT)
		send_error(w, m->hdr.request, PROBLEM_NOT_OFFERED,
		    "/user\0not by this image", 24);
	else
		start(w, m->hdr.request, argv);
	return 0;
}

static void
recv_signal(const struct wire_msg *m)
{
	const struct msg_exec_signal	*s = (const void *)m->data;
	struct program			*p;

	for (p = programs; p != NULL; p = p->next)
		if (p->request == m->hdr.request)
			kill(-p->pid, (int)s->signal);
}

/* Its memory stays: programs may point here. */
static void
gone(struct fake_worker *w)
{
	peer_free(w->peer);
	w->peer = NULL;
}

static void
from_broker(struct peer *p, struct wire_msg *m, void *arg)
{
	struct fake_worker	*w = arg;
	const struct msg_actions *a;

	(void)p;
	if (m == NULL) {
		gone(w);
		return;
	}
	a = (const struct msg_actions *)m->data;
	switch ((enum msg_type)m->hdr.type) {
	case MSG_ACTIONS:
		recv_actions(w, &m->hdr, a->principal,
		    (const char *)m->data + sizeof(*a));
		break;
	case MSG_ACTIONS_BULK:
		recv_bulk(w, m);
		break;
	case MSG_ACTIONS_CANCEL:
		send_record(w, 0, "{\"type\":\"cancelled\"}");
		break;
	case MSG_SHOT:
		recv_shot(w, m);
		break;
	case MSG_WINDOWS:
		recv_windows(w, m);
		break;
	case MSG_CLIP_GET:
		recv_clip(w, m);
		break;
	case MSG_CLIP_SET:
	case MSG_CLIP_CLEAR:
		peer_ok(w->peer, &m->hdr);
		break;
	case MSG_RESIZE:
		recv_size(w, m);
		break;
	case MSG_EXEC:
		if (recv_exec(w, m)) {
			gone(w);
			died(&w->id);
		}
		break;
	case MSG_EXEC_SIGNAL:
		recv_signal(m);
		break;
	default:
		break;
	}
}

void
fake_worker(struct event_base *base, int fd, const struct ulid *id,
    enum desktop_state state)
{
	static struct event	*child;
	struct fake_worker	*w = xcalloc(1, sizeof(*w));
	struct msg_desktop	 d = { state, 1280, 800, 33 };

	if (child == NULL) {
		child = evsignal_new(base, SIGCHLD, child_cb, NULL);
		event_add(child, NULL);
	}
	w->base = base;
	w->id = *id;
	w->peer = peer_new(base, fd, ROLE_WORKER, ROLE_BROKER, from_broker, w);
	send_msg(w, MSG_DESKTOP, 0, &d, sizeof(d), "no window manager", NULL,
	    0);
}
