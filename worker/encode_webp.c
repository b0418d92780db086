/* WebP, as a whole: its coder has no place to start anew. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <webp/encode.h>

#include "encode_band.h"
#include "log.h"
#include "xmalloc.h"

enum {
	/* Whoever takes pictures waits: the fastest ways that compress. */
	METHOD		= 1,
	LOSSLESS_LEVEL	= 1
};

struct file {
	uint8_t	*bytes;
	size_t	 len;
	size_t	 size;
};

static int
append(const uint8_t *data, size_t len, const WebPPicture *picture)
{
	struct file	*f = picture->custom_ptr;

	if (len > f->size - f->len) {
		f->size = (f->len + len) * 2;
		f->bytes = xreallocarray(f->bytes, 1, f->size);
	}
	memcpy(f->bytes + f->len, data, len);
	f->len += len;
	return 1;
}

static int
configure(WebPConfig *conf, const struct encode_kind *kind)
{
	if (!WebPConfigInit(conf))
		return 0;
	if (kind->lossless)
		return WebPConfigLosslessPreset(conf, LOSSLESS_LEVEL);
	conf->quality = (float)kind->quality;
	conf->method = METHOD;
	return 1;
}

static void
copy_pixels(WebPPicture *picture, const struct encode_image *im)
{
	const uint32_t	*from;
	uint32_t	*to, x, y;

	for (y = 0; y < im->height; y++) {
		from = im->pixels + (size_t)y * im->stride;
		to = picture->argb + (size_t)y * (size_t)picture->argb_stride;
		for (x = 0; x < im->width; x++)
			to[x] = from[x] | 0xff000000;
	}
}

uint8_t *
webp_make(const struct encode_image *im, const struct encode_kind *kind,
    size_t *size)
{
	struct file	f = { NULL, 0, 0 };
	WebPConfig	conf;
	WebPPicture	picture;
	int		good = 0;

	if (!configure(&conf, kind) || !WebPPictureInit(&picture)) {
		errno = EINVAL;
		return NULL;
	}
	picture.use_argb = 1;
	picture.width = (int)im->width;
	picture.height = (int)im->height;
	picture.writer = append;
	picture.custom_ptr = &f;
	if (WebPPictureAlloc(&picture)) {
		copy_pixels(&picture, im);
		good = WebPEncode(&conf, &picture);
	}
	if (!good) {
		log_warnx("webp: error %d", (int)picture.error_code);
		free(f.bytes);
		f.bytes = NULL;
		errno = EIO;
	}
	WebPPictureFree(&picture);
	*size = f.len;
	return f.bytes;
}
