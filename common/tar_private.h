/* The block that stands before each member. */
#ifndef TAR_PRIVATE_H
#define TAR_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

struct tar_block {
	char	name[100];
	char	mode[8];
	char	uid[8];
	char	gid[8];
	char	size[12];
	char	mtime[12];
	char	checksum[8];
	char	type;
	char	link[100];
	char	magic[6];
	char	version[2];
	char	user[32];
	char	group[32];
	char	major[8];
	char	minor[8];
	char	prefix[155];
	char	pad[12];
};

/* What an extended header, or a long name of GNU tar's, says of the next. */
struct tar_pax {
	char	*path;
	char	*link;
	int64_t	 mtime;
	uint64_t size;
	uint32_t mtime_nsec;
	int	 has_size;
	int	 has_mtime;
};

/* NULL, or what is wrong with it. */
const char	*tar_pax_read(struct tar_pax *, const char *, size_t);
void		 tar_pax_clear(struct tar_pax *);

#endif
