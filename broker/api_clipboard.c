/*
 * The clipboard and the primary selection: text or a PNG, as the bytes they
 * are.  What a session's programs offer is checked before a client sees it.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "accept.h"
#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "field.h"
#include "http.h"
#include "log.h"
#include "memfd.h"
#include "peer.h"
#include "png_head.h"
#include "session.h"
#include "sizes.h"
#include "utf8.h"
#include "wire.h"

#define TEXT_TYPE	"text/plain"
#define TEXT_ANSWER	"text/plain;charset=utf-8"
#define PNG_TYPE	"image/png"

static int
read_selection(struct request *r, struct msg_clip *m)
{
	static const char *const names[] = { "clipboard", "primary", NULL };
	int	i = 0;

	memset(m, 0, sizeof(*m));
	m->principal = request_uid(r);
	if (query_choice(r, "selection", names, &i) == -1)
		return -1;
	m->selection = i == 0 ? CLIP_CLIPBOARD : CLIP_PRIMARY;
	return 0;
}

static int
accepts(const char *header, const char *type)
{
	const char *const	types[] = { type, NULL };

	return accept_best(header, types) == 0;
}

/* Which of the two the client wants; 0 when it takes either. */
static int
read_type(struct request *r, struct msg_clip *m)
{
	static const char *const names[] = { "text", "png", NULL };
	const char	*accept = request_header(r, "Accept");
	int		 text = accepts(accept, TEXT_TYPE);
	int		 png = accepts(accept, PNG_TYPE);
	int		 i, given;

	if ((given = query_choice(r, "type", names, &i)) == -1)
		return -1;
	if (given) {
		text = text && i == 0;
		png = png && i == 1;
	}
	if (!text && !png) {
		reply_problem(r, PROBLEM_NOT_ACCEPTABLE, NULL,
		    "there is " TEXT_TYPE " and " PNG_TYPE " here");
		return -1;
	}
	m->type = text && png ? 0 : text ? CLIP_TEXT : CLIP_PNG;
	return 0;
}

static void
recv_png(struct request *r, struct wire_msg *m, const void *p, size_t len)
{
	const char	*wrong = png_head_wrong(p, len);

	if (wrong != NULL)
		reply_problem(r, PROBLEM_SELECTION, NULL,
		    "what is selected as a PNG %s", wrong);
	else
		reply_fd(r, 200, PNG_TYPE, wire_take_fd(m, 0), len);
}

static void
recv_text(struct request *r, struct wire_msg *m, const void *p, size_t len)
{
	char	*clean;
	size_t	 n;

	if (utf8_valid(p, len)) {
		reply_fd(r, 200, TEXT_ANSWER, wire_take_fd(m, 0), len);
		return;
	}
	clean = utf8_clean(p, len, &n);
	reply_bytes(r, 200, TEXT_ANSWER, clean, n);
	free(clean);
}

static void
recv_data(struct request *r, struct wire_msg *m)
{
	const struct msg_clip	*c = (const struct msg_clip *)m->data;
	void			*p = NULL;
	size_t			 len = 0;

	if (c->type == CLIP_TEXT || c->type == CLIP_PNG)
		p = memfd_map(m->fds[0], c->type == CLIP_PNG ? CLIP_PNG_MAX :
		    CLIP_TEXT_MAX, &len);
	if (p == NULL || len != c->size)
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "the session's worker sent no usable selection");
	else if (c->type == CLIP_PNG)
		recv_png(r, m, p, len);
	else
		recv_text(r, m, p, len);
	if (p != NULL)
		munmap(p, len);
}

/* An empty selection is nothing wrong, and neither is one that was set. */
static void
answer(struct wire_msg *m, void *arg)
{
	struct request	*r = arg;

	if (m != NULL && m->hdr.type == MSG_CLIP_DATA)
		recv_data(r, m);
	else if (m != NULL && m->hdr.type == MSG_OK)
		reply_empty(r, 204);
	else if (m == NULL || m->hdr.type == MSG_ERROR)
		reply_error(r, m);
	else
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "the session's worker answered something else");
}

static void
gone(struct request *r, void *arg)
{
	(void)r;
	ask_free(arg);
}

/* The descriptor, -1 for none, stays the caller's. */
static void
ask_worker(struct request *r, enum msg_type type, const struct msg_clip *clip,
    int fd)
{
	struct session	*s = request_session(r);
	struct msg_out	 out = { .type = type, .session = &s->row.id,
			    .data = clip, .len = sizeof(*clip), .fds = &fd,
			    .nfds = fd != -1 };
	struct ask	*a;

	if (need_running(r, s) == -1)
		return;
	if ((a = ask_new(s->worker, &s->row.id, answer, r)) == NULL) {
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
		return;
	}
	ask_set_once(a);
	out.request = ask_id(a);
	/* When this fails the worker has gone, and that will be told. */
	(void)peer_send(s->worker, &out);
	request_defer(r, gone, a);
}

void
api_clipboard_get(struct request *r)
{
	struct msg_clip	m;

	if (read_selection(r, &m) == -1 || read_type(r, &m) == -1)
		return;
	ask_worker(r, MSG_CLIP_GET, &m, -1);
}

void
api_clipboard_clear(struct request *r)
{
	struct msg_clip	m;

	if (read_selection(r, &m) == -1)
		return;
	ask_worker(r, MSG_CLIP_CLEAR, &m, -1);
}

/* "text/plain" with no charset, or one that is UTF-8. */
static int
is_text(const char *type)
{
	const char	*p;
	size_t		 len = strlen(TEXT_TYPE);

	if (type == NULL)
		return 0;
	if (strncasecmp(type, TEXT_TYPE, len) != 0 ||
	    (type[len] != '\0' && strchr("; \t", type[len]) == NULL))
		return 0;
	if ((p = strcasestr(type + len, "charset=")) == NULL)
		return 1;
	p += strlen("charset=");
	p += *p == '"';
	len = strcspn(p, "\"; \t");
	return (len == 5 && strncasecmp(p, "utf-8", len) == 0) ||
	    (len == 8 && strncasecmp(p, "us-ascii", len) == 0);
}

static int
is_png(const char *type)
{
	size_t	len = strlen(PNG_TYPE);

	return type != NULL && strncasecmp(type, PNG_TYPE, len) == 0 &&
	    (type[len] == '\0' || strchr("; \t", type[len]) != NULL);
}

/* The bytes to be set, of the request; NULL: answered. */
static const char *
read_json(struct request *r, size_t *len)
{
	struct fields	 f;
	const char	*text;

	fields_begin(&f, request_json(r));
	field_require(&f, "text");
	text = field_bytes(&f, "text", CLIP_TEXT_MAX, len);
	if (fields_end(&f) == -1) {
		fields_reply(&f, r);
		return NULL;
	}
	return text;
}

static const char *
read_png(struct request *r, size_t *len)
{
	const char	*body = request_body(r, len);
	const char	*wrong = png_head_wrong(body, *len);

	if (wrong == NULL)
		return body;
	reply_problem(r, PROBLEM_INVALID_FIELD, NULL, "the body %s", wrong);
	return NULL;
}

static const char *
read_text(struct request *r, size_t *len)
{
	const char	*body = request_body(r, len);

	if (*len > CLIP_TEXT_MAX)
		reply_problem(r, PROBLEM_TOO_LARGE, NULL,
		    "a text may have %d bytes", CLIP_TEXT_MAX);
	else if (*len > 0 && !utf8_valid(body, *len))
		reply_problem(r, PROBLEM_INVALID_FIELD, NULL,
		    "the body is not UTF-8");
	else
		return body == NULL ? "" : body;
	return NULL;
}

static const char *
read_body(struct request *r, struct msg_clip *m, size_t *len)
{
	const char	*type = request_header(r, "Content-Type");

	m->type = CLIP_TEXT;
	if (request_json(r) != NULL)
		return read_json(r, len);
	if (is_text(type) || (type == NULL && request_body(r, len) == NULL))
		return read_text(r, len);
	if (is_png(type)) {
		m->type = CLIP_PNG;
		return read_png(r, len);
	}
	reply_problem(r, PROBLEM_UNSUPPORTED_TYPE, NULL, "a body must be "
	    TEXT_TYPE " in UTF-8, " PNG_TYPE " or application/json");
	return NULL;
}

void
api_clipboard_set(struct request *r)
{
	struct msg_clip	 m;
	const char	*body;
	size_t		 len;
	int		 fd;

	if (read_selection(r, &m) == -1 ||
	    (body = read_body(r, &m, &len)) == NULL)
		return;
	if (len == 0) {
		m.type = 0;
		ask_worker(r, MSG_CLIP_CLEAR, &m, -1);
		return;
	}
	m.size = (uint32_t)len;
	if ((fd = memfd_from("clip", body, len)) == -1) {
		log_warn("memfd");
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "the body could not be handed on");
		return;
	}
	ask_worker(r, MSG_CLIP_SET, &m, fd);
	close(fd);
}
