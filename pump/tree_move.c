#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "temp.h"
#include "tree.h"

/*
 * What is finished under a name of ours takes its own.  A directory in the
 * way changes places with it, and goes afterwards.
 */
int
tree_place(int dir, const char *temp, const char *name, int overwrite)
{
	struct entry	e;

	if (!overwrite)
		return renameat2(dir, temp, dir, name, RENAME_NOREPLACE);
	if (entry_read(&e, dir, name) == -1 || !S_ISDIR(e.st.stx_mode))
		return renameat(dir, temp, dir, name);
	if (renameat2(dir, temp, dir, name, RENAME_EXCHANGE) == -1)
		return -1;
	return tree_discard(dir, temp);
}

int
tree_copy_to(int from_dir, const char *from, int to_dir, const char *to,
    int overwrite, struct tree_count *count)
{
	char	temp[TEMP_NAME];
	int	saved_errno;

	temp_name(temp);
	if (tree_copy(from_dir, from, to_dir, temp, count) == 0 &&
	    tree_place(to_dir, temp, to, overwrite) == 0)
		return 0;
	saved_errno = errno;
	(void)tree_discard(to_dir, temp);
	errno = saved_errno;
	return -1;
}

int
tree_move(int from_dir, const char *from, int to_dir, const char *to,
    int overwrite)
{
	struct tree_count	count;

	if (renameat2(from_dir, from, to_dir, to,
	    overwrite ? 0 : RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EXDEV)
		return -1;
	memset(&count, 0, sizeof(count));
	if (tree_copy_to(from_dir, from, to_dir, to, overwrite, &count) == -1)
		return -1;
	return tree_delete(from_dir, from, &count);
}
