#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tree.h"
#include "walk.h"

/*
 * Where a directory's positions do not survive that names go, some names are
 * not seen the first time: it is read again as long as that helps.
 */
static int
leave(struct walk *w, struct tree_count *count, uint64_t *last)
{
	if (unlinkat(walk_dir(w), walk_name(w), AT_REMOVEDIR) == 0) {
		count->directories++;
		return 0;
	}
	if (errno != ENOTEMPTY || *last == count->files + count->directories)
		return -1;
	*last = count->files + count->directories;
	return walk_again(w);
}

/* Of one that is not ours the mode decides after all. */
static int
unlock(const struct walk *w)
{
	return fchmodat(walk_dir(w), walk_name(w), 0700, 0);
}

static int
delete_all(int dir, const char *name, struct tree_count *count, int by_force)
{
	struct walk	*w = walk_new(dir, name);
	uint64_t	 last = UINT64_MAX;
	int		 rv = 0;

	for (;;) {
		switch (walk_next(w)) {
		case WALK_FILE:
			if ((rv = unlinkat(walk_dir(w), walk_name(w), 0)) == -1)
				break;
			count->files++;
			continue;
		case WALK_ENTER:
			if (by_force)
				(void)unlock(w);
			continue;
		case WALK_LEAVE:
			if ((rv = leave(w, count, &last)) == -1)
				break;
			continue;
		case WALK_ERROR:
			rv = -1;
			break;
		case WALK_END:
			break;
		}
		break;
	}
	walk_free(w);
	return rv;
}

int
tree_delete(int dir, const char *name, struct tree_count *count)
{
	return delete_all(dir, name, count, 0);
}

int
tree_discard(int dir, const char *name)
{
	struct tree_count	count;

	memset(&count, 0, sizeof(count));
	return delete_all(dir, name, &count, 1);
}
