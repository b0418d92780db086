/* What each statement of deskd.conf does to the configuration being made. */
#ifndef CONF_SET_H
#define CONF_SET_H

#include <stdio.h>

#include "conf.h"
#include "conf_lex.h"
#include "log.h"

/* A statement that may stand once in a file, or once in its block. */
enum seen {
	SEEN_RUN		= 0x00001,
	SEEN_PROGRAMS		= 0x00002,
	SEEN_CGROUP		= 0x00004,
	SEEN_SANDBOX		= 0x00008,
	SEEN_MAX_SESSIONS	= 0x00010,
	SEEN_UIDS		= 0x00020,
	SEEN_WORKER_UIDS	= 0x00040,
	SEEN_DEFAULTS		= 0x00080,
	SEEN_DEFAULT_USER	= 0x00100,
	SEEN_PREFIX		= 0x00200,
	SEEN_IMAGE		= 0x00400,	/* of the defaults */
	SEEN_GEOMETRY		= 0x00800,
	SEEN_MAX_GEOMETRY	= 0x01000,
	SEEN_DPI		= 0x02000,
	SEEN_MEMORY		= 0x04000,
	SEEN_CPU		= 0x08000,
	SEEN_TASKS		= 0x10000,
	SEEN_DISK		= 0x20000,
	SEEN_NETWORK		= 0x40000,
	SEEN_USER_ADMIN		= 0x80000,
	SEEN_USER_SESSIONS	= 0x100000,
	SEEN_USER_MEMORY	= 0x200000,
	SEEN_USER_PROXY		= 0x400000,
	SEEN_RETENTION		= 0x800000,
	SEEN_JOURNAL_AGE	= 0x1000000,
	SEEN_JOURNAL_SIZE	= 0x2000000,
	SEEN_BLOBS_AGE		= 0x4000000,
	SEEN_BLOBS_SIZE		= 0x8000000,
	SEEN_USER		= SEEN_USER_ADMIN | SEEN_USER_SESSIONS |
				  SEEN_USER_MEMORY | SEEN_USER_PROXY
};

#define SESSIONS_MAX		4096
#define AGE_MAX			(100ULL * 365 * 86400)	/* seconds */
#define KEPT_SIZE_MIN		(1ULL << 20)		/* bytes */
#define USER_MEMORY_MAX		(MEMORY_MAX * 64)

/* Quotas a row did not name; replaced when the whole file was read. */
#define QUOTA_SESSIONS_UNSET	UINT32_MAX
#define QUOTA_MEMORY_UNSET	UINT64_MAX

struct parse {
	struct lex	*lex;
	struct conf	*conf;
	FILE		*errors;
	unsigned int	 nerrors;
	unsigned int	 seen;
	struct conf_listen *listen;	/* the one being read */
	struct conf_user *user;		/* NULL: default user */
	const char	*image_file;	/* where the default image is named */
	unsigned int	 image_line;
};

void	parse_error(struct parse *, const char *, ...) LOG_PRINTF(2, 3);
/* Line 0: about the file as a whole. */
void	parse_error_at(struct parse *, const char *, unsigned int,
	    const char *);
void	parse_once(struct parse *, enum seen, const char *);

/* A name without a slash is completed with the folder it belongs to. */
void	conf_path_below(char **, const char *);

void	set_macro(struct parse *, const char *, const char *);
void	set_path(struct parse *, const char *, const char *, char **);
void	set_number(struct parse *, const char *, const char *, uint64_t,
	    uint64_t, uint32_t *);
void	set_size(struct parse *, const char *, const char *, uint64_t,
	    uint64_t, uint64_t *);
void	set_age(struct parse *, const char *, const char *, uint64_t *);
void	set_kept_size(struct parse *, const char *, const char *, uint64_t *);
void	set_percent(struct parse *, const char *, uint32_t *);
void	set_geometry(struct parse *, const char *, const char *, uint32_t *,
	    uint32_t *);
void	set_ids(struct parse *, const char *, const char *, const char *,
	    uint32_t, struct conf_ids *);

/* Absolute and clean, or NULL when the text is told wrong; to be freed. */
char	*set_clean_path(struct parse *, const char *, const char *);

void	set_listen(struct parse *, const char *);
void	set_listen_group(struct parse *, const char *);
void	set_listen_mode(struct parse *, const char *);
void	set_listen_token(struct parse *);
/* conf_listen.c; each TCP listener ends with one of the last two. */
void	set_listen_tcp(struct parse *, const char *, const char *);
void	set_listen_plain(struct parse *);
void	set_listen_tls(struct parse *, const char *, const char *);
/* When all is read: default socket, names, nothing twice. */
void	finish_listens(struct parse *, const char *);
void	set_image(struct parse *, const char *, enum image_type,
	    const char *);
void	set_default_image(struct parse *, const char *);
void	set_user(struct parse *, const char *);
struct conf_quota *set_quota(struct parse *);

#endif
