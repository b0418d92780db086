#include "peer.h"
#include "wire.h"
#include "worker.h"

static void
cancel(struct worker *w, struct wire_msg *m)
{
	batch_cancel(w, m->hdr.request);
}

static void (*const handlers[MSG__COUNT])(struct worker *,
    struct wire_msg *) = {
	[MSG_EXEC]		= exec_start,
	[MSG_EXEC_SIGNAL]	= exec_signal,
	[MSG_KEPT_START]	= kept_asked,
	[MSG_KEPT_LIST]		= kept_asked,
	[MSG_KEPT_ATTACH]	= kept_asked,
	[MSG_KEPT_RESIZE]	= kept_asked,
	[MSG_KEPT_SIGNAL]	= kept_asked,
	[MSG_KEPT_REMOVE]	= kept_asked,
	[MSG_ACTIONS]		= batch_start,
	[MSG_ACTIONS_BULK]	= batch_start_bulk,
	[MSG_ACTIONS_CANCEL]	= cancel,
	[MSG_CLIP_GET]		= clipboard_get,
	[MSG_CLIP_SET]		= clipboard_set,
	[MSG_CLIP_CLEAR]	= clipboard_clear,
	[MSG_RESIZE]		= size_change,
	[MSG_SHOT]		= shot_start,
	[MSG_WINDOWS]		= windows_start
};

void
from_broker(struct worker *w, struct wire_msg *m)
{
	if (handlers[m->hdr.type] == NULL)
		peer_close(w->broker, "a message nobody asked for");
	else
		handlers[m->hdr.type](w, m);
}
