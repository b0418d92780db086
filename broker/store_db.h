/* What the store's own files share; nobody else includes this. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

/* "dskd": this file is ours and not another program's. */
#define STORE_APPLICATION_ID	0x64736b64

extern const char *const	schema_steps[];
extern const int		schema_version;

/* A connection with this store's settings; fatal when it cannot be had. */
struct sqlite3		*db_open(const char *, int);	/* path, read only */
int			 db_exec(struct sqlite3 *, const char *);
struct sqlite3_stmt	*db_prepare(struct sqlite3 *, const char *);
int64_t			 db_number(struct sqlite3 *, const char *);

/* For what runs seldom: prepares, binds integers, steps; -1 on error. */
int	db_run(struct sqlite3 *, const char *, int, const int64_t *);

/* Has it just the tables that our steps make? */
int	store_schema_ours(struct sqlite3 *);

/* store_write.c and store_read.c, called by store.c; they own the handle. */
void	blob_start(const char *);	/* the database's path; store_blob.c */
void	write_open(struct sqlite3 *);
void	write_close(void);
void	read_open(struct sqlite3 *);
void	read_close(void);

#endif
