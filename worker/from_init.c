#include <sys/wait.h>

#include <stdint.h>
#include <string.h>

#include "log.h"
#include "peer.h"
#include "wire.h"
#include "worker.h"

static void
display_ready(struct worker *w, struct wire_msg *m)
{
	(void)m;
	desktop_listens(w);
}

static void
display_gone(struct worker *w, struct wire_msg *m)
{
	struct msg_display_gone	gone;

	if (w->desktop.step == DESKTOP_ABSENT) {
		peer_close(w->init, "a display nobody asked for");
		return;
	}
	memcpy(&gone, m->data, sizeof(gone));
	if (WIFSIGNALED(gone.status))
		desktop_failed(w, "the X server was killed by signal %d",
		    WTERMSIG(gone.status));
	else
		desktop_failed(w, "the X server exited with status %d",
		    WEXITSTATUS(gone.status));
}

/* Text from a session, made fit for a log line and for JSON. */
static void
printable(char *to, size_t len, const char *from)
{
	size_t	i;

	for (i = 0; from[i] != '\0' && i < len - 1; i++)
		to[i] = from[i] >= ' ' && from[i] < 0x7f ? from[i] : '?';
	to[i] = '\0';
}

static void
error(struct worker *w, struct wire_msg *m)
{
	const char	*detail;
	char		 text[DESKTOP_WHY_MAX / 2];
	struct msg_tail	 tail;

	if (w->desktop.request == 0 || m->hdr.request != w->desktop.request) {
		if (exec_refused(w, m) == -1 && kept_answered(w, m) == -1)
			peer_close(w->init, "an error nobody asked for");
		return;
	}
	msg_tail_init(&tail, m->data, m->len, sizeof(struct msg_error));
	if (msg_tail_next(&tail) == NULL ||
	    (detail = msg_tail_next(&tail)) == NULL)
		detail = "no reason given";
	printable(text, sizeof(text), detail);
	desktop_failed(w, "the X server did not start: %s", text);
}

static void (*const handlers[MSG__COUNT])(struct worker *,
    struct wire_msg *) = {
	[MSG_ERROR]		= error,
	[MSG_DISPLAY_READY]	= display_ready,
	[MSG_DISPLAY_GONE]	= display_gone,
	[MSG_EXEC_STARTED]	= exec_started,
	[MSG_EXEC_TTY]		= exec_started,
	[MSG_EXEC_EXITED]	= exec_exited,
	[MSG_OK]		= kept_answer,
	[MSG_KEPT_STARTED]	= kept_answer,
	[MSG_KEPT_ITEM]		= kept_answer,
	[MSG_KEPT_STREAM]	= kept_answer,
	[MSG_KEPT_EXITED]	= kept_exited
};

void
from_init(struct worker *w, struct wire_msg *m)
{
	if (handlers[m->hdr.type] == NULL)
		peer_close(w->init, "a message nobody asked for");
	else
		handlers[m->hdr.type](w, m);
}
