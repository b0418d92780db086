/*
 * Tokens: who shows one acts as its user, within its scopes, until it
 * expires or is revoked.  All are in memory; the store holds what it takes
 * to know them again, which is no secret.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "sizes.h"
#include "token_text.h"
#include "ulid.h"

struct event_base;
struct txn;

#define TOKENS_USER	64	/* that are good, of one user */
#define TOKENS_ENDED	64	/* of one user, kept to be looked at */
#define TOKENS_MAX	4096	/* that are good, of all */

struct token_row {
	struct ulid	 id;
	struct ulid	 parent;	/* made by this one; zero: by none */
	uid_t		 user;
	char		 name[NAME_MAX_LEN + 1];	/* or "" */
	unsigned int	 scopes;	/* SCOPE_BIT of each */
	uint8_t		 hash[TOKEN_HASH];
	int64_t		 created_at;	/* ms */
	int64_t		 expires_at;	/* 0: never */
	int64_t		 last_used_at;	/* 0: never; behind by a minute */
	int64_t		 revoked_at;	/* 0: not */
};

/* Loads them from the store.  The callback hears of each that ends. */
void	token_start(struct event_base *, void (*)(const struct ulid *));
void	token_stop(void);

/* The good token with this secret, whose use is noted; NULL: why not. */
const struct token_row *token_use(const char *, const char **);
const struct token_row *token_find(const struct ulid *);
int	token_good(const struct token_row *);
/* Newest first, from NULL on. */
const struct token_row *token_older(const struct token_row *);
/* The newest that is older than this id. */
const struct token_row *token_before(const struct ulid *);

/* Why there is no room for one more of this user, or NULL. */
const char *token_no_room(uid_t);
void	token_add(const struct token_row *);
void	token_remove(const struct ulid *);	/* it was not stored */
/* At once, with those it made; what changes goes into the transaction. */
void	token_revoke(const struct ulid *, struct txn *);

#endif
