/* GET screenshot: one picture, or the word that it has not changed. */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accept.h"
#include "api.h"
#include "api_error.h"
#include "ask.h"
#include "field.h"
#include "http.h"
#include "metrics.h"
#include "peer.h"
#include "picture.h"
#include "session.h"
#include "shot.h"
#include "wire.h"
#include "xmalloc.h"

#define ETAG_TEXT	20	/* "16 hex digits" in quotes, NUL */

struct question {
	struct request	*request;
	struct ask	*ask;
	uint32_t	 format;
};

static void
etag_text(uint64_t tag, char text[ETAG_TEXT])
{
	snprintf(text, ETAG_TEXT, "\"%016" PRIx64 "\"", tag);
}

/* The first of the client's tags that is one of ours; 0: none. */
static uint64_t
etag_given(struct request *r)
{
	const char	*h = request_header(r, "If-None-Match");
	uint64_t	 tag;
	char		 text[ETAG_TEXT];

	for (; h != NULL && *h != '\0'; h = strchr(h, ',')) {
		h += strspn(h, ", \t");
		if (strncmp(h, "W/", 2) == 0)
			h += 2;
		if (*h != '"')
			continue;
		tag = strtoull(h + 1, NULL, 16);
		etag_text(tag, text);
		if (strncmp(h, text, strlen(text)) == 0)
			return tag;
	}
	return 0;
}

/* Numbers with commas; -1 unless there are exactly so many. */
static int
numbers(const char *text, uint32_t *out, int n)
{
	char	*end;
	int	 i;

	for (i = 0; i < n; i++) {
		if (*text < '0' || *text > '9')
			return -1;
		out[i] = (uint32_t)strtoul(text, &end, 10);
		if (end - text > 5 || *end != (i + 1 < n ? ',' : '\0'))
			return -1;
		text = end + 1;
	}
	return 0;
}

static int
read_region(struct request *r, struct msg_shot *shot)
{
	const char	*text;
	uint32_t	 n[4];

	switch (query_text(r, "region", 32, &text)) {
	case -1:
		return -1;
	case 0:
		return 0;
	}
	if (numbers(text, n, 4) == -1 || n[2] == 0 || n[3] == 0) {
		query_refuse(r, "region", "must be x,y,width,height, with a "
		    "width and a height of at least 1");
		return -1;
	}
	shot->x = n[0];
	shot->y = n[1];
	shot->width = n[2];
	shot->height = n[3];
	return 0;
}

static uint32_t
scaled(uint32_t size, double by)
{
	uint32_t	n = (uint32_t)lround(size * by);

	return n == 0 ? 1 : n;
}

/* "WxH", or a factor of the region's (or the screen's) size. */
static int
read_scale(struct request *r, const struct session *s, struct msg_shot *shot)
{
	const char	*text;
	char		*end;
	unsigned int	 w, h;
	double		 by;
	int		 n = 0;

	switch (query_text(r, "scale", 32, &text)) {
	case -1:
		return -1;
	case 0:
		return 0;
	}
	if (sscanf(text, "%5ux%5u%n", &w, &h, &n) == 2 && text[n] == '\0' &&
	    w > 0 && w <= SCREEN_MAX && h > 0 && h <= SCREEN_MAX) {
		shot->out_width = w;
		shot->out_height = h;
		return 0;
	}
	by = strtod(text, &end);
	if (end == text || *end != '\0' || !(by > 0 && by <= 1)) {
		query_refuse(r, "scale", "must be WxH up to %d, or a number "
		    "above 0 and up to 1", SCREEN_MAX);
		return -1;
	}
	shot->out_width = scaled(shot->width != 0 ? shot->width :
	    s->row.desktop.width, by);
	shot->out_height = scaled(shot->height != 0 ? shot->height :
	    s->row.desktop.height, by);
	return 0;
}

/*
 * The format by name, or what the client's Accept likes best; with it what
 * the format takes.
 */
static int
read_kind(struct request *r, struct msg_shot *shot)
{
	static const char *const names[] = { "png", "jpeg", "webp", NULL };
	static const char *const types[] = { "image/png", "image/jpeg",
	    "image/webp", NULL };
	int64_t	quality = 0;
	int	format = 0, lossless = 0;

	switch (query_choice(r, "format", names, &format)) {
	case -1:
		return -1;
	case 0:
		format = accept_best(request_header(r, "Accept"), types);
		if (format == -1)
			format = 0;
	}
	shot->format = SHOT_PNG + (uint32_t)format;
	if (query_int(r, "quality", 1, 100, &quality) == -1 ||
	    query_bool(r, "lossless", &lossless) == -1)
		return -1;
	if (lossless && shot->format != SHOT_WEBP) {
		query_refuse(r, "lossless", "is for format=webp only");
		return -1;
	}
	if (quality != 0 && (lossless || shot->format == SHOT_PNG)) {
		query_refuse(r, "quality", "a lossless picture has none; "
		    "ask for format=jpeg or webp");
		return -1;
	}
	if (lossless)
		shot->flags |= SHOT_LOSSLESS;
	else if (shot->format != SHOT_PNG)
		shot->quality = quality != 0 ? (uint32_t)quality :
		    SHOT_QUALITY;
	return 0;
}

static void
describe(struct request *r, uint64_t tag, uint64_t generation)
{
	char	text[32];

	etag_text(tag, text);
	reply_header(r, "ETag", text);
	snprintf(text, sizeof(text), "%" PRIu64, generation);
	reply_header(r, "X-Deskd-Generation", text);
	reply_header(r, "Cache-Control", "no-cache");
	reply_header(r, "Vary", "Accept");
}

static void
recv_shot(struct request *r, struct wire_msg *m, uint32_t format)
{
	const struct msg_shot_done	*d;
	char				 text[16];

	d = (const struct msg_shot_done *)m->data;
	if (picture_check(m->fds[0], d->size, d->width, d->height,
	    format) == -1) {
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "the session's worker sent no usable picture");
		return;
	}
	metrics_shot(d->took & SHOT_CAPTURED, d->took & SHOT_ENCODED);
	describe(r, d->tag, d->generation);
	snprintf(text, sizeof(text), "%u", d->width);
	reply_header(r, "X-Deskd-Width", text);
	snprintf(text, sizeof(text), "%u", d->height);
	reply_header(r, "X-Deskd-Height", text);
	reply_fd(r, 200, picture_type(format), wire_take_fd(m, 0), d->size);
}

static void
answer(struct wire_msg *m, void *arg)
{
	const struct msg_shot_same	*same;
	struct question			*q = arg;
	struct request			*r = q->request;

	if (m != NULL && m->hdr.type == MSG_SHOT_DONE) {
		recv_shot(r, m, q->format);
	} else if (m != NULL && m->hdr.type == MSG_SHOT_SAME) {
		same = (const struct msg_shot_same *)m->data;
		describe(r, same->tag, same->generation);
		reply_empty(r, 304);
	} else if (m != NULL && m->hdr.type != MSG_ERROR) {
		reply_problem(r, PROBLEM_INTERNAL, NULL,
		    "the session's worker answered something else");
	} else
		reply_error(r, m);
	free(q);
}

static void
gone(struct request *r, void *arg)
{
	struct question	*q = arg;

	(void)r;
	ask_free(q->ask);
	free(q);
}

void
shot_take(struct request *r, struct session *s, const struct msg_shot *region)
{
	struct question	*q;
	struct msg_shot	 shot;
	int		 pointer = 0;

	memset(&shot, 0, sizeof(shot));
	if (region != NULL)
		shot = *region;
	if (read_kind(r, &shot) == -1 || query_bool(r, "pointer", &pointer) == -1 ||
	    read_region(r, &shot) == -1 || read_scale(r, s, &shot) == -1 ||
	    need_running(r, s) == -1)
		return;
	if (pointer)
		shot.flags |= SHOT_POINTER;
	shot.tag = etag_given(r);
	q = xcalloc(1, sizeof(*q));
	q->request = r;
	q->format = shot.format;
	q->ask = ask_once(s->worker, &s->row.id, answer, q, MSG_SHOT, &shot,
	    sizeof(shot), NULL, 0);
	if (q->ask == NULL) {
		free(q);
		reply_problem(r, PROBLEM_BUSY, NULL,
		    "too much is asked of this session at once");
	} else
		request_defer(r, gone, q);
}

void
api_shot(struct request *r)
{
	shot_take(r, request_session(r), NULL);
}
