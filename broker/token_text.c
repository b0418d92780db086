#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "token_text.h"

#define RANDOM	32
#define CHECK	4

/* Over the prefix too, so that this is not the beginning of the hash. */
static void
checksum(const uint8_t bytes[RANDOM], uint8_t sum[CHECK])
{
	uint8_t	 hash[SHA256_DIGEST_LENGTH];
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)"check " TOKEN_PREFIX,
	    sizeof("check " TOKEN_PREFIX) - 1);
	SHA256Update(&ctx, bytes, RANDOM);
	SHA256Final(hash, &ctx);
	memcpy(sum, hash, CHECK);
}

static void
swap(char *text, size_t len, const char *from, const char *to)
{
	size_t	 i;

	for (i = 0; i < len; i++)
		if (text[i] == from[0])
			text[i] = to[0];
		else if (text[i] == from[1])
			text[i] = to[1];
}

void
token_make(char text[TOKEN_SECRET])
{
	uint8_t	 bytes[RANDOM + CHECK];
	char	*coded;
	size_t	 len;

	arc4random_buf(bytes, RANDOM);
	checksum(bytes, bytes + RANDOM);
	coded = base64(bytes, sizeof(bytes), &len);
	swap(coded, len, "+/", "-_");
	strlcpy(text, TOKEN_PREFIX, TOKEN_SECRET);
	strlcat(text, coded, TOKEN_SECRET);
	explicit_bzero(coded, len);
	explicit_bzero(bytes, sizeof(bytes));
	free(coded);
}

int
token_hash(const char *text, uint8_t hash[TOKEN_HASH])
{
	size_t	 prefix = sizeof(TOKEN_PREFIX) - 1, len;
	char	 coded[TOKEN_SECRET];
	uint8_t	*bytes, sum[CHECK];
	SHA2_CTX ctx;
	int	 good;

	if (strlen(text) != TOKEN_SECRET_LEN ||
	    memcmp(text, TOKEN_PREFIX, prefix) != 0)
		return -1;
	strlcpy(coded, text + prefix, sizeof(coded));
	if (strpbrk(coded, "+/") != NULL)
		return -1;
	swap(coded, strlen(coded), "-_", "+/");
	bytes = base64_decode(coded, strlen(coded), &len);
	explicit_bzero(coded, sizeof(coded));
	if (bytes == NULL)
		return -1;
	good = len == RANDOM + CHECK;
	if (good) {
		checksum(bytes, sum);
		good = memcmp(sum, bytes + RANDOM, CHECK) == 0;
	}
	explicit_bzero(bytes, len);
	free(bytes);
	if (!good)
		return -1;
	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)text, TOKEN_SECRET_LEN);
	SHA256Final(hash, &ctx);
	return 0;
}

void
token_id_text(const struct ulid *id, char text[TOKEN_ID])
{
	memcpy(text, TOKEN_ID_PREFIX, 4);
	ulid_text(id, text + 4);
}

int
token_id_parse(struct ulid *id, const char *text)
{
	if (strncmp(text, TOKEN_ID_PREFIX, 4) != 0)
		return -1;
	return ulid_parse(id, text + 4);
}
