/* What a client is told of a file. */
#ifndef ENTRY_H
#define ENTRY_H

#include <sys/stat.h>

#include <stdint.h>

struct json;

#define ETAG_SIZE	160

struct entry {
	struct statx	st;
	uint64_t	handle;		/* 0: this file system has none */
};

/* Of a name in a directory, or of the descriptor itself for a name of "". */
int	entry_read(struct entry *, int, const char *);
const char *entry_type(uint32_t);		/* of a mode */
void	entry_etag(const struct entry *, char [ETAG_SIZE]);
/*
 * A member: the entry, whose path is given; the directory and name are for
 * the target of a symbolic link.
 */
void	entry_json(struct json *, const char *, const struct entry *,
	    const char *, int, const char *);
void	entry_time(struct json *, const char *, int64_t, uint32_t);

#endif
