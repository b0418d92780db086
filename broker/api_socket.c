/*
 * A kept program by WebSocket.  A terminal's bytes are binary messages both
 * ways; of a process each binary message to the client begins with a byte
 * that says which stream it is of.  Text messages are JSON: what there is
 * to say about the bytes, and what the client wants done.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_error.h"
#include "broker.h"
#include "field.h"
#include "http.h"
#include "journal.h"
#include "kept_link.h"
#include "kept_session.h"
#include "kept_start.h"
#include "route.h"
#include "session.h"
#include "socket_text.h"
#include "ws.h"
#include "xmalloc.h"

/* Room for a packet and what may have to be said with it. */
#define ROOM_MIN	(2 * KEPT_CHUNK)
#define ROOM_WANTED	(8 * KEPT_CHUNK)

struct socket {
	struct request		*request;	/* until attached */
	struct ws		*ws;
	struct kept_link	*link;
	struct session_row	 row;		/* id and owner, for events */
	struct ulid		 id;
	uint32_t		 kind;
	uid_t			 uid;
	struct ulid		 token;		/* that he used */
	int			 read_only;
	uint64_t		 after;		/* what the client has */
	char			*input;		/* not taken yet */
	size_t			 input_len;
	size_t			 input_at;
	int			 input_end;	/* comes after that */
};

static void
socket_free(struct socket *s)
{
	kept_detach(s->link);
	row_clear(&s->row);
	free(s->input);
	free(s);
}

/* "terminal.attached" and the like. */
static void
journal(const struct socket *s, const char *what)
{
	struct json_object	*o = json_object_new_object();
	char			 id[KEPT_ID_TEXT], event[EVENT_KIND];

	kept_id_text(&s->id, s->kind, id);
	snprintf(event, sizeof(event), "%s.%s", kept_word(s->kind), what);
	json_object_object_add(o, "id", json_object_new_string(id));
	json_object_object_add(o, "read_only",
	    json_object_new_boolean(s->read_only));
	journal_event_by(STORE_NORMAL, event, &s->row, s->uid, &s->token, o);
}

/* Takes the text. */
static void
say(struct socket *s, struct json_object *o)
{
	(void)ws_text(s->ws, json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static void
end(struct socket *s, enum wsmsg_code code, const char *why)
{
	journal(s, "detached");
	ws_end(s->ws, code, why);
	socket_free(s);
}

/* From the program. */

static void
send_output(struct socket *s, const struct kept_packet *p, const void *bytes)
{
	static char	buf[1 + KEPT_CHUNK];	/* calls do not nest */

	if (s->kind == KEPT_TERMINAL) {
		(void)ws_bytes(s->ws, bytes, p->len);
		return;
	}
	buf[0] = p->kind == KEPT_ERROR ? SOCKET_STDERR : SOCKET_STDOUT;
	memcpy(buf + 1, bytes, p->len);
	(void)ws_bytes(s->ws, buf, 1 + (size_t)p->len);
}

/* Init drops what a client is too slow for, not the other way round. */
static void
keep_room(struct socket *s)
{
	if (ws_room(s->ws) >= ROOM_MIN)
		return;
	kept_pause(s->link);
	ws_wait(s->ws, ROOM_WANTED);
}

static void
packet(const struct kept_packet *p, const void *bytes, void *arg)
{
	struct socket	*s = arg;

	switch ((enum kept_packet_kind)p->kind) {
	case KEPT_OUTPUT:
	case KEPT_ERROR:
		send_output(s, p, bytes);
		break;
	case KEPT_NOW:
		say(s, socket_offset("now", p->at));
		break;
	case KEPT_LOST:
		say(s, socket_offset("lost", p->at));
		break;
	case KEPT_END:
		say(s, socket_exited(bytes));
		end(s, WSMSG_NORMAL, "the program has ended");
		return;
	case KEPT_TAKEN:
	case KEPT_INPUT:
	case KEPT_INPUT_END:
		break;
	}
	keep_room(s);
}

/* Removed, its session stopped, or a part of deskd is starting anew. */
static void
link_gone(struct wire_msg *m, void *arg)
{
	struct socket	*s = arg;

	s->link = NULL;		/* freed by who calls */
	if (s->request != NULL) {
		reply_error(s->request, m);
		socket_free(s);
	} else
		end(s, WSMSG_AGAIN, "the program was lost from sight");
}

/* To the program. */

/* 1: all of it was taken. */
static int
give_input(struct socket *s)
{
	s->input_at += kept_input(s->link, s->input + s->input_at,
	    s->input_len - s->input_at);
	if (s->input_at < s->input_len)
		return 0;
	free(s->input);
	s->input = NULL;
	s->input_len = s->input_at = 0;
	return !s->input_end || kept_input_end(s->link) == 0;
}

static void
link_room(void *arg)
{
	struct socket	*s = arg;

	if (s->ws == NULL || !give_input(s))
		return;
	s->input_end = 0;
	ws_hold(s->ws, 0);
}

/* A program that does not read makes its client wait. */
static void
ws_input(struct ws *w, const void *data, size_t len, void *arg)
{
	struct socket	*s = arg;

	(void)w;
	if (s->read_only) {
		end(s, WSMSG_REFUSED, "this one is read only");
		return;
	}
	if (len == 0)
		return;
	s->input = xmalloc(len);
	memcpy(s->input, data, len);
	s->input_len = len;
	s->input_at = 0;
	if (!give_input(s))
		ws_hold(s->ws, 1);
}

static void
ws_order(struct ws *w, const char *text, size_t len, void *arg)
{
	struct socket		*s = arg;
	struct socket_order	 order;
	char			 why[100];

	(void)w;
	if (socket_order(&order, text, len, s->kind, why,
	    sizeof(why)) == -1)
		end(s, WSMSG_REFUSED, why);
	else if (s->read_only)
		end(s, WSMSG_REFUSED, "this one is read only");
	else if (order.what == ORDER_RESIZE)
		kept_resize(s->link, order.cols, order.rows);
	else {
		s->input_end = 1;
		if (give_input(s))
			s->input_end = 0;
		else
			ws_hold(s->ws, 1);
	}
}

static void
ws_roomy(struct ws *w, void *arg)
{
	struct socket	*s = arg;

	(void)w;
	kept_resume(s->link);
}

static void
ws_gone(struct ws *w, void *arg)
{
	struct socket	*s = arg;

	(void)w;
	journal(s, "detached");
	socket_free(s);
}

static const struct ws_ops *
ops(const struct socket *s)
{
	static const struct ws_ops	 terminal = {
		"deskd.terminal.v1", ws_order, ws_input, ws_roomy, ws_gone
	};
	static const struct ws_ops	 process = {
		"deskd.process.v1", ws_order, ws_input, ws_roomy, ws_gone
	};

	return s->kind == KEPT_PROCESS ? &process : &terminal;
}

static void
attached(const struct msg_kept_stream *st, void *arg)
{
	struct socket	*s = arg;
	struct request	*r = s->request;

	s->request = NULL;
	/* Which kind its id is of only the path said. */
	if (st->item.kind != s->kind) {
		reply_problem(r, PROBLEM_NOT_FOUND, NULL, "no such %s",
		    kept_word(s->kind));
		socket_free(s);
		return;
	}
	if ((s->ws = reply_websocket(r, ops(s), s)) == NULL) {
		socket_free(s);
		return;
	}
	journal(s, "attached");
	say(s, socket_attached(st));
	if (s->after < st->from)
		say(s, socket_offset("lost", st->from));
}

static const struct kept_calls	calls = {
	.attached = attached,
	.packet = packet,
	.room = link_room,
	.gone = link_gone
};

static void
request_gone(struct request *r, void *arg)
{
	(void)r;
	socket_free(arg);
}

/* The row lets in who may look; to type is more.  -1: answered. */
static int
may_control(struct request *r)
{
	if (request_scopes(r) & SCOPE_BIT(SCOPE_CONTROL))
		return 0;
	reply_problem(r, PROBLEM_SCOPE, NULL, "this token lacks the scope "
	    "\"control\", which only read_only=true does without");
	return -1;
}

/* NULL: answered. */
static struct socket *
socket_new(struct request *r, const struct session *session,
    uint32_t kind)
{
	struct socket	*s;
	int64_t		 after = 0;
	int		 read_only = 0;

	if (query_int(r, "after", 0, INT64_MAX, &after) == -1 ||
	    query_bool(r, "read_only", &read_only) == -1 ||
	    (!read_only && may_control(r) == -1))
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->request = r;
	s->uid = request_uid(r);
	s->token = *request_principal(r);
	s->kind = kind;
	s->after = (uint64_t)after;
	s->read_only = read_only;
	row_copy(&s->row, &session->row);
	return s;
}

static void
attach(struct session *session, struct request *r, uint32_t kind,
    const struct ulid *id)
{
	struct socket	*s;

	if ((s = socket_new(r, session, kind)) == NULL)
		return;
	s->id = *id;
	s->link = kept_attach(session, id, KEPT_FOLLOW |
	    (s->read_only ? KEPT_READ_ONLY : 0), s->after, s->uid, &calls, s);
	if (s->link != NULL) {
		request_defer(r, request_gone, s);
		return;
	}
	reply_problem(r, PROBLEM_BUSY, NULL,
	    "too much is asked of this session at once");
	socket_free(s);
}

void
api_terminal_socket(struct request *r)
{
	if (ws_check(r) == 0)
		kept_one(r, KEPT_TERMINAL, attach);
}

void
api_process_socket(struct request *r)
{
	if (ws_check(r) == 0)
		kept_one(r, KEPT_PROCESS, attach);
}
