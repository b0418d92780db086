/*
 * Pictures of the screen.  A picture of an unchanged screen costs one
 * answer of the server at most and no compression; requests that come at
 * the same time share one capture.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdint.h>

#include "encode.h"
#include "op.h"

struct display;

struct shot_want {
	uint32_t	x, y, width, height;	/* region; all 0: whole */
	uint32_t	out_width, out_height;	/* both 0: not scaled */
	int		pointer;		/* draw it */
	struct encode_kind kind;
	uint64_t	tag;			/* of the copy at hand, or 0 */
};

struct shot {
	int		fd;		/* sealed memfd; borrowed, -1 if same */
	int		same;		/* the tag is still right: no picture */
	uint32_t	width;
	uint32_t	height;
	uint32_t	size;		/* in bytes */
	uint32_t	took;		/* SHOT_CAPTURED, SHOT_ENCODED */
	enum shot_format format;
	uint64_t	generation;
	uint64_t	tag;		/* never 0 */
};

/* shot is valid during the call only; NULL on any problem. */
typedef void capture_cb(enum problem, const struct shot *, void *);

/*
 * Does this fit the screen of today?  Else PROBLEM_INVALID_FIELD and which
 * member is wrong: "region", "out_width", "out_height" or "format".
 */
enum problem	 capture_check(struct display *, const struct shot_want *,
		    const char **);
struct op	*capture_shot(struct display *, const struct shot_want *,
		    capture_cb *, void *);
uint64_t	 capture_generation(const struct display *);

#endif
