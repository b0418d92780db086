/* What the routes of a session's files share. */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>
#include <stdint.h>

#include "pump.h"
#include "session.h"

struct json_object;
struct request;

#define FILE_PATH_MAX	4095	/* bytes; as the kernel has it */
#define FILE_TEXT_MAX	(3 * (FILE_PATH_MAX + 1)) /* as UTF-8, or base64 */
#define FILE_TAG_MAX	256	/* an etag as a header */

/* A request for one operation, until both it and its client are done. */
struct file_work {
	struct request		*r;	/* NULL: answered, or left */
	struct pump		*pump;	/* NULL: it has ended */
	struct session_row	 row;	/* id and owner, for events */
	uid_t			 uid;
	struct ulid		 token;		/* that he used */
};

/* -1: answered.  Refuses what is asked for wrongly. */
int	file_query(struct request *, const char **, struct pump_plan *);
/* ?NAME= as "1" or "". */
int	file_flag(struct request *, const char *, const char **);
int	file_mode(struct request *, const char **);
const char *file_header(struct request *, const char *);	/* or "" */

/* Allocates so many bytes, of which the first are a struct file_work. */
void	*file_work_new(size_t, const struct session *, struct request *);
void	 file_work_free(struct file_work *);
/* Begins, and waits; -1: answered, and the work is freed. */
int	 file_begin(struct file_work *, const struct pump_plan *,
	    const struct pump_calls *);
/* The client has left work that changes something: it goes on or is undone. */
void	 file_left(struct request *, void *);

/* A text member of an object, or NULL. */
const char *file_text(struct json_object *, const char *);
int64_t	 file_number(struct json_object *, const char *);	/* or 0 */
struct json_object *file_entry(struct json_object *);	/* "entry", or NULL */
/* ETag and Last-Modified. */
void	 file_headers(struct request *, struct json_object *);
/* 0, or -1 when the entry has none. */
int	 file_time(struct json_object *, int64_t *);

/* Of an object out of a session, what is of its type and not too long. */
void	 file_copy_text(struct json_object *, const char *,
	    struct json_object *, const char *);
void	 file_copy_number(struct json_object *, struct json_object *,
	    const char *);
/* An event about an entry: its path and its size; data is taken. */
struct json_object *file_event(struct json_object *);
void	 file_journal(const struct file_work *, const char *,
	    struct json_object *);

#endif
