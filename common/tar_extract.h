/*
 * Makes what an archive says, below one directory and nowhere else: no name
 * leads out of it, none leads through a symbolic link, whoever made that.
 * Devices, FIFOs and what nobody knows are counted and passed over.  Set-id
 * bits and owners are not taken over.  A file appears when it is whole.
 */
#ifndef TAR_EXTRACT_H
#define TAR_EXTRACT_H

#include <stddef.h>
#include <stdint.h>

#include "problem.h"

struct tar_counts {
	uint64_t	files;
	uint64_t	directories;
	uint64_t	links;		/* symbolic and hard */
	uint64_t	bytes;
	uint64_t	skipped;
};

struct tar_extract;

struct tar_extract *tar_extract_new(int);	/* the caller's directory */
/* Bytes of the archive, then their end: 0, or -1. */
int	 tar_extract(struct tar_extract *, const void *, size_t);
int	 tar_extract_end(struct tar_extract *);
/*
 * At last: modes and times of directories, below the top, or where all of it
 * has been moved to.  A mode may forbid to move or change what has it.
 */
void	 tar_extract_directories(struct tar_extract *, int);
const struct tar_counts *tar_extract_counts(const struct tar_extract *);
/* After -1: why.  The text names the member and is not clean UTF-8. */
enum problem	 tar_extract_problem(const struct tar_extract *);
const char	*tar_extract_why(const struct tar_extract *);
void	 tar_extract_free(struct tar_extract *);

#endif
