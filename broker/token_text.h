/*
 * The secret as its owner sees it, once: "deskd_", then 32 random bytes and
 * 4 bytes that check them, in the base 64 of URLs.  The prefix lets scanners
 * find one that leaked; the check tells a typo from a token that is gone.
 */
#ifndef TOKEN_TEXT_H
#define TOKEN_TEXT_H

#include <stdint.h>

#include "ulid.h"

#define TOKEN_ID_PREFIX		"tok_"
#define TOKEN_ID		(4 + ULID_TEXT)
#define TOKEN_PREFIX		"deskd_"
#define TOKEN_SECRET_LEN	(6 + 48)
#define TOKEN_SECRET		(TOKEN_SECRET_LEN + 1)
#define TOKEN_HASH		32

void	token_make(char [TOKEN_SECRET]);
/* What is stored of it; -1 when it is no token, or mistyped. */
int	token_hash(const char *, uint8_t [TOKEN_HASH]);

void	token_id_text(const struct ulid *, char [TOKEN_ID]);
int	token_id_parse(struct ulid *, const char *);

#endif
