#include <string.h>

#include "msg.h"

#define S	ROLE_SUPERVISOR
#define B	ROLE_BROKER
#define W	ROLE_WORKER
#define I	ROLE_INIT

#define SIZE(s)	sizeof(struct s)

/* Who may send what to whom, how long it is, and what comes along. */
static const struct msg_row rows[MSG__COUNT] = {
	[MSG_READY]	= { "ready", B | W, S, SIZE(msg_ready), 0, { 0 } },
	[MSG_PEER]	= { "peer", S, B | W, SIZE(msg_peer), 0, { FD_SOCKET } },
	[MSG_OK]	= { "ok", S | B | W | I, S | B | W, 0, 0, { 0 } },
	[MSG_ERROR]	= { "error", S | B | W | I, S | B | W,
			    SIZE(msg_error), MSG_TAIL, { 0 } },
	[MSG_PING]	= { "ping", S, B | W, 0, 0, { 0 } },
	[MSG_PONG]	= { "pong", B | W, S, 0, 0, { 0 } },
	[MSG_SHUTDOWN]	= { "shutdown", S, B | W, 0, 0, { 0 } },

	[MSG_CONF_BEGIN] = { "conf_begin", S, B, 0, 0, { 0 } },
	[MSG_CONF_DEFAULTS] = { "conf_defaults", S, B,
			    SIZE(msg_conf_defaults), MSG_TAIL, { 0 } },
	[MSG_CONF_IMAGE] = { "conf_image", S, B, SIZE(msg_conf_image), MSG_TAIL, { 0 } },
	[MSG_CONF_USER]	= { "conf_user", S, B, SIZE(msg_conf_user), MSG_TAIL, { 0 } },
	[MSG_CONF_END]	= { "conf_end", S, B, 0, 0, { 0 } },
	[MSG_LISTEN]	= { "listen", S, B, SIZE(msg_listen), 0, { FD_LISTEN } },
	[MSG_LISTEN_TLS] = { "listen_tls", S, B, SIZE(msg_listen), 0,
			    { FD_LISTEN, FD_MEMFD, FD_MEMFD } },
	[MSG_SYSTEM]	= { "system", S, B, SIZE(msg_system), MSG_TAIL, { 0 } },

	[MSG_SESSION_START] = { "session_start", B, S,
			    SIZE(msg_session_start), MSG_TAIL, { 0 } },
	[MSG_SESSION_STARTED] = { "session_started", S, B,
			    SIZE(msg_session_started), 0, { 0 } },
	[MSG_SESSION_STOP] = { "session_stop", B, S, 0, 0, { 0 } },
	[MSG_SESSION_DELETE] = { "session_delete", B, S, 0, 0, { 0 } },
	[MSG_SESSION_SET] = { "session_set", B, S, SIZE(msg_session_set), 0, { 0 } },
	[MSG_SESSION_STATS] = { "session_stats", B, S, 0, 0, { 0 } },
	[MSG_SESSION_STATS_DONE] = { "session_stats_done", S, B,
			    SIZE(msg_session_stats), 0, { 0 } },
	[MSG_SESSION_GONE] = { "session_gone", S, B,
			    SIZE(msg_session_gone), MSG_TAIL, { 0 } },
	[MSG_SESSION_SWEPT] = { "session_swept", S, B, 0, MSG_TAIL, { 0 } },
	[MSG_SHUTDOWN_ASKED] = { "shutdown_asked", B, S, 0, 0, { 0 } },

	[MSG_WORKER_SETUP] = { "worker_setup", S, W,
			    SIZE(msg_worker_setup), MSG_TAIL, { 0 } },
	[MSG_INIT_ROLE] = { "init_role", S, I, SIZE(msg_peer), 0, { 0 } },
	[MSG_INIT_SETUP] = { "init_setup", S, I, SIZE(msg_init_setup), 0, { FD_MEMFD } },

	[MSG_DISPLAY_START] = { "display_start", W, I,
			    SIZE(msg_display_start), 0, { 0 } },
	[MSG_DISPLAY_READY] = { "display_ready", I, W, 0, 0, { 0 } },
	[MSG_DISPLAY_GONE] = { "display_gone", I, W, SIZE(msg_display_gone), 0, { 0 } },

	[MSG_EXEC]	= { "exec", B | W, W | I, SIZE(msg_exec), MSG_TAIL, { 0 } },
	[MSG_EXEC_STARTED] = { "exec_started", W | I, B | W,
			    SIZE(msg_exec_started), 0,
			    { FD_PIPE, FD_PIPE, FD_PIPE } },
	[MSG_EXEC_TTY]	= { "exec_tty", W | I, B | W,
			    SIZE(msg_exec_started), 0, { FD_TTY } },
	[MSG_EXEC_EXITED] = { "exec_exited", W | I, B | W,
			    SIZE(msg_exec_exited), 0, { 0 } },
	[MSG_EXEC_SIGNAL] = { "exec_signal", B | W, W | I,
			    SIZE(msg_exec_signal), 0, { 0 } },

	[MSG_KEPT_START] = { "kept_start", B | W, W | I,
			    SIZE(msg_kept_start), MSG_TAIL, { 0 } },
	[MSG_KEPT_STARTED] = { "kept_started", W | I, B | W,
			    SIZE(msg_kept_started), MSG_TAIL, { 0 } },
	[MSG_KEPT_LIST]	= { "kept_list", B | W, W | I, 0, 0, { 0 } },
	[MSG_KEPT_ITEM]	= { "kept_item", W | I, B | W,
			    SIZE(msg_kept_item), MSG_TAIL, { 0 } },
	[MSG_KEPT_ATTACH] = { "kept_attach", B | W, W | I,
			    SIZE(msg_kept_attach), 0, { 0 } },
	[MSG_KEPT_STREAM] = { "kept_stream", W | I, B | W,
			    SIZE(msg_kept_stream), 0, { FD_SOCKET } },
	[MSG_KEPT_RESIZE] = { "kept_resize", B | W, W | I,
			    SIZE(msg_kept_resize), 0, { 0 } },
	[MSG_KEPT_SIGNAL] = { "kept_signal", B | W, W | I,
			    SIZE(msg_kept_signal), 0, { 0 } },
	[MSG_KEPT_REMOVE] = { "kept_remove", B | W, W | I,
			    SIZE(msg_kept_remove), 0, { 0 } },
	[MSG_KEPT_EXITED] = { "kept_exited", W | I, B | W,
			    SIZE(msg_kept_exited), 0, { 0 } },

	[MSG_DESKTOP]	= { "desktop", W, B, SIZE(msg_desktop), MSG_TAIL, { 0 } },
	[MSG_ACTIONS]	= { "actions", B, W, SIZE(msg_actions), MSG_TAIL, { 0 } },
	[MSG_ACTIONS_BULK] = { "actions_bulk", B, W, SIZE(msg_actions), 0, { FD_MEMFD } },
	[MSG_ACTION_DONE] = { "action_done", W, B,
			    SIZE(msg_action_done), MSG_TAIL, { 0 } },
	[MSG_ACTION_PICTURE] = { "action_picture", W, B,
			    SIZE(msg_action_picture), 0, { FD_MEMFD } },
	[MSG_ACTIONS_DONE] = { "actions_done", W, B, SIZE(msg_actions_done), 0, { 0 } },
	[MSG_ACTIONS_CANCEL] = { "actions_cancel", B, W, 0, 0, { 0 } },
	[MSG_SHOT]	= { "shot", B, W, SIZE(msg_shot), 0, { 0 } },
	[MSG_SHOT_DONE]	= { "shot_done", W, B, SIZE(msg_shot_done), 0, { FD_MEMFD } },
	[MSG_SHOT_SAME]	= { "shot_same", W, B, SIZE(msg_shot_same), 0, { 0 } },
	[MSG_RECORD]	= { "record", W, B, SIZE(msg_record), MSG_TAIL, { 0 } },
	[MSG_WINDOWS]	= { "windows", B, W, 0, 0, { 0 } },
	[MSG_WINDOWS_DONE] = { "windows_done", W, B,
			    SIZE(msg_windows_done), 0, { FD_MEMFD } },
	[MSG_CLIP_GET]	= { "clip_get", B, W, SIZE(msg_clip), 0, { 0 } },
	[MSG_CLIP_DATA]	= { "clip_data", W, B, SIZE(msg_clip), 0, { FD_MEMFD } },
	[MSG_CLIP_SET]	= { "clip_set", B, W, SIZE(msg_clip), 0, { FD_MEMFD } },
	[MSG_CLIP_CLEAR] = { "clip_clear", B, W, SIZE(msg_clip), 0, { 0 } },
	[MSG_RESIZE]	= { "resize", B, W, SIZE(msg_resize), 0, { 0 } }
};

const struct msg_row *
msg_row(uint32_t type)
{
	if (type >= MSG__COUNT || rows[type].name == NULL)
		return NULL;
	return &rows[type];
}

const char *
msg_name(uint32_t type)
{
	const struct msg_row	*row = msg_row(type);

	return row == NULL ? "unknown" : row->name;
}

int
msg_nfds(const struct msg_row *row)
{
	int	n = 0;

	while (n < MSG_FDS_MAX && row->fds[n] != FD_NONE)
		n++;
	return n;
}

const char *
msg_check(const struct msg_hdr *hdr, size_t len, enum role from, enum role to,
    int nfds)
{
	const struct msg_row	*row = msg_row(hdr->type);

	if (row == NULL)
		return "unknown type";
	if ((row->from & from) == 0)
		return "not from this sender";
	if ((row->to & to) == 0)
		return "not for this receiver";
	if (hdr->len != len)
		return "length does not match";
	if (len < row->size)
		return "too short";
	if (len > row->size && (row->flags & MSG_TAIL) == 0)
		return "too long";
	if (nfds != msg_nfds(row))
		return "wrong number of descriptors";
	return NULL;
}

void
msg_tail_init(struct msg_tail *t, const void *data, size_t len, size_t size)
{
	t->p = (const char *)data + size;
	t->left = len - size;
}

const char *
msg_tail_next(struct msg_tail *t)
{
	const char	*text = t->p;
	size_t		 n;

	if (t->left == 0)
		return NULL;
	n = strnlen(text, t->left);
	if (n == t->left)
		return NULL;
	t->p += n + 1;
	t->left -= n + 1;
	return text;
}
