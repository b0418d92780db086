/* A directory here as an archive, made piece by piece as it is sent. */
#ifndef TREE_SOURCE_H
#define TREE_SOURCE_H

#include <stddef.h>

struct progress;
struct tree_source;

struct tree_source *tree_source_open(const char *, struct progress *);
/* More of the archive: bytes, 0 at its end, -1: see why. */
long	 tree_source_read(struct tree_source *, void *, size_t);
const char *tree_source_why(const struct tree_source *);  /* NULL: all well */
unsigned long long tree_source_skipped(const struct tree_source *);
void	 tree_source_free(struct tree_source *);

#endif
