/*
 * wslay reads and writes the frames.  Joining them to messages is done
 * here, so that a message's memory is bounded however small its frames are
 * and reading can stop after any of them.
 */
#include <sys/random.h>
#include <sys/types.h>

#include <sha1.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "base64.h"
#include "log.h"
#include "wsmsg.h"
#include "xmalloc.h"

#define GUID		"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define CONTROL_MAX	125	/* bytes of a ping, pong or close */
#define REASON_MAX	(CONTROL_MAX - 2)

struct wsmsg {
	wslay_frame_context_ptr	 frames;
	enum wsmsg_end		 end;
	struct wsmsg_ops	 ops;
	void			*arg;
	int			 dry;		/* read gave nothing */
	size_t			 max;

	int			 kind;		/* of the message; 0: none */
	char			*data;
	size_t			 len;
	size_t			 size;

	int			 in_frame;
	uint64_t		 left;		/* of this frame's payload */
	char			 control[CONTROL_MAX + 1];
	size_t			 control_len;
};

static ssize_t
read_cb(uint8_t *buf, size_t len, int flags, void *arg)
{
	struct wsmsg	*w = arg;
	size_t		 n;

	(void)flags;
	if ((n = w->ops.read(buf, len, w->arg)) == 0)
		w->dry = 1;
	return n == 0 ? -1 : (ssize_t)n;
}

static ssize_t
write_cb(const uint8_t *data, size_t len, int flags, void *arg)
{
	struct wsmsg	*w = arg;

	(void)flags;
	w->ops.write(data, len, w->arg);
	return (ssize_t)len;
}

static int
mask_cb(uint8_t *buf, size_t len, void *arg)
{
	(void)arg;
	return getrandom(buf, len, 0) == (ssize_t)len ? 0 : -1;
}

struct wsmsg *
wsmsg_new(enum wsmsg_end end, size_t max, const struct wsmsg_ops *ops,
    void *arg)
{
	static const struct wslay_frame_callbacks	 cb = {
		write_cb, read_cb, mask_cb
	};
	struct wsmsg	*w = xcalloc(1, sizeof(*w));

	w->end = end;
	w->max = max;
	w->ops = *ops;
	w->arg = arg;
	if (wslay_frame_context_init(&w->frames, &cb, w) != 0)
		fatalx("no memory for a WebSocket");
	return w;
}

void
wsmsg_free(struct wsmsg *w)
{
	if (w == NULL)
		return;
	wslay_frame_context_free(w->frames);
	free(w->data);
	free(w);
}

/* The first bytes of a frame, or all of an empty one: the code if wrong. */
static int
frame_begins(struct wsmsg *w, const struct wslay_frame_iocb *f)
{
	if (f->rsv != 0 || f->mask != (w->end == WSMSG_SERVER))
		return WSMSG_PROTOCOL;
	w->in_frame = 1;
	w->left = f->payload_length;
	w->control_len = 0;
	switch (f->opcode) {
	case WSMSG_TEXT:
	case WSMSG_BYTES:
		if (w->kind != 0)
			return WSMSG_PROTOCOL;
		w->kind = f->opcode;
		w->len = 0;
		break;
	case WSLAY_CONTINUATION_FRAME:
		if (w->kind == 0)
			return WSMSG_PROTOCOL;
		break;
	case WSMSG_CLOSE:
	case WSMSG_PING:
	case WSMSG_PONG:
		return f->payload_length > CONTROL_MAX || !f->fin ?
		    WSMSG_PROTOCOL : 0;
	default:
		return WSMSG_PROTOCOL;
	}
	return f->payload_length > w->max - w->len ? WSMSG_TOO_LARGE : 0;
}

static void
grow(struct wsmsg *w, size_t need)
{
	if (need < w->size)
		return;
	w->size = w->size == 0 ? 256 : w->size;
	while (w->size <= need)
		w->size *= 2;
	w->data = xreallocarray(w->data, w->size, 1);
}

static void
take(struct wsmsg *w, const struct wslay_frame_iocb *f)
{
	if (wslay_is_ctrl_frame(f->opcode)) {
		memcpy(w->control + w->control_len, f->data, f->data_length);
		w->control_len += f->data_length;
	} else {
		grow(w, w->len + f->data_length);
		memcpy(w->data + w->len, f->data, f->data_length);
		w->len += f->data_length;
	}
	w->left -= f->data_length;
}

static int
valid_code(int code)
{
	if (code >= 3000 && code <= 4999)
		return 1;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
	    code != 1006;
}

static int
closed(struct wsmsg *w, struct wsmsg_in *in)
{
	const unsigned char	*p = (const unsigned char *)w->control;

	in->code = WSMSG_NO_CODE;
	if (w->control_len == 0)
		return 1;
	in->code = w->control_len == 1 ? 0 : p[0] << 8 | p[1];
	if (!valid_code(in->code)) {
		in->code = WSMSG_PROTOCOL;
		return -1;
	}
	in->data += 2;
	in->len -= 2;
	return 1;
}

/* A frame is here in full: is a message, too? */
static int
frame_ends(struct wsmsg *w, const struct wslay_frame_iocb *f,
    struct wsmsg_in *in)
{
	w->in_frame = 0;
	if (wslay_is_ctrl_frame(f->opcode)) {
		w->control[w->control_len] = '\0';
		in->kind = f->opcode;
		in->data = w->control;
		in->len = w->control_len;
		return in->kind == WSMSG_CLOSE ? closed(w, in) : 1;
	}
	if (!f->fin)
		return 0;
	grow(w, w->len);
	w->data[w->len] = '\0';
	in->kind = w->kind;
	in->data = w->data;
	in->len = w->len;
	w->kind = 0;
	return 1;
}

int
wsmsg_next(struct wsmsg *w, struct wsmsg_in *in)
{
	struct wslay_frame_iocb	 f;
	ssize_t			 n;
	int			 rc;

	memset(in, 0, sizeof(*in));
	w->dry = 0;
	for (;;) {
		memset(&f, 0, sizeof(f));
		n = wslay_frame_recv(w->frames, &f);
		if (n == WSLAY_ERR_WANT_READ && !w->dry)
			continue;
		if (n == WSLAY_ERR_WANT_READ)
			return 0;
		in->code = n < 0 ? WSMSG_PROTOCOL :
		    w->in_frame ? 0 : frame_begins(w, &f);
		if (in->code != 0)
			return -1;
		take(w, &f);
		if (w->left == 0 && (rc = frame_ends(w, &f, in)) != 0)
			return rc;
	}
}

void
wsmsg_send(struct wsmsg *w, enum wsmsg_kind kind, const void *data,
    size_t len)
{
	struct wslay_frame_iocb	 f;

	memset(&f, 0, sizeof(f));
	f.fin = 1;
	f.opcode = (uint8_t)kind;
	f.mask = w->end == WSMSG_CLIENT;
	f.data = data;
	f.data_length = len;
	f.payload_length = len;
	if (wslay_frame_send(w->frames, &f) != (ssize_t)len)
		fatalx("a WebSocket's frame was not made");
}

void
wsmsg_send_close(struct wsmsg *w, int code, const char *reason)
{
	char	buf[CONTROL_MAX];
	size_t	len = strlen(reason);

	if (code == WSMSG_NO_CODE) {
		wsmsg_send(w, WSMSG_CLOSE, NULL, 0);
		return;
	}
	buf[0] = (char)(code >> 8);
	buf[1] = (char)(code & 0xff);
	/* Not in the middle of a character. */
	if (len > REASON_MAX)
		for (len = REASON_MAX; len > 0 &&
		    (reason[len] & 0xc0) == 0x80; len--)
			continue;
	memcpy(buf + 2, reason, len);
	wsmsg_send(w, WSMSG_CLOSE, buf, len + 2);
}

char *
wsmsg_key(const unsigned char bytes[WSMSG_KEY])
{
	size_t	len;

	return base64(bytes, WSMSG_KEY, &len);
}

void
wsmsg_proof(const char *key, char proof[WSMSG_PROOF])
{
	unsigned char	 digest[SHA1_DIGEST_LENGTH];
	char		*text;
	size_t		 len;
	SHA1_CTX	 ctx;

	SHA1Init(&ctx);
	SHA1Update(&ctx, (const unsigned char *)key, strlen(key));
	SHA1Update(&ctx, (const unsigned char *)GUID, strlen(GUID));
	SHA1Final(digest, &ctx);
	text = base64(digest, sizeof(digest), &len);
	strlcpy(proof, text, WSMSG_PROOF);
	free(text);
}
