/*
 * ULIDs: 128 bits that sort by time, written as 26 characters of
 * Crockford's base 32.  The API puts a word before them ("ses_01H...").
 */
#ifndef ULID_H
#define ULID_H

#include <stdint.h>

#define ULID_LEN	26
#define ULID_TEXT	(ULID_LEN + 1)
#define SESSION_PREFIX	"ses_"
#define SESSION_ID_LEN	(4 + ULID_LEN)
#define SESSION_ID_TEXT	(SESSION_ID_LEN + 1)

struct ulid {
	uint8_t		b[16];
};

void	ulid_make(struct ulid *);
int	ulid_is_zero(const struct ulid *);
int	ulid_cmp(const struct ulid *, const struct ulid *);
void	ulid_text(const struct ulid *, char [ULID_TEXT]);
int	ulid_parse(struct ulid *, const char *);

/* The same with SESSION_PREFIX in front. */
void	session_id_text(const struct ulid *, char [SESSION_ID_TEXT]);
int	session_id_parse(struct ulid *, const char *);

#endif
