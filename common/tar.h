/*
 * Archives in the formats of ustar, pax and old GNU tar.  A reader takes
 * bytes as they come and calls back; it holds one header at a time and
 * believes nothing.  It touches no file: tar_extract.h does.
 */
#ifndef TAR_H
#define TAR_H

#include <stddef.h>
#include <stdint.h>

#define TAR_BLOCK	512
#define TAR_META_MAX	(1 << 20)	/* an extended header, a long name */

enum tar_type {
	TAR_FILE = 1,
	TAR_HARD_LINK,
	TAR_SYMLINK,
	TAR_DIRECTORY,
	TAR_FIFO,
	TAR_DEVICE,
	TAR_OTHER		/* nobody knows; its bytes are passed over */
};

struct tar_header {
	enum tar_type	 type;
	const char	*path;		/* never empty */
	const char	*link;		/* of links; never empty */
	uint64_t	 size;		/* of TAR_FILE; else 0 */
	uint32_t	 mode;		/* 07777 */
	uint64_t	 uid;
	uint64_t	 gid;
	int64_t		 mtime;
	uint32_t	 mtime_nsec;
};

/* Each returns -1 to stop; the reader then stays stopped. */
struct tar_calls {
	int	(*member)(void *, const struct tar_header *);
	int	(*data)(void *, const void *, size_t);	/* of TAR_FILE */
	int	(*member_end)(void *);
};

struct tar_reader;

struct tar_reader *tar_reader_new(const struct tar_calls *, void *);
int	 tar_read(struct tar_reader *, const void *, size_t);
int	 tar_read_end(struct tar_reader *);	/* -1: it was cut short */
/* After -1: what is wrong with the archive; NULL when a call stopped it. */
const char *tar_reader_why(const struct tar_reader *);
void	 tar_reader_free(struct tar_reader *);

/* Writes, or returns -1. */
typedef int	tar_out(void *, const void *, size_t);

int	 tar_write_header(const struct tar_header *, tar_out *, void *);
int	 tar_write_pad(uint64_t, tar_out *, void *);	/* after so many bytes */
int	 tar_write_end(tar_out *, void *);

#endif
