/*
 * All that the store holds, as one archive: the database as it was at one
 * moment, and the blobs it refers to.  These run on a chore's thread and may
 * block.  They return NULL, or why it came to nothing.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include <stdint.h>

#define BACKUP_DATABASE	"deskd.db"	/* the archive's first member */
#define BACKUP_BLOBS	"blobs/"	/* the others: blobs/HASH */
#define BACKUP_WHY	256

/* First a copy of the database, then all of it into a pipe. */
const char	*backup_copy(char [BACKUP_WHY]);
const char	*backup_write(int, char [BACKUP_WHY]);
void		 backup_abandon(void);	/* the copy, unwritten */

/*
 * From frames of a body, until their end.  What has come is checked and put
 * beside the store, to take its place when the broker starts next.  The
 * number is the last event's of now: none below is given out again.
 */
const char	*restore_read(int, int64_t, char [BACKUP_WHY]);
void		 restore_forget(void);	/* what was put there */
/* At start, before the store is opened: the path of the database. */
void		 restore_apply(const char *);

/* Reads everything there is; problems are told one by one. */
struct check {
	int64_t	events, sessions, blobs, blob_bytes;
	int	problems;
	void	(*problem)(void *, const char *);
	void	*arg;
};
const char	*check_run(struct check *, char [BACKUP_WHY]);

#endif
