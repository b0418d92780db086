/*
 * Blobs: bytes too large for a row, in files named by their SHA-256 and
 * referred to by events.  The same bytes are kept once.  These are calls for
 * txn_call: they run on the store's thread.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "ulid.h"

#define BLOB_HASH	65	/* hex digits and a NUL */
#define BLOB_TYPE	64

struct sqlite3;

struct blob_put {
	char		 hash[BLOB_HASH];
	const char	*type;		/* "image/png" */
	const void	*bytes;
	size_t		 len;
	int64_t		 seq;		/* the event that refers to it */
	struct ulid	 session;
	int64_t		 owner;
	int64_t		 time;
	uint64_t	 room;		/* for all blobs; 0: any */
	int		 full;		/* answer: why it was refused */
};

struct blob_prune {
	int64_t		 before;	/* ms; 0: any age is good */
	uint64_t	 room;		/* 0: any size is good */
	int64_t		 count;		/* answer: references that went */
};

void	 blob_hash(const void *, size_t, char [BLOB_HASH]);
int	 blob_hash_valid(const char *);
/* The path of one, or -1 when there is no folder yet to hold it. */
int	 blob_path(const char *, char *, size_t);

/* While held, no file is removed.  From any thread. */
void	 blob_hold(int);

int	 blob_put(struct sqlite3 *, void *);	/* struct blob_put */
/* Drops references of sessions that are gone, oldest first. */
int	 blob_prune(struct sqlite3 *, void *);	/* struct blob_prune */
/*
 * Files go in two transactions.  The first, which must be on disk before the
 * second begins, names what earlier ones dropped; the second removes it.
 */
#define BLOB_SWEEP_MAX	200

struct blob_sweep {
	int	 count;
	char	 hash[BLOB_SWEEP_MAX][BLOB_HASH];
};

int	 blob_dropped(struct sqlite3 *, void *);	/* struct blob_sweep */
int	 blob_sweep(struct sqlite3 *, void *);		/* the same */

/* The name of a file of ours survives the power, too. */
int	 folder_sync(const char *);

#endif
