#ifndef REMOVE_TREE_H
#define REMOVE_TREE_H

/* A folder of ours, two levels deep at most, and all that is in it. */
void	remove_tree(const char *);

#endif
