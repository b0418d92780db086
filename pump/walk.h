/*
 * A tree, one name after the other, without recursion: the depth costs
 * memory that is bounded, and descriptors for the upper levels only.  No
 * symbolic link is followed, and no other file system is entered.
 */
#ifndef WALK_H
#define WALK_H

#include <sys/types.h>

#include <stddef.h>

#include "entry.h"

#define WALK_DEPTH_MAX	65536
#define WALK_PATH_MAX	(1 << 20)

enum walk_event {
	WALK_END,		/* the root was left before */
	WALK_FILE,		/* anything but a directory */
	WALK_ENTER,		/* a directory; its names come next */
	WALK_LEAVE,		/* the same, when they have come */
	WALK_ERROR		/* errno; walk_path says where */
};

struct walk;

/* A name in a directory, which is no directory itself or is walked. */
struct walk	*walk_new(int, const char *);
enum walk_event	 walk_next(struct walk *);
void		 walk_skip(struct walk *);	/* after ENTER: no LEAVE */
/* Of the last event: */
const char	*walk_path(const struct walk *);	/* "", "a", "a/b" */
const struct entry *walk_entry(const struct walk *);	/* not for LEAVE */
int		 walk_dir(const struct walk *);	/* that it is in, */
const char	*walk_name(const struct walk *);	/* and by which name */
int		 walk_again(struct walk *);	/* after LEAVE: come back */
void		 walk_free(struct walk *);

#endif
