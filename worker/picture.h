/* A picture of the screen, taken when the screen has come to rest. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdint.h>

#include "capture.h"
#include "problem.h"
#include "settle.h"

struct op;
struct picture;

/* shot is NULL on a problem and when none was wanted. */
typedef void picture_cb(struct picture *, enum problem, const struct shot *,
		    int);		/* settled */

struct picture {
	struct display		*display;
	struct op		*op;		/* NULL: nothing under way */
	struct shot_want	 want;
	int			 is_wanted;	/* else only the rest is */
	int			 settled;
	picture_cb		*cb;
	void			*arg;
};

/* Either of the wishes may be NULL, not both. */
void	picture_take(struct picture *, struct display *,
	    const struct settle_want *, const struct shot_want *);
void	picture_cancel(struct picture *);

#endif
